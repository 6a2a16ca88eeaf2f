"""Reads that are composed once: the same rows as Django's own for every reader and value, and no SQL made anew."""

from contextlib import nullcontext
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pghistory
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DataError, connection
from django.db.backends.postgresql.psycopg_any import register_tzloader
from django.utils.translation import override
from psycopg.pq import Format

from oil_portal.core import clock
from oil_portal.core.apps import Moments
from oil_portal.core.prepared import TOGETHER, Many, Text, Unprepared, ahead, forget, prepared
from oil_portal.core.rows import join
from partners.models import Membership, Partner, User
from projects.models import Application, Project
from reports.models import Snapshot
from tests import factories as f
from tests.helpers import PEOPLE


@pytest.fixture
def composed() -> list:
    return []


@pytest.fixture
def seen(composed):
    @prepared
    def seen(user, pk: int):
        composed.append(pk)
        return Project.objects.visible_to(user).for_tiles().filter(pk=pk)

    return seen


def test_each_reader_reads_what_they_would_without(seen, region):
    made = [f.ProjectFactory(run=region.run, **stage) for stage in ({}, {"running": True}, {"cancelled": True})]
    ours = f.ProjectFactory(cancelled=True, assignment__challenge__partner=region.company)
    mine = f.ProjectFactory(cancelled=True)
    f.ApplicationFactory(project=mine, student=region.student)
    readers = [AnonymousUser(), *(getattr(region, name) for name in PEOPLE), User(is_superuser=True, pk=1)]
    for project in (*made, ours, mine):
        for user in (*readers, *readers):
            usual = list(Project.objects.visible_to(user).filter(pk=project.pk))
            assert seen(user, project.pk) == usual, user
    assert [seen(region.contact, ours.pk), seen(region.other_contact, ours.pk)] == [[ours], []]


def test_a_number_that_no_stand_in_fits_is_refused(db):
    """Django knows that a small number is never as large as those, and would find nothing for ever."""
    of_year = prepared(lambda year: Snapshot.objects.filter(year=year))
    for _turn in range(2):
        with pytest.raises(Unprepared):
            of_year(2026)
    none = prepared(lambda pk: Project.objects.filter(pk=pk, status__in=[]))
    assert none(1) == [] == none(2)


def test_it_is_composed_once_for_all_readers_of_a_kind(seen, composed, region):
    projects = f.ProjectFactory.create_batch(3, run=region.run)
    for project in projects:
        for user in (region.contact, region.other_contact):
            assert [one.title for one in seen(user, project.pk)] == [project.title]
    assert len(composed) == 2  # at both ends of the day
    f.MembershipFactory(user=region.other_contact, partner=region.company, role="contact", status="active")
    seen(User.objects.get(pk=region.other_contact.pk), projects[0].pk)
    with override("en"):
        seen(region.contact, projects[0].pk)
    with clock.at(clock.now() + timedelta(days=1)):
        seen(region.contact, projects[0].pk)
    assert len(composed) == 2 * 4
    forget()
    seen(region.contact, projects[0].pk)
    assert len(composed) == 2 * 5


def test_who_became_somebody_else_reads_as_that(seen, region):
    project = f.ProjectFactory(cancelled=True)
    assert seen(region.contact, project.pk) == []
    f.MembershipFactory(user=region.contact, partner=region.network, role="broker", status="active")
    assert seen(User.objects.get(pk=region.contact.pk), project.pk) == [project]


def test_what_is_open_today_is_closed_tomorrow(region):
    @prepared
    def open_now():
        return Project.objects.open()

    project = f.ProjectFactory(closing_date=clock.today())
    assert open_now() == [project]
    with clock.at(clock.now() + timedelta(days=1)):
        assert open_now() == []


def test_days_texts_and_tuples_are_values_too(composed, region):
    @prepared
    def before(day, names: tuple, name: Text):
        composed.append(day)
        return Partner.objects.filter(created_at__date__lte=day, pk__in=names, name=name).values_list("pk", flat=True)

    today, company, school = clock.today(), region.company, region.school
    both = (company.pk, school.pk)
    assert before(today, both, Text(company.name)) == [company.pk]
    assert before(today, both, Text(school.name)) == [school.pk]
    assert before(today - timedelta(days=9), both, Text(school.name)) == []
    assert len(composed) == 2
    assert before(today, (school.pk,), Text(company.name)) == before(today, (), Text(company.name)) == []
    Partner.objects.filter(pk=school.pk).update(name=(odd := "'t \\ 100% %s %(a)s; -- \"\ue000 1' 2000000001"))
    assert before(today, both, Text(odd)) == [school.pk]
    assert before(today, both, Text("' OR true --")) == []


