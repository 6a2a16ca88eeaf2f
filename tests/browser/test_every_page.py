"""Every address of the access table as every role sees it, light and dark, in Dutch and English, wide and at 320 px.

Roles whose page has the same structure are looked at once; what the test client gets decides that.
"""

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from django.db.models import CharField, Value
from django.db.models.functions import Concat
from playwright.sync_api import Page

from challenges.models import Assignment, Challenge
from modules.models import LearningGoal, Module
from oil_portal import views
from partners.models import Partner, User
from projects.models import Project
from tests.access import ROLES, Row
from tests.browser.conftest import NARROW, english, pale, too_wide, violations
from tests.browser.seen import focus, movement, spaced_out
from tests.browser.tree import spoken
from tests.test_access import ACCOUNT_PAGES, ROOMS, TABLE

WIDE = {"width": 1280, "height": 800}
LONG = "Onderhoudsvriendelijkheidsbeoordelingssysteem"  # one word, wider than 320 px as a heading
OF_WORDS = ("target-size", "link-name", "button-name", "label", "document-title", "valid-lang", "html-lang-valid")
OF_ROLES = {"start"}  # pages whose words are other ones for each role
MAILS = {"digest_preview", "mail_preview_html"}  # a mail in a frame of a page; browser/test_digest_mail.py looks at it
SKELETON = re.compile(r"<[a-z]\w*|\b(?:class|data-kind|role|type|disabled|hidden|open)\b(?:=\"[^\"]*\")?")


def pages_of(room: str) -> list[Row]:
    """The addresses of a room that show a page to somebody; the portal's own have names without a room."""
    found = [row for row in TABLE if row.method == "get" and 200 in row.expected.values()]
    return [row for row in found if (row.name.split(":")[0] if ":" in row.name else "oil_portal") == room]


def structure(html: str) -> int:
    """Equal for pages that differ in their words only."""
    return hash(tuple(SKELETON.findall(html[html.index("<main") :])))


def different(row: Row, clients: dict, path: str, files: set[str]) -> Iterator[str]:
    """The roles that get a page of the row, one for each structure; what is no page goes to `files`."""
    seen = set()
    for role in ROLES:
        if row.expected[role] != 200:
            continue
        answer = clients[role].get(path)
        if not answer["Content-Type"].startswith("text/html") or row.name in MAILS:
            files.add(row.name)
            return
        shape = structure(answer.content.decode())
        if shape not in seen:
            seen.add(shape)
            yield role


def look(page: Page, path: str, *, translated: bool = True) -> list[str]:
    """What is wrong with a page: in Dutch and light axe, the focus and movement on a wide window; at 320 px, which is
    1280 at 400%, the width and the text spaced out; the colours in the dark; and in English what words decide, where
    those are not known from another role.
    """
    page.set_viewport_size(WIDE)
    page.goto(path)
    found = violations(page) + too_wide(page) + movement(page) + spoken(page) + focus(page)
    page.set_viewport_size(NARROW)
    found += too_wide(page)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in (*pale(page), *spaced_out(page))]
    found += in_english(page, path) if translated else []
    page.emulate_media(color_scheme="light")
    return found


def in_english(page: Page, path: str) -> list[str]:
    """What is wrong with the page in English: what words decide. Its markup and its order know no language."""
    with english(page):
        page.goto(path)
        found = [] if page.locator("html").get_attribute("lang") == "en" else ["not in English"]
        found += (*violations(page, *OF_WORDS), *pale(page), *too_wide(page), *spaced_out(page))
    return [f"English, dark: {each}" for each in found]


@pytest.fixture
def long_world(world) -> SimpleNamespace:
    """The world with the longest words that people may come with."""
    Partner.objects.update(name=Concat("name", Value(f" {LONG}")))
    numbered = Concat(Value(LONG[:22]), "id", output_field=CharField())  # a name that is nobody else's
    User.objects.update(first_name=numbered, email=Concat(Value(f"{LONG.lower()}."), "email"))
    EmailAddress.objects.update(email=Concat(Value(f"{LONG.lower()}."), "email"))
    for model in (Challenge, Assignment, Project, Module, LearningGoal):
        model.objects.update(title=Concat(Value(f"{LONG} "), "title"))
    world.invitation.__class__.objects.update(email=f"{LONG.lower()}@mail.example")
    return world


@pytest.fixture
def visit(world, as_user) -> Callable[[str], Page]:
    """visit(role) -> that role's page, made once."""
    pages: dict[str, Page] = {}

    def page_of(role: str) -> Page:
        if role not in pages:
            pages[role] = as_user(None if role == "visitor" else getattr(world, role))
        return pages[role]

    return page_of


@pytest.mark.parametrize("room", ROOMS)
def test_every_page(room, long_world, login, visit, monkeypatch):
    world = long_world
    monkeypatch.setattr(views, "_worker_answers", lambda: False)  # its time-out is tested elsewhere
    clients = {role: login(None if role == "visitor" else getattr(world, role)) for role in ROLES}
    problems, looked, files = [], set(), set()
    for row in pages_of(room):
        path = row.url(world)
        for role in different(row, clients, path, files):
            found = look(visit(role), path, translated=row.name not in looked or row.name in OF_ROLES)
            looked.add(row.name)
            problems += [f"{role} at {path}: {each}" for each in found]
    assert looked | files == {row.name for row in pages_of(room)}
    assert not problems, "\n".join(problems)


def test_account_and_error_pages(long_world, visit):
    visitor, student = visit("visitor"), visit("student")
    problems = []
    for page, path in [
        *((visitor, f"/account/{name}") for name in ACCOUNT_PAGES),
        *((student, f"/account/{name}") for name in ("email/", "password/change/", "logout/")),
        (visitor, "/bestaat-niet/"),
        (student, "/bestaat-niet/"),
        (student, "/vraagstukken/controle/"),  # 403
    ]:
        problems += [f"{path}: {each}" for each in look(page, path)]
    assert not problems, "\n".join(problems)
