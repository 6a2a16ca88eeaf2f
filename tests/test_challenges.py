"""The rules of challenges and assignments: every transition, who may, what is told to whom."""

import itertools

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from challenges import services
from challenges.models import Assignment, Challenge
from challenges.workflow import ASSIGNMENT, CHALLENGE, AssignmentStatus, ChallengeStatus
from oil_portal.core.models import Notice, TimelineEntry
from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import NotNow, Refusal
from tests import factories as f
from tests.helpers import PEOPLE, heard

pytestmark = pytest.mark.django_db

REMARK = "Kun je zeggen hoe groot de muur is?"


def act(challenge, action, actor, remark=REMARK):
    """The service behind a transition of a challenge."""
    if action == "submit":
        return services.submit_challenge(challenge=challenge, actor=actor, remark=remark)
    if action == "withdraw":
        return services.withdraw_challenge(challenge=challenge, actor=actor, remark=remark)
    if action == "accept":
        return services.accept_challenge(challenge=challenge, actor=actor, remark=remark)
    return services.turn_down_challenge(challenge=challenge, actor=actor, action=action, remark=remark)


def answer(assignment, action, actor, remark=REMARK):
    """The service behind a transition of an assignment."""
    if action == "send":
        return services.send_assignment(assignment=assignment, actor=actor, remark=remark)
    if action == "revise":
        return services.revise_assignment(assignment=assignment, actor=actor, remark=remark)
    return services.answer_assignment(assignment=assignment, actor=actor, action=action, remark=remark)


# --- Every transition -------------------------------------------------------------------------------------------
WHO = {"submit": "contact", "withdraw": "contact", "accept": "broker", "return": "broker", "decline": "broker"}
TABLE = {
    ("returned", "submit"): "submitted",
    ("submitted", "accept"): "accepted",
    ("submitted", "return"): "returned",
    ("submitted", "decline"): "declined",
    ("returned", "decline"): "declined",
    ("accepted", "decline"): "declined",
    ("submitted", "withdraw"): "withdrawn",
    ("returned", "withdraw"): "withdrawn",
    ("accepted", "withdraw"): "withdrawn",
}


@pytest.mark.parametrize(("status", "action"), itertools.product(ChallengeStatus.values, WHO))
def test_every_transition_of_a_challenge_is_in_the_table_or_refused(region, status, action):
    challenge = f.ChallengeFactory(partner=region.company, status=status)
    actor = getattr(region, WHO[action])
    target = TABLE.get((status, action))
    if target:
        act(challenge, action, actor)
        entry = timeline_of(challenge).get()
        assert (entry.event, entry.actor, entry.remark, entry.to_status) == (action, actor, REMARK, target)
    else:
        with pytest.raises(NotNow):
            act(challenge, action, actor)
        assert not timeline_of(challenge).exists()
    challenge.refresh_from_db()
    assert challenge.status == (target or status)


@pytest.mark.parametrize("action", WHO)
def test_nobody_else_moves_a_challenge(region, action):
    source = next(status for status, name in TABLE if name == action)
    challenge = f.ChallengeFactory(partner=region.company, status=source)
    for name in PEOPLE:
        if name == WHO[action]:
            continue
        with pytest.raises(PermissionDenied):
            act(challenge, action, getattr(region, name))
    challenge.refresh_from_db()
    assert challenge.status == source
    assert not TimelineEntry.objects.exists()


SIGN_WHO = {"send": "teacher", "revise": "teacher", "agree": "contact", "ask_change": "contact"}
SIGN_TABLE = {
    ("draft", "send"): "sent",
    ("change_requested", "send"): "sent",
    ("sent", "agree"): "agreed",
    ("sent", "ask_change"): "change_requested",
    ("agreed", "revise"): "draft",
}


@pytest.mark.parametrize(("status", "action"), itertools.product(AssignmentStatus.values, SIGN_WHO))
def test_every_transition_of_an_assignment_is_in_the_table_or_refused(region, assignment, status, action):
    Assignment.objects.filter(pk=assignment.pk).update(status=status)
    actor, target = getattr(region, SIGN_WHO[action]), SIGN_TABLE.get((status, action))
    if target:
        answer(assignment, action, actor)
        assert timeline_of(assignment).get().to_status == target
    else:
        with pytest.raises(NotNow):
            answer(assignment, action, actor)
        assert not timeline_of(assignment).exists()
    assignment.refresh_from_db()
    assert assignment.status == (target or status)


