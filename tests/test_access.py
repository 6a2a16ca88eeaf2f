"""Every address × every role. A URL without a row fails, and so does a row without a URL."""

from importlib import import_module

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from oil_portal import views
from tests.access import ROLES

pytestmark = pytest.mark.usefixtures("_prepared_reads_are_compared")
ROOMS = ("oil_portal", "sign_in", "partners", "modules", "challenges", "projects", "rounds", "reports", "business_case")
NOT_OURS = {"admin", "account"}  # Django's and allauth's own pages have their tests below
TABLE = [row for room in ROOMS for row in import_module(f"tests.access.{room}").ROWS]


@pytest.mark.parametrize("room", ROOMS)
def test_every_role_gets_its_answer(room, world, login, monkeypatch):
    """One world per room; what a POST changed is undone before the next role comes."""
    monkeypatch.setattr(views, "_worker_answers", lambda: False)  # its time-out is tested elsewhere
    sessions = {role: login(None if role == "visitor" else getattr(world, role)).cookies for role in ROLES}
    wrong = []
    for row in import_module(f"tests.access.{room}").ROWS:
        path = row.url(world)
        for role in ROLES:
            client = Client()
            client.cookies.update(sessions[role])  # logged in, and nothing of the visit before
            point = transaction.savepoint()
            answer = getattr(client, row.method)(path, row.data).status_code
            transaction.savepoint_rollback(point)
            if answer != row.expected[role]:
                wrong.append(f"{row.method} {row.name} {path} as {role}: {answer}, not {row.expected[role]}")
    assert not wrong, "\n".join(wrong)


def names(patterns, prefix: str = "") -> set[str]:
    found = set()
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            found.add(f"{prefix}{pattern.name}")
        elif pattern.namespace not in NOT_OURS and "allauth" not in str(pattern.urlconf_name):
            space = f"{pattern.namespace}:" if pattern.namespace else prefix
            found |= names(pattern.url_patterns, space)
    return found


def test_every_url_has_a_row():
    assert names(get_resolver().url_patterns) == {row.name for row in TABLE}


def test_every_row_names_every_role():
    for row in TABLE:
        assert set(row.expected) == set(ROLES), row.name


ACCOUNT_PAGES = ["login/", "signup/", "password/reset/", "confirm-email/", "inactive/", "password/reset/done/"]


@pytest.mark.parametrize("page", ACCOUNT_PAGES)
def test_account_pages_are_open(page, client, db):
    assert client.get(f"/account/{page}").status_code == 200


ASK = ["email/", "password/change/", "logout/", "reauthenticate/", "school/"]
SECOND_STEP = [
    "", "authenticate/", "reauthenticate/", "totp/activate/", "totp/deactivate/", "recovery-codes/",
    "recovery-codes/generate/", "recovery-codes/download/", "webauthn/", "webauthn/add/", "webauthn/reauthenticate/",
    "webauthn/keys/1/edit/", "webauthn/keys/1/remove/",
]  # fmt: skip


@pytest.mark.parametrize("page", ASK + [f"beveiliging/{page}" for page in SECOND_STEP])
def test_pages_of_an_account_ask_for_a_log_in(page, client, db):
    assert client.get(f"/account/{page}").status_code == 302


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_the_admin_site_is_for_staff(role, world, login):
    assert login(None if role == "visitor" else getattr(world, role)).get("/beheer/").status_code == 302


def test_every_admin_list_opens(world, login):
    from django.contrib import admin
    from django.urls import reverse

    client = login(world.admin)
    for model in admin.site._registry:
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert client.get(path).status_code == 200, path
