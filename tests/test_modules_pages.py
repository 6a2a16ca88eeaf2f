"""The pages of modules: what each role sees, and that nothing typed is lost."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modules.models import Module, ModuleRun
from oil_portal.core import clock
from tests import factories as f

pytestmark = pytest.mark.django_db

HUGE = 10**30
NUL = "na\0m"
ODD = [NUL, "x" * 100_000, "<script>alert(1)</script>", "%00", "abc", "-1", str(HUGE), "9" * 5000, "\u202e"]


def text(response) -> str:
    """The page without tags, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page(client, url_name: str, /, *args, **query):
    return client.get(reverse(f"modules:{url_name}", args=args), query)


def send(client, url_name: str, /, *args, **data):
    return client.post(reverse(f"modules:{url_name}", args=args), data)


def form_of(region, **changes) -> dict:
    good = {"school": region.school.pk, "code": "SENS", "title": "Slimme sensoren", "level": 4, "study_load": 240,
            "description": "Je bouwt een meter.", "lab": region.lab.pk, "programme": "", "elective": "",
            "goals": [goal.pk for goal in region.goals[:2]]}  # fmt: skip
    return good | changes


# --- The list ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"Sensoren", "Bloemen", "Groene daken"}),
        ({"q": "sensor"}, {"Sensoren"}),
        ({"level": "2"}, {"Bloemen"}),
        ({"level": ["2", "6"]}, {"Bloemen", "Groene daken"}),
        ({"kind": "elective"}, {"Bloemen"}),
        ({"kind": "own"}, {"Sensoren", "Groene daken"}),
        ({"kind": ["own", "elective"]}, {"Sensoren", "Bloemen", "Groene daken"}),
        ({"school": "other_school"}, {"Groene daken"}),
        ({"lab": "lab"}, {"Sensoren"}),
        ({"q": "onvindbaar"}, set()),
    ],
)
def test_filters_narrow_the_list(client, region, query, found):
    Module.objects.update(title="Sensoren")
    f.ModuleFactory(title="Bloemen", school=region.school, level=2, elective=f.ElectiveFactory())
    f.ModuleFactory(title="Groene daken", school=region.other_school, level=6)
    query = {key: getattr(region, value).pk if key in ("school", "lab") else value for key, value in query.items()}
    shown = page(client, "list", **query)
    assert {module.title for module in shown.context["page_obj"]} == found
    if not found:
        assert "Geen module gevonden" in text(shown)


def test_the_list_costs_the_same_for_one_and_three(client, region):
    counts = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as queries:
            page(client, "list")
        counts.append(len(queries))
        f.ModuleFactory.create_batch(2, school=region.school, lab=region.lab, elective=f.ElectiveFactory())
    assert counts[0] == counts[1]


def test_a_school_may_add_and_others_may_not(region, login):
    assert "Voeg een module toe" in text(page(login(region.teacher), "list"))
    for person in (None, region.student, region.broker):
        assert "Voeg een module toe" not in text(page(login(person), "list"))


# --- The detail page --------------------------------------------------------------------------------------------
def test_the_page_shows_goals_runs_and_projects(region, login):
    module = region.run.module
    project = f.ProjectFactory(run=region.run, title="Meet vocht")
    f.ProjectFactory(run=region.run, cancelled=True, title="Afgelast")
    shown = text(page(login(None), "detail", module.pk))
    for goal in region.goals:
        assert goal.title in shown and goal.code in shown
    for seen in ("3 leerdoelen", "B1-K1 Ontwerpt producten", "Periode 2", "240 uur", project.title):
        assert seen in shown
    for hidden in ("Afgelast", str(region.teacher), "Schrijf je in"):
        assert hidden not in shown
    assert str(region.teacher) in text(page(login(region.student), "detail", module.pk))


def test_an_elective_names_its_room(client, region):
    module = f.ModuleFactory(school=region.school, elective=f.ElectiveFactory(), study_load=240)
    assert "Deze module heeft 240 uur." in text(page(client, "detail", module.pk))


def test_a_student_enrols_and_leaves(region, login):
    client, run = login(region.other_student), region.run
    assert "Schrijf je in" in text(page(client, "detail", run.module.pk))
    assert send(client, "enrol", run.pk).url == run.get_absolute_url()
    shown = text(page(client, "detail", run.module.pk))
    assert "Jij doet mee" in shown and "Schrijf je uit" in shown and "Je bent ingeschreven" in shown
    send(client, "leave", run.pk)
    assert not region.other_student.enrolments.exists()