@pytest.mark.parametrize("action", SIGN_WHO)
def test_nobody_else_moves_an_assignment(region, assignment, action):
    source = next(status for status, name in SIGN_TABLE if name == action)
    Assignment.objects.filter(pk=assignment.pk).update(status=source)
    for name in PEOPLE:
        if name == SIGN_WHO[action]:
            continue
        with pytest.raises(PermissionDenied):
            answer(assignment, action, getattr(region, name))
    assignment.refresh_from_db()
    assert assignment.status == source


@pytest.mark.parametrize("flow", [CHALLENGE, ASSIGNMENT])
def test_a_transition_that_asks_for_a_remark_gets_one(region, assignment, flow):
    for transition in flow.transitions:
        if transition.remark != "required":
            continue
        if flow is CHALLENGE:
            obj = f.ChallengeFactory(partner=region.company, status=transition.sources[0])
            move, actor = act, getattr(region, WHO[transition.action])
        else:
            Assignment.objects.filter(pk=assignment.pk).update(status=transition.sources[0])
            obj, move, actor = assignment, answer, getattr(region, SIGN_WHO[transition.action])
        with pytest.raises(ValidationError) as error:
            move(obj, transition.action, actor, remark="  ")
        assert "remark" in error.value.message_dict


# --- The company's question -------------------------------------------------------------------------------------
DETAILS = {
    "title": "Meet vocht in oude muren",
    "question": "Wij boren nu een gat.",
    "theme": "energy",
    "location": "lab",
}


def test_only_a_contact_of_the_partner_hands_in_for_it(region):
    challenge = services.hand_in(actor=region.contact, partner=region.company, **DETAILS)
    assert (challenge.status, challenge.contact) == ("submitted", region.contact)
    assert challenge.submitted_at
    assert timeline_of(challenge).get().event == "submit"
    assert heard(region.broker, "submit")
    for person in (region.other_contact, region.teacher, region.broker, region.newcomer):
        with pytest.raises(PermissionDenied):
            services.hand_in(actor=person, partner=region.company, **DETAILS)
    assert Challenge.objects.count() == 1


def test_a_bad_field_writes_nothing(region):
    with pytest.raises(ValidationError):
        services.hand_in(actor=region.contact, partner=region.company, **DETAILS | {"theme": "space"})
    assert not Challenge.objects.exists()


@pytest.mark.parametrize("status", ChallengeStatus.values)
def test_a_text_changes_until_a_project_opens_and_the_timeline_says_what(region, status):
    challenge = f.ChallengeFactory(partner=region.company, status=status, title="Eerst")
    if status in ("submitted", "returned", "accepted"):
        services.edit_challenge(challenge=challenge, actor=region.contact, title="Daarna")
        assert timeline_of(challenge).get().changes == {"title": ["Eerst", "Daarna"]}
    else:
        for actor in (region.contact, f.UserFactory(is_superuser=True)):
            with pytest.raises(NotNow):
                services.edit_challenge(challenge=challenge, actor=actor, title="Daarna")
    challenge.refresh_from_db()
    assert challenge.title == ("Daarna" if status in ("submitted", "returned", "accepted") else "Eerst")


def test_nobody_else_edits_a_challenge(region):
    challenge = f.ChallengeFactory(partner=region.company, accepted=True, translator=region.teacher, title="Eerst")
    for name in PEOPLE:
        if name == "contact":
            continue
        with pytest.raises(NotNow):
            services.edit_challenge(challenge=challenge, actor=getattr(region, name), title="Daarna")
    challenge.refresh_from_db()
    assert challenge.title == "Eerst"


def test_saving_without_a_change_tells_nobody(region):
    challenge = f.ChallengeFactory(partner=region.company, accepted=True, translator=region.teacher)
    services.edit_challenge(challenge=challenge, actor=region.contact, title=challenge.title)
    assert not TimelineEntry.objects.exists()


def test_an_edit_after_acceptance_reaches_the_translator_by_mail(
    region, mailoutbox, django_capture_on_commit_callbacks
):
    challenge = f.ChallengeFactory(partner=region.company, accepted=True, translator=region.teacher)
    with django_capture_on_commit_callbacks(execute=True):
        services.edit_challenge(challenge=challenge, actor=region.contact, question="Het mag ook met een gat.")
    assert heard(region.teacher, "edit")
    assert [mail.to for mail in mailoutbox] == [[region.teacher.email]]


