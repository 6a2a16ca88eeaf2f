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
from partners import roles
from tests import factories as f

pytestmark = pytest.mark.django_db

PEOPLE = ("contact", "other_contact", "teacher", "other_teacher", "student", "coordinator", "broker", "newcomer")
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


def heard(person, event):
    """Whether somebody has a notice of an event."""
    return Notice.objects.filter(recipient=person, entry__event=event).exists()


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


@pytest.fixture
def assignment(region):
    """A draft of the region's teacher on a challenge of the region's company, with three goals."""
    return f.AssignmentFactory(
        challenge__partner=region.company, challenge__translator=region.teacher, goals=region.goals
    )


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


# --- The translation --------------------------------------------------------------------------------------------
TEXT = {"title": "Bouw een meter", "summary": "Zonder gat.", "text": "Jullie bouwen.", "level": 4, "hours": 80}


def test_only_the_translator_writes_and_only_after_acceptance(region):
    challenge = f.ChallengeFactory(partner=region.company, accepted=True, translator=region.teacher)
    for name in PEOPLE:
        if name == "teacher":
            continue
        with pytest.raises(PermissionDenied):
            services.write_assignment(challenge=challenge, actor=getattr(region, name), **TEXT)
    assignment = services.write_assignment(challenge=challenge, actor=region.teacher, **TEXT)
    assert (assignment.status, assignment.version) == ("draft", 1)
    declined = f.ChallengeFactory(partner=region.company, declined=True, translator=region.teacher)
    with pytest.raises(NotNow):
        services.write_assignment(challenge=declined, actor=region.teacher, **TEXT)


@pytest.mark.parametrize("hours", [0, 7, 1681])
def test_hours_are_possible(region, hours):
    challenge = f.ChallengeFactory(partner=region.company, accepted=True, translator=region.teacher)
    with pytest.raises(ValidationError):
        services.write_assignment(challenge=challenge, actor=region.teacher, **TEXT | {"hours": hours})


@pytest.mark.parametrize("status", AssignmentStatus.values)
def test_text_and_goals_change_only_while_the_teacher_writes(region, assignment, status):
    Assignment.objects.filter(pk=assignment.pk).update(status=status)
    goal, linked = f.LearningGoalFactory(), region.goals[0]
    acts = [
        lambda actor: services.edit_assignment(assignment=assignment, actor=actor, title="Anders"),
        lambda actor: services.link_goal(assignment=assignment, actor=actor, goal=goal),
        lambda actor: services.unlink_goal(assignment=assignment, actor=actor, goal=linked),
    ]
    for change in acts:
        if status in ("draft", "change_requested"):
            change(region.teacher)
            continue
        for actor in (region.teacher, region.contact, f.UserFactory(is_superuser=True)):
            with pytest.raises(NotNow):
                change(actor)
    written = status in ("draft", "change_requested")
    assignment.refresh_from_db()
    assert (assignment.title == "Anders") is written
    assert timeline_of(assignment).count() == (3 if written else 0)


def test_goals_keep_the_teachers_order(region, assignment):
    first, second, third = region.goals
    fourth = f.LearningGoalFactory()
    services.unlink_goal(assignment=assignment, actor=region.teacher, goal=second)
    for goal in (fourth, second, second):
        services.link_goal(assignment=assignment, actor=region.teacher, goal=goal)
    services.unlink_goal(assignment=assignment, actor=region.teacher, goal=f.LearningGoalFactory())
    assert [link.goal for link in assignment.links.all()] == [first, third, fourth, second]
    assert timeline_of(assignment).count() == 3
    for person in (region.contact, region.other_teacher, region.broker):
        with pytest.raises(NotNow):
            services.link_goal(assignment=assignment, actor=person, goal=f.LearningGoalFactory())


def test_an_assignment_without_goals_is_not_sent(region, assignment):
    assignment.links.all().delete()
    with pytest.raises(Refusal):
        services.send_assignment(assignment=assignment, actor=region.teacher)
    assignment.refresh_from_db()
    assert assignment.status == "draft"


def test_a_new_version_needs_a_new_signature(region, assignment):
    services.send_assignment(assignment=assignment, actor=region.teacher)
    assert heard(region.contact, "send")
    services.answer_assignment(assignment=assignment, actor=region.contact, action="agree")
    assert heard(region.teacher, "agree")
    assert (assignment.agreed_by, assignment.version) == (region.contact, 1)
    assert assignment.agreed_at
    services.revise_assignment(assignment=assignment, actor=region.teacher)
    assert heard(region.contact, "revise")
    assignment.refresh_from_db()
    assert (assignment.version, assignment.status, assignment.agreed_by, assignment.agreed_at) == (
        2, "draft", None, None,
    )  # fmt: skip
    services.edit_assignment(assignment=assignment, actor=region.teacher, title="Anders")
    with pytest.raises(NotNow):
        services.answer_assignment(assignment=assignment, actor=region.contact, action="agree")


# --- Who sees what ----------------------------------------------------------------------------------------------
PUBLIC = {"accepted", "published", "running", "completed"}


@pytest.mark.parametrize("status", ChallengeStatus.values)
def test_who_sees_a_challenge(region, status):
    challenge = f.ChallengeFactory(partner=region.company, status=status, translator=region.teacher)
    seen = {
        name for name in PEOPLE if Challenge.objects.visible_to(getattr(region, name)).filter(pk=challenge.pk).exists()
    }
    assert seen == (set(PEOPLE) if status in PUBLIC else {"contact", "teacher", "broker"})


def test_who_sees_an_assignment(region, assignment):
    seen = {name for name in PEOPLE if Assignment.objects.visible_to(getattr(region, name)).exists()}
    allowed = {name for name in PEOPLE if getattr(region, name).has_perm("challenges.see_assignment", assignment)}
    assert seen == allowed == {"contact", "teacher", "other_teacher", "coordinator", "broker"}


def test_words_of_a_confidential_challenge_are_not_found(region):
    f.ChallengeFactory(title="Meet de muur", question="Onze geheime steen brokkelt.", accepted=True, confidential=True)
    f.ChallengeFactory(title="Meet het dak", question="Ons dak van steen lekt.", accepted=True)
    assert [str(one) for one in Challenge.objects.search("steen")] == ["Meet het dak"]
    assert Challenge.objects.search("muren").count() == 1  # Dutch stems


@pytest.mark.parametrize("text", ["", "'", "!&|", "a & b", "<->", "²", ":*", "é è", "x" * 100, "mu ur "])
def test_a_search_never_fails(region, text):
    assert list(Challenge.objects.search(text)) == []


def test_a_contact_who_left_sees_nothing_more(region):
    challenge = f.ChallengeFactory(partner=region.company)
    region.contact.memberships.update(status="ended")
    roles.forget(region.contact)
    assert not Challenge.objects.visible_to(region.contact).filter(pk=challenge.pk).exists()