@pytest.mark.parametrize("person", ["teacher", "contact", "broker", "newcomer"])
def test_others_see_no_button_and_get_a_sentence(region, login, person):
    client = login(getattr(region, person))
    assert "Schrijf je in" not in text(page(client, "detail", region.run.module.pk))
    path = reverse("modules:enrol", args=[region.run.pk])
    back = f"http://testserver{region.run.get_absolute_url()}"
    answer = client.post(path, headers={"referer": back}, follow=True)
    assert "Je kunt je voor deze module niet inschrijven" in text(answer)


def test_a_run_that_has_ended_has_no_button(region, login):
    ModuleRun.objects.update(starts=clock.today() - timedelta(days=99), ends=clock.today() - timedelta(days=1))
    assert "Schrijf je" not in text(page(login(region.other_student), "detail", region.run.module.pk))


def test_the_page_costs_the_same_for_one_and_three_runs(region, login):
    client, counts = login(region.student), []
    f.ProjectFactory(run=region.run)
    for weeks in (30, 60):
        with CaptureQueriesContext(connection) as queries:
            page(client, "detail", region.run.module.pk)
        counts.append(len(queries))
        run = f.ModuleRunFactory(module=region.run.module, starts=clock.today() + timedelta(weeks=weeks))
        run.teachers.add(region.teacher, f.UserFactory())
        f.ProjectFactory.create_batch(2, run=run)
        region.run.module.goals.add(*f.LearningGoalFactory.create_batch(3))
    assert counts[0] == counts[1]


# --- Adding and changing a module -------------------------------------------------------------------------------
def test_adding_a_module(region, login):
    answer = send(login(region.teacher), "add", **form_of(region))
    module = Module.objects.get(code="SENS")
    assert answer.status_code == 302 and answer.url == module.get_absolute_url()
    assert (module.school, module.lab, module.goals.count()) == (region.school, region.lab, 2)


def test_changing_a_module(region, login):
    module, client = region.run.module, login(region.coordinator)
    shown = page(client, "edit", module.pk)
    assert shown.content.decode().count("checked") == len(region.goals)
    answer = send(client, "edit", module.pk, **form_of(region, title="Nieuwe naam", goals=[region.goals[0].pk]))
    assert answer.status_code == 302
    module.refresh_from_db()
    assert module.title == "Nieuwe naam" and list(module.goals.all()) == [region.goals[0]]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "Titel"),
        ("title", NUL, ""),
        ("description", NUL, ""),
        ("title", "x" * 100_000, ""),
        ("level", "5", ""),
        ("level", "abc", ""),
        ("study_load", "5", "20"),
        ("study_load", str(HUGE), "1680"),
        ("study_load", "veel", ""),
        ("goals", [], "Kies minstens één leerdoel"),
        ("goals", ["abc"], "Dit leerdoel bestaat niet meer"),
        ("goals", [NUL], "Leerdoelen"),
        ("goals", [str(HUGE)], "Dit leerdoel bestaat niet meer"),
        ("lab", str(HUGE), ""),
        ("lab", "abc", ""),
        ("elective", NUL, ""),
        ("programme", "-1", ""),
        ("school", "abc", ""),
        ("school", "9" * 5000, ""),
    ],
)
def test_bad_input_is_said_and_nothing_is_lost(region, login, field, value, sentence):
    answer = send(login(region.teacher), "add", **form_of(region, **{field: value}))
    assert answer.status_code == 422 and sentence in text(answer)
    shown = answer.content.decode()
    assert 'role="alert"' in shown
    for name, kept in {"title": "Slimme sensoren", "code": "SENS", "description": "Je bouwt een meter."}.items():
        if name != field:
            assert kept in shown
    if field != "goals":
        assert shown.count("checked") == 2
    assert not Module.objects.filter(code="SENS").exists()


def test_another_school_is_no_choice(region, login):
    for changes in (
        {"school": region.other_school.pk},
        {"lab": f.PartnerFactory(lab=True, parent=region.other_school).pk},
    ):
        assert send(login(region.teacher), "add", **form_of(region, **changes)).status_code == 422


def test_a_lab_of_another_school_of_mine_is_refused(region, login):
    f.MembershipFactory(user=region.teacher, partner=region.other_school, role="teacher")
    answer = send(login(region.teacher), "add", **form_of(region, school=region.other_school.pk))
    assert answer.status_code == 422 and "Dit lab hoort niet bij deze school" in text(answer)


def test_a_code_that_is_taken_is_said(region, login):
    client = login(region.teacher)
    send(client, "add", **form_of(region))
    answer = send(client, "add", **form_of(region, title="Andere"))
    assert answer.status_code == 422 and Module.objects.filter(code="SENS").count() == 1


