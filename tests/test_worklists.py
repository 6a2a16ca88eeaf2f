"""What waits for each role: for one person and for many, on the start page and in the digest."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oil_portal import digests
from oil_portal.core import clock
from oil_portal.core.timeline import record
from oil_portal.worklists import work_items, work_items_for
from partners.models import Membership, User
from tests import factories as f
from tests import factories_round as r
from tests.factories_following import ContributionFactory

ROLES = ("contact", "teacher", "student", "coordinator", "broker")


def fresh(*users) -> list[User]:
    return list(User.objects.filter(pk__in=[user.pk for user in users]).order_by("pk"))


def items(user, *words: str):
    """The items whose key has one of these words."""
    return [item for item in work_items(fresh(user)[0]) if any(word in item.key for word in words)]


def in_days(number: int):
    return clock.today() + timedelta(days=number)


def test_among_finds_what_in_finds(region):
    people = [region.student.pk, region.teacher.pk, 0]
    for path in ("user", "user__pk", "user__email"):
        wanted = people if path != "user__email" else [region.student.email, region.teacher.email]
        found = Membership.objects.filter(**{f"{path}__among": wanted}).order_by("pk")
        assert list(found) == list(Membership.objects.filter(**{f"{path}__in": wanted}).order_by("pk")) != []
    assert not Membership.objects.filter(user__among=[]).exists()
    assert not User.objects.exclude(pk__among=set(User.objects.values_list("pk", flat=True))).exists()


# --- For many ----------------------------------------------------------------------------------------------------
def more_like(region) -> list[User]:
    """Five of each role, beside those of the region, at the same places."""
    where = {"contact": region.company, "teacher": region.school, "student": region.school,
             "coordinator": region.school, "broker": region.network}  # fmt: skip
    made = [f.UserFactory(**{role: place}) for role, place in where.items() for _number in range(5)]
    for student in made:
        if student.memberships.filter(role="student").exists():
            f.EnrolmentFactory(student=student, run=region.run)
    return made


def queries(users) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert any(work_items_for(fresh(*users)).values())
    return len(captured)


def test_as_many_queries_for_thirty_people_as_for_one_of_each_role(world):
    few = [getattr(world, role) for role in ROLES]
    everybody = [*few, *more_like(world)]
    queries(few)  # fills the cache of content types
    assert queries(few) == queries(everybody)
    assert len(everybody) == 30


def test_many_get_what_each_gets_alone(world):
    people = fresh(*(getattr(world, role) for role in ROLES), *more_like(world))
    together = work_items_for(people)
    for person in fresh(*people):
        assert together[person.pk] == work_items(person), person
    assert all(together[getattr(world, role).pk] for role in ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_the_start_page_and_the_digest_agree(world, login, role):
    user = getattr(world, role)
    page = login(user).get("/start/").context
    shown = [item.key for part in ("work", "closing", "heard") for item in page[part]]
    (reader,) = fresh(user)
    told = [entry.key for entry in digests.collect(reader).entries if entry.topic != User.Topic.FITS]
    told = [key for key in told if not key.startswith("notice:")]
    assert sorted(shown) == sorted(told) != []


def test_each_comes_for_an_organisation_and_none_for_a_student(world):
    found = work_items_for(fresh(*(getattr(world, role) for role in ROLES)))
    assert {item.partner for item in found[world.contact.pk]} == {world.company.pk}
    assert {item.partner for item in found[world.broker.pk]} == {world.network.pk}
    assert {item.partner for item in found[world.coordinator.pk]} == {world.school.pk}
    assert {item.partner for item in found[world.student.pk]} == {None}


def test_a_role_that_ended_brings_nothing(world):
    Membership.objects.filter(user=world.contact).update(status="ended")
    assert work_items(fresh(world.contact)[0]) == []


# --- Students ----------------------------------------------------------------------------------------------------
def closing(student) -> list[str]:
    return [item.text.split(".")[0] for item in items(student, ":closes:")]


def test_closing_days_of_what_was_applied_to_saved_or_fits(region, make):
    applied, saved, fits = (make(title=title, closing_date=in_days(4)) for title in ("A", "B", "C"))
    make(title="Later", closing_date=in_days(6))
    f.ProjectFactory(closing_date=in_days(4))  # shares nothing
    f.ApplicationFactory(project=applied, student=region.student)
    saved.challenge.interests.create(student=region.student, saved_at=clock.now())
    fits.challenge.interests.create(student=region.student)
    found = {item.title: item.text.split(".")[0] for item in items(region.student, ":closes:")}
    assert found == {"A": "Je hebt je aangemeld", "B": "Je bewaarde dit", "C": "Past bij wat je nog moet leren"}
    assert {item.topic for item in items(region.student, ":closes:")} == {"dates"}
    with clock.at(clock.now() + timedelta(days=5)):
        assert [item.title for item in items(region.student, ":closes:")] == ["Later"]


def test_closing_days_of_what_no_longer_concerns_a_student(region, make):
    project = make(closing_date=in_days(2))
    application = f.ApplicationFactory(project=project, student=region.student)
    application.status = "withdrawn"
    application.save()
    assert closing(region.student) == []


def test_what_has_no_open_goal_left_does_not_fit(region, make):
    make(closing_date=in_days(2), goals=region.goals[:1])
    assert len(closing(region.student)) == 1
    f.AchievementFactory(student=region.student, goal=region.goals[0], reached=True)
    assert closing(region.student) == []


def test_most_open_goals_first_and_at_most_three(region, make):
    for number in (1, 2, 3, 1, 2):
        make(title=f"{number} doelen", closing_date=in_days(2), goals=region.goals[:number])
    assert sorted(item.title for item in items(region.student, ":closes:")) == ["2 doelen", "2 doelen", "3 doelen"]


def test_a_round_to_rank_is_news_when_it_opens_and_a_date_in_its_last_days(region):
    round_ = r.MatchingRoundFactory(open=True, school=region.school, runs=[region.run], closes_on=in_days(9),
                                    publishes_on=in_days(20))  # fmt: skip
    (item,) = items(region.student, "matchinground")
    assert (item.topic, item.until) == ("work", round_.closes_on)
    with clock.at(clock.now() + timedelta(days=4)):
        (late,) = items(region.student, "matchinground")
    assert late.topic == "dates" and late.key != item.key
    r.ParticipantFactory(round=round_, student=region.student, ranked_at=clock.now())
    assert items(region.student, "matchinground") == []
    assert items(region.other_student, "matchinground") == []  # follows nothing of it


# --- Teachers ----------------------------------------------------------------------------------------------------
def test_a_team_that_fell_below_its_minimum(region, make):
    project = make(running=True, min_size=2)
    _staying, leaving = (f.ApplicationFactory(project=project, placed=True) for _ in range(2))
    assert items(region.teacher, ":short-") == []
    leaving.status = "withdrawn"
    leaving.save()
    with clock.at(clock.now() + timedelta(days=1)):
        record(leaving, "withdraw", actor=leaving.student, to_status="withdrawn")
        (item,) = items(region.teacher, ":short-")
    assert "nog 1 student" in item.text and "minstens 2" in item.text
    assert item.since == in_days(1)


def test_too_few_applications_three_days_before_closing(region, make):
    project = make(min_size=2, closing_date=in_days(4))
    f.ApplicationFactory(project=project)
    assert items(region.teacher, ":few:") == []
    with clock.at(clock.now() + timedelta(days=1)):
        (item,) = items(region.teacher, ":few:")
    assert item.until == project.closing_date
    f.ApplicationFactory(project=project)
    with clock.at(clock.now() + timedelta(days=1)):
        assert items(region.teacher, ":few:") == []


def test_a_project_in_a_round_gets_no_applications_and_no_alarm(region, make):
    project = make(min_size=2, closing_date=in_days(2))
    round_ = r.MatchingRoundFactory(open=True, school=region.school, runs=[region.run])
    r.RoundProjectFactory(round=round_, project=project)
    assert items(region.teacher, ":few:") == []


def test_a_company_that_wrote_no_hours_for_three_weeks(region, make):
    project = make(running=True, closing_date=in_days(-30))
    project.starts = in_days(-22)
    project.save()
    (item,) = items(region.teacher, ":company-silent-")
    assert "geen uren" in item.text
    ContributionFactory(project=project, by=region.contact)
    assert items(region.teacher, ":company-silent-") == []


# --- Companies ---------------------------------------------------------------------------------------------------
def test_the_interest_of_last_week_once_a_week_without_names(region, project):
    monday = timezone.make_aware(
        datetime.combine(clock.today() - timedelta(days=clock.today().weekday()), datetime.min.time())
    )
    last_week, before = monday - timedelta(days=3), monday - timedelta(days=9)
    looks = project.challenge.interests
    looks.create(student=region.student, seen_at=last_week, saved_at=last_week)
    looks.create(student=region.other_student, seen_at=before, saved_at=last_week)
    looks.create(student=f.UserFactory(), seen_at=monday)
    f.ApplicationFactory(project=project, student=region.student, created_at=last_week)
    (item,) = items(region.contact, ":interest:")
    assert item.text == "Vorige week: 1 student keek, 2 studenten bewaarden er een, 1 student meldde zich aan."
    assert item.topic == "news"
    with clock.at(monday + timedelta(days=7)):
        (later,) = items(region.contact, ":interest:")
    assert later.key != item.key and later.text == "Vorige week: 1 student keek."
    assert items(region.other_contact, ":interest:") == []


def test_a_result_is_ready_to_read(region, make):
    project = make(completed=True)
    f.OutcomeFactory(project=project)
    (item,) = items(region.contact, ":result:")
    assert item.url == project.get_absolute_url()
    with clock.at(clock.now() + timedelta(days=31)):
        assert items(region.contact, ":result:") == []


# --- Coordinators and brokers ------------------------------------------------------------------------------------
def test_a_long_queue_is_one_line_with_its_age(region):
    def waiting() -> list[tuple[str, str]]:
        return [(item.title, item.text) for item in items(region.broker, "partners.partner")]

    with clock.at(clock.now() - timedelta(days=6)):
        f.PartnerFactory(submitted=True)
    f.PartnerFactory.create_batch(4, submitted=True)
    assert len(waiting()) == 5
    f.PartnerFactory(submitted=True)
    assert waiting() == [("Partners controleren", "6 partners wachten, de oudste 6 dagen.")]


def test_a_long_queue_is_news_again_when_something_new_waits(region):
    f.PartnerFactory.create_batch(6, submitted=True)
    (first,) = items(region.broker, "partners.partner")
    with clock.at(clock.now() + timedelta(days=1)):
        (same,) = items(region.broker, "partners.partner")
        assert same.key == first.key
        f.PartnerFactory(submitted=True)
        (more,) = items(region.broker, "partners.partner")
    assert more.key != first.key


def test_of_a_long_queue_only_its_edges_are_read(region, monkeypatch):
    for days in (9, 3, 2, 2, 2, 1, 4):
        with clock.at(clock.now() - timedelta(days=days)):
            f.ChallengeFactory(status="submitted", submitted_at=clock.now())
            f.ChallengeFactory(status="accepted", submitted_at=clock.now())
            f.PartnerFactory(submitted=True)
    lines = items(region.broker, "queue:")
    assert sorted(line.text for line in lines) == [
        "7 partners wachten, de oudste 9 dagen.",
        "7 vraagstukken wachten, de oudste 9 dagen.",
        "7 vraagstukken zoeken een docent, de oudste 9 dagen.",
    ]
    monkeypatch.setattr("oil_portal.worklists.broker.EDGE", 1)
    with CaptureQueriesContext(connection) as captured:
        assert items(region.broker, "queue:") == lines
    assert any("LIMIT 1" in query["sql"] for query in captured)


def test_requests_come_to_who_may_answer_them(region):
    f.MembershipFactory.create_batch(6, partner=region.company, requested=True, role="contact")
    f.MembershipFactory(partner=region.lab, requested=True, role="teacher")
    asked = lambda user: [item.text for item in items(user, "partners.membership")]
    assert asked(region.contact) == asked(region.broker) == ["6 verzoeken wachten, de oudste sinds vandaag."]
    assert asked(region.coordinator) == ["Wil meedoen. Bevestig of wijs af."]
    assert asked(region.other_contact) == []
    for person in (region.contact, region.broker, region.coordinator):
        (user,) = fresh(person)
        assert bool(asked(person)) == Membership.objects.waiting_for(user).exists()


@pytest.mark.parametrize("role", ROLES)
def test_as_many_queries_for_three_things_as_for_one(region, make, role):
    def add(number: int) -> None:
        for _each in range(number):
            project = make(closing_date=in_days(2), min_size=2)
            make(running=True, min_size=2)
            f.ApplicationFactory(project=project, student=f.UserFactory())
            f.OutcomeFactory(project=make(completed=True))
            f.AssignmentFactory(sent=True, challenge__partner=region.company)
            f.PartnerFactory(submitted=True), f.ChallengeFactory(submitted=True)
            f.MembershipFactory(partner=region.school, requested=True, role="teacher")

    add(1)
    user = getattr(region, role)
    queries([user])
    one = queries([user])
    add(2)
    assert queries([user]) == one