@pytest.mark.parametrize("number", [2_000_000_000, 2**31, 2**63, 10**30, -1])
def test_a_number_that_nothing_has_finds_nothing(seen, region, number):
    assert seen(region.broker, number) == []


def test_a_read_that_decides_on_a_value_itself_is_refused(region):
    @prepared
    def like(pk: int):
        return Partner.objects.filter(name__icontains=str(pk))

    @prepared
    def lately():
        return Partner.objects.filter(created_at__lte=clock.now())

    for read in (lambda: like(3), lately):
        with pytest.raises(Unprepared):
            read()


@pytest.mark.parametrize("odd", ["Stad 2000000000", "a,2000000001", "'9000-01-01'::date", "'\ue000 0'", "'\ue000 7'"])
def test_a_text_that_looks_like_a_stand_in_is_that_text(composed, region, login, odd):
    @prepared
    def there(pk: int, name: str):
        composed.append(pk)
        return Partner.objects.filter(municipality=name, pk=pk)

    Partner.objects.filter(pk=region.company.pk).update(municipality=odd)
    assert there(region.company.pk, odd) == [region.company] and there(region.school.pk, odd) == []
    assert len(composed) == 2  # the usual way, each time
    page = login(None).get("/partners/", {"municipality": odd})
    assert page.context["page_obj"].paginator.count == 1 and region.company.name in page.content.decode()


def test_no_more_shapes_are_kept_than_there_is_room_for(seen, region, monkeypatch):
    monkeypatch.setattr("oil_portal.core.prepared.MOST", 3)
    many = []
    for user in (region.contact, region.broker, region.student, region.teacher, region.coordinator):
        seen(user, 1)
        many.append(len(seen.kept))
    assert many == [1, 2, 3, 3, 3]


def test_it_can_be_copied_with_what_holds_it(seen):
    assert deepcopy({"choices": seen})["choices"] is seen


def test_children_are_joined_as_prefetch_would(region):
    one, other = f.ProjectFactory.create_batch(2, run=region.run)
    made = f.ApplicationFactory.create_batch(2, project=one)
    join([one, other], "applications", list(Application.objects.all()), "project_id")
    assert list(one.applications.all()) == made and list(other.applications.all()) == []
    assert one.applications.all()[0].project is one


def test_a_session_ends_by_the_clock(login, region):
    client = login(region.contact)
    assert client.get("/start/").status_code == 200
    session = client.session
    session.set_expiry(datetime(2020, 1, 1, tzinfo=UTC))
    session.save()
    assert client.get("/start/").status_code == 302
    assert Membership.objects.filter(user=region.contact).exists()


def test_a_read_that_differs_from_what_is_kept_is_seen(region, monkeypatch):
    """What a test of a page would say of a function that decides something on a number."""

    @prepared
    def by_number(pk: int):
        found = Project.objects.filter(pk=pk)
        return found if pk % 2 else found.filter(status="open")

    monkeypatch.setattr("oil_portal.core.prepared.CHECKED", True)
    first, second = 12, 13
    with pytest.raises(Unprepared, match="by_number asks"):  # the stand-in is one of the two
        by_number(first), by_number(second)


def test_every_page_of_a_list_is_the_same_read(composed, region, monkeypatch):
    """Also beside a percent sign, in a subquery, and on the first page, which Django asks for without OFFSET."""

    @prepared
    def page(first: int, many: int):
        composed.append(first)
        newest = Project.objects.filter(title__contains="100%").order_by("-pk").values("pk")[:3]
        return Project.objects.filter(pk__in=newest).order_by("-pk")[first : first + many]

    monkeypatch.setattr("oil_portal.core.prepared.CHECKED", True)
    made = [f.ProjectFactory(run=region.run, title="100% water") for _each in range(4)][:0:-1]
    checks = 0
    for first, many in ((0, 2), (2, 2), (1, 1), (0, 3), (7, 2)):
        assert page(first, many) == made[first : first + many]
        checks += 1
    assert len(composed) == 2 + checks  # at both ends of the day, and each compared with Django's own