def test_narrowing_the_goals_keeps_all_that_was_typed(region, login):
    wanted = f.LearningGoalFactory(title="Kalibreert een sensor")
    f.LearningGoalFactory(title="Bakt een brood")
    answer = send(login(region.teacher), "add", **form_of(region, narrow="1", q="kalibreert", study_load="veel"))
    shown = answer.content.decode()
    assert answer.status_code == 200 and 'role="alert"' not in shown
    assert wanted.title in shown and "Bakt een brood" not in shown
    assert shown.count("checked") == 2 and 'value="veel"' in shown and 'value="SENS"' in shown
    assert not Module.objects.filter(code="SENS").exists()


def test_narrowing_searches_code_programme_and_keywords_too(region, login):
    goal = f.LearningGoalFactory(
        programme__name="Procestechniek", code="P3-K9-W9", title="Meet", keywords=["thermometer"]
    )
    client = login(region.teacher)
    for q in ("procestech", "p3-k9-w9", "MEET", "thermometer"):
        assert f'value="{goal.pk}"' in send(client, "add", **form_of(region, narrow="1", q=q)).content.decode()
    nothing = send(client, "add", **form_of(region, narrow="1", q="zzz", goals=[]))
    assert "Geen leerdoel gevonden voor ‘zzz’" in text(nothing)


@pytest.mark.parametrize("value", ODD)
def test_odd_words_in_the_goal_search(region, login, value):
    answer = send(login(region.teacher), "add", narrow="1", q=value, goals=[value], school=value, lab=value)
    assert answer.status_code == 200 and "<script>alert" not in answer.content.decode()


def test_the_form_costs_the_same_for_few_and_many_goals(region, login):
    client, counts = login(region.teacher), []
    for _more in range(2):
        with CaptureQueriesContext(connection) as queries:
            page(client, "edit", region.run.module.pk)
        counts.append(len(queries))
        f.LearningGoalFactory.create_batch(20)
    assert counts[0] == counts[1]


# --- Runs -------------------------------------------------------------------------------------------------------
RUN = {"period": "Periode 3", "starts": "2031-01-06", "ends": "2031-06-27"}


def test_adding_a_run(region, login):
    module = region.run.module
    answer = send(login(region.teacher), "run_add", module.pk, **RUN, teachers=[region.teacher.pk])
    run = ModuleRun.objects.get(period="Periode 3")
    assert answer.url == module.get_absolute_url() and run.teachers.get() == region.teacher


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("ends", "2031-01-06", "Kies een datum na de begindatum"),
        ("ends", "", ""),
        ("starts", "gisteren", ""),
        ("starts", "2031-02-31", ""),
        ("starts", "0000-00-00", ""),
        ("starts", "99999-01-01", ""),
        ("period", "", ""),
        ("period", NUL, ""),
        ("period", "x" * 100_000, ""),
        ("teachers", "abc", ""),
        ("teachers", str(HUGE), ""),
        ("teachers", NUL, ""),
    ],
)
def test_a_bad_run_is_said_and_nothing_is_lost(region, login, field, value, sentence):
    answer = send(login(region.teacher), "run_add", region.run.module.pk, **RUN | {field: value})
    assert answer.status_code == 422 and sentence in text(answer)
    for name, kept in RUN.items():
        if name != field:
            assert f'value="{kept}"' in answer.content.decode()
    assert ModuleRun.objects.count() == 1


def test_only_teachers_of_the_school_give_a_run(region, login):
    answer = send(login(region.teacher), "run_add", region.run.module.pk, **RUN, teachers=[region.other_teacher.pk])
    assert answer.status_code == 422
    shown = text(page(login(region.teacher), "run_add", region.run.module.pk))
    assert str(region.teacher) in shown and str(region.other_teacher) not in shown


def test_a_run_that_starts_twice_is_refused(region, login):
    client = login(region.teacher)
    send(client, "run_add", region.run.module.pk, **RUN)
    assert send(client, "run_add", region.run.module.pk, **RUN).status_code == 422


# --- No input gives a 500 ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["detail", "edit", "run_add"])
def test_a_number_that_is_too_big_is_not_found(region, login, name):
    assert page(login(region.teacher), name, HUGE).status_code == 404


@pytest.mark.parametrize("name", ["enrol", "leave"])
def test_a_run_that_is_too_big_is_not_found(region, login, name):
    assert send(login(region.student), name, HUGE).status_code == 404


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("key", ["q", "school", "lab", "level", "kind", "page"])
def test_odd_queries_give_a_page(client, region, key, value):
    shown = page(client, "list", **{key: value})
    assert shown.status_code == 200 and "<script>alert" not in shown.content.decode()
