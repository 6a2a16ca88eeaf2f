"""Pages of the plan, of confirming goals and of the outcome, and of one's own projects."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from challenges.models import GoalLink
from modules.models import LearningGoal
from oil_portal.core import clock
from projects import services
from projects.models import Achievement, Outcome, Project
from tests import factories as f
from tests.helpers import project_url as url
from tests.helpers import text

HUGE = 10**30


# --- The plan ---------------------------------------------------------------------------------------------------
@pytest.fixture
def agreed(region):
    return f.AssignmentFactory(
        agreed=True, goals=region.goals, challenge__partner=region.company, challenge__translator=region.teacher
    )


def plan(region, **changes) -> dict:
    today = clock.today()
    return {
        "run": region.run.pk,
        "lab": region.lab.pk,
        "coach": region.teacher.pk,
        "min_size": 2,
        "max_size": 4,
        "closing_date": today + timedelta(days=14),
        "starts": today + timedelta(days=28),
        "ends": today + timedelta(days=90),
    } | changes


def test_the_teacher_opens_a_project(region, agreed, login):
    client = login(region.teacher)
    f.ModuleRunFactory(module__school=region.school, module__title="Aaa zonder doelen")
    f.ModuleRunFactory(module__title="Van een andere school")
    form = client.get(url("open", agreed.pk)).context["form"]
    labels = [label for _value, label in form.fields["run"].choices]
    assert len(labels) == 3 and "3 leerdoelen passen" in labels[1]  # after the empty one, the module with the goals
    response = client.post(url("open", agreed.pk), plan(region))
    project = Project.objects.get()
    assert response.status_code == 302 and response.url == project.get_absolute_url()
    assert (project.title, project.coach, project.lab) == (agreed.title, region.teacher, region.lab)
    agreed.challenge.refresh_from_db()
    assert agreed.challenge.status == "published"
    again = client.get(url("edit", project.pk)).context["form"]
    assert [label for _value, label in again.fields["run"].choices] == labels
    f.UserFactory(first_name="Aaf", teacher=region.school)
    coaches = client.get(url("edit", project.pk)).context["form"].fields["coach"].queryset
    assert coaches[0].first_name == "Aaf"


def test_the_first_plan_can_be_sent_as_it_is(region, agreed, login):
    client = login(region.teacher)
    form = client.get(url("open", agreed.pk)).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: getattr(value, "pk", value) for name, value in data.items()}
    assert client.post(url("open", agreed.pk), data).status_code == 302


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("run", {"run": ""}),
        ("run", {"run": HUGE}),
        ("run", {"run": "\x00"}),
        ("lab", {"lab": "nonsense"}),
        ("coach", {"coach": ""}),
        ("coach", {"coach": -1}),
        ("min_size", {"min_size": 0}),
        ("min_size", {"min_size": "9" * 5000}),
        ("max_size", {"max_size": 99}),
        ("max_size", {"min_size": 4, "max_size": 2}),
        ("closing_date", {"closing_date": "99999-01-01"}),
        ("closing_date", {"closing_date": "\x00"}),
        ("closing_date", {"closing_date": "2020-01-01"}),
        ("closing_date", {"closing_date": clock.today() + timedelta(days=40)}),
        ("starts", {"starts": ""}),
        ("starts", {"starts": clock.today() + timedelta(days=300), "ends": clock.today() + timedelta(days=400)}),
        ("ends", {"ends": clock.today() + timedelta(days=28)}),
        ("ends", {"ends": "9999-12-31"}),
        ("ends", {"ends": "x" * 5000}),
    ],
)
def test_a_bad_plan_is_said_at_the_field_and_kept(region, agreed, login, field, change):
    data = plan(region, **change)
    response = login(region.teacher).post(url("open", agreed.pk), data)
    assert response.status_code == 422
    form = response.context["form"]
    assert list(form.errors) == [field]
    assert len(form.errors[field]) == 1
    page = text(response)
    assert "error-summary" in page
    assert f'name="closing_date" value="{data["closing_date"]}"' in page or "\x00" in str(data["closing_date"])
    assert not Project.objects.exists()


def test_everything_that_is_wrong_with_a_plan_is_said_at_once(region, agreed, login):
    data = plan(region, min_size=9, closing_date="2020-01-01", ends="2020-01-02", coach="")
    response = login(region.teacher).post(url("open", agreed.pk), data)
    assert set(response.context["form"].errors) == {"coach", "max_size", "closing_date", "ends"}
    assert "Er zijn 4 dingen nog niet goed" in text(response)


def test_who_may_open(region, agreed, login):
    address = url("open", agreed.pk)
    for user in (region.teacher, region.coordinator, region.other_teacher):
        assert login(user).get(address).status_code == 200
    for user in (region.contact, region.broker):
        assert login(user).get(address).status_code == 403
    for user in (region.student, region.other_contact, region.newcomer):
        assert login(user).get(address).status_code == 404
    assert login(None).get(address).status_code == 302


def test_an_assignment_without_sign_off_can_not_be_opened(region, agreed, login):
    type(agreed).objects.update(status="sent")
    client = login(region.teacher)
    assert client.get(url("open", agreed.pk)).status_code in (302, 303)
    assert client.post(url("open", agreed.pk), plan(region)).status_code in (302, 303)
    assert not Project.objects.exists()


def test_the_teacher_changes_the_plan(region, make, login):
    project = make()
    applied = f.ApplicationFactory(project=project)
    client = login(region.teacher)
    form = client.get(url("edit", project.pk)).context["form"]
    data = {name: form[name].value() for name in form.fields}
    assert client.post(url("edit", project.pk), data | {"max_size": 6}).status_code == 302
    project.refresh_from_db()
    assert project.max_size == 6
    assert applied.student.notices.count() == 1
    assert login(region.contact).get(url("edit", project.pk)).status_code == 403
    Project.objects.update(status="running")
    assert client.get(url("edit", project.pk)).status_code == 303


def test_a_run_and_a_coach_of_another_school_stay_a_choice(region, make, login):
    ended = f.ModuleRunFactory(starts=clock.today() - timedelta(days=400), ends=clock.today() - timedelta(days=200))
    project = make()
    Project.objects.update(run=ended, coach=region.other_teacher)
    form = login(region.teacher).get(url("edit", project.pk)).context["form"]
    assert ended in form.fields["run"].queryset and region.run in form.fields["run"].queryset
    assert region.other_teacher in form.fields["coach"].queryset


# --- Confirming goals -------------------------------------------------------------------------------------------
def test_each_side_confirms_and_a_goal_counts_when_all_do(region, confirming, login):
    rows = list(Achievement.objects.order_by("pk"))
    address = url("confirm", confirming.pk)
    for user, side in ((region.student, "student"), (region.teacher, "teacher"), (region.contact, "company")):
        client = login(user)
        assert [form.side for form in client.get(address).context["forms"]] == [side]
        response = client.post(address, {"side": side, "reached": [rows[0].pk, rows[1].pk]})
        assert response.status_code == 302
    assert [row.achieved for row in Achievement.objects.order_by("pk")] == [True, True, False]
    page = text(login(region.student).get(address))
    assert "Docent: niet behaald" in page and "Telt mee" in page


def test_the_page_asks_each_side_until_it_spoke(region, confirming, login):
    other = f.ApplicationFactory(project=confirming, placed=True).student
    f.AchievementFactory(project=confirming, student=other, goal=region.goals[0])  # of another: not asked of who spoke
    for user, side in ((region.student, "student"), (region.teacher, "teacher"), (region.contact, "company")):
        assert "Bevestig leerdoelen" in text(login(user).get(confirming.get_absolute_url()))
        services.confirm_goals(project=confirming, actor=user, side=side, reached=set())
        page = text(login(user).get(confirming.get_absolute_url()))
        assert "Wijzig wat je bevestigde" in page and "Bevestig leerdoelen" not in page


def test_confirming_again_changes_what_was_said(region, confirming, login):
    address = url("confirm", confirming.pk)
    client = login(region.teacher)
    row = Achievement.objects.first()
    client.post(address, {"side": "teacher", "reached": [row.pk]})
    assert f'value="{row.pk}" checked' in text(client.get(address))
    client.post(address, {"side": "teacher", "none": "on"})
    row.refresh_from_db()
    assert row.teacher_says is False


def test_a_side_that_ticks_nothing_is_asked_whether_that_is_right(region, confirming, login):
    address, client = url("confirm", confirming.pk), login(region.contact)
    assert "Geen enkel leerdoel" not in text(client.get(address))
    response = client.post(address, {"side": "company"})
    assert response.status_code == 422 and "Je vinkte geen leerdoel aan." in text(response)
    assert Achievement.objects.filter(company_says=None).count() == 3
    assert 'name="none"' in text(response)
    assert client.post(address, {"side": "company", "none": "on"}).status_code == 302
    assert Achievement.objects.filter(company_says=False).count() == 3


def test_who_confirms_a_goal_reads_what_it_means(region, confirming, login):
    LearningGoal.objects.filter(pk=region.goals[0].pk).update(explanation="Je meet of een stuk de goede maat heeft.")
    page = text(login(region.contact).get(url("confirm", confirming.pk)))
    assert "Je meet of een stuk de goede maat heeft." in page


@pytest.mark.parametrize("reached", ["x", "\x00", str(HUGE), "9" * 5000, "-1"])
def test_a_goal_that_is_not_in_the_list_is_refused(region, confirming, login, reached):
    row = Achievement.objects.first()
    address = url("confirm", confirming.pk)
    response = login(region.teacher).post(address, {"side": "teacher", "reached": [str(row.pk), reached]})
    assert response.status_code == 422
    assert "Kies leerdoelen uit de lijst" in text(response)
    assert f'value="{row.pk}" checked' in text(response)
    assert Achievement.objects.filter(teacher_says=None).count() == 3


def test_a_student_never_confirms_for_another(region, confirming, login):
    other = f.AchievementFactory(project=confirming, student=region.other_student, goal=region.goals[0])
    f.ApplicationFactory(project=confirming, student=region.other_student, placed=True)
    response = login(region.student).post(url("confirm", confirming.pk), {"side": "student", "reached": [other.pk]})
    assert response.status_code == 422
    other.refresh_from_db()
    assert other.student_says is None


def test_who_may_confirm_and_when(region, confirming, make, login):
    address = url("confirm", confirming.pk)
    for user in (region.broker, region.other_contact, region.other_student, region.other_teacher):
        assert login(user).get(address).status_code == 403
    assert login(None).get(address).status_code == 302
    for side in ("company", "student", "nonsense", "\x00", ""):
        assert login(region.teacher).post(address, {"side": side}).status_code == 403
    assert login(region.teacher).get(url("confirm", make(running=True).pk)).status_code == 303


def test_a_company_reads_no_surnames_at_the_goals(region, confirming, login):
    region.student.first_name, region.student.last_name = "Yara", "Bakker"
    region.student.save()
    page = text(login(region.contact).get(url("confirm", confirming.pk)))
    assert "Yara B." in page and "Bakker" not in page
    assert "Yara Bakker" in text(login(region.teacher).get(url("confirm", confirming.pk)))


def test_confirming_costs_the_same_for_one_and_three_students(region, make, login):
    project = make(confirming=True)
    counts = []
    for more in (1, 2):
        for _number in range(more):
            seat = f.ApplicationFactory(project=project, placed=True)
            for goal in region.goals:
                f.AchievementFactory(project=project, student=seat.student, goal=goal)
        client = login(region.teacher)
        with CaptureQueriesContext(connection) as queries:
            client.get(url("confirm", project.pk))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- The outcome ------------------------------------------------------------------------------------------------
OUTCOME = {"summary": "De meter werkt.", "result": "Een prototype\nEen advies", "follow_up": "none"}


def test_the_outcome_is_written_and_everybody_reads_it_when_completed(region, confirming, login):
    client = login(region.teacher)
    assert client.post(url("act", confirming.pk, "complete"), {}).status_code == 303
    in_lab = OUTCOME | {"follow_up": "lab", "follow_up_lab": region.lab.pk}
    response = client.post(url("outcome", confirming.pk), in_lab)
    assert response.status_code == 302
    assert "De meter werkt." not in text(login(None).get(confirming.get_absolute_url()))
    assert client.post(url("act", confirming.pk, "complete"), {}).status_code == 302
    page = text(login(None).get(confirming.get_absolute_url()))
    assert "De meter werkt." in page and "Verder in een lab" in page and region.lab.name in page


def test_the_next_challenge_is_one_of_the_same_company_that_the_teacher_may_see(region, confirming, login):
    public = f.ChallengeFactory(partner=region.company, accepted=True, title="Het vervolg")
    draft = f.ChallengeFactory(partner=region.company, title="Nog geheim")
    other = f.ChallengeFactory(accepted=True)
    client = login(region.teacher)
    choices = client.get(url("outcome", confirming.pk)).context["form"].fields["next_challenge"].queryset
    assert list(choices) == [public]
    for challenge in (draft, other, confirming.challenge):
        data = OUTCOME | {"follow_up": "challenge", "next_challenge": challenge.pk}
        assert client.post(url("outcome", confirming.pk), data).status_code == 422
    client.post(url("outcome", confirming.pk), OUTCOME | {"follow_up": "challenge", "next_challenge": public.pk})
    Project.objects.update(status="completed")
    assert "Het vervolg" in text(login(None).get(confirming.get_absolute_url()))
    type(public).objects.filter(pk=public.pk).update(status="withdrawn")
    assert "Het vervolg" not in text(login(None).get(confirming.get_absolute_url()))


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("summary", {"summary": ""}),
        ("summary", {"summary": "x" * 5000}),
        ("summary", {"summary": "\x00"}),
        ("result", {"result": " "}),
        ("result", {"result": "x" * 5000}),
        ("follow_up", {"follow_up": ""}),
        ("follow_up", {"follow_up": "nonsense"}),
        ("follow_up_lab", {"follow_up": "lab"}),
        ("follow_up_lab", {"follow_up": "lab", "follow_up_lab": HUGE}),
        ("next_challenge", {"follow_up": "challenge", "next_challenge": "\x00"}),
        ("follow_up_note", {"follow_up_note": "x" * 5000}),
    ],
)
def test_a_bad_outcome_is_said_at_the_field_and_kept(region, confirming, login, field, change):
    data = OUTCOME | {"follow_up_note": "Bewaar dit."} | change
    response = login(region.teacher).post(url("outcome", confirming.pk), data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert len(response.context["form"].errors[field]) == 1
    assert data["follow_up_note"][:40] in text(response)
    assert not Outcome.objects.exists()


def test_another_follow_up_forgets_the_lab(region, confirming, login):
    client = login(region.teacher)
    client.post(url("outcome", confirming.pk), OUTCOME | {"follow_up": "lab", "follow_up_lab": region.lab.pk})
    client.post(url("outcome", confirming.pk), OUTCOME | {"follow_up_lab": region.lab.pk})
    outcome = Outcome.objects.get()
    assert (outcome.follow_up, outcome.follow_up_lab) == ("none", None)


def test_who_may_write_the_outcome_and_when(region, confirming, make, login):
    for user in (region.contact, region.student, region.broker, region.other_teacher):
        assert login(user).get(url("outcome", confirming.pk)).status_code == 403
    assert login(region.coordinator).get(url("outcome", confirming.pk)).status_code == 200
    assert login(region.teacher).get(url("outcome", make(running=True).pk)).status_code == 303


def test_the_order_of_the_goals_is_the_teachers(region, make, login):
    project = make(goals=[region.goals[2], region.goals[0]])
    assert [link.goal for link in GoalLink.objects.filter(assignment=project.assignment)] == [
        region.goals[2],
        region.goals[0],
    ]
    goals = login(region.student).get(project.get_absolute_url()).context["goals"]
    assert [goal.title for goal in goals] == [region.goals[2].title, region.goals[0].title]
