"""Students rank projects of a round: who may, which, how, and until when."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse

from oil_portal.core import clock
from oil_portal.core.workflow import NotNow, Refusal
from projects.choosing import dense
from projects.forms.ranking import moved
from projects.models import FriendGroup, Participant
from projects.services import ranking as services
from tests import factories as f
from tests.helpers import queries_of


@pytest.fixture
def round_(region):
    return f.MatchingRoundFactory(open=True, school=region.school, runs=[region.run])


@pytest.fixture
def offer(round_, make):
    """offer(3) -> so many projects of the round; offer(levels=[3]) gives the entry its rules."""

    def projects(count=1, **rules):
        entries = [f.RoundProjectFactory(round=round_, project=make(max_size=3), **rules) for _each in range(count)]
        return [entry.project for entry in entries]

    return projects


@pytest.fixture
def friend(region):
    """A second student of the same run."""
    student = f.UserFactory(first_name="Noor", last_name="de Wit", student=region.school)
    f.EnrolmentFactory(student=student, run=region.run)
    return student


def page(round_):
    return f"/projecten/ronde/{round_.pk}/keuzes/"


def chosen(student) -> dict[int, int]:
    return dict(Participant.objects.get(student=student).preferences.values_list("project", "rank"))


# --- Ranking ----------------------------------------------------------------------------------------------------
def test_dense_closes_gaps_and_keeps_ties():
    assert dense({7: 2, 8: 5, 9: 2}) == {7: 1, 8: 2, 9: 1}


@pytest.mark.parametrize(
    ("action", "pk", "after"),
    [
        ("up", 1, [[1], [2, 3]]), ("up", 2, [[2], [1], [3]]), ("up", 3, [[1], [3], [2]]), ("down", 1, [[2, 3], [1]]),
        ("down", 2, [[1], [3], [2]]), ("tie", 2, [[1, 2], [3]]), ("untie", 3, [[1], [2], [3]]), ("drop", 1, [[2, 3]]),
        ("add", 4, [[1], [2, 3], [4]]), ("tie", 1, [[1], [2, 3]]), ("nonsense", 1, [[1], [2, 3]]),
    ],
)  # fmt: skip
def test_a_button_moves_one_project(action, pk, after):
    start = [[1], [2, 3]] if (action, pk) != ("up", 2) else [[1], [2], [3]]
    start = [[1], [2], [3]] if (action, pk) in {("down", 2), ("tie", 2), ("up", 3)} else start
    assert moved(start, action, pk) == after


def test_a_student_ranks_with_ties(region, round_, offer):
    one, two, three = offer(3)
    part = services.rank(round_=round_, actor=region.student, ranks={one.pk: 4, two.pk: 2, three.pk: 2})
    assert chosen(region.student) == {one.pk: 2, two.pk: 1, three.pk: 1}
    assert part.ranked_at and part.run == region.run
    services.rank(round_=round_, actor=region.student, ranks={one.pk: 1})
    assert chosen(region.student) == {one.pk: 1}
    assert services.rank(round_=round_, actor=region.student, ranks={}).ranked_at is None


def test_five_is_the_most(region, round_, offer):
    projects = offer(6)
    with pytest.raises(ValidationError, match="hoogstens vijf"):
        services.rank(round_=round_, actor=region.student, ranks={each.pk: 1 for each in projects})
    assert not Participant.objects.exists()


@pytest.mark.parametrize("who", ["other_student", "teacher", "coordinator", "contact", "broker"])
def test_only_students_of_the_runs_rank(who, region, round_, offer):
    (project,) = offer()
    with pytest.raises(PermissionDenied):
        services.rank(round_=round_, actor=getattr(region, who), ranks={project.pk: 1})


@pytest.mark.parametrize("status", ["draft", "closed", "published", "cancelled"])
def test_ranking_ends_with_the_round(status, region, round_, offer):
    (project,) = offer()
    round_.__class__.objects.update(status=status)
    with pytest.raises(NotNow):
        services.rank(round_=round_, actor=region.student, ranks={project.pk: 1})


def test_the_closing_date_counts(region, round_, offer):
    (project,) = offer()
    with clock.at(clock.now() + timedelta(days=round_.days_left)):
        services.rank(round_=round_, actor=region.student, ranks={project.pk: 1})
    with clock.at(clock.now() + timedelta(days=round_.days_left + 1)), pytest.raises(NotNow):
        services.rank(round_=round_, actor=region.student, ranks={})


@pytest.mark.parametrize("rules", [{"levels": [3]}, {"loads": "half"}])
def test_rules_of_a_project_hold(rules, region, round_, offer):
    (project,) = offer(**rules)
    with pytest.raises(ValidationError, match="voor een"):
        services.rank(round_=round_, actor=region.student, ranks={project.pk: 1})


def test_modules_of_a_project_hold(region, round_, offer):
    (project,) = offer(modules=[f.ModuleFactory(title="Lassen")])
    with pytest.raises(ValidationError, match="Lassen"):
        services.rank(round_=round_, actor=region.student, ranks={project.pk: 1})
    project.entry.modules.add(region.run.module)
    services.rank(round_=round_, actor=region.student, ranks={project.pk: 1})


def test_a_project_elsewhere_is_no_choice(region, round_, offer, make):
    offer()
    with pytest.raises(ValidationError, match="niet meer in deze ronde"):
        services.rank(round_=round_, actor=region.student, ranks={make().pk: 1})


def test_load_waits_for_choices_that_need_the_other(region, round_, offer):
    (full,), (half,) = offer(loads="full"), offer(loads="half")
    services.rank(round_=round_, actor=region.student, ranks={full.pk: 1})
    with pytest.raises(Refusal, match="Haal eerst"):
        services.set_load(round_=round_, actor=region.student, load=1)
    services.rank(round_=round_, actor=region.student, ranks={})
    services.set_load(round_=round_, actor=region.student, load=1)
    services.rank(round_=round_, actor=region.student, ranks={half.pk: 1})


# --- The page ---------------------------------------------------------------------------------------------------
def test_the_page_saves_without_javascript(region, round_, offer, login):
    one, two = offer(2)
    client = login(region.student)
    answer = client.get(page(round_))
    assert "Kiezen kan tot en met" in answer.content.decode()
    assert "Bewaar mijn keuzes" not in answer.content.decode() and 'href="#vrienden"' in answer.content.decode()
    assert not Participant.objects.exists()  # reading changes nothing
    answer = client.post(page(round_), {f"keus-{one.pk}": "1", "move": f"add-{two.pk}"}, follow=True)
    assert "is nu je tweede keus" in answer.content.decode()
    assert chosen(region.student) == {one.pk: 1, two.pk: 2}
    client.post(page(round_), {f"keus-{one.pk}": "1", f"keus-{two.pk}": "2", "move": f"up-{two.pk}"})
    assert chosen(region.student) == {one.pk: 2, two.pk: 1}


def test_a_sixth_choice_keeps_what_was_filled_in(region, round_, offer, login):
    projects = offer(6)
    data = {f"keus-{project.pk}": str(min(5, place)) for place, project in enumerate(projects, 1)}
    answer = login(region.student).post(page(round_), data)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "hoogstens vijf" in html and html.count(" selected") == 6


def test_with_five_choices_the_page_says_what_to_do_for_another(region, round_, offer, login):
    projects = offer(6)
    says = lambda: "Haal dan eerst een keus weg." in login(region.student).get(page(round_)).content.decode()
    for many, full in ((4, False), (5, True)):
        ranks = {project.pk: place for place, project in enumerate(projects[:many], 1)}
        services.rank(round_=round_, actor=region.student, ranks=ranks)
        assert says() is full


def test_a_rank_that_does_not_exist_is_refused(region, round_, offer, login):
    (project,) = offer()
    answer = login(region.student).post(page(round_), {f"keus-{project.pk}": "9"})
    assert answer.status_code == 422 and "Kies een plaats uit de lijst" in answer.content.decode()


def test_queries_do_not_grow(region, round_, offer, login):
    def costs() -> int:
        projects = offer(1) + [entry.project for entry in round_.entries.all()]
        services.rank(round_=round_, actor=region.student, ranks={each.pk: 1 for each in projects})
        return queries_of(login(region.student), page(round_))

    assert costs() == costs() == costs()


def test_after_publication_the_page_shows_the_answer_and_the_choices(region, round_, offer, login):
    one, two = offer(2)
    services.rank(round_=round_, actor=region.student, ranks={one.pk: 1, two.pk: 2})
    round_.__class__.objects.update(status="published")
    one.__class__.objects.filter(pk=one.pk).update(status="running")
    region.student.enrolments.all().delete()  # the module is over; the answer stays
    html = login(region.student).get(page(round_)).content.decode()
    assert "Je hebt nog geen team" in html
    assert "Eerste keus" in html and "Tweede keus" in html and "Bewaar mijn keuzes" not in html
    assert login(region.other_student).get(page(round_)).status_code == 404


@pytest.mark.parametrize(
    ("status", "says"), [("closed", "Kiezen is gesloten. Op"), ("cancelled", "Deze ronde gaat niet door.")]
)
def test_a_round_that_is_over_says_so(status, says, region, round_, offer, login):
    offer()
    round_.__class__.objects.update(status=status)
    html = login(region.student).get(page(round_)).content.decode()
    assert says in html and "Bewaar mijn keuzes" not in html and "Maak een link" not in html


# --- Friends ----------------------------------------------------------------------------------------------------
def test_friends_join_and_copy(region, round_, offer, friend, login):
    one, two = offer(2)
    services.rank(round_=round_, actor=region.student, ranks={one.pk: 1, two.pk: 2})
    group = services.make_group(round_=round_, actor=region.student)
    assert services.make_group(round_=round_, actor=region.student) == group
    client = login(friend)
    answer = client.get(group.get_absolute_url())
    assert (
        "wil met jou in één team" in answer.content.decode() and region.student.last_name not in answer.content.decode()
    )
    assert not Participant.objects.filter(student=friend).exists()
    client.post(group.get_absolute_url())
    services.rank(round_=round_, actor=friend, ranks={two.pk: 1})
    html = client.get(page(round_)).content.decode()
    assert "Jullie kozen 1 project allebei." in html
    mine = Participant.objects.get(student=region.student)
    client.post(f"/projecten/ronde/{round_.pk}/vrienden/", {"do": f"copy-{mine.pk}"})
    assert chosen(friend) == {one.pk: 1, two.pk: 2}
    services.leave_group(round_=round_, actor=friend)
    assert not FriendGroup.objects.exists()


def test_a_full_group_refuses(region, round_, offer, friend):
    offer()  # teams of three
    group = f.FriendGroupFactory(round=round_, made_by=region.student)
    f.ParticipantFactory.create_batch(3, round=round_, group=group)
    with pytest.raises(Refusal, match="vol"):
        services.join_group(token=group.token, actor=friend)


def test_who_is_not_enrolled_reads_why(region, round_, offer, login):
    group = f.FriendGroupFactory(round=round_, made_by=region.student)
    f.ParticipantFactory(round=round_, student=region.student, group=group)
    answer = login(region.other_student).get(group.get_absolute_url())
    assert "Jij kunt niet meedoen aan deze ronde." in answer.content.decode()
    assert login(region.other_student).post(group.get_absolute_url()).status_code == 403
    assert "Sluit je eerst aan bij je school." in login(f.UserFactory()).get(group.get_absolute_url()).content.decode()
    assert login(region.student).get("/projecten/vrienden/geraden/").status_code == 404


def test_choices_of_a_stranger_cannot_be_copied(region, round_, offer, friend, login):
    (project,) = offer()
    part = f.ParticipantFactory(round=round_, student=friend, ranks={project: 1})
    services.take_part(round_=round_, actor=region.student)
    answer = login(region.student).post(f"/projecten/ronde/{round_.pk}/vrienden/", {"do": f"copy-{part.pk}"})
    assert answer.status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_last_place_in_a_group_is_taken_once(region, round_, offer):
    """Two friends open the link at the same moment; the lock on the round lets one of them in."""
    offer()  # teams of three
    group = f.FriendGroupFactory(round=round_, made_by=region.student)
    f.ParticipantFactory.create_batch(2, round=round_, group=group)
    friends = [f.UserFactory(student=region.school) for _each in range(4)]
    for student in friends:
        f.EnrolmentFactory(student=student, run=region.run)

    def join(student) -> bool:
        try:
            services.join_group(token=group.token, actor=student)
        except Refusal:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(join, friends)) == [False, False, False, True]
    assert group.members.count() == 3


@pytest.mark.parametrize("status", ["closed", "published"])
def test_a_round_that_is_closed_is_read_also_where_something_was_not_offered(region, login, round_, offer, status):
    (mine,), _other = offer(), offer(levels=[2])
    f.ParticipantFactory(round=round_, student=region.student, ranks={mine: 1})
    round_.__class__.objects.update(status=status)
    answer = login(region.student).get(page(round_))
    assert answer.status_code == 200 and mine.title in answer.content.decode()


@pytest.mark.parametrize("odd", ["²", "9" * 40, "-1", "٣", ""])
def test_a_number_that_is_none_is_no_error(region, login, round_, offer, odd):
    offer()
    client = login(region.student)
    assert client.get(page(round_), {"net": odd}).status_code == 200
    friends = reverse("projects:friends", args=[round_.pk])
    assert client.post(friends, {"do": f"copy-{odd}"}).status_code in (302, 404)
