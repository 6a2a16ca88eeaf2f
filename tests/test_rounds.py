"""A matching round through services and pages: from a draft to teams, with answers to all."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from oil_portal.core import clock
from oil_portal.core.workflow import NotNow, Refusal
from projects import rounds, tasks
from projects.models import Application, MatchingRound, Pair, Participant, Proposal
from projects.services import proposal as proposals
from projects.services import publication
from projects.services import round as services
from tests import factories as f
from tests.helpers import heard

pytestmark = pytest.mark.django_db


@pytest.fixture
def committing(django_capture_on_commit_callbacks):
    """A block after which what was to happen on commit happens."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def place(region):
    """Makes open projects of the region's school, with a coach."""

    def make(title: str, **plan):
        plan = {"min_size": 2, "max_size": 3} | plan
        return f.ProjectFactory(
            title=title, run=region.run, coach=region.teacher, assignment__challenge__partner=region.company,
            assignment__challenge__translator=region.teacher, assignment__goals=region.goals, **plan,
        )  # fmt: skip

    return make


@pytest.fixture
def people(region):
    """Six students of the region's module; the first is the region's own."""
    others = f.UserFactory.create_batch(5, student=region.school)
    for each in others:
        f.EnrolmentFactory(student=each, run=region.run)
    return [region.student, *others]


def make(region, **values):
    today = clock.today()
    fields = {
        "title": "Voorjaar", "opens_on": today, "closes_on": today + timedelta(days=7),
        "publishes_on": today + timedelta(days=14),
    }  # fmt: skip
    return services.make_round(
        actor=region.coordinator, school=region.school, runs=[region.run], **fields | values
    )  # fmt: skip


@pytest.fixture
def closed(region, place, people, committing):
    """A round that is closed with its first proposal computed: three projects, six students, one friendship."""
    projects = [place("Gevel"), place("Kas"), place("Sluis")]
    round_ = make(region)
    services.set_projects(round_=round_, actor=region.coordinator, projects=projects)
    services.open_round(round_=round_, actor=region.coordinator)
    wishes = [(0, 1), (0, 1), (0, 1), (0, 2), (1, 0), (1, 0)]
    for student, wished in zip(people, wishes, strict=True):
        part = Participant.objects.get(round=round_, student=student)
        for rank, at in enumerate(wished, 1):
            f.PreferenceFactory(participant=part, project=projects[at], rank=rank)
    with committing():
        services.close_round(round_=round_, actor=region.coordinator)
    return round_


def page(client, name: str, *args, **query):
    return client.get(reverse(f"projects:{name}", args=args), query)


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


# --- Publishing -------------------------------------------------------------------------------------------------
def test_published_once_with_an_answer_for_all(closed, region, login, people, committing):
    client, found = login(region.coordinator), closed.proposals.get()
    assert "6 studenten horen hun team" in page(client, "proposal_publish", found.pk).content.decode()
    with committing():
        answer = client.post(reverse("projects:proposal_publish", args=[found.pk]))
    assert answer.url == reverse("projects:round", args=[closed.pk])
    closed.refresh_from_db()
    assert closed.status == "published" and closed.chosen == found
    assert Application.objects.filter(matching_round=closed, status="placed").count() == 6
    assert all(heard(student, "match") for student in people)
    assert sorted({message.to[0] for message in mail.outbox} & {student.email for student in people}) == sorted(
        student.email for student in people
    )
    answers = [part.answer for part in closed.participants.all()]
    assert {answer["rank"] for answer in answers} == {1, 2}
    assert heard(region.contact, "matched") and heard(region.contact, "unmatched")
    with pytest.raises(NotNow):
        publication.publish(round_=closed, proposal=found, actor=region.coordinator)
    assert client.post(reverse("projects:proposal_publish", args=[found.pk])).status_code == 303


