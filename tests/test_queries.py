"""Every page takes at most MOST queries, session and user included, for everybody who may open it."""

from importlib import import_module

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from oil_portal import views
from oil_portal.core.prepared import TOGETHER
from tests.access import ROLES
from tests.test_access import ROOMS

MOST = 14
# Pages that take more, with how many; one that no longer does fails the test too.
EXCEPTIONS = {"my_data_export": 20}  # a ZIP of everything: a query for each kind of which there is something


def measured(room: str, world, login) -> dict[str, tuple[int, str]]:
    """{page: (queries, by whom and where)} of the worst visit to each page; what a visit wrote is undone."""
    worst: dict[str, tuple[int, str]] = {}
    sessions = {role: login(None if role == "visitor" else getattr(world, role)).cookies for role in ROLES}
    for row in import_module(f"tests.access.{room}").ROWS:
        visitors = [role for role in ROLES if row.method == "get" and row.expected[role] == 200]
        path = row.url(world) if visitors else ""
        for role in visitors:
            client = Client()
            client.cookies.update(sessions[role])  # logged in, and nothing of the visit before
            point = transaction.savepoint()
            number = visit(client, path, row.data)
            if number > MOST:  # the first visit may fill caches
                number = visit(client, path, row.data)
            transaction.savepoint_rollback(point)
            worst[row.name] = max(worst.get(row.name, (0, "")), (number, f"{role} {path}"))
    return worst


def visit(client, path: str, data: dict) -> int:
    """How many queries it took."""
    with CaptureQueriesContext(connection) as captured:
        client.get(path, data)
    return sum(query["sql"].count(TOGETHER) + 1 for query in captured)  # several can be asked in one go


@pytest.mark.parametrize("room", ROOMS)
def test_no_page_takes_many_queries(room, world, login, monkeypatch):
    monkeypatch.setattr(views, "_worker_answers", lambda: False)  # its time-out is tested elsewhere
    worst = measured(room, world, login)
    assert worst, "no page of this room was opened"
    over = {name: found for name, found in worst.items() if found[0] > EXCEPTIONS.get(name, MOST)}
    assert not over, "\n".join(f"{name}: {number} queries, {where}" for name, (number, where) in over.items())
    done = {name for name, (number, _where) in worst.items() if name in EXCEPTIONS and number <= MOST}
    assert not done, f"no exceptions any more: {done}"
