"""The curriculum: a plan before anything is written, retiring, CASE out and in again, and plain language."""

import json
import time
from io import StringIO

import jsonschema
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from modules import services
from modules.case import make_package
from modules.importing import GoalRow, Reading, read
from modules.models import Elective, GoalImport, LearningGoal, Programme
from oil_portal.core import clock
from tests import factories as f

pytestmark = pytest.mark.django_db
DATA = settings.BASE_DIR / "data"
HEADER = "crebo,kwalificatie,niveau,kerntaak_code,kerntaak,werkproces_code,werkproces\n"
ONE = "25919,Technicus engineering,4,B1-K1,Ontwerpt,B1-K1-W1,Werkt ontwerpen uit\n"
TWO = "25919,Technicus engineering,4,B1-K1,Ontwerpt,B1-K1-W2,Maakt een kostenberekening\n"


def load(text: str, **options) -> dict:
    return services.apply(services.plan(read(text)), **options)


def upload(client, text: str, name: str = "doelen.csv"):
    return client.post(reverse("modules:import_add"), {"file": SimpleUploadedFile(name, text.encode())})


# --- Preview and history ----------------------------------------------------------------------------------------
def test_a_coordinator_sees_first_and_writes_then(region, login):
    load(HEADER + ONE)
    client = login(region.coordinator)
    answer = upload(client, HEADER + ONE.replace("uit\n", "goed uit\n") + TWO.replace("25919", "25920") + "1,2\n")
    page = client.get(answer.url)
    shown = page.content.decode()
    for words in ("Nieuw: 1 leerdoelen", "Gewijzigd: 1 leerdoelen", "<del>Werkt ontwerpen uit</del>", "Regel 4:"):
        assert words in shown, words
    assert LearningGoal.objects.filter(programme__code="25920").count() == 0
    stamp = page.context["plan"].fingerprint
    client.post(answer.url, {"fingerprint": stamp})
    assert LearningGoal.objects.get(programme__code="25919").title == "Werkt ontwerpen goed uit"
    assert LearningGoal.objects.get(programme__code="25920").explanation  # our first version came along
    assert "Ingelezen" in client.get(answer.url).content.decode()
    client.post(answer.url, {"fingerprint": stamp})
    assert GoalImport.objects.get().counts["new"] == 1


def test_a_preview_that_is_no_longer_true_writes_nothing(region, login):
    client = login(region.coordinator)
    answer = upload(client, HEADER + ONE)
    stamp = client.get(answer.url).context["plan"].fingerprint
    load(HEADER + ONE)
    told = client.post(answer.url, {"fingerprint": stamp}, follow=True).content.decode()
    assert "intussen gewijzigd" in told
    assert GoalImport.objects.get().applied_at is None


def test_what_is_gone_stays_unless_asked_and_what_is_used_is_never_deleted():
    load(HEADER + ONE + TWO)
    linked = LearningGoal.objects.get(code="B1-K1-W2")
    f.AssignmentFactory(goals=[linked])
    third = TWO.replace("W2", "W3").replace("Maakt", "Controleert")
    load(HEADER + third)
    assert LearningGoal.objects.current().count() == 3
    assert load(HEADER + third, retire=True) == {"new": 0, "changed": 0, "same": 1, "retired": 1, "deleted": 1}
    linked.refresh_from_db()
    assert linked.retired_at and linked.links.count() == 1
    assert load(HEADER + TWO)["changed"] == 1  # it is back
    linked.refresh_from_db()
    assert linked.retired_at is None


def test_a_module_and_an_achievement_keep_a_goal_too():
    load(HEADER + ONE + TWO)
    one, two = LearningGoal.objects.order_by("code")
    f.ModuleFactory(goals=[one])
    f.AchievementFactory(goal=two)
    load(HEADER + ONE.replace("W1", "W9"), retire=True)
    assert set(LearningGoal.objects.exclude(retired_at=None)) == {one, two}


