"""Fixtures every test may use: the region with a person per role."""

import socket
import time
from email import policy
from email.parser import BytesParser
from types import SimpleNamespace

import pytest
from django.test import Client
from hypothesis import HealthCheck, settings

from oil_portal.core.models import Notice
from oil_portal.core.timeline import record
from oil_portal.demo.tables import compose_models_once
from partners.models import User
from projects import services
from projects.models import Project
from projects.services.proposal import compute
from tests import factories as f
from tests.bucket import bucket, s3_host  # noqa: F401  a bucket on this machine
from tests.round_world import closed, committing, people, place  # noqa: F401  fixtures of rounds

# A fresh clone builds its tables of letters while the first example is drawn, which says nothing of a strategy.
settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portal")
compose_models_once()  # each worker makes the tables


@pytest.fixture
def _prepared_reads_are_compared(monkeypatch):
    """Whatever a test reads by SQL that was composed before is composed anew too, and must be the same; so are fields
    of forms that were drawn before.

    For the tests that open every page as every role; for all it would cost minutes.
    """
    from oil_portal import drawn
    from oil_portal.core import prepared

    monkeypatch.setattr(prepared, "CHECKED", True)
    monkeypatch.setattr(drawn, "CHECKED", True)


@pytest.fixture(autouse=True)
def _mails_stay_here(settings, monkeypatch):
    """Celery tasks run at once inside the test; a test of the worker itself uses a real one."""
    from oil_portal.celery import app

    monkeypatch.setitem(app.conf, "task_always_eager", True)  # setattr cannot be undone on celery's settings


@pytest.fixture
def region(db) -> SimpleNamespace:
    """A small region: one company and another one, one school with a lab, Economie071, and a person per role."""
    company, other_company = f.PartnerFactory(name="Marewijk Bouw"), f.PartnerFactory(name="Kasgroei")
    school = f.PartnerFactory(
        school=True, name="mboRijnland", brin="25LN", email_domains=["mborijnland.nl", "student.mborijnland.nl"]
    )
    other_school = f.PartnerFactory(school=True, name="Hogeschool Leiden", brin="21RI", email_domains=["hsleiden.nl"])
    lab = f.PartnerFactory(lab=True, name="CIV Smart Technology", parent=school)
    network = f.PartnerFactory(network=True, name="Economie071")
    run = f.ModuleRunFactory(module__school=school, module__lab=lab)
    teacher = f.UserFactory(email="docent@mborijnland.nl", teacher=school)
    run.teachers.add(teacher)
    student = f.UserFactory(email="student@student.mborijnland.nl", student=school)
    f.EnrolmentFactory(student=student, run=run)
    return SimpleNamespace(
        company=company,
        other_company=other_company,
        school=school,
        other_school=other_school,
        lab=lab,
        network=network,
        run=run,
        goals=list(run.module.goals.all()),
        contact=f.UserFactory(email="bedrijf@mail.example", contact=company),
        other_contact=f.UserFactory(email="ander@mail.example", contact=other_company),
        teacher=teacher,
        other_teacher=f.UserFactory(email="docent@hsleiden.nl", teacher=other_school),
        student=student,
        other_student=f.UserFactory(email="ander@student.mborijnland.nl", student=school),
        coordinator=f.UserFactory(email="coordinator@mborijnland.nl", coordinator=school),
        broker=f.UserFactory(email="makelaar@mail.example", broker=network),
        newcomer=f.UserFactory(email="nieuw@mail.example"),
    )