def test_an_edit_before_acceptance_mails_nobody(region, mailoutbox, django_capture_on_commit_callbacks):
    challenge = f.ChallengeFactory(partner=region.company, submitted=True)
    with django_capture_on_commit_callbacks(execute=True):
        services.edit_challenge(challenge=challenge, actor=region.contact, question="Het mag ook met een gat.")
    assert not mailoutbox


def test_who_hears_what(region):
    challenge = f.ChallengeFactory(partner=region.company, returned=True)
    services.submit_challenge(challenge=challenge, actor=region.contact)
    assert heard(region.broker, "submit")
    services.accept_challenge(challenge=challenge, actor=region.broker, translator=region.teacher)
    assert heard(region.contact, "accept")
    assert heard(region.contact, "assign")
    assert heard(region.teacher, "assign")
    services.withdraw_challenge(challenge=challenge, actor=region.contact)
    assert heard(region.teacher, "withdraw")
    assert not Notice.objects.filter(recipient__in=[region.other_contact, region.student]).exists()


def test_a_question_of_an_unknown_organisation_waits(region):
    challenge = f.ChallengeFactory(partner__submitted=True, submitted=True)
    with pytest.raises(NotNow):
        services.accept_challenge(challenge=challenge, actor=region.broker)
    challenge.refresh_from_db()
    assert challenge.status == "submitted"


def test_a_translator_that_may_not_undoes_the_acceptance(region):
    challenge = f.ChallengeFactory(partner=region.company, submitted=True)
    with pytest.raises(Refusal):
        services.accept_challenge(challenge=challenge, actor=region.broker, translator=region.student)
    challenge.refresh_from_db()
    assert (challenge.status, challenge.translator) == ("submitted", None)


def test_a_teacher_takes_what_nobody_has_and_nothing_else(region):
    challenge = f.ChallengeFactory(partner=region.company, accepted=True)
    services.assign_translator(challenge=challenge, actor=region.teacher, translator=region.teacher)
    services.assign_translator(challenge=challenge, actor=region.teacher, translator=region.teacher)
    assert timeline_of(challenge).count() == 1
    with pytest.raises(NotNow):
        services.assign_translator(challenge=challenge, actor=region.other_teacher, translator=region.other_teacher)
    with pytest.raises(PermissionDenied):
        services.assign_translator(challenge=challenge, actor=region.other_teacher, translator=region.coordinator)
    for person in (region.contact, region.student, region.newcomer):
        with pytest.raises(PermissionDenied):
            services.assign_translator(challenge=challenge, actor=person, translator=person)
    challenge.refresh_from_db()
    assert challenge.translator == region.teacher


def test_a_broker_names_another_teacher(region):
    challenge = f.ChallengeFactory(partner=region.company, accepted=True, translator=region.teacher)
    services.assign_translator(challenge=challenge, actor=region.broker, translator=region.other_teacher)
    challenge.refresh_from_db()
    assert challenge.translator == region.other_teacher


def test_a_translator_is_chosen_after_acceptance(region):
    challenge = f.ChallengeFactory(partner=region.company, submitted=True)
    for actor in (region.broker, region.teacher):
        with pytest.raises(NotNow):
            services.assign_translator(challenge=challenge, actor=actor, translator=region.teacher)


# --- Following the projects -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("statuses", "target"),
    [
        (set(), "accepted"),
        ({"cancelled"}, "accepted"),
        ({"open"}, "published"),
        ({"open", "running", "completed"}, "published"),
        ({"running", "completed"}, "running"),
        ({"confirming"}, "running"),
        ({"completed", "cancelled"}, "completed"),
    ],
)
@pytest.mark.parametrize("status", ["accepted", "published", "running", "completed"])
def test_a_challenge_follows_its_projects(region, status, statuses, target):
    challenge = f.ChallengeFactory(partner=region.company, status=status)
    services.settle(challenge=challenge, statuses=statuses, actor=None)
    challenge.refresh_from_db()
    assert challenge.status == target
    assert timeline_of(challenge).count() == (status != target)
    assert Notice.objects.filter(recipient=region.contact).count() == (status != target)


@pytest.mark.parametrize("status", ["submitted", "returned", "declined", "withdrawn"])
def test_a_challenge_without_approval_never_opens(region, status):
    challenge = f.ChallengeFactory(partner=region.company, status=status)
    with pytest.raises(NotNow):
        services.settle(challenge=challenge, statuses={"open"}, actor=None)