def test_retired_goals_are_offered_nowhere(region, login):
    goal = region.goals[0]
    LearningGoal.objects.filter(pk=goal.pk).update(retired_at=clock.now())
    draft = f.AssignmentFactory(challenge__partner=region.company, challenge__translator=region.teacher, goals=[])
    page = login(region.teacher).get(reverse("challenges:goals", args=[draft.pk]))
    assert goal not in page.context["offered"]
    assert goal not in [offer.goal for offer in page.context["suggested"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "leeg"), (b"\xff\xfe\x00", "UTF-8"), (b"a\x00b", "geen tekst"), (b"a,b\n1,2\n", None)],
)
def test_a_file_that_cannot_be_read_is_said_beside_the_field(region, login, content, message):
    client = login(region.coordinator)
    answer = client.post(reverse("modules:import_add"), {"file": SimpleUploadedFile("x.csv", content)})
    assert answer.status_code == (422 if message else 302)
    shown = answer.content.decode() if message else client.get(answer.url).content.decode()
    assert (message or "Deze kolommen kennen we niet") in shown


def test_programmes_with_their_learning_path_and_electives_with_hours():
    load('crebo,naam,niveau,leerweg\n25919,Technicus,4,"BBL,BOL"\n')
    assert Programme.objects.get().learning_path == "BBL,BOL"
    load("code,naam,uren\nK0072,Ondernemend gedrag,480\nK0073,Fout,9\n")
    assert Elective.objects.get().hours == 480
    call_command("import_goals", str(DATA / "kwalificaties.csv"), stdout=StringIO())
    assert Programme.objects.exclude(learning_path="").count() > 10


def test_the_same_code_in_two_editions_is_two_goals():
    for edition in ("2023", "2025"):
        load(HEADER.strip() + ",editie\n" + ONE.strip() + f",{edition}\n")
    assert LearningGoal.objects.count() == 2


def test_five_thousand_goals_under_ten_seconds():
    rows = [
        GoalRow(f"{30000 + number // 20}", f"Opleiding {number // 20}", 4, "", "", f"B1-K{number % 5}", "Kerntaak",
                f"B1-K{number % 5}-W{number % 20}", f"Doet werk nummer {number}", "", f"Je doet {number}.", (), ("w",))
        for number in range(5000)
    ]  # fmt: skip
    began = time.perf_counter()
    counts = services.apply(services.plan(Reading(goals=rows)))
    assert counts["new"] == 5000 and time.perf_counter() - began < 10
    assert services.apply(services.plan(Reading(goals=rows)))["same"] == 5000


# --- CASE -------------------------------------------------------------------------------------------------------
def goals_as_told() -> list[tuple]:
    names = ("programme__code", "programme__edition", "programme__name", "programme__level", "programme__learning_path",
             "programme__dossier_code", "code", "title", "core_task_code", "core_task", "explanation", "company_says",
             "keywords")  # fmt: skip
    return [
        tuple(map(repr, row)) for row in LearningGoal.objects.order_by("programme__code", "code").values_list(*names)
    ]