@pytest.fixture
def world(region) -> SimpleNamespace:
    """The region with one object of each kind in the stages that matter."""
    goals, teacher, company = region.goals, region.teacher, region.company
    accepted = {"partner": company, "contact": region.contact, "translator": teacher}

    def assignment(**traits):
        return f.AssignmentFactory(challenge=f.ChallengeFactory(accepted=True, **accepted), goals=goals, **traits)

    def project(**traits):
        return f.ProjectFactory(
            assignment__challenge__partner=company,
            assignment__challenge__translator=teacher,
            assignment__goals=goals,
            run=region.run,
            lab=region.lab,
            coach=teacher,
            **traits,
        )

    running, confirming = project(running=True), project(confirming=True)
    for made in (running, confirming):
        f.ApplicationFactory(project=made, student=region.student, placed=True)
    f.AchievementFactory(project=confirming, student=region.student, goal=goals[0])
    open_project, completed = project(), project(completed=True)
    f.OutcomeFactory(project=completed)
    public = f.ChallengeFactory(accepted=True, **accepted)
    draft = f.DraftFactory(author=region.contact, partner=company)
    round_ = f.MatchingRoundFactory(open=True, school=region.school, runs=[region.run])
    f.RoundProjectFactory(round=round_, project=project())
    friends = f.FriendGroupFactory(round=round_, made_by=region.student)
    f.ParticipantFactory(round=round_, student=region.student, group=friends)
    region.__dict__.update(closed_round(region, project()))
    region.__dict__.update(
        admin=User.objects.create_superuser("beheer@mail.example", first_name="Bo", last_name="Beheer"),
        challenge_returned=f.ChallengeFactory(returned=True, partner=company, contact=region.contact),
        draft=draft,
        attachment=f.AttachmentFactory(challenge=public),
        attachment_draft=f.AttachmentFactory(draft=draft),
        remark=f.RemarkFactory(challenge=public, author=region.broker),
        question=f.QuestionFactory(challenge=public, asker=region.student),
        upload=f.UploadFactory(by=region.contact),
        contribution=f.ContributionFactory(project=running, partner=company, by=region.contact),
        project_completed=completed,
        challenge_submitted=f.ChallengeFactory(submitted=True, partner=company, contact=region.contact),
        challenge=public,
        challenge_unclaimed=f.ChallengeFactory(accepted=True, partner=company, contact=region.contact),
        assignment=assignment(),
        assignment_sent=assignment(sent=True),
        assignment_agreed=assignment(agreed=True),
        project=open_project,
        project_running=running,
        project_confirming=confirming,
        round=round_,
        friends=friends,
        profile=f.ProfileFactory(student=region.student),
        application=f.ApplicationFactory(project=open_project, student=region.student),
        module=region.run.module,
        invitation=f.InvitationFactory(partner=company, invited_by=region.contact),
        card=f.ProjectCardFactory(),
        goal_import=f.GoalImportFactory(by=region.coordinator),
        call=f.CallFactory(goal=goals[0], by=teacher, partners=[company]),
        partner_submitted=f.PartnerFactory(submitted=True),
        membership_requested=f.MembershipFactory(partner=company, requested=True),
    )
    return region


def closed_round(region, project: Project) -> dict:
    """A round with one project and one student, closed, with a proposal that could be published; and a draft one."""
    found = f.MatchingRoundFactory(closed=True, school=region.school, runs=[region.run])
    entry = f.RoundProjectFactory(round=found, project=project)
    f.ParticipantFactory(round=found, student=region.student, ranks={project: 1})
    proposal = f.ProposalFactory(round=found)
    compute(proposal_id=proposal.pk)
    return {
        "round_closed": found,
        "round_draft": f.MatchingRoundFactory(school=region.school, runs=[region.run]),
        "entry_closed": entry,
        "project_closed": project,
        "proposal": proposal,
        "coach_limit": f.CoachLimitFactory(round=found, coach=region.teacher),
    }


@pytest.fixture
def login():
    """login(user) -> a test client that is logged in as that user; login(None) -> a visitor's."""

    def client_for(user) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return client_for


