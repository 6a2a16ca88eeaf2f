"""The same form sent twice, as by an impatient finger or a replayed request: the second one makes nothing more."""

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.middleware.csrf import _get_new_csrf_string, _mask_cipher_secret
from django.test import Client
from django.urls import reverse

from partners.models import PartnerNote
from tests.attack import ROOMS, rows, undone, who_gets_in
from tests.test_last_seat import at_once

NO_EFFECT = {"sessions.Session", "pghistory.Context"}  # of the request, not of what was asked
NO_TABLE = {"pghistory.Events", "pghistory.MiddlewareEvents"}
# What is wanted twice when it is asked from two windows, and so only stops when one page sends it twice.
AGAIN = {
    "handover": "a second invitation replaces the first",
    "partners:invite": "a second invitation replaces the first",
    "partners:add": "two organisations may have one name; brokers see them side by side",
    "partners:logo_edit": "a line in the history",
    "partners:check": "a line in the history",
    "partners:notes": "two notes",
    "challenges:copy": "two copies",
    "challenges:remark": "two remarks",
    "challenges:remark_done": "a line in the audit",
    "challenges:ask": "two questions",
    "challenges:assignment_remark": "two remarks",
    "projects:confirm": "a line in the history",
    "projects:profile": "a line in the audit",
    "projects:solve": "another proposal",
    "projects:proposal_move": "another proposal",
}


def counted(label: str) -> bool:
    return label not in NO_EFFECT | NO_TABLE


def counts() -> dict[str, int]:
    """How many rows every model has, in one query."""
    tables = {model._meta.label: model._meta.db_table for model in apps.get_models()}
    parts = [f"SELECT '{label}', count(*) FROM \"{table}\"" for label, table in tables.items() if counted(label)]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


@pytest.mark.parametrize("window", ["the same", "another"])
@pytest.mark.parametrize("room", ROOMS)
def test_the_second_time_makes_nothing_more(room, window, world):
    cache.clear()
    wrong, again = [], set()
    for row in rows(room):
        allowed = [role for role in who_gets_in(row) if row.expected[role] in (200, 302, 303)]
        if row.method != "post" or not allowed:
            continue
        client = Client(enforce_csrf_checks=True)
        if allowed[0] != "visitor":
            client.force_login(getattr(world, allowed[0]))
        path = row.url(world)
        with undone():
            more = twice(client, path, row.data, row.expected[allowed[0]], window)
        if more and window == "another" and row.name in AGAIN:
            again.add(row.name)
        elif more:
            wrong.append(f"{row.name} {path} as {allowed[0]}: {more}")
    assert not wrong, "\n".join(wrong)
    if window == "another":
        assert again == {row.name for row in rows(room) if row.method == "post"} & set(AGAIN)  # no reason without need


def twice(client: Client, path: str, data: dict, status: int, window: str) -> dict[str, int]:
    """What the second of two posts added."""
    first, second = tokens(client)
    answers = [client.post(path, data | {"csrfmiddlewaretoken": first}).status_code]
    between = counts()
    again = data | {"csrfmiddlewaretoken": first if window == "the same" else second}
    answers.append(client.post(path, again).status_code)
    assert answers[0] == status, (path, answers)
    assert answers[1] < 500, (path, answers)
    return {name: number - between[name] for name, number in counts().items() if number != between[name]}


def tokens(client: Client) -> tuple[str, str]:
    """Two tokens of this browser, as two pages would hold them."""
    secret = _get_new_csrf_string()
    client.cookies[settings.CSRF_COOKIE_NAME] = secret
    return _mask_cipher_secret(secret), _mask_cipher_secret(secret)


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one(region):
    cache.clear()
    client = Client(enforce_csrf_checks=True)
    client.force_login(region.broker)
    words = {"text": "Belt graag terug.", "csrfmiddlewaretoken": tokens(client)[0]}
    address = reverse("partners:notes", args=[region.company.pk])
    answers = at_once([lambda: copy(client).post(address, words).status_code for _press in range(5)])
    assert answers == [302] * 5
    assert PartnerNote.objects.count() == 1


def copy(client: Client) -> Client:
    """The same browser, for another thread."""
    other = Client(enforce_csrf_checks=True)
    other.cookies.update(client.cookies)
    return other


def test_who_changes_a_word_and_changes_it_back_is_heard(region):
    """A browser that keeps the page as it was has the same token all along."""
    cache.clear()
    client = Client(enforce_csrf_checks=True)
    client.force_login(region.broker)
    token, address = tokens(client)[0], reverse("partners:edit", args=[region.company.pk])
    for name in ("Een", "Twee", "Een"):
        words = {"name": name, "kind": "company", "csrfmiddlewaretoken": token}
        assert client.post(address, words).status_code == 302
    region.company.refresh_from_db()
    assert region.company.name == "Een"


def test_what_was_refused_may_be_sent_again(region):
    cache.clear()
    client = Client(enforce_csrf_checks=True)
    client.force_login(region.broker)
    token, address = tokens(client)[0], reverse("partners:notes", args=[region.company.pk])
    for words, status in (({"text": ""}, 422), ({"text": ""}, 422), ({"text": "Nu wel."}, 302)):
        assert client.post(address, words | {"csrfmiddlewaretoken": token}).status_code == status