def test_a_drop_out_is_repaired_with_the_fewest_moves(closed, region, people, login, committing):
    publication.publish(round_=closed, proposal=closed.proposals.get(), actor=region.coordinator)
    gone = Application.objects.get(matching_round=closed, student=people[4])
    with committing():
        publication.drop_out(round_=closed, actor=region.coordinator, student=people[4], remark="Beterschap.")
    gone.refresh_from_db()
    assert gone.status == "declined"
    repair = closed.proposals.get(kind="repair")
    assert repair.state == "done"
    client = login(region.coordinator)
    assert page(client, "proposal_publish", repair.pk).status_code == 200
    late = f.UserFactory(student=region.school)
    f.EnrolmentFactory(student=late, run=region.run)
    kas = closed.entries.get(project__title="Kas").project
    with committing():
        client.post(reverse("projects:late", args=[closed.pk]), {"student": late.pk, "first": kas.pk})
    repair = closed.proposals.filter(kind="repair").first()
    before = rounds.placements(closed)
    moves = publication.apply_repair(proposal=repair, actor=region.coordinator)
    assert moves == {late.pk: (None, kas.pk)}
    assert rounds.placements(closed) == before | {late.pk: kas.pk}
    assert heard(late, "match")


def test_who_did_not_choose_is_reminded_once_a_day(region, place, people, login):
    round_ = make(region)
    services.set_projects(round_=round_, actor=region.coordinator, projects=[place("Gevel")])
    services.open_round(round_=round_, actor=region.coordinator)
    f.PreferenceFactory(participant=round_.participants.get(student=people[0]), project=round_.entries.get().project)
    client = login(region.coordinator)
    assert "5 studenten hebben nog niet gekozen." in page(client, "round", round_.pk).content.decode()
    client.post(reverse("projects:remind", args=[round_.pk]))
    assert heard(people[1], "remind") and not heard(people[0], "remind")
    with pytest.raises(Refusal, match="Vandaag"):
        services.remind(round_=round_, actor=region.coordinator)


# --- By themselves ----------------------------------------------------------------------------------------------
def test_a_round_moves_on_its_dates(region, place, people, committing):
    round_ = make(region)
    services.set_projects(round_=round_, actor=region.coordinator, projects=[place("Gevel"), place("Kas")])
    tasks.advance_rounds()
    round_.refresh_from_db()
    assert round_.status == "open"
    for part in round_.participants.all():
        f.PreferenceFactory(participant=part, project=round_.entries.first().project, rank=1)
        f.PreferenceFactory(participant=part, project=round_.entries.last().project, rank=2)
    with clock.at(clock.now() + timedelta(days=8)), committing():
        tasks.advance_rounds()
        tasks.advance_rounds()
    round_.refresh_from_db()
    assert round_.status == "closed" and round_.proposals.get().state == "done"
    with clock.at(clock.now() + timedelta(days=14)):
        tasks.advance_rounds()
        tasks.advance_rounds()
    round_.refresh_from_db()
    assert round_.status == "published" and len(rounds.placements(round_)) == 6


def test_a_round_without_a_good_proposal_is_told_once_a_day(closed, region):
    Proposal.objects.all().delete()
    with clock.at(clock.now() + timedelta(days=15)):
        tasks.advance_rounds()
        tasks.advance_rounds()
    closed.refresh_from_db()
    assert closed.status == "closed"
    from oil_portal.core.models import TimelineEntry

    assert TimelineEntry.objects.filter(event="late").count() == 1 and heard(region.coordinator, "late")


def test_what_a_teacher_would_like_counts_as_stated(closed, region, login, people, committing):
    entry = closed.entries.get(project__title="Gevel")
    client = login(region.teacher)
    assert "telt jouw voorkeur niet mee" in page(client, "favour", entry.pk).content.decode()
    MatchingRound.objects.update(favourite_weight=50)
    assert "Graag" in page(client, "favour", entry.pk).content.decode()
    sent = {f"p{people[3].pk}": "3", f"p{people[0].pk}": "veel", "p999": "3"}
    client.post(reverse("projects:favour", args=[entry.pk]), sent)
    assert dict(entry.favourites.values_list("student", "points")) == {people[3].pk: 3}
    assert rounds.instance_of(closed).project[entry.project_id].favourites == {people[3].pk: 3}


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