class SmtpServer:
    """A real SMTP server on loopback that keeps what it gets."""

    def __init__(self) -> None:
        self.messages = []

    async def handle_DATA(self, server, session, envelope):  # aiosmtpd's name
        self.messages.append((envelope.rcpt_tos, BytesParser(policy=policy.default).parsebytes(envelope.content)))
        return "250 OK"

    def messages_to(self, address: str) -> list:
        return [message for recipients, message in self.messages if address in recipients]

    def wait_for(self, address: str, seconds: float = 15):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := self.messages_to(address):
                return found[0]
            time.sleep(0.05)
        raise AssertionError(f"no mail for {address}; got {[to for to, _m in self.messages]}")

    def settle(self, seconds: float = 1.0) -> None:
        """Wait until no mail came for this long."""
        count = -1
        while count != len(self.messages):
            count = len(self.messages)
            time.sleep(seconds)


@pytest.fixture
def smtp_server(settings):
    from aiosmtpd.controller import Controller

    handler = SmtpServer()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield handler
    controller.stop()


@pytest.fixture
def worker(transactional_db, monkeypatch):
    """A real Celery worker on the real Redis, in a thread so that it sees the test's database."""
    from celery.contrib.testing.worker import start_worker

    from oil_portal.celery import app

    monkeypatch.setitem(app.conf, "task_always_eager", False)
    app.control.purge()
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=20):
        yield app


@pytest.fixture
def project(region) -> Project:
    """An open project of the region."""
    return f.ProjectFactory(
        run=region.run,
        lab=region.lab,
        coach=region.teacher,
        assignment__goals=region.goals,
        assignment__challenge__partner=region.company,
        assignment__challenge__translator=region.teacher,
    )


@pytest.fixture
def make(region):
    """make(running=True, …) -> a project of the region, about the goals of the student's module."""

    def project(goals=None, challenge=None, **traits) -> Project:
        challenge = {"partner": region.company, "translator": region.teacher, **(challenge or {})}
        return f.ProjectFactory(
            run=region.run,
            lab=region.lab,
            coach=region.teacher,
            assignment__goals=region.goals if goals is None else goals,
            **{f"assignment__challenge__{name}": value for name, value in challenge.items()},
            **traits,
        )

    return project


@pytest.fixture
def assignment(region):
    """A draft of the region's teacher on a challenge of the region's company, with three goals."""
    return f.AssignmentFactory(
        challenge__partner=region.company, challenge__translator=region.teacher, goals=region.goals
    )


@pytest.fixture
def news(region):
    """news(user, number) -> notices for that user."""
    challenge = f.ChallengeFactory(partner=region.company)

    def tell(user, number: int = 1) -> None:
        for _each in range(number):  # not by notify, which tells the same news once
            Notice.objects.create(recipient=user, entry=record(challenge, "write", actor=None))

    return tell


@pytest.fixture
def few_are_weighed(monkeypatch):
    """few_are_weighed(4): as where there are thousands of projects."""
    from oil_portal.core import prepared

    def weigh(most: int) -> None:
        monkeypatch.setattr("projects.fitting.MOST", most)
        monkeypatch.setattr("projects.fitting.FIRST_FEW", most)
        prepared.forget()

    yield weigh
    prepared.forget()


@pytest.fixture
def keeping_figures(settings, request, monkeypatch):
    """Figures are kept, in a memory of the test's own: the tests' other process may be at the same figures. No worker
    is there to wait for.
    """
    name = request.node.nodeid
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}}
    settings.FIGURES_KEPT = 300
    monkeypatch.setattr("oil_portal.core.kept.PATIENCE", 0.1)


@pytest.fixture
def year(region):
    """A lively year with a grant from March on; it is the moment of the report's tests."""
    from oil_portal.core import clock
    from reports.models import Grant
    from tests.factories_report import NOW, lively

    Grant.objects.create(funder="Regio", starts="2026-03-01", ends="2027-02-28", amount=100000, hour_rate="45.33")
    with clock.at(NOW):
        yield lively(region)


@pytest.fixture
def confirming(region, make):
    """A project with the student placed that is being wrapped up."""
    project = make(running=True)
    f.ApplicationFactory(project=project, student=region.student, placed=True)
    services.wrap_up(project=project, actor=region.teacher)
    return project
