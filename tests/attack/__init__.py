"""Attacks on every address of the access table: what is sent is nonsense, too much, somebody else's, or sent twice."""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from importlib import import_module

from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.test import Client
from django.utils.http import url_has_allowed_host_and_scheme

from tests.access import ROLES, Row

ROOMS = ("oil_portal", "partners", "modules", "challenges", "projects", "rounds", "reports", "business_case")
SLOWEST = 5.0  # seconds for one answer
ELSEWHERE = "https://evil.example/"
# What the database was told to write, or the cookies: who only reads an address changes nothing.
WROTE = """SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
    WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"""
MAY_BE_WRITTEN = {"django_session"}  # what is said on the next page, and where one was
NOTES = {
    "partners:invitation": {"partners_invitation", "partners_invitationevent", "pghistory_context"},  # that it was read
    "challenges:edit": {"challenges_draft"},  # begins a draft, once, of who asks; the question stays as it is
}
IN = {200, 302, 303, 422}  # answers to somebody who gets in


def rows(*rooms: str) -> list[Row]:
    """The rows of these rooms, or of all."""
    return [row for room in rooms or ROOMS for row in import_module(f"tests.access.{room}").ROWS]


def who_gets_in(row: Row) -> list[str]:
    """The roles that this row lets in; a visitor who is sent to the log-in is not in."""
    others = [role for role in ROLES if role != "visitor" and row.expected[role] in IN]
    return others + (["visitor"] if row.expected["visitor"] in {200, 422} else [])


def outsider_and_insider(row: Row) -> list[str]:
    """The one who may least and the one who may most among who gets in."""
    allowed = who_gets_in(row)
    return list(dict.fromkeys([allowed[0], allowed[-1]])) if allowed else []


def faults(response, known: bool) -> list[str]:
    """What is missing in the headers of an answer; `known` says that somebody is logged in."""
    policy = response.headers.get("Content-Security-Policy", "")
    kept = response.headers.get("Cache-Control", "")
    asked = {
        "CSP": "default-src 'none'" in policy,
        "nothing inline": "unsafe" not in policy or is_mail(policy),
        "no other host": not re.search(r"https?:|\*", policy),
        "frames": "sandbox" in policy or re.search(r"frame-ancestors '(none|self)'", policy),
        "nosniff": response.headers.get("X-Content-Type-Options") == "nosniff",
        "X-Frame-Options": response.headers.get("X-Frame-Options") in ("DENY", "SAMEORIGIN"),
        "referrer": response.headers.get("Referrer-Policy") in ("same-origin", "no-referrer"),
        "COOP": response.headers.get("Cross-Origin-Opener-Policy") == "same-origin",
        "Permissions-Policy": "camera=()" in response.headers.get("Permissions-Policy", ""),
        "cache": ("no-store" in kept or "private" in kept) if known else "public" not in kept,
        "not stored": "no-store" in kept or not known or not is_page(response),
        "cookies": all(cookie["samesite"] == "Lax" for cookie in response.cookies.values()),
    }
    return [name for name, holds in asked.items() if not holds] + inline(response)


def is_mail(policy: str) -> bool:
    """The policy of a mail that is shown in a frame: its style stands inline, as in every mail, and nothing runs."""
    return (
        "script-src 'none'" in policy and policy.count("unsafe-inline") == 1 and "style-src 'unsafe-inline'" in policy
    )


def is_page(response) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming


def inline(response) -> list[str]:
    """Script and style in a page that its CSP would not run, so that the page would be broken."""
    if not is_page(response) or is_mail(response.headers.get("Content-Security-Policy", "")):
        return []
    scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", response.text)
    found = [f"inline script {tag}" for tag in scripts if "application/" not in tag]
    return found + re.findall(r"<style|\sstyle=\"[^\"]*|\son[a-z]+=\"[^\"]*|href=\"javascript:", response.text)


class Names(HTMLParser):
    """The fields of a page's forms, with a value that the page itself offers."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.within = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in ("input", "textarea", "select", "button") and given.get("name"):
            self.fields.setdefault(given["name"], []).append(given.get("value") or "")
            self.within = given["name"] if tag == "select" else self.within
        elif tag == "option" and self.within:
            self.fields[self.within].append(given.get("value") or "")


def fields_of(html: str) -> dict[str, list[str]]:
    """name -> values that the page offers, for every control on it."""
    reader = Names()
    reader.feed(html)
    reader.fields.pop("csrfmiddlewaretoken", None)
    return reader.fields


class Prey:
    """A client whose requests leave nothing behind, and that tells what broke."""

    def __init__(self, client: Client, role: str) -> None:
        client.raise_request_exception = False
        self.client, self.role = client, role
        self.broke: Exception | None = None

    def ask(self, method: str, path: str, data=None, **more):
        """The answer, after which the database is as it was."""
        with self.listening(), undone():
            before = written()
            started = time.perf_counter()
            response = getattr(self.client, method)(path, data, **more)
            if response.streaming:
                response.streamed = b"".join(response.streaming_content)
            response.took = time.perf_counter() - started
            response.wrote = {table for table, number in written().items() if number != before.get(table)}
        return response

    def judged(self, method: str, path: str, data=None, **more) -> str:
        """What is wrong with the answer, or "". Every request says that it comes from another site."""
        response = self.ask(method, path, data, headers={"referer": ELSEWHERE}, **more)
        said = f"{method} {path[:200]} as {self.role} with {str(data)[:600]}: "
        if response.status_code >= 500 and not path.startswith("/readyz"):
            return f"{said}{response.status_code} {self.broke!r}"
        if response.took > SLOWEST:
            return f"{said}{response.took:.1f} s"
        if method == "get" and (wrote := response.wrote - MAY_BE_WRITTEN - NOTES.get(name_of(response), set())):
            return f"{said}reading it wrote {wrote}"
        if not stays(response.headers.get("Location", "")):
            return f"{said}leads to {response['Location']}"
        missing = faults(response, self.role != "visitor")
        return f"{said}{missing}" if missing else ""

    @contextmanager
    def listening(self) -> Iterator[None]:
        self.broke = None

        def heard(sender, request, **named):
            self.broke = sys.exc_info()[1]

        got_request_exception.connect(heard)
        try:
            yield
        finally:
            got_request_exception.disconnect(heard)


def written() -> dict[str, int]:
    """Table -> rows that this transaction made, changed or took away, also where that was taken back."""
    with connection.cursor() as cursor:
        cursor.execute(WROTE)
        return dict(cursor.fetchall())


def name_of(response) -> str:
    return response.resolver_match.view_name if response.resolver_match else ""


def stays(location: str) -> bool:
    """Whether a redirect leads to a page of ours, as a browser reads it: it takes a backslash for a slash."""
    return url_has_allowed_host_and_scheme(location or "/", {"testserver"})


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
