"""The demo's texts hold together: counts, references, uniqueness, and the house's plain Dutch.

Reads files only: no database, so a mistake in a text is found in a second and not halfway a seed.
"""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from partners.sectors import Sector, Size

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "oil_portal" / "demo" / "data"
MUNICIPALITIES = {
    "Katwijk",
    "Leiden",
    "Leiderdorp",
    "Oegstgeest",
    "Voorschoten",
    "Zoeterwoude",
}
THEMES = {
    "sustainable_building",
    "energy",
    "health",
    "mobility",
    "smart_technology",
    "food",
}
SCHOOLS = {"mboRijnland", "Hogeschool Leiden"}
STAGES = {
    "draft": 3, "submitted": 3, "returned": 2, "declined": 2, "withdrawn": 1, "accepted": 3, "translating": 2,
    "awaiting_sign_off": 2, "change_requested": 1, "agreed": 2, "open": 8, "running": 4, "confirming": 2,
    "completed": 4, "cancelled": 1,
}  # fmt: skip
# Days since the first draft. A stage in which somebody must act stays short: nothing in the demo waits forever.
AGE = {
    "draft": (3, 10), "submitted": (1, 5), "returned": (3, 8), "declined": (20, 90), "withdrawn": (20, 90),
    "accepted": (7, 21), "translating": (10, 30), "awaiting_sign_off": (14, 40), "change_requested": (14, 45),
    "agreed": (20, 60), "open": (20, 60), "running": (60, 120), "confirming": (100, 160), "completed": (150, 440),
    "cancelled": (20, 90),
}  # fmt: skip
BEFORE_TRANSLATION = {"draft", "submitted", "returned", "declined", "withdrawn"}
WITH_PROJECT = {"open", "running", "confirming", "completed", "cancelled"}
WITH_TEAM = {"running", "confirming", "completed"}


def load(name):
    return json.loads((DEMO / name).read_text(encoding="utf-8"))


COMPANIES = load("companies.json")
PEOPLE = load("people.json")
MODULES = load("modules.json")
CHALLENGES = load("challenges.json")
MODULE = {module["key"]: module for module in MODULES["modules"]}
TEACHER = {teacher["key"]: teacher for teacher in PEOPLE["teachers"]}

every_company = pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company["key"])
every_module = pytest.mark.parametrize("module", MODULES["modules"], ids=lambda module: module["key"])
every_challenge = pytest.mark.parametrize("challenge", CHALLENGES, ids=lambda challenge: challenge["key"])
every_assignment = pytest.mark.parametrize(
    "challenge",
    [c for c in CHALLENGES if "assignment" in c],
    ids=lambda challenge: challenge["key"],
)
every_project = pytest.mark.parametrize(
    "challenge",
    [c for c in CHALLENGES if "project" in c],
    ids=lambda challenge: challenge["key"],
)


