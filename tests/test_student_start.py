"""A student's start page: choices per round, applications, what was saved, dates, goals, and what waits."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from challenges.services.talk import keep
from oil_portal.core import clock
from oil_portal.worklists import work_items
from projects.services import confirm_goals, ranking, wrap_up
from tests import factories as f
from tests.helpers import queries_of


@pytest.fixture(autouse=True)
def _monday():
    with clock.at(timezone.make_aware(datetime(2026, 3, 2, 9))):
        yield


@pytest.fixture
def round_(region, make):
    round_ = f.MatchingRoundFactory(
        open=True, school=region.school, runs=[region.run], title="Voorjaarsronde", closes_on=date(2026, 3, 13),
        publishes_on=date(2026, 3, 20),
    )  # fmt: skip
    for title in ("Kas", "Muur"):
        f.RoundProjectFactory(round=round_, project=make(title=title))
    return round_


@pytest.fixture
def start(region, login):
    return lambda: login(region.student).get("/start/").content.decode()


def waits(student) -> list[str]:
    return [item.text for item in work_items(student)]


def test_a_round_waits_until_something_is_ranked(region, round_, start):
    text = "Kies je projecten voor ‘Voorjaarsronde’. Tot en met 13 maart."
    assert waits(region.student) == [text] and text in start()
    assert "Nog 11 dagen. Kiezen kan tot en met vrijdag 13 maart. Op 20 maart hoor je in welk team je zit." in start()
    project = round_.entries.first().project
    ranking.rank(round_=round_, actor=region.student, ranks={project.pk: 1})
    assert waits(region.student) == []
    html = start()
    assert "Eerste keus" in html and "Wijzig" in html and text not in html
    ranking.rank(round_=round_, actor=region.student, ranks={})
    assert waits(region.student) == [text]


@pytest.mark.parametrize("change", [{"status": "draft"}, {"status": "closed"}, {"closes_on": date(2026, 3, 1)}])
def test_a_round_that_is_not_open_waits_for_nobody(change, region, round_):
    round_.__class__.objects.update(opens_on=date(2026, 2, 20), **change)
    assert waits(region.student) == []


def test_who_dropped_out_is_not_asked(region, round_):
    f.ParticipantFactory(round=round_, student=region.student, left=True)
    assert waits(region.student) == []


def test_a_closed_round_says_when_the_answer_comes(region, round_, start):
    round_.status = "closed"
    round_.save()
    assert "Kiezen is gesloten. Op 20 maart hoor je in welk team je zit." in start()


@pytest.mark.parametrize(("placed", "says"), [(True, "Je hebt een team"), (False, "Je hebt nog geen team")])
def test_the_answer_of_a_round_stands_on_the_page(placed, says, region, round_, start):
    project = round_.entries.first().project
    f.ParticipantFactory(round=round_, student=region.student, answer={"project": project.pk if placed else None})
    round_.status = "published"
    round_.save()
    assert f"<b>{says}.</b>" in start()


def test_an_application_says_what_comes_next(region, make, start):
    asked, running = make(title="Muur", closing_date=date(2026, 3, 10)), make(running=True, ends=date(2026, 6, 19))
    f.ApplicationFactory(project=asked, student=region.student)
    f.ApplicationFactory(project=running, student=region.student, placed=True)
    html = start()
    assert "De docent kiest het team. Uiterlijk op 24 maart hoor je het." in html
    assert "Jullie zijn bezig. Het team is klaar op 19 juni." in html


def test_who_said_what_was_reached_is_not_asked_again(region, make, start):
    project = make(running=True)
    f.ApplicationFactory(project=project, student=region.student, placed=True)
    project = wrap_up(project=project, actor=region.teacher)
    assert "Zeg welke leerdoelen je hebt behaald." in start()
    confirm_goals(project=project, actor=region.student, side="student", reached=set())
    html = start()
    assert "Jij hebt al gezegd wat je hebt behaald." in html and "Zeg welke leerdoelen" not in html


def test_saved_challenges_lead_to_their_projects(region, make, start):
    project, without = make(title="Muur"), f.ChallengeFactory(accepted=True, title="Dak")
    for challenge in (project.challenge, without):
        keep(challenge=challenge, actor=region.student, saved=True)
    html = start()
    assert "Wat ik bewaarde" in html and project.get_absolute_url() in html and "Nu is hier geen project open." in html
    assert "Aanmelden kan tot en met" in html
    entry = f.RoundProjectFactory(project=project, round__open=True, round__closes_on=date(2026, 3, 13),
                                  round__publishes_on=date(2026, 3, 20))  # fmt: skip
    assert "Kiezen kan tot en met 13 maart." in start()
    type(entry.round).objects.update(status="closed")
    assert "In een matchronde" in start() and "Kiezen kan tot en met" not in start()
    keep(challenge=without, actor=region.student, saved=False)
    assert "Dak" not in start()


def test_goals_are_open_in_a_project_or_achieved(region, make, start):
    f.ApplicationFactory(project=make(running=True, goals=region.goals[:1]), student=region.student, placed=True)
    f.AchievementFactory(student=region.student, goal=region.goals[1], reached=True)
    html = start()
    assert "1 van 3 behaald" in html and "1 in je project" in html
    assert html.count("In je project") == html.count("Open voor jou") == 1


def test_dates_stand_in_order(region, round_, make, start):
    f.ApplicationFactory(project=make(title="Muur", closing_date=date(2026, 3, 10)), student=region.student)
    html = start()
    days = [html.index(f'<time datetime="2026-03-{day}">') for day in (10, 13, 17, 20)]
    assert days == sorted(days) and "Zet in mijn agenda" in html


def test_queries_do_not_grow(region, make, login):
    def more() -> int:
        round_ = f.MatchingRoundFactory(open=True, school=region.school, runs=[region.run])
        projects = [make(), make()]
        for project in projects:
            f.RoundProjectFactory(round=round_, project=project)
        ranking.rank(round_=round_, actor=region.student, ranks={projects[0].pk: 1, projects[1].pk: 2})
        f.ApplicationFactory(project=make(), student=region.student)
        keep(challenge=make().challenge, actor=region.student, saved=True)
        return queries_of(login(region.student), "/start/")

    more()
    assert more() == more()
