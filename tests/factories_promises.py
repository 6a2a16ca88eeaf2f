"""A promise of each kind, made and answered by the services."""

from datetime import UTC, date, datetime, timedelta

from challenges import services as challenges
from challenges.services.talk import answer_question, ask
from oil_portal.core import clock, promises
from oil_portal.core.models import Promise
from partners import services as partners
from projects import services as projects
from tests import factories as f

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


def at(day: date):
    return clock.at(datetime(day.year, day.month, day.day, 10, tzinfo=UTC))


def submitted(region):
    returned = f.ChallengeFactory(returned=True, partner=region.company, contact=region.contact)
    return challenges.submit_challenge(challenge=returned, actor=region.contact)


def sent(region):
    made = f.AssignmentFactory(
        challenge__accepted=True, challenge__partner=region.company, challenge__contact=region.contact,
        challenge__translator=region.teacher, goals=region.goals,
    )  # fmt: skip
    return challenges.send_assignment(assignment=made, actor=region.teacher)


def question(region):
    challenge = f.ChallengeFactory(accepted=True, partner=region.company, translator=region.teacher)
    return ask(challenge=challenge, actor=region.student, text="Hoe diep is het gat?")


def requested(region):
    return partners.request_membership(actor=region.newcomer, partner=region.company, role="contact")


def registered(region):
    return partners.register_partner(actor=region.newcomer, name="Nieuw Bedrijf", kind="company", kvk="12345678")


def running(region):
    return f.ProjectFactory(
        running=True, assignment__challenge__partner=region.company, assignment__challenge__translator=region.teacher,
        run=region.run, coach=region.teacher, starts=clock.today() - timedelta(days=9),
        closing_date=clock.today() - timedelta(days=20), ends=clock.today() + timedelta(days=60),
    )  # fmt: skip


def stated(region):
    project = running(region)
    return projects.give(project=project, actor=region.contact, partner=region.company, day=clock.today(), hours="2.00")


def applied(region):
    project = f.ProjectFactory(run=region.run, coach=region.teacher, closing_date=clock.today() + timedelta(days=10))
    return projects.apply(project=project, actor=region.student, motivation="Ik wil dit graag leren.")


def invited(region):
    return partners.invite(actor=region.contact, partner=region.company, email="gast@mail.example", role="contact")


KINDS = {
    "challenges.challenge:submitted": (submitted, "broker", None),
    "challenges.assignment:sent": (sent, "company", "company"),
    "challenges.question:asked": (question, "company", "company"),
    "partners.membership:requested": (requested, "company", "company"),
    "partners.partner:submitted": (registered, "broker", None),
    "projects.contribution:stated": (stated, "school", "school"),
    "projects.application:submitted": (applied, "school", "school"),
    "partners.invitation:sent": (invited, "person", None),
}
ANSWERS = {
    "challenges.challenge:submitted": lambda r, o: challenges.accept_challenge(challenge=o, actor=r.broker),
    "challenges.assignment:sent": lambda r, o: challenges.answer_assignment(
        assignment=o, actor=r.contact, action="agree"
    ),
    "challenges.question:asked": lambda r, o: answer_question(question=o, actor=r.contact, text="Diep.", public=True),
    "partners.membership:requested": lambda r, o: partners.answer_membership(
        membership=o, actor=r.contact, action="confirm"
    ),
    "partners.partner:submitted": lambda r, o: partners.review_partner(partner=o, actor=r.broker, action="accept"),
    "projects.contribution:stated": lambda r, o: projects.confirm_contributions(given=[o], actor=r.teacher),
    "projects.application:submitted": lambda r, o: projects.decline(application=o, actor=r.teacher, remark="Vol."),
    "partners.invitation:sent": lambda r, o: partners.refuse_invitation(invitation=o),
}


def make(region, kind):
    obj = KINDS[kind][0](region)
    return obj, Promise.objects.of(obj).open().get()


def token_page(promise, user) -> str:
    return promises.answer_url(promise, user)