def test_case_out_validates_and_comes_in_as_the_same_goals_groups_and_keywords(region, login):
    call_command("import_goals", str(DATA / "werkprocessen.csv"), stdout=StringIO())
    LearningGoal.objects.exclude(programme__code__regex=r"^\d{5}$").update(retired_at=clock.now())
    LearningGoal.objects.filter(programme__code="25919").update(keywords=["één", "twee"], company_says=["Zo!", "Nee?"])
    package = login(region.teacher).get(reverse("modules:package")).content.decode()
    schema = json.loads((settings.BASE_DIR / "tests" / "data" / "case-v1p0-schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(package), schema, format_checker=jsonschema.FormatChecker())
    current = [row for row in goals_as_told() if row[0].strip("'").isdigit()]
    LearningGoal.objects.filter(programme__code__regex=r"^\d{5}$").filter(modules=None).delete()
    counts = load(package)
    assert counts["new"] >= 123
    assert [row for row in goals_as_told() if row[0].strip("'").isdigit()] == current
    assert load(package)["same"] == len(json.loads(package)["CFItems"]) - sum(
        item["CFItemType"] != "Werkproces" for item in json.loads(package)["CFItems"]
    )


def test_the_same_goals_make_the_same_package():
    load(HEADER + ONE)
    goals = LearningGoal.objects.select_related("programme")
    made = [make_package(goals, title="T", creator="C", moment=clock.now()) for _time in range(2)]
    assert [item["identifier"] for item in made[0]["CFItems"]] == [item["identifier"] for item in made[1]["CFItems"]]


@pytest.mark.parametrize(
    "change",
    [
        lambda package: package["CFItems"][-1].update(conceptKeywords="los"),
        lambda package: package["CFItems"][-1].update(notes="x" * 2000),
        lambda package: package["CFItems"][-1].update(notes=7),
    ],
)
def test_bad_plain_language_in_a_package_is_an_error_of_that_goal(change):
    load(HEADER + ONE)
    package = make_package(LearningGoal.objects.select_related("programme"), title="T", creator="C", moment=clock.now())
    change(package)
    reading = read(json.dumps(package))
    assert not reading.goals and reading.errors[0][0] > 0


# --- Plain language ---------------------------------------------------------------------------------------------
def test_an_import_of_explanations_never_undoes_what_a_teacher_wrote(region, login):
    load(HEADER + ONE + TWO)
    goal, other = LearningGoal.objects.filter(programme__code="25919").order_by("code")
    client = login(region.teacher)
    words = {
        "explanation": "Mijn uitleg.",
        "company_says": "Een zin.\n\nNog een.",
        "keywords": "a\na\nb",
        "twins": "on",
    }
    assert client.post(reverse("modules:goal_edit", args=[goal.pk]), words).status_code == 302
    goal.refresh_from_db()
    assert (goal.explanation, goal.company_says, goal.keywords) == (
        "Mijn uitleg.",
        ["Een zin.", "Nog een."],
        ["a", "b"],
    )
    LearningGoal.objects.filter(code="B1-K1-W2").update(explanation="", company_says=[], keywords=[])
    load((DATA / "goal_explanations.json").read_text(encoding="utf-8"))
    goal.refresh_from_db()
    assert goal.explanation == "Mijn uitleg."
    other.refresh_from_db()
    assert other.explanation


def test_twins_change_together_when_asked(region):
    one, two = f.LearningGoalFactory(title="Zelfde"), f.LearningGoalFactory(title="Zelfde")
    words = {"explanation": "Je doet dit.", "company_says": [], "keywords": []}
    assert services.explain_goal(goal=one, actor=region.teacher, twins=False, **words) == 1
    assert services.explain_goal(goal=one, actor=region.teacher, twins=True, **words) == 1
    two.refresh_from_db()
    assert two.explanation == "Je doet dit."


@pytest.mark.parametrize(
    ("change", "message"),
    [({"explanation": ""}, "Schrijf een uitleg."), ({"explanation": "x" * 1501}, "Maak de uitleg korter"),
     ({"keywords": "x" * 61}, "Regel 1 is te lang"), ({"keywords": "\n".join(map(str, range(81)))}, "hoogstens 80")],
)  # fmt: skip
def test_bad_plain_language_is_said_and_kept(region, login, change, message):
    words = {"explanation": "Mijn uitleg.", "company_says": "Deze zin blijft staan.", "keywords": ""} | change
    answer = login(region.teacher).post(reverse("modules:goal_edit", args=[region.goals[0].pk]), words)
    assert answer.status_code == 422
    assert answer.content.decode().count(message) >= 2
    assert "Deze zin blijft staan." in answer.content.decode()


def test_the_editors_list(region, login):
    LearningGoal.objects.update(explanation="Ja.")
    bare = f.LearningGoalFactory(explanation="")
    page = login(region.teacher).get(reverse("modules:goals"), {"explained": "no"})
    assert list(page.context["page_obj"]) == [bare]
    assert "1 leerdoel heeft nog geen uitleg." in page.content.decode()
