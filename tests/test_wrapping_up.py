"""Confirming goals, the outcome, and what people see of it."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import NotNow, Refusal
from partners import roles
from projects import services
from projects.goals import Reader
from projects.models import Achievement, Application, Outcome, Project
from tests import factories as f


# --- Confirming goals -------------------------------------------------------------------------------------------
@pytest.fixture
def confirming(region, project) -> Project:
    for student in (region.student, region.other_student):
        f.ApplicationFactory(project=project, student=student, placed=True)
    f.ApplicationFactory(project=project, declined=True)
    services.start_project(project=project, actor=region.teacher)
    services.wrap_up(project=project, actor=region.teacher)
    return project


def test_wrapping_up_asks_of_each_placed_student_each_goal(region, confirming):
    pairs = set(confirming.achievements.values_list("student", "goal"))
    assert pairs == {
        (student.pk, goal.pk) for student in (region.student, region.other_student) for goal in region.goals
    }


def test_a_goal_counts_when_all_three_say_so(region, confirming):
    row, unsure, *_others = confirming.achievements.filter(student=region.student).order_by("pk")
    said = [(region.student, "student"), (region.teacher, "teacher"), (region.contact, "company")]
    for number, (actor, side) in enumerate(said, 1):
        reached = {row.pk} if side == "company" else {row.pk, unsure.pk}
        services.confirm_goals(project=confirming, actor=actor, side=side, reached=reached)
        row.refresh_from_db()
        assert row.achieved is (number == 3)
    unsure.refresh_from_db()
    assert (unsure.company_says, unsure.achieved) == (False, False)
    assert Reader(region.student).achieved == {row.goal_id}
    services.confirm_goals(project=confirming, actor=region.contact, side="company", reached=set())
    row.refresh_from_db()
    assert row.achieved is False


@pytest.mark.parametrize("says", [(s, t, c) for s in (None, False, True) for t in (None, False, True)
                                  for c in (None, False, True)])  # fmt: skip
def test_the_database_itself_says_when_a_goal_is_achieved(db, says):
    row = f.AchievementFactory(student_says=says[0], teacher_says=says[1], company_says=says[2])
    assert Achievement.objects.get(pk=row.pk).achieved is (says == (True, True, True))


def test_a_student_speaks_for_itself(region, confirming):
    every = set(confirming.achievements.values_list("pk", flat=True))
    services.confirm_goals(project=confirming, actor=region.student, side="student", reached=every)
    assert set(confirming.achievements.filter(student_says=True).values_list("student", flat=True)) == {
        region.student.pk
    }
    assert set(confirming.achievements.filter(student_says=None).values_list("student", flat=True)) == {
        region.other_student.pk
    }


def test_goals_of_another_project_are_left_alone(region, confirming):
    other = f.AchievementFactory()
    services.confirm_goals(project=confirming, actor=region.teacher, side="teacher", reached={other.pk})
    other.refresh_from_db()
    assert other.teacher_says is None


@pytest.mark.parametrize(
    ("role", "side"),
    [
        ("student", "teacher"),
        ("student", "company"),
        ("teacher", "company"),
        ("teacher", "student"),
        ("contact", "teacher"),
        ("other_contact", "company"),
        ("other_teacher", "teacher"),
        ("broker", "teacher"),
        ("newcomer", "student"),
        ("teacher", "achieved"),
    ],
)
def test_nobody_speaks_for_another_side(region, confirming, role, side):
    with pytest.raises(PermissionDenied):
        services.confirm_goals(project=confirming, actor=getattr(region, role), side=side, reached=set())


@pytest.mark.parametrize("status", ["open", "running", "cancelled"])
def test_goals_are_confirmed_while_wrapping_up_or_later(region, confirming, status):
    Project.objects.update(status="completed")
    services.confirm_goals(project=confirming, actor=region.teacher, side="teacher", reached=set())
    Project.objects.update(status=status)
    with pytest.raises(NotNow):
        services.confirm_goals(project=confirming, actor=region.teacher, side="teacher", reached=set())


# --- The outcome ------------------------------------------------------------------------------------------------
OUTCOME = {"summary": "De meter werkt.", "result": "Een prototype.", "follow_up": "none"}


def test_completing_needs_an_outcome(region, confirming):
    with pytest.raises(Refusal):
        services.complete_project(project=confirming, actor=region.teacher)
    services.record_outcome(project=confirming, actor=region.teacher, **OUTCOME)
    services.complete_project(project=confirming, actor=region.teacher)
    assert confirming.status == "completed"
    confirming.challenge.refresh_from_db()
    assert confirming.challenge.status == "completed"


def test_an_outcome_can_be_improved(region, confirming):
    services.record_outcome(project=confirming, actor=region.teacher, **OUTCOME)
    services.record_outcome(project=confirming, actor=region.coordinator, **OUTCOME | {"summary": "Beter."})
    assert Outcome.objects.get().summary == "Beter."
    assert timeline_of(confirming).filter(event="outcome").count() == 2


def test_a_follow_up_in_a_lab_names_the_lab(region, confirming):
    with pytest.raises(ValidationError):
        services.record_outcome(project=confirming, actor=region.teacher, **OUTCOME | {"follow_up": "lab"})
    with pytest.raises(IntegrityError), transaction.atomic():
        f.OutcomeFactory(follow_up="lab")
    services.record_outcome(
        project=confirming, actor=region.teacher, **OUTCOME | {"follow_up": "lab", "follow_up_lab": region.lab}
    )


def test_the_next_challenge_is_another_of_the_same_partner(region, confirming):
    following = f.ChallengeFactory(partner=region.company)
    f.ChallengeFactory(partner=region.other_company)
    assert list(services.next_challenges(confirming)) == [following]


@pytest.mark.parametrize("role", ["contact", "student", "broker", "other_teacher"])
def test_who_leads_writes_the_outcome(region, confirming, role):
    with pytest.raises(PermissionDenied):
        services.record_outcome(project=confirming, actor=getattr(region, role), **OUTCOME)


@pytest.mark.parametrize("status", ["open", "running", "cancelled"])
def test_an_outcome_comes_at_the_end(region, project, status):
    Project.objects.update(status=status)
    with pytest.raises(NotNow):
        services.record_outcome(project=project, actor=region.teacher, **OUTCOME)


# --- What people see --------------------------------------------------------------------------------------------
def test_a_role_that_ended_leads_nothing(region, project):
    region.coordinator.memberships.update(status="ended")
    roles.forget(region.coordinator)
    with pytest.raises(PermissionDenied):
        services.edit_project(project=project, actor=region.coordinator, max_size=6)


def test_applications_are_seen_by_the_student_and_those_who_answer(region, project):
    application = f.ApplicationFactory(project=project, student=region.student)
    for user in (region.student, region.teacher, region.coordinator):
        assert list(Application.objects.visible_to(user)) == [application]
    for user in (region.contact, region.other_teacher, region.other_student, region.broker):
        assert not Application.objects.visible_to(user)


def test_counts_and_fit_do_not_multiply_each_other(region, project):
    f.ApplicationFactory.create_batch(2, project=project, placed=True)
    f.ApplicationFactory.create_batch(3, project=project)
    f.ApplicationFactory(project=project, declined=True)
    found = Project.objects.for_cards().with_fit(goal.pk for goal in region.goals[:2]).get()
    assert (found.placed, found.waiting, found.fit, found.free) == (2, 3, 2, 2)
