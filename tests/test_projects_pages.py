"""The pages of projects through the test client: what each role sees, and what bad input does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oil_portal.core import clock
from projects.models import Project
from projects.pages import plan
from tests import factories as f
from tests.helpers import project_url as url
from tests.helpers import text

HUGE = 10**30


# --- The catalogue ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["visitor", "student", "teacher", "contact", "coordinator", "broker", "newcomer"])
def test_the_catalogue_costs_the_same_for_one_and_three(region, make, login, role):
    client = login(getattr(region, role, None))
    make()
    client.get(url("list"))
    counts = []
    for _step in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url("list")).status_code == 200
        counts.append(len(queries))
        make(), make()
    assert counts[0] == counts[1]


def test_the_catalogue_shows_what_is_open_today(make, login):
    make(title="Nu open")
    make(title="Gisteren gesloten", closing_date=clock.today() - timedelta(days=1))
    make(title="Aan het werk", running=True)
    make(title="Al klaar", completed=True)
    make(title="Zonder team", cancelled=True)
    client = login(None)
    page = text(client.get(url("list")))
    assert "Nu open" in page and "1 project<" in page
    assert "Aan het werk" in text(client.get(url("list"), {"status": "running"}))
    done = text(client.get(url("list"), {"status": "completed"}))
    assert "Al klaar" in done and "Zonder team" not in done


def test_a_student_reads_the_key_and_others_the_number_of_goals(region, make, login):
    make()
    f.AchievementFactory(project__run=region.run, student=region.student, goal=region.goals[0], reached=True)
    page = text(login(region.student).get(url("list")))
    assert '2 van 3 <span class="sr-only">leerdoelen </span>open' in page
    assert "2 leerdoelen open in je modules" in page
    assert "3 leerdoelen" in text(login(region.teacher).get(url("list")))


def test_best_fit_comes_first_and_the_filter_wants_three_open_goals(region, make, login):
    make(title="Past niet", goals=3)
    make(title="Past half", goals=region.goals[:2])
    make(title="Past heel", closing_date=clock.today() + timedelta(days=20))
    client = login(region.student)
    page = client.get(url("list")).context["page_obj"]
    assert [project.title for project in page] == ["Past heel", "Past half", "Past niet"]
    fits = client.get(url("list"), {"fit": "3"}).context["page_obj"]
    assert [project.title for project in fits] == ["Past heel"]
    by_date = client.get(url("list"), {"sort": "closes"}).context["page_obj"]
    assert by_date[2].title == "Past heel"


def test_what_is_achieved_does_not_count_as_fit(region, make, login):
    make()
    f.AchievementFactory(student=region.student, goal=region.goals[0], reached=True)
    assert not login(region.student).get(url("list"), {"fit": "3"}).context["page_obj"].object_list


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "vocht"}, 1),
        ({"q": "onderwaterdrone"}, 0),
        ({"theme": "energy"}, 0),
        ({"theme": ["energy", "sustainable_building"]}, 1),
        ({"level": "4"}, 1),
        ({"level": "2"}, 0),
        ({"location": "both"}, 1),
        ({"location": "lab"}, 0),
        ({"sort": "new"}, 1),
    ],
)
def test_filters(make, login, query, found):
    make(title="Meet vocht in oude muren")
    assert login(None).get(url("list"), query).context["page_obj"].paginator.count == found


def test_filters_on_lab_and_module(region, make, login):
    project = make()
    other = f.ProjectFactory()
    client = login(None)
    assert list(client.get(url("list"), {"lab": region.lab.pk}).context["page_obj"]) == [project]
    assert list(client.get(url("list"), {"module": other.run.module_id}).context["page_obj"]) == [other]


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\x00"},
        {"q": "a\x00b & | ! ( ' \\"},
        {"q": "x" * 5000},
        {"q": "'; drop table --"},
        {"page": "abc"},
        {"page": "0"},
        {"page": "-1"},
        {"page": str(HUGE)},
        {"page": "9" * 5000},
        {"lab": "x"},
        {"lab": str(HUGE)},
        {"lab": "9" * 5000},
        {"lab": "\x00"},
        {"module": str(HUGE)},
        {"module": "\x00"},
        {"theme": "\x00"},
        {"level": "99"},
        {"status": "cancelled"},
        {"status": "\x00"},
        {"sort": "nonsense"},
        {"fit": "\x00"},
    ],
)
def test_no_address_breaks_the_catalogue(region, make, login, query):
    make()
    for user in (None, region.student):
        assert login(user).get(url("list"), query).status_code == 200


def test_a_wrong_choice_is_said_and_skipped(make, login):
    make()
    response = login(None).get(url("list"), {"lab": "nonsense"})
    assert "We slaan haar over" in text(response)
    assert response.context["page_obj"].paginator.count == 1


def test_the_empty_catalogue_says_what_to_do(region, make, login):
    assert "Er staat nu geen project open" in text(login(None).get(url("list")))
    make()
    page = text(login(None).get(url("list"), {"q": "onderwaterdrone"}))
    assert "Geen project gevonden voor ‘onderwaterdrone’" in page and "Wis alle filters" in page


def test_pages_of_twelve_keep_the_filters(make, login):
    goals = f.LearningGoalFactory.create_batch(1)
    for _number in range(13):
        make(goals=goals)
    first = login(None).get(url("list"), {"sort": "closes"})
    assert len(first.context["page_obj"]) == 12
    assert "?sort=closes&amp;page=2" in text(first)


def test_a_confidential_project_is_found_by_its_title_alone(make, login):
    make(title="Geheim recept", summary="Over zuurdesem.", challenge={"confidential": True})
    client = login(None)
    assert client.get(url("list"), {"q": "recept"}).context["page_obj"].paginator.count == 1
    assert client.get(url("list"), {"q": "zuurdesem"}).context["page_obj"].paginator.count == 0
    page = text(client.get(url("list")))
    assert "zuurdesem" not in page and "niet openbaar" in page


# --- One project ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["visitor", "newcomer", "contact", "other_contact", "teacher", "other_teacher",
                                  "student", "other_student", "coordinator", "broker"])  # fmt: skip
@pytest.mark.parametrize("stage", ["open", "running", "confirming", "completed"])
def test_the_page_answers_every_role_in_every_stage(region, make, login, role, stage):
    project = make(**({stage: True} if stage != "open" else {}))
    f.ApplicationFactory(project=project, student=region.student, placed=stage != "open")
    f.ApplicationFactory(project=project, declined=True)
    if stage in ("confirming", "completed"):
        f.AchievementFactory(project=project, student=region.student, goal=region.goals[0])
        f.OutcomeFactory(project=project)
    response = login(getattr(region, role, None)).get(project.get_absolute_url())
    assert response.status_code == 200
    page = text(response)
    leads = role in ("teacher", "coordinator")
    assert ("Ik wil leren meten." in page) == (leads or role == "student")
    assert ("Wat er is gebeurd" in page) == (
        leads or role in ("contact", "broker") or (role == "student" and stage != "open")
    )
    assert ("De meter werkt." in page) == (
        stage == "completed" or (stage == "confirming" and (leads or role in ("contact", "broker", "student")))
    )


def test_other_sides_read_a_first_name_and_an_initial(region, make, login):
    project = make(running=True)
    placed = f.ApplicationFactory(project=project, placed=True, student__first_name="Yara", student__last_name="Bakker")
    for user in (region.contact, region.broker, placed.student):
        page = text(login(user).get(project.get_absolute_url()))
        assert "Yara B." in page and "Bakker" not in page
    for user in (None, region.other_contact, region.other_student):
        assert "Yara" not in text(login(user).get(project.get_absolute_url()))
    assert "Yara Bakker" in text(login(region.teacher).get(project.get_absolute_url()))


def test_a_confidential_project_shows_its_text_to_the_sides_only(region, make, login):
    project = make(running=True, text="Het recept is geheim.", summary="Zuurdesem.", challenge={"confidential": True})
    f.ApplicationFactory(project=project, student=region.student, placed=True)
    f.OutcomeFactory(project=project)
    Project.objects.filter(pk=project.pk).update(status="completed")
    for user in (None, region.newcomer, region.other_contact, region.other_student):
        page = text(login(user).get(project.get_absolute_url()))
        assert "De details zijn niet openbaar." in page
        assert not any(secret in page for secret in ("Het recept is geheim", "Zuurdesem", "De meter werkt"))
    for user in (region.contact, region.teacher, region.student, region.broker, region.coordinator):
        assert "Het recept is geheim" in text(login(user).get(project.get_absolute_url()))


def test_a_project_without_team_is_hidden_but_for_its_sides(region, make, login):
    project = make(cancelled=True)
    f.ApplicationFactory(project=project, student=region.student, declined=True)
    for user in (region.teacher, region.coordinator, region.contact, region.broker, region.student):
        assert login(user).get(project.get_absolute_url()).status_code == 200
    for user in (None, region.newcomer, region.other_contact, region.other_student):
        assert login(user).get(project.get_absolute_url()).status_code == 404


def test_the_fit_of_each_applicant_is_read_in_one_query(region, make, login):
    project = make()
    counts = []
    client = login(region.teacher)
    client.get(project.get_absolute_url())
    for more in (1, 2):
        for _number in range(more):
            applicant = f.ApplicationFactory(project=project)
            f.EnrolmentFactory(student=applicant.student, run=region.run)
        with CaptureQueriesContext(connection) as queries:
            page = text(client.get(project.get_absolute_url()))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert page.count("3 van 3 leerdoelen open in de eigen modules") == 3


def test_fit_of_an_applicant_leaves_out_what_is_achieved_and_counts_a_goal_once(region, make, login):
    project = make()
    f.ApplicationFactory(project=project, student=region.student)
    again = f.ModuleRunFactory(module=region.run.module, starts=clock.today() - timedelta(days=400))
    f.EnrolmentFactory(student=region.student, run=again)
    f.AchievementFactory(student=region.student, goal=region.goals[1], reached=True)
    f.AchievementFactory(student=f.UserFactory(), goal=region.goals[0], reached=True)
    assert "2 van 3 leerdoelen open" in text(login(region.coordinator).get(project.get_absolute_url()))


@pytest.mark.parametrize("pk", [str(HUGE), "9" * 5000, "0"])
def test_a_number_that_no_project_has_is_not_found(region, login, pk):
    client = login(region.teacher)
    for path in ("", "wijzig/", "doe/start/", "leerdoelen/", "uitkomst/", "aanmelden/"):
        assert client.get(f"/projecten/{pk}/{path}").status_code == 404
    assert client.get(f"/projecten/nieuw/{pk}/").status_code == 404
    assert client.get(f"/projecten/aanmelding/{pk}/doe/place/").status_code == 404


# --- The plan ---------------------------------------------------------------------------------------------------
def test_the_plan_promises_an_answer_when_the_portal_gives_one(make):
    answer = lambda project: [moment.day for moment in plan(project) if "hoor je" in moment.label]
    today = clock.today()
    assert answer(make(closing_date=today, starts=today + timedelta(days=3))) == [today + timedelta(days=14)]
    assert answer(make(running=True)) == []
