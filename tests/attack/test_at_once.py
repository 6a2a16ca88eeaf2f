"""The main verbs by two at the same time, over connections of their own: one of them counts, whatever the order.

Applying and placing race in tests/test_last_seat.py, confirming hours in tests/test_contribution_races.py.
"""

from collections import Counter
from datetime import timedelta

import pytest

from challenges.models import Assignment, Challenge
from challenges.services import answer_assignment, turn_down_challenge
from oil_portal.answers import beat
from oil_portal.core import clock
from oil_portal.core.models import Promise
from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import Refusal
from partners import services as partners
from partners.models import Invitation, Membership
from projects.models import Application, MatchingRound
from projects.services import publication
from reports.models import Snapshot
from reports.period import Period
from reports.services import freeze
from tests import factories as f
from tests.conftest import closed_round
from tests.factories_promises import MONDAY, at, sent
from tests.test_last_seat import at_once, fresh

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 5


def counted(results: list) -> Counter:
    return Counter("no" if isinstance(result, Refusal) else "yes" for result in results)


def test_five_answers_at_once_are_one(region):
    assignment = sent(region)
    people = [fresh(region.contact.pk) for _each in range(CROWD)]

    def answer(person):
        copy = Assignment.objects.get(pk=assignment.pk)
        return lambda: answer_assignment(assignment=copy, actor=person, action="agree", remark="")

    assert counted(at_once([answer(person) for person in people])) == {"yes": 1, "no": CROWD - 1}
    assert timeline_of(assignment).filter(event="agree").count() == 1
    assert Promise.objects.filter(kind="challenges.assignment:sent", answered_at__isnull=False).count() == 1


@pytest.mark.parametrize("turn", range(4))
def test_an_answer_while_the_beat_closes_is_one_or_the_other(region, turn):
    with clock.at(MONDAY):
        assignment = sent(region)
    promise = Promise.objects.get(kind="challenges.assignment:sent")
    day = clock.working_days_after(promise.due, beat.GRACE + 1, school=promise.school)
    copy, contact = Assignment.objects.get(pk=assignment.pk), fresh(region.contact.pk)

    def answer():
        with at(day):
            return answer_assignment(assignment=copy, actor=contact, action="agree", remark="")

    def close():
        with at(day):
            return beat.close()

    at_once([answer, close])
    promise.refresh_from_db()
    assignment.refresh_from_db()
    assert bool(promise.answered_at) != bool(promise.lapsed_at)
    assert (assignment.status == "agreed") == bool(promise.answered_at)
    assert timeline_of(assignment).filter(event="agree").count() == int(bool(promise.answered_at))


def test_one_invitation_lets_one_in(region):
    invitation = f.InvitationFactory(partner=region.company, invited_by=region.contact)
    people = [fresh(f.UserFactory().pk) for _each in range(CROWD)]

    def accept(person):
        copy = Invitation.objects.get(pk=invitation.pk)
        return lambda: partners.accept_invitation(invitation=copy, actor=person)

    assert counted(at_once([accept(person) for person in people])) == {"yes": 1, "no": CROWD - 1}
    assert Membership.objects.filter(user__in=people).count() == 1


def test_one_person_presses_five_times_and_belongs_once(region):
    asked = [fresh(region.newcomer.pk) for _each in range(CROWD)]

    def ask(person):
        return lambda: partners.request_membership(actor=person, partner=region.company, role="contact")

    at_once([ask(person) for person in asked])
    assert Membership.objects.filter(user=region.newcomer).count() == 1


def test_two_decisions_about_one_question_are_one(region):
    challenge = f.ChallengeFactory(submitted=True, partner=region.company, contact=region.contact)
    brokers = [fresh(region.broker.pk), fresh(f.UserFactory(broker=region.network).pk)]

    def decide(person):
        copy = Challenge.objects.get(pk=challenge.pk)
        return lambda: turn_down_challenge(challenge=copy, actor=person, action="return", remark="Zo is het.")

    assert counted(at_once([decide(person) for person in brokers])) == {"yes": 1, "no": 1}
    assert timeline_of(challenge).filter(event="return").count() == 1


def test_a_round_is_published_once(region):
    project = f.ProjectFactory(run=region.run, lab=region.lab, coach=region.teacher, min_size=1)
    made = closed_round(region, project)
    round_, proposal = made["round_closed"], made["proposal"]
    people = [fresh(region.coordinator.pk) for _each in range(CROWD)]

    def publish(person):
        copy = MatchingRound.objects.get(pk=round_.pk)
        return lambda: publication.publish(round_=copy, proposal=copy.proposals.get(pk=proposal.pk), actor=person)

    assert counted(at_once([publish(person) for person in people])) == {"yes": 1, "no": CROWD - 1}
    assert Application.objects.filter(matching_round=round_, status="placed").count() <= 1
    assert timeline_of(round_).filter(event="publish").count() == 1


def test_a_quarter_is_frozen_once(region):
    with clock.at(clock.now() - timedelta(days=400)):
        f.PartnerFactory(name="Al lang")
    people = [fresh(region.broker.pk) for _each in range(CROWD)]
    period = Period.last_full()

    def keep(person):
        return lambda: freeze(period=period, actor=person)

    assert counted(at_once([keep(person) for person in people])) == {"yes": 1, "no": CROWD - 1}
    assert Snapshot.objects.count() == 1
