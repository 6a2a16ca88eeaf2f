"""Every address × every role. A URL without a row fails, and so does a row without a URL."""
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.urls import URLPattern, get_resolver

from oil_portal import views
from partners.models import User
from tests import factories as f
from tests.access import ROLES

ROOMS = ("oil_portal", "partners", "modules", "challenges", "projects")
NOT_OURS = {"admin", "account"}  # Django's and allauth's own pages have their tests below
TABLE = [row for room in ROOMS for row in import_module(f"tests.access.{room}").ROWS]


@pytest.fixture
def world(region) -> SimpleNamespace:
    """The region with one object of each kind in the stages that matter."""
    goals, teacher, company = region.goals, region.teacher, region.company
    accepted = {"partner": company, "contact": region.contact, "translator": teacher}

    def assignment(**traits):
        return f.AssignmentFactory(challenge=f.ChallengeFactory(accepted=True, **accepted), goals=goals, **traits)

    def project(**traits):
        made = f.ProjectFactory(
            assignment__challenge__partner=company,
            assignment__challenge__translator=teacher,
            assignment__goals=goals,
            run=region.run,
            lab=region.lab,
            coach=teacher,
            **traits,
        )
        return made

    running, confirming = project(running=True), project(confirming=True)
    for made in (running, confirming):
        f.ApplicationFactory(project=made, student=region.student, placed=True)
    f.AchievementFactory(project=confirming, student=region.student, goal=goals[0])
    open_project = project()
    region.__dict__.update(
        admin=User.objects.create_superuser("beheer@mail.example", first_name="Bo", last_name="Beheer"),
        challenge_draft=f.ChallengeFactory(partner=company, contact=region.contact),
        challenge_submitted=f.ChallengeFactory(submitted=True, partner=company, contact=region.contact),
        challenge=f.ChallengeFactory(accepted=True, **accepted),
        challenge_unclaimed=f.ChallengeFactory(accepted=True, partner=company, contact=region.contact),
        assignment=assignment(),
        assignment_sent=assignment(sent=True),
        assignment_agreed=assignment(agreed=True),
        project=open_project,
        project_running=running,
        project_confirming=confirming,
        application=f.ApplicationFactory(project=open_project, student=region.student),
        module=region.run.module,
        invitation=f.InvitationFactory(partner=company, invited_by=region.contact),
        card=f.ProjectCardFactory(),
        partner_submitted=f.PartnerFactory(submitted=True),
        membership_requested=f.MembershipFactory(partner=company, requested=True),
    )
    return region


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.method} {row.name}")
def test_every_role_gets_its_answer(row, world, login, monkeypatch):
    monkeypatch.setattr(views, "_worker_answers", lambda: False)  # its time-out is tested elsewhere
    path, answers = row.url(world), {}
    from django.db import transaction

    for role in ROLES:
        client = login(None if role == "visitor" else getattr(world, role))
        point = transaction.savepoint()  # a POST by one role must not change the world of the next
        answers[role] = getattr(client, row.method)(path, row.data).status_code
        transaction.savepoint_rollback(point)
    assert answers == row.expected, path


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


@pytest.mark.parametrize("page", ["email/", "password/change/", "logout/", "reauthenticate/"])
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
