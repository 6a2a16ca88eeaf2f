"""The demo's data: made through the services, the same every time, and nothing in it waits for ever."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from challenges.models import Challenge, Draft
from challenges.workflow import ChallengeStatus
from oil_portal.core import clock
from oil_portal.core.models import Letter, Notice, TimelineEntry
from oil_portal.demo.accounts import ACCOUNTS
from oil_portal.demo.mails import FORGOT, NEW, somebody_at_the_door
from partners.models import Collaboration, Partner, ProjectCard, User
from projects import matching
from projects.models import Application, MatchingRound, Outcome, Project
from projects.rounds import instance_of, turnout
from tests import factories as f

KINDS = {"partners/email/invitation", "challenges/email/claim", "core/email/notice"}


def test_seeding_outside_the_demo_is_refused(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("seed_demo")


def test_the_demo(db, settings, capsys):
    settings.DEMO = True
    call_command("seed_demo")
    assert Partner.objects.filter(kind="company").count() == 27  # 26 of the demo and Inventeers
    assert Challenge.objects.count() + Draft.objects.count() == 71  # thirty of them in the matching round
    assert User.objects.filter(memberships__role="student").distinct().count() == 120
    assert User.objects.filter(memberships__role="teacher").distinct().count() == 15
    statuses = Counter(Project.objects.values_list("status", flat=True))
    assert statuses == {"open": 38, "running": 4, "confirming": 2, "completed": 4, "cancelled": 1}
    assert Outcome.objects.count() == 4
    assert set(Challenge.objects.values_list("status", flat=True)) == set(ChallengeStatus.values)
    everything_obeys()
    the_round_can_be_solved()
    assert mail.outbox == []  # letters wait for the demo's worker
    assert set(Letter.objects.values_list("template", flat=True)) >= KINDS
    before = TimelineEntry.objects.count()
    call_command("seed_demo")
    assert TimelineEntry.objects.count() == before
    assert "The demo data is there." in capsys.readouterr().out


def the_round_can_be_solved():
    """Students are choosing, and those who chose would all get a seat."""
    round_ = MatchingRound.objects.get(status="open")
    found = turnout(round_, round_.entries.select_related("project"))
    assert (found["total"], found["ranked"], found["projects"]) == (120, 112, 30)
    proposal = matching.solve(instance_of(round_))
    assert proposal.proven and len(proposal.seats) >= 110
    assert round_.groups.count() == 6 and round_.participants.filter(load=1).exists()


def everything_obeys():
    """What must hold of any portal holds of the demo."""
    assert not TimelineEntry.objects.filter(created_at__gt=clock.now()).exists()
    assert not Application.objects.filter(status="submitted").exclude(project__status="open").exists()
    for project in Project.objects.with_counts():
        assert project.placed <= project.max_size
        if project.status in ("running", "confirming", "completed"):
            assert project.placed >= project.min_size
        if project.status == "open":
            assert project.closing_date >= clock.today()
    long_ago = clock.now() - timedelta(days=8)
    assert not Notice.objects.filter(told_at=None, entry__created_at__lt=long_ago).exists()
    for account in ACCOUNTS.values():
        assert User.objects.filter(email=account.email).exists(), account.email
    assert Collaboration.objects.count() == 3
    assert ProjectCard.objects.get().collaboration.name == "Open Innovatie Lab"


def test_somebody_signs_up_and_somebody_forgot_a_password_once(db, settings):
    """So that *Postvak* shows these mails too, with links to where the demo runs."""
    settings.SITE_URL = "http://localhost:8123"
    f.UserFactory(email=FORGOT)
    for _start in range(2):
        somebody_at_the_door()
    assert [message.to[0] for message in mail.outbox] == [NEW["email"], FORGOT]
    assert all("http://localhost:8123/account/" in message.body for message in mail.outbox)
