"""The rules of projects, through their services: transitions, permissions, seats, answers, goals and outcomes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from oil_portal.core import clock
from oil_portal.core.models import Notice
from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import NotNow, Refusal
from projects import services
from projects.models import Application, Outcome, Project
from projects.tasks import close_due_projects
from projects.workflow import APPLICATION, PROJECT, ApplicationStatus, ProjectStatus
from tests import factories as f


@pytest.fixture
def agreed(region):
    return f.AssignmentFactory(
        agreed=True, goals=region.goals, challenge__partner=region.company, challenge__translator=region.teacher
    )


def plan(region, **changes) -> dict:
    today = clock.today()
    return {
        "run": region.run,
        "lab": region.lab,
        "coach": region.teacher,
        "min_size": 1,
        "max_size": 4,
        "closing_date": today + timedelta(days=14),
        "starts": today + timedelta(days=28),
        "ends": today + timedelta(days=90),
    } | changes


def in_status(project: Project, status: str) -> Project:
    """Put a project in a status with all that its transitions ask: a placed student and an outcome."""
    if not project.team().exists():
        f.ApplicationFactory(project=project, placed=True)
    Project.objects.filter(pk=project.pk).update(status=status)
    project.refresh_from_db()
    Outcome.objects.filter(project=project).exists() or f.OutcomeFactory(project=project)
    return project


PROJECT_VERBS = {
    "start": services.start_project,
    "cancel": services.cancel_project,
    "wrap_up": services.wrap_up,
    "complete": services.complete_project,
}
APPLICATION_VERBS = {"place": services.place, "decline": services.decline, "unseat": services.unseat,
                     "withdraw": services.withdraw}  # fmt: skip


# --- Transitions ------------------------------------------------------------------------------------------------
def test_every_transition_has_a_verb():
    assert set(PROJECT_VERBS) == set(PROJECT.by_action)
    assert set(APPLICATION_VERBS) | {"release", "match"} == set(APPLICATION.by_action)


@pytest.mark.parametrize("action", PROJECT_VERBS)
@pytest.mark.parametrize("status", ProjectStatus.values)
def test_a_project_moves_only_along_its_table(region, project, status, action):
    in_status(project, status)
    transition = PROJECT.by_action[action]
    before = timeline_of(project).count()
    if status not in transition.sources:
        with pytest.raises(NotNow):
            PROJECT_VERBS[action](project=project, actor=region.teacher, remark="Daarom.")
        project.refresh_from_db()
        assert (project.status, timeline_of(project).count()) == (status, before)
        return
    PROJECT_VERBS[action](project=project, actor=region.teacher, remark="Daarom.")
    project.refresh_from_db()
    assert project.status == transition.target
    entry = timeline_of(project).first()
    assert (entry.event, entry.to_status, entry.actor, entry.remark) == (
        action, transition.target, region.teacher, "Daarom."
    )  # fmt: skip


@pytest.mark.parametrize("action", APPLICATION_VERBS)
@pytest.mark.parametrize("status", ApplicationStatus.values)
def test_an_application_moves_only_along_its_table(region, project, status, action):
    application = f.ApplicationFactory(project=project, student=region.student, status=status)
    actor = region.student if action == "withdraw" else region.teacher
    transition = APPLICATION.by_action[action]
    if status not in transition.sources:
        with pytest.raises(NotNow):
            APPLICATION_VERBS[action](application=application, actor=actor, remark="Daarom.")
        application.refresh_from_db()
        assert application.status == status
        return
    APPLICATION_VERBS[action](application=application, actor=actor, remark="Daarom.")
    application.refresh_from_db()
    assert application.status == transition.target
    entry = timeline_of(application).first()
    assert (entry.event, entry.actor, entry.remark) == (action, actor, "Daarom.")


@pytest.mark.parametrize("role", ["newcomer", "contact", "other_contact", "other_teacher", "student", "broker"])
@pytest.mark.parametrize("action", PROJECT_VERBS)
def test_only_those_who_lead_move_a_project(region, project, role, action):
    status = PROJECT.by_action[action].sources[0]
    in_status(project, status)
    with pytest.raises(PermissionDenied):
        PROJECT_VERBS[action](project=project, actor=getattr(region, role), remark="Daarom.")
    project.refresh_from_db()
    assert project.status == status


@pytest.mark.parametrize("role", ["teacher", "coordinator"])
@pytest.mark.parametrize("action", PROJECT_VERBS)
def test_those_who_lead_move_a_project(region, project, role, action):
    in_status(project, PROJECT.by_action[action].sources[0])
    PROJECT_VERBS[action](project=project, actor=getattr(region, role), remark="Daarom.")
    assert project.status == PROJECT.by_action[action].target


@pytest.mark.parametrize("role", ["newcomer", "contact", "other_teacher", "other_student", "broker"])
def test_only_those_who_lead_answer_and_only_the_student_withdraws(region, project, role):
    application = f.ApplicationFactory(project=project, student=region.student)
    placed = f.ApplicationFactory(project=project, placed=True)
    for name, verb in APPLICATION_VERBS.items():
        with pytest.raises(PermissionDenied):
            verb(application=placed if name == "unseat" else application, actor=getattr(region, role), remark="Daarom.")
    with pytest.raises(PermissionDenied):
        services.withdraw(application=application, actor=region.teacher)
    with pytest.raises(PermissionDenied):
        services.place(application=application, actor=region.student)


def test_closing_without_a_team_asks_for_a_reason(region, project):
    with pytest.raises(ValidationError):
        services.cancel_project(project=project, actor=region.teacher, remark=" ")
    application = f.ApplicationFactory(project=project)
    with pytest.raises(ValidationError):
        services.decline(application=application, actor=region.teacher, remark="")


# --- Opening and changing ---------------------------------------------------------------------------------------
def test_opening_copies_the_text_and_publishes_the_challenge(region, agreed):
    project = services.open_project(assignment=agreed, actor=region.teacher, **plan(region))
    agreed.text = "Een nieuwe tekst."
    agreed.save()
    project.refresh_from_db()
    agreed.challenge.refresh_from_db()
    assert project.text != agreed.text
    assert agreed.challenge.status == "published"
    assert timeline_of(project).first().event == "open"
    assert Notice.objects.filter(recipient=region.contact, entry__event="open").exists()


@pytest.mark.parametrize("status", ["draft", "sent", "change_requested"])
def test_only_an_agreed_assignment_opens(region, agreed, status):
    agreed.status = status
    agreed.save()
    with pytest.raises(NotNow):
        services.open_project(assignment=agreed, actor=region.teacher, **plan(region))


@pytest.mark.parametrize("role", ["newcomer", "contact", "student", "broker"])
def test_only_a_teacher_or_coordinator_opens(region, agreed, role):
    with pytest.raises(PermissionDenied):
        services.open_project(assignment=agreed, actor=getattr(region, role), **plan(region))


def test_a_withdrawn_challenge_does_not_open_again(region, agreed):
    type(agreed.challenge).objects.update(status="withdrawn")
    with pytest.raises(NotNow):
        services.open_project(assignment=agreed, actor=region.teacher, **plan(region))
    assert not Project.objects.exists()


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("closing_date", lambda today: {"closing_date": today - DAY}),
        ("starts", lambda today: {"starts": today + 300 * DAY, "ends": today + 400 * DAY}),
        ("ends", lambda today: {"ends": today + 2000 * DAY}),
        ("__all__", lambda today: {"closing_date": today + 30 * DAY}),
        ("__all__", lambda today: {"ends": today + 28 * DAY}),
        ("__all__", lambda today: {"min_size": 5}),
        ("max_size", lambda today: {"max_size": 13}),
        ("min_size", lambda today: {"min_size": 0}),
    ],
)
def test_a_plan_that_can_not_be(region, agreed, field, change):
    with pytest.raises(ValidationError) as error:
        services.open_project(assignment=agreed, actor=region.teacher, **plan(region, **change(clock.today())))
    assert field in error.value.message_dict


def test_the_coach_is_a_teacher(region, agreed):
    with pytest.raises(ValidationError) as error:
        services.open_project(assignment=agreed, actor=region.teacher, **plan(region, coach=region.student))
    assert list(error.value.message_dict) == ["coach"]


def test_a_change_is_told_with_what_was_there(region, project):
    applied = f.ApplicationFactory(project=project)
    day = project.closing_date + DAY
    services.edit_project(project=project, actor=region.teacher, closing_date=day, max_size=project.max_size)
    entry = timeline_of(project).first()
    assert entry.changes == {"closing_date": [str(day - DAY), str(day)]}
    assert set(entry.notices.values_list("recipient", flat=True)) == {applied.student.pk}


def test_nothing_changed_tells_nobody(region, project):
    services.edit_project(project=project, actor=region.teacher, max_size=project.max_size)
    assert not timeline_of(project).exists()


def test_seats_never_drop_below_the_placed(region, project):
    f.ApplicationFactory.create_batch(3, project=project, placed=True)
    with pytest.raises(ValidationError) as error:
        services.edit_project(project=project, actor=region.teacher, max_size=2)
    assert list(error.value.message_dict) == ["max_size"]
    services.edit_project(project=project, actor=region.teacher, max_size=3)


def test_seats_can_be_added_after_the_closing_date(region, project):
    Project.objects.update(closing_date=clock.today() - DAY)
    services.edit_project(project=project, actor=region.teacher, max_size=6)
    with pytest.raises(ValidationError):
        services.edit_project(project=project, actor=region.teacher, closing_date=clock.today() - 2 * DAY)


@pytest.mark.parametrize("status", ["running", "confirming", "completed", "cancelled"])
def test_a_plan_changes_only_while_it_is_open(region, project, status):
    in_status(project, status)
    with pytest.raises(NotNow):
        services.edit_project(project=project, actor=region.teacher, max_size=6)


def test_who_may_change_the_plan(region, project):
    for actor in (region.contact, region.other_teacher, region.student, region.broker):
        with pytest.raises(PermissionDenied):
            services.edit_project(project=project, actor=actor, max_size=6)


# --- Applying and seats -----------------------------------------------------------------------------------------
def test_applying_until_and_including_the_closing_date(region, project):
    noon = datetime.combine(project.closing_date, datetime.min.time(), UTC) + timedelta(hours=12)
    with clock.at(noon + DAY), pytest.raises(NotNow):
        services.apply(project=project, actor=region.student, motivation="Ik wil dit.")
    with clock.at(noon):
        services.apply(project=project, actor=region.student, motivation="Ik wil dit.")
    assert Notice.objects.get(entry__event="apply").recipient == region.teacher


def test_applying_once_at_a_time(region, project):
    first = services.apply(project=project, actor=region.student, motivation="Ik wil dit.")
    with pytest.raises(Refusal):
        services.apply(project=project, actor=region.student, motivation="Nog eens.")
    services.withdraw(application=first, actor=region.student)
    services.apply(project=project, actor=region.student, motivation="Toch wel.")
    with pytest.raises(IntegrityError), transaction.atomic():
        f.ApplicationFactory(project=project, student=region.student)


def test_applying_needs_a_student_and_a_motivation(region, project):
    for actor in (region.teacher, region.contact, region.newcomer, region.broker):
        with pytest.raises(PermissionDenied):
            services.apply(project=project, actor=actor, motivation="Ik wil dit.")
    with pytest.raises(ValidationError):
        services.apply(project=project, actor=region.student, motivation="")
    assert not Application.objects.exists()


def test_seats_are_never_exceeded(region, project):
    Project.objects.update(max_size=2)
    applications = f.ApplicationFactory.create_batch(3, project=project)
    for application in applications[:2]:
        services.place(application=application, actor=region.teacher)
    with pytest.raises(Refusal):
        services.place(application=applications[2], actor=region.teacher)
    services.withdraw(application=applications[0], actor=applications[0].student)
    services.place(application=applications[2], actor=region.teacher)
    assert project.team().count() == 2


def test_a_placed_student_withdraws_until_the_team_begins(region, project):
    application = f.ApplicationFactory(project=project, student=region.student, placed=True)
    in_status(project, "running")
    application.refresh_from_db()
    with pytest.raises(PermissionDenied):
        services.withdraw(application=application, actor=region.student)


def test_nobody_is_placed_once_the_team_works(region, project):
    application = f.ApplicationFactory(project=project)
    in_status(project, "running")
    with pytest.raises(NotNow):
        services.place(application=application, actor=region.teacher)


# --- Nobody stays without an answer -----------------------------------------------------------------------------
def test_starting_answers_who_still_waits(region, project, django_capture_on_commit_callbacks, mailoutbox):
    placed = f.ApplicationFactory(project=project, placed=True)
    waiting = f.ApplicationFactory.create_batch(2, project=project)
    with django_capture_on_commit_callbacks(execute=True):
        services.start_project(project=project, actor=region.teacher)
    for application in waiting:
        application.refresh_from_db()
        assert (application.status, bool(application.decided_at)) == ("declined", True)
        assert "De docent heeft het team gekozen" in timeline_of(application).first().remark
    placed.refresh_from_db()
    assert placed.status == "placed"
    told = {address for mail in mailoutbox for address in mail.to}
    assert told == {placed.student.email, region.contact.email, *(one.student.email for one in waiting)}


def test_closing_without_a_team_answers_everybody(region, project, django_capture_on_commit_callbacks, mailoutbox):
    applications = [f.ApplicationFactory(project=project, placed=True), f.ApplicationFactory(project=project)]
    with django_capture_on_commit_callbacks(execute=True):
        services.cancel_project(project=project, actor=region.teacher, remark="Er was te weinig tijd.")
    for application in applications:
        application.refresh_from_db()
        assert application.status == "declined"
        assert timeline_of(application).first().remark == "Er was te weinig tijd."
    told = {address for mail in mailoutbox for address in mail.to}
    assert told == {region.contact.email, *(one.student.email for one in applications)}
    project.challenge.refresh_from_db()
    assert project.challenge.status == "accepted"


@pytest.mark.parametrize(("min_size", "status"), [(1, "running"), (2, "cancelled")])
def test_the_portal_answers_on_the_fifteenth_day(project, min_size, status):
    Project.objects.update(min_size=min_size)
    placed, waiting = f.ApplicationFactory(project=project, placed=True), f.ApplicationFactory(project=project)
    last = datetime.combine(project.closing_date, datetime.min.time(), UTC) + timedelta(days=14, hours=12)
    with clock.at(last):
        close_due_projects()
        project.refresh_from_db()
        assert project.status == "open"
    with clock.at(last + DAY):
        close_due_projects()
        close_due_projects()
    project.refresh_from_db(), placed.refresh_from_db(), waiting.refresh_from_db()
    assert project.status == status
    assert waiting.status == "declined"
    assert placed.status == ("placed" if status == "running" else "declined")
    entry = timeline_of(project).first()
    assert (entry.actor, entry.to_status) == (None, status)
    assert timeline_of(project).count() == 1


def test_close_overdue_leaves_others_alone(region, project):
    services.close_overdue(project=project)
    assert project.status == "open"
    in_status(project, "running")
    Project.objects.update(closing_date=clock.today() - timedelta(days=30))
    services.close_overdue(project=project)
    assert project.status == "running"


# --- The challenge follows its projects -------------------------------------------------------------------------
def test_the_challenge_follows_its_projects(region, agreed):
    challenge = agreed.challenge

    def status() -> str:
        challenge.refresh_from_db()
        return challenge.status

    one = services.open_project(assignment=agreed, actor=region.teacher, **plan(region))
    f.ApplicationFactory(project=one, placed=True)
    services.start_project(project=one, actor=region.teacher)
    assert status() == "running"
    two = services.open_project(assignment=agreed, actor=region.teacher, **plan(region))
    assert status() == "published"
    services.cancel_project(project=two, actor=region.teacher, remark="Geen tijd.")
    assert status() == "running"
    services.wrap_up(project=one, actor=region.teacher)
    assert status() == "running"
    f.OutcomeFactory(project=one)
    services.complete_project(project=one, actor=region.teacher)
    assert status() == "completed"
    three = services.open_project(assignment=agreed, actor=region.teacher, **plan(region))
    assert status() == "published"
    services.cancel_project(project=three, actor=region.teacher, remark="Geen tijd.")
    assert status() == "completed"