# --- Lists of numbers, and counting -------------------------------------------------------------------------------
def test_a_list_of_numbers_is_one_value_however_long(composed, region):
    @prepared
    def some(title: Text, *lists: Many):
        composed.append(title)
        both = [number for one in lists for number in one]
        return Project.objects.filter(pk__among=both, title=title).order_by("pk")

    made = [f.ProjectFactory(run=region.run, title="Water") for _each in range(4)]
    numbers = [project.pk for project in made]
    for first, second in ((numbers[:1], numbers[1:3]), (numbers[:2], []), (numbers, numbers), ([0], [])):
        assert some(Text("Water"), Many(first), Many(second)) == made[: len({*first, *second} - {0})]
    assert some(Text("Lucht"), Many(numbers), Many(numbers)) == []
    assert len(composed) == 2  # at both ends of the day
    assert some(Text("Water"), Many([2**62, *numbers]), Many([])) == made  # the usual way


def test_rows_are_counted_by_the_database(region, django_assert_num_queries):
    @prepared
    def at_most(status: str, most: str):
        return Project.objects.filter(status=status)[: int(most)]

    f.ProjectFactory.create_batch(3, run=region.run)
    at_most("open", "9")
    with django_assert_num_queries(1):
        assert at_most.count("open", "9") == 3
    assert [at_most.count("open", "2"), at_most.count("cancelled", "9")] == [2, 0]


@prepared
def partners_of(status: str, first: int):
    return Partner.objects.filter(status=status, pk__gte=first).select_related("parent").order_by("pk")


@prepared
def nobody(pk: int):
    return Partner.objects.none().filter(pk=pk)


@prepared
def names_of(pk: int):
    return User.objects.filter(pk=pk).values_list("first_name", flat=True)


class Asked(list):
    """The statements of each query."""

    def __call__(self, execute, sql, *rest):
        self.append(sql.count(TOGETHER) + 1)
        return execute(sql, *rest)


@pytest.mark.parametrize("outside", [nullcontext, pghistory.context], ids=["alone", "in a request"])
def test_what_is_asked_ahead_is_asked_once_and_is_the_same(region, outside):
    asks = [(partners_of, "accepted", 0), (nobody, 1), (names_of, region.student.pk), (partners_of, "submitted", 0)]
    alone = [read(*given) for read, *given in asks]
    with outside(), connection.execute_wrapper(asked := Asked()):
        with ahead(*asks, asks[0]):
            found = [read(*given) for read, *given in reversed(asks)][::-1]
            assert asked == [3]  # what is empty for sure is not asked
            assert partners_of("accepted", 1) and asked == [3, 1]
            with ahead(asks[2]):
                assert names_of(region.student.pk) == alone[2] and asked == [3, 1, 1]
        assert found == alone and alone[0] and alone[2] == [region.student.first_name]


def test_what_was_asked_ahead_is_handed_out_once_and_not_after(region):
    ask = (names_of, region.student.pk)
    with ahead(ask):
        assert names_of(*ask[1:]) == [region.student.first_name]
        User.objects.filter(pk=region.student.pk).update(first_name="Noor")
        assert names_of(*ask[1:]) == ["Noor"]
    with ahead(ask), ahead(ask):
        User.objects.filter(pk=region.student.pk).update(first_name="Sem")
    assert names_of(*ask[1:]) == ["Sem"]


def test_a_page_that_breaks_leaves_nothing_behind(region):
    ask = (names_of, region.student.pk)
    with pytest.raises(ZeroDivisionError), ahead(ask):
        1 / 0  # noqa: B018
    User.objects.filter(pk=region.student.pk).update(first_name="Noor")
    assert names_of(*ask[1:]) == ["Noor"]


MOMENTS = [
    "2026-07-01 12:00+02", "2026-01-01 00:00:00.5+00", "1900-01-01 00:00:00.123456+00:19:32", "0001-01-01 00:00+00",
    "9999-12-30 23:59:59.999999+00",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_moment_is_read_as_django_reads_it(moment):
    with connection.cursor() as cursor:
        assert cursor.cursor.adapters.get_loader(1184, Format.TEXT) is Moments
        read = lambda: cursor.execute("SELECT %s::timestamptz", [moment]).fetchone()[0]
        quick = read()
        cursor.execute("SET LOCAL TIME ZONE 'Europe/Amsterdam'")
        elsewhere = read()
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        register_tzloader(UTC, cursor.cursor)
        assert quick == elsewhere == read() and quick.tzinfo is elsewhere.tzinfo is UTC


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["infinity", "0044-03-15 00:00+00 BC", "10000-01-01 00:00+00"])
def test_a_moment_that_python_does_not_know_is_refused(moment):
    with connection.cursor() as cursor, pytest.raises(DataError):
        cursor.execute("SELECT %s::timestamptz", [moment])
        cursor.fetchone()
