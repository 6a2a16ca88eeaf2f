"""The translation: writing, linking, signing, and who sees what."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from challenges import services
from challenges.models import Assignment, Challenge
from challenges.workflow import AssignmentStatus, ChallengeStatus
from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import NotNow, Refusal
from partners import roles
from tests import factories as f
from tests.helpers import PEOPLE, heard

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
