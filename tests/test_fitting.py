"""What fits a student and why: open goals, interest, level, period and lab, in this order and in words."""

from datetime import timedelta

import pytest

from oil_portal.core import clock
from projects.fitting import fitting, taste_of
from tests import factories as f
from tests.helpers import queries_of


def why(student) -> dict[str, list[str]]:
    return {project.title: project.reasons for project in fitting(student, taste_of(student), 10)[0]}


@pytest.fixture
def elsewhere(region):
    """A project that shares nothing with the student."""
    later = clock.today() + timedelta(days=400)

    def project(**values):
        values = {"closing_date": later, "assignment__level": 6, "assignment__challenge__theme": "food"} | values
        return f.ProjectFactory(**values)

    return project


def test_each_reason_is_said(region, make):
    f.ProfileFactory(student=region.student, interests=["sustainable_building"])
    project = make(title="Muur")
    assert why(region.student) == {
        "Muur": [
            "3 leerdoelen open in je modules", "je koos Duurzaam bouwen", "jouw niveau", "valt in je periode",
            "lab van je module",
        ]
    }  # fmt: skip
    f.AchievementFactory(student=region.student, goal=region.goals[0], reached=True)
    assert why(region.student)[project.title][0] == "2 leerdoelen open in je modules"


def test_what_shares_nothing_is_left_out_until_it_interests(region, elsewhere):
    elsewhere(title="Kas")
    assert why(region.student) == {}
    f.ProfileFactory(student=region.student, interests=["food"])
    assert why(region.student) == {"Kas": ["je koos Voeding"]}


def test_the_order(region, make, elsewhere):
    make(title="Twee doelen", goals=region.goals[:2])
    make(title="Drie doelen")
    elsewhere(title="Ander niveau", assignment__goals=region.goals[:2])
    elsewhere(title="Interesse", assignment__goals=region.goals[:1], assignment__challenge__theme="energy")
    assert list(why(region.student)) == ["Drie doelen", "Twee doelen", "Ander niveau", "Interesse"]
    f.ProfileFactory(student=region.student, interests=["energy"])
    assert list(why(region.student)) == ["Drie doelen", "Twee doelen", "Interesse", "Ander niveau"]


def test_what_cannot_be_chosen_is_left_out(region, make):
    make(title="Loopt", running=True)
    make(title="Dicht", closing_date=clock.today() - timedelta(days=1))
    f.ApplicationFactory(project=make(title="Aangemeld"), student=region.student)
    mine = f.MatchingRoundFactory(open=True, school=region.school, runs=[region.run])
    draft = f.MatchingRoundFactory(school=region.school, runs=[region.run])
    other = f.MatchingRoundFactory(open=True, school=region.school, runs=[f.ModuleRunFactory()])
    done = f.MatchingRoundFactory(published=True, school=region.school, runs=[region.run])
    for round_, title in ((mine, "Mijn ronde"), (draft, "Komt nog"), (other, "Andere ronde"), (done, "Na de ronde")):
        f.RoundProjectFactory(round=round_, project=make(title=title))
    hbo = f.RoundProjectFactory(round=mine, project=make(title="Hbo"), levels=[6])
    f.RoundProjectFactory(round=mine, project=make(title="Lassen"), modules=[f.ModuleFactory()])
    assert set(why(region.student)) == {"Mijn ronde", "Na de ronde"}
    hbo.levels = [4, 6]
    hbo.save()
    assert "Hbo" in why(region.student)
    f.ParticipantFactory(round=mine, student=region.student, run=region.run, ranks={hbo.project: 1})
    assert "Hbo" not in why(region.student)


def test_only_for_students(region, make):
    make()
    assert fitting(region.teacher, taste_of(region.teacher), 5)[0] == []


def test_the_list_of_projects_follows_it(region, make, elsewhere, login):
    elsewhere(title="Kas")
    make(title="Muur")
    f.ProfileFactory(student=region.student, interests=["energy"])
    html = login(region.student).get("/projecten/").content.decode()
    assert html.index("Muur") < html.index("Kas") and "3 leerdoelen open in je modules" in html
    assert "leerdoelen open in je modules" not in login(region.teacher).get("/projecten/").content.decode()


def test_of_very_many_the_own_modules_and_what_closes_first_are_weighed(
    region, make, elsewhere, login, few_are_weighed
):
    few_are_weighed(2)
    soon, sooner = (clock.today() + timedelta(days=days) for days in (2, 1))
    elsewhere(title="Sluit morgen", closing_date=sooner)
    elsewhere(title="Sluit overmorgen", closing_date=soon, assignment__goals=region.goals[:1])
    elsewhere(title="Later en past beter", assignment__goals=region.goals)
    make(title="Eigen module", closing_date=clock.today() + timedelta(days=9))
    assert list(why(region.student)) == ["Eigen module", "Sluit overmorgen"]
    page = login(region.student).get("/projecten/")
    assert [project.title for project in page.context["page_obj"]] == [
        "Eigen module",
        "Sluit overmorgen",
        "Sluit morgen",
    ]
    newest = login(region.student).get("/projecten/?sort=new")
    assert newest.context["page_obj"].paginator.count == 4


def test_queries_do_not_grow(region, make, login):
    make()
    counts = [queries_of(login(region.student), page) for page in ("/projecten/", "/start/")]
    make(), make()
    assert counts == [queries_of(login(region.student), page) for page in ("/projecten/", "/start/")]