def rows(name):
    with (ROOT / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def known_goals():
    """Every (programme, code) that the public data or the demo's own hbo programmes define."""
    mbo = {(row["crebo"], row["werkproces_code"]) for row in rows("werkprocessen.csv")}
    return mbo | {(hbo["code"], goal["code"]) for hbo in MODULES["hbo_programmes"] for goal in hbo["goals"]}


def pairs(goals):
    return [(goal["programme"], goal["code"]) for goal in goals]


def words(text):
    return len(text.split())


def words_per_sentence(text):
    # A decimal or a time ("0,8", "9.30") has no space after its point, so it does not end a sentence.
    return words(text) / len([part for part in re.split(r"[.?:](?:\s+|$)", text) if part.strip()])


def unique(values):
    return [value for value, count in Counter(values).items() if count > 1] == []


def strings(value):
    """Every text anywhere in the data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def test_the_demo_has_the_size_the_issue_asks_for():
    assert len(COMPANIES) == 26
    assert Counter(c["review"] for c in COMPANIES) == {
        "accepted": 21,
        "submitted": 3,  # one of them is there twice
        "returned": 1,
        "declined": 1,
    }
    assert {c["municipality"] for c in COMPANIES} == MUNICIPALITIES
    assert len(MODULES["modules"]) == 12
    assert len(MODULES["hbo_programmes"]) == 2
    assert Counter(t["school"] for t in PEOPLE["teachers"]) == {
        "mboRijnland": 9,
        "Hogeschool Leiden": 6,
    }
    assert Counter(t["confirmed"] for t in PEOPLE["teachers"]) == {True: 13, False: 2}
    assert Counter(s["school"] for s in PEOPLE["students"]) == {
        "mboRijnland": 90,
        "Hogeschool Leiden": 30,
    }
    assert {c["partner"] for c in PEOPLE["coordinators"]} == SCHOOLS | {"CIV Smart Technology"}
    assert len(PEOPLE["brokers"]) == 2
    assert Counter(c["stage"] for c in CHALLENGES) == STAGES
    assert sum(c["confidential"] for c in CHALLENGES) == 3


def test_keys_names_numbers_and_titles_are_unique():
    assert unique(c["key"] for c in COMPANIES)
    assert unique(c["name"] for c in COMPANIES)
    assert unique(c["kvk"] for c in COMPANIES)
    assert unique(m["key"] for m in MODULES["modules"])
    assert unique(m["code"] for m in MODULES["modules"])
    assert unique(c["key"] for c in CHALLENGES)
    assert unique(c["title"] for c in CHALLENGES)
    assert unique(c["assignment"]["title"] for c in CHALLENGES if "assignment" in c)


def test_no_two_people_share_a_name():
    people = [person for group in PEOPLE.values() for person in group]
    people += [c[part] for c in COMPANIES for part in ("contact", "colleague") if c[part]]
    assert unique((person["first_name"], person["last_name"]) for person in people)


def test_texts_name_no_real_mail_telephone_or_site():
    for text in strings([COMPANIES, PEOPLE, MODULES, CHALLENGES]):
        assert "@" not in text, text
        assert not re.search(r"\+31|\b0\d{1,3}[- ]?\d{6,8}\b", text), text
        assert not re.search(r"www\.|\b[a-z0-9-]+\.(nl|com|org|net|eu)\b", text), text
        assert not text.startswith("http") or text.endswith(".example"), text


def test_texts_keep_the_tone_of_the_house():
    for text in strings([COMPANIES, PEOPLE, MODULES, CHALLENGES]):
        assert "!" not in text, text
        assert "klik hier" not in text.lower(), text
        assert text == text.strip() and "  " not in text, text


@every_company
def test_company(company):
    assert company["municipality"] in MUNICIPALITIES
    assert re.fullmatch(r"9\d{7}", company["kvk"])
    assert company["website"] == f"https://{company['key']}.example"
    assert company["size"] in Size.values and company["sector"] in Sector.values
    for language in ("description", "description_en"):
        assert company[language].count(". ") == 1 and company[language].endswith(".")
        assert words_per_sentence(company[language]) <= 15
    assert ("review_remark" in company) == (company["review"] in {"returned", "declined"})


def test_every_accepted_company_asks_something_and_no_other_does():
    accepted = {c["key"] for c in COMPANIES if c["review"] == "accepted"}
    assert {c["company"] for c in CHALLENGES} == accepted


def test_students_follow_modules_of_their_own_school():
    programmes = {row["crebo"] for row in rows("werkprocessen.csv")} | {h["code"] for h in MODULES["hbo_programmes"]}
    for student in PEOPLE["students"]:
        assert student["programme"] in programmes
        assert 1 <= len(student["modules"]) <= 3 and unique(student["modules"])
        assert {MODULE[key]["school"] for key in student["modules"]} == {student["school"]}


@every_module
def test_module(module):
    assert module["school"] in SCHOOLS and module["lab"] in {"smart", "bio", None}
    assert 120 <= module["study_load"] <= 480
    assert module["level"] in {2, 3, 4, 6}
    assert 5 <= len(module["goals"]) <= 10 and unique(pairs(module["goals"]))
    assert set(pairs(module["goals"])) <= known_goals()
    assert {goal["programme"] for goal in module["goals"]} == {module["programme"]}
    if module["kind"] == "elective":
        assert module["elective_code"] in {row["code"] for row in rows("keuzedelen.csv")}
        assert module["study_load"] == 240
    else:
        assert module["kind"] == "school" and "elective_code" not in module


@every_module
def test_module_runs_now_or_soon_with_its_own_confirmed_teachers(module):
    assert any(run["start_week_offset"] <= 4 and run["end_week_offset"] >= 0 for run in module["runs"])
    for run in module["runs"]:
        assert run["start_week_offset"] < run["end_week_offset"]
        assert run["teachers"]
        for key in run["teachers"]:
            assert TEACHER[key]["confirmed"] and TEACHER[key]["school"] == module["school"]


@pytest.mark.parametrize("row_level", [{r["crebo"]: int(r["niveau"]) for r in rows("werkprocessen.csv")}])
def test_module_level_is_the_level_of_its_programme(row_level):
    levels = row_level | {hbo["code"]: hbo["level"] for hbo in MODULES["hbo_programmes"]}
    assert {m["key"]: m["level"] for m in MODULES["modules"]} == {
        m["key"]: levels[m["programme"]] for m in MODULES["modules"]
    }


@every_challenge
def test_challenge(challenge):
    assert len(challenge["title"]) <= 70 and not challenge["title"].endswith(".")
    assert 120 <= words(challenge["question"]) <= 220
    assert 2 <= len(challenge["question"].split("\n\n")) <= 3
    assert words_per_sentence(challenge["question"]) <= 15
    assert 2 <= len(challenge["result"].splitlines()) <= 4
    assert challenge["theme"] in THEMES
    assert challenge["location"] in {"lab", "company", "both"}
    assert challenge["lab"] in {"smart", "bio", "hsl"}


@every_challenge
def test_challenge_holds_what_its_stage_needs(challenge):
    stage = challenge["stage"]
    low, high = AGE[stage]
    assert low <= challenge["days_ago"] <= high
    assert ("review_remark" in challenge) == (stage in {"returned", "declined"})
    assert ("withdraw_remark" in challenge) == (stage == "withdrawn")
    assert ("translator" in challenge) == (stage not in BEFORE_TRANSLATION)
    assert ("assignment" in challenge) == (stage not in BEFORE_TRANSLATION | {"accepted"})
    assert ("change_remark" in challenge) == (stage == "change_requested")
    assert ("project" in challenge) == (stage in WITH_PROJECT)
    assert ("outcome" in challenge) == (stage in {"confirming", "completed"})
    assert ("cancel_reason" in challenge) == (stage == "cancelled")


def test_one_accepted_challenge_still_waits_for_a_translator():
    waiting = [c["key"] for c in CHALLENGES if c.get("translator", "") is None]
    assert len(waiting) == 1
    assert all(TEACHER[c["translator"]]["confirmed"] for c in CHALLENGES if c.get("translator"))


@every_assignment
def test_assignment_links_goals_of_one_module(challenge):
    task = challenge["assignment"]
    module = MODULE[task["module"]]
    assert task["level"] == module["level"]
    assert task["hours"] <= module["study_load"]
    assert TEACHER[challenge["translator"]]["school"] == module["school"]
    assert challenge["lab"] == (module["lab"] or "hsl")
    goals = pairs(task["goals"])
    assert 4 <= len(goals) <= 12 and unique(goals)
    assert set(goals) <= set(pairs(module["goals"]))


@every_assignment
def test_assignment_speaks_to_students(challenge):
    task = challenge["assignment"]
    assert len(task["title"]) <= 90 and len(task["summary"]) <= 250
    assert 100 <= words(task["text"]) <= 200
    assert words_per_sentence(task["text"]) <= 15
    assert "jullie" in task["text"].lower()
    assert 2 <= len(task["results"].splitlines()) <= 4


@every_project
def test_project_fits_its_run_and_its_stage(challenge):
    project, stage = challenge["project"], challenge["stage"]
    assert project["module"] == challenge["assignment"]["module"]
    run = MODULE[project["module"]]["runs"][project["run"]]
    assert project["coach"] in run["teachers"]
    assert 2 <= project["min_size"] <= project["max_size"] <= 6
    if stage in {"open", "cancelled"}:
        assert 0 < run["start_week_offset"] <= 4
    elif stage == "running":
        assert run["start_week_offset"] <= 0 < run["end_week_offset"]
    else:
        assert run["end_week_offset"] < 0
    if stage in WITH_TEAM:
        assert challenge["days_ago"] > -7 * run["start_week_offset"], "written before the run began"


@every_project
def test_applications_fill_the_seats_and_get_an_answer(challenge):
    project, stage = challenge["project"], challenge["stage"]
    decisions = Counter(application["decision"] for application in project["applications"])
    assert set(decisions) <= {None, "placed", "declined", "withdrawn"}
    assert decisions["placed"] <= project["max_size"]
    if stage in WITH_TEAM:
        assert decisions["placed"] >= max(3, project["min_size"])
        assert not decisions[None] and decisions["declined"] <= 3
    for application in project["applications"]:
        assert 2 <= len(re.findall(r"[.?](?:\s|$)", application["motivation"])) <= 4
        assert bool(application["reason"]) == (application["decision"] == "declined")


def test_open_projects_differ_in_interest():
    counts = sorted(len(c["project"]["applications"]) for c in CHALLENGES if c["stage"] == "open")
    assert counts[0] == 0 and counts[-1] == 7 and len(set(counts)) >= 5


def test_enough_students_follow_each_module_for_its_applications():
    enrolled = Counter(key for student in PEOPLE["students"] for key in student["modules"])
    applied = Counter()
    for challenge in CHALLENGES:
        if "project" in challenge:
            applied[challenge["project"]["module"]] += len(challenge["project"]["applications"])
    assert {key: count for key, count in applied.items() if count > enrolled[key]} == {}


def test_outcomes_tell_what_came_of_it():
    outcomes = [(c["key"], c["stage"], c["outcome"]) for c in CHALLENGES if "outcome" in c]
    for key, _, outcome in outcomes:
        assert 60 <= words(outcome["result"]) <= 120, key
        assert words_per_sentence(outcome["result"]) <= 15, key
        assert len(outcome["summary"]) <= 400 and len(outcome["follow_up_note"]) <= 400, key
        assert (outcome["follow_up_lab"] in {"smart", "bio"}) == (outcome["follow_up"] == "lab"), key
    completed = {outcome["follow_up"] for _, stage, outcome in outcomes if stage == "completed"}
    assert completed == {"lab", "challenge", "none", "elsewhere"}
