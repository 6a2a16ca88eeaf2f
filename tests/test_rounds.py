"""A matching round through services and pages: from a draft to teams, with answers to all."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from oil_portal.core import clock
from oil_portal.core.workflow import Refusal
from projects import rounds
from projects.models import MatchingRound, Pair
from projects.services import proposal as proposals
from projects.services import publication
from projects.services import round as services
from tests import factories as f
from tests.helpers import heard
from tests.round_world import make, page

pytestmark = pytest.mark.django_db


# --- Making -----------------------------------------------------------------------------------------------------
def test_a_coordinator_makes_a_round_in_the_browser(region, login, place):
    project = place("Gevel")
    client, today = login(region.coordinator), clock.today()
    sent = {
        "school": region.school.pk, "title": "Voorjaar", "runs": [region.run.pk], "opens_on": today,
        "closes_on": today + timedelta(days=7), "publishes_on": today + timedelta(days=14), "harm": "linear",
        "favourite_weight": 0,
    }  # fmt: skip
    answer = client.post(reverse("projects:round_make"), sent)
    round_ = MatchingRound.objects.get()
    assert answer.url == reverse("projects:round_projects", args=[round_.pk])
    client.post(answer.url, {"projects": [project.pk]})
    assert [entry.project for entry in round_.entries.all()] == [project]
    client.post(reverse("projects:round_act", args=[round_.pk, "open"]))
    round_.refresh_from_db()
    assert round_.status == "open" and heard(region.student, "open")
    assert round_.participants.get().student == region.student


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": ""}, "Geef de ronde een naam."),
        ({"runs": []}, "Kies wie mag meedoen."),
        ({"opens_on": "morgen"}, "Kies een datum die bestaat."),
        ({"closes_on": "2020-01-01"}, "Kies een sluitdatum die niet voor de begindatum ligt."),
        ({"publishes_on": "2020-01-01"}, "Publiceer na de dag waarop kiezen sluit."),
        ({"harm": "erg"}, "Kies er een uit de lijst."),
        ({"favourite_weight": "veel"}, "Vul een heel getal in."),
        ({"favourite_weight": "101"}, "0 tot en met 100"),
        ({"runs": ["999999999999999999999"]}, "Een keuze staat niet meer in de lijst."),
        ({"school": "x"}, "Kies er een uit de lijst."),
    ],
)
def test_a_wrong_value_is_said_and_the_rest_kept(region, login, change, message):
    today = clock.today()
    sent = {
        "school": region.school.pk, "title": "Voorjaarsronde", "runs": [region.run.pk], "opens_on": today,
        "closes_on": today + timedelta(days=7), "publishes_on": today + timedelta(days=14), "harm": "linear",
        "favourite_weight": 0,
    }  # fmt: skip
    answer = login(region.coordinator).post(reverse("projects:round_make"), sent | change)
    told = answer.content.decode()
    assert answer.status_code == 422 and message in told and "error-summary" in told
    assert "title" in change or "Voorjaarsronde" in told
    assert not MatchingRound.objects.exists()


def test_a_project_is_in_one_round_and_not_with_applications(region, place):
    busy, free = place("Gevel"), place("Kas")
    f.ApplicationFactory(project=busy)
    first, second = make(region), make(region, title="Nog een")
    with pytest.raises(Refusal, match="aanmeldingen"):
        services.set_projects(round_=first, actor=region.coordinator, projects=[busy])
    services.set_projects(round_=first, actor=region.coordinator, projects=[free])
    with pytest.raises(Refusal, match="andere ronde"):
        services.set_projects(round_=second, actor=region.coordinator, projects=[free])
    services.cancel_round(round_=first, actor=region.coordinator, remark="Te weinig projecten.")
    services.set_projects(round_=second, actor=region.coordinator, projects=[free])


def test_only_a_coordinator_of_the_school_runs_it(region):
    stranger = f.UserFactory(coordinator=region.other_school)
    for actor in (region.teacher, region.student, stranger, region.broker):
        with pytest.raises(PermissionDenied):
            services.make_round(
                actor=actor, school=region.school, runs=[region.run], title="Mis", opens_on=clock.today(),
                closes_on=clock.today(), publishes_on=clock.today() + timedelta(days=1),
            )  # fmt: skip
    round_ = make(region)
    for actor in (region.teacher, stranger):
        with pytest.raises(PermissionDenied):
            services.set_projects(round_=round_, actor=actor, projects=[])


# --- Rules ------------------------------------------------------------------------------------------------------
def test_rules_are_added_and_taken_away_in_the_browser(region, login, place, people):
    round_ = make(region)
    services.set_projects(round_=round_, actor=region.coordinator, projects=[place("Gevel", lab=region.lab)])
    services.open_round(round_=round_, actor=region.coordinator)
    client, project = login(region.coordinator), round_.entries.get().project
    add = lambda kind, /, **data: client.post(
        reverse("projects:rule_add", args=[round_.pk, kind]), {f"{kind}-{name}": value for name, value in data.items()}
    )
    assert add("plekken", tag="level:4", minimum=1, maximum=3, entry="").status_code == 302
    assert add("begeleider", coach=region.teacher.pk, most=1).status_code == 302
    assert add("lab", lab=region.lab.pk, block="", places=4).status_code == 302
    assert add("paar", student=people[0].pk, project=project.pk, kind="forbidden").status_code == 302
    told = page(client, "round_rules", round_.pk).content.decode()
    for words in (
        "Alle projecten: 1 tot 3 van Niveau 4", "hoogstens 1 team", "geen dagdeel: 4 plekken", "nooit bij ‘Gevel’",
    ):  # fmt: skip
        assert words in told
    assert add("plekken", tag="level:4", minimum=4, maximum=3, entry=project.pk).status_code == 422
    again = add("plekken", tag="level:4", minimum=2, entry="")
    assert again.status_code == 422 and "Deze regel is er al." in again.content.decode()
    nothing = add("plekken", tag="level:4", minimum=0, entry=project.pk)
    assert nothing.status_code == 422 and "1 of meer" in nothing.content.decode()
    assert add("plekken", tag="onzin", minimum="veel", entry="x").status_code == 422
    rule = round_.coach_limits.get()
    client.post(reverse("projects:rule_remove", args=[round_.pk, "begeleider", rule.pk]))
    assert not round_.coach_limits.exists()
    instance = rounds.instance_of(round_)
    assert instance.project[project.pk].seats[0].tag == "level:4"
    assert instance.lab_places == {(region.lab.pk, None): 4} and instance.forbidden == {(people[0].pk, project.pk)}


def test_the_rules_of_one_project(region, login, place):
    round_ = make(region)
    services.set_projects(round_=round_, actor=region.coordinator, projects=[place("Gevel")])
    entry = round_.entries.get()
    sent = {"must_run": "on", "block": "dinsdag", "loads": "full", "levels": ["4"], "modules": [region.run.module.pk]}
    login(region.coordinator).post(reverse("projects:round_entry", args=[entry.pk]), sent)
    project = rounds.instance_of(round_).project[entry.project_id]
    assert project.must_run and project.block == "dinsdag" and project.loads == {2}
    assert project.levels == {4} and project.modules == {region.run.module.pk}


# --- Solving ----------------------------------------------------------------------------------------------------
def test_closing_computes_the_best_proposal(closed, people):
    found = closed.proposals.get()
    assert (found.state, found.kind, found.number) == ("done", "best", 1)
    assert found.figures["placed"] == 6 and found.figures["ranks"] == {"1": 5, "2": 1}
    assert all(stage["proven"] for stage in found.stages if stage["method"] == "exact")
    assert found.seats.exclude(project=None).count() == 6


def test_the_board_says_what_it_is_and_why(closed, region, login, people):
    client, found = login(region.coordinator), closed.proposals.get()
    told = client.get(found.get_absolute_url()).content.decode()
    for words in (
        "Dat is bewezen",
        "Eerste keus",
        "3 van 3 plekken.",
        "Gaat niet door in dit voorstel",
        "Zet vast",
    ):
        assert words in told, words
    low = next(seat for seat in found.seats.all() if seat.project.title == "Kas" and seat.student in people[:3])
    why = page(client, "proposal_student", found.pk, low.student_id).content.decode()
    assert "‘Gevel’ zat vol." in why and "Wat kost de eerste keus" in why
    closed_project = closed.entries.get(project__title="Sluis").project
    why = page(client, "proposal_project", found.pk, closed_project.pk).content.decode()
    assert "e weinig studenten" in why


def test_moving_by_hand_copies_shows_the_price_and_is_checked(closed, region, login, people):
    client, found = login(region.coordinator), closed.proposals.get()
    sluis = closed.entries.get(project__title="Sluis").project
    offered = page(client, "proposal_move", found.pk, people[0].pk).content.decode()
    assert "minstens 2" in offered and "Niet gekozen" in offered
    prices = page(client, "proposal_prices", found.pk, people[0].pk).json()
    assert prices[str(sluis.pk)].startswith("Niet gekozen") and "" in prices
    answer = client.post(reverse("projects:proposal_move", args=[found.pk, people[0].pk]), {"project": sluis.pk})
    hand = closed.proposals.get(kind="hand")
    assert answer.url.startswith(hand.get_absolute_url()) and hand.based_on == found
    assert found.seats.get(student=people[0]).project != sluis
    assert "breekt" in client.get(hand.get_absolute_url()).content.decode()
    with pytest.raises(Refusal, match="breekt"):
        publication.publish(round_=closed, proposal=hand, actor=region.coordinator)
    client.post(reverse("projects:proposal_move", args=[hand.pk, people[0].pk]), {"project": ""})
    assert closed.proposals.count() == 2 and hand.seats.get(student=people[0]).project is None


def test_a_lock_holds_when_it_is_solved_again(closed, region, login, people, committing):
    client, found = login(region.coordinator), closed.proposals.get()
    held = found.seats.filter(project__title="Kas").first()
    client.post(reverse("projects:proposal_lock", args=[found.pk, held.student_id]), {"hold": "1"})
    assert closed.pairs.get().kind == Pair.Kind.LOCKED
    with committing():
        answer = client.post(reverse("projects:solve", args=[closed.pk]), {"kind": "best"})
    again = closed.proposals.get(number=2)
    assert answer.url == again.get_absolute_url()
    assert again.seats.get(student=held.student).project == held.project
    assert "verouderd" not in page(client, "round", closed.pk).content.decode()  # the lock agrees with it
    client.post(reverse("projects:proposal_lock", args=[again.pk, held.student_id]), {"hold": "0"})
    assert not closed.pairs.exists()


def test_proposals_side_by_side(closed, region, login, committing):
    with committing():
        proposals.ask_proposal(round_=closed, actor=region.coordinator, kind="stable")
    stable = closed.proposals.get(kind="stable")
    assert stable.state == "done" and stable.figures["blocking"] == 0
    told = page(login(region.coordinator), "compare", closed.pk).content.decode()
    assert "Paren die liever elkaar hadden" in told and "Voorstel 2" in told
    odd = page(login(region.coordinator), "compare", closed.pk, van="x", naar="99999999999999")
    assert odd.status_code == 200


def test_rules_that_clash_are_named_with_what_dropping_gives(closed, region, login, committing):
    sluis = closed.entries.get(project__title="Sluis")
    services.edit_entry(entry=sluis, actor=region.coordinator, must_run=True, levels=[2])
    with committing():
        found = proposals.ask_proposal(round_=closed, actor=region.coordinator)
    found.refresh_from_db()
    assert found.state == "clash"
    told = login(region.coordinator).get(found.get_absolute_url()).content.decode()
    assert "gaat zeker door" in told and "Zonder deze regel" in told and "6 van 6 studenten geplaatst" in told
    assert "0 studenten kozen dit project en mogen meedoen." in told


def test_a_killed_worker_leaves_the_round_usable(closed, region, login):
    with clock.at(clock.now() - timedelta(minutes=5)):
        stuck = f.ProposalFactory(round=closed, running=True, number=9)
    client = login(region.coordinator)
    assert "Het rekenen is gestopt." in client.get(stuck.get_absolute_url()).content.decode()
    proposals.compute(proposal_id=stuck.pk)  # the task comes again
    stuck.refresh_from_db()
    assert stuck.state == "done"


def test_a_task_that_comes_twice_does_nothing_the_second_time(closed):
    found = closed.proposals.get()
    finished = found.finished_at
    proposals.compute(proposal_id=found.pk)
    proposals.compute(proposal_id=found.pk, again=True)
    found.refresh_from_db()
    assert found.finished_at == finished
    proposals.compute(proposal_id=0)


def test_a_newer_question_lets_the_older_go(closed, region):
    first = proposals.ask_proposal(round_=closed, actor=region.coordinator)
    second = proposals.ask_proposal(round_=closed, actor=region.coordinator)
    proposals.compute(proposal_id=first.pk)
    proposals.compute(proposal_id=second.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("failed", "done")


# --- Cost -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["rounds", "round", "board", "round_rules"])
def test_pages_cost_the_same_for_more(closed, region, login, place, name, committing):
    from tests.helpers import queries_of

    client = login(region.coordinator)
    address = {"board": closed.proposals.get().get_absolute_url(), "rounds": reverse("projects:rounds")}
    path = address.get(name) or reverse(f"projects:{name}", args=[closed.pk])
    few = queries_of(client, path)
    for _number in range(3):
        f.RoundProjectFactory(round=closed, project=place("Nog een"))
        f.ParticipantFactory(round=closed, ranks={closed.entries.first().project: 1})
        f.MatchingRoundFactory(school=region.school)
    with committing():
        found = proposals.ask_proposal(round_=closed, actor=region.coordinator)
    path = found.get_absolute_url() if name == "board" else path
    assert queries_of(client, path) <= few + (1 if name == "round" else 0)
