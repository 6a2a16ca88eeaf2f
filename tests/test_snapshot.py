"""A frozen quarter: it opens and exports like the live report, and nothing changes it."""

import csv
import io

import pypdfium2
import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from openpyxl import load_workbook

from oil_portal.core.workflow import Refusal
from partners.models import User
from projects.models import Contribution
from reports.books import Frozen, Live
from reports.models import Snapshot, SnapshotRow
from reports.period import Period
from reports.services import freeze
from reports.services.snapshot import digest_of
from tests import factories as f
from tests.factories_report import NOW, day, project

QUARTER = Period(2026, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(year) -> Snapshot:
    return freeze(period=QUARTER, actor=year.broker, remark="Voor de stuurgroep.")


def said(book) -> list[tuple]:
    return [(line.key, line.group, line.value, line.mark, line.rows) for line in book.report.lines()]


def test_it_says_what_the_live_report_said(kept):
    live, frozen = Live(QUARTER), Frozen(Snapshot.objects.get(pk=kept.pk))
    assert said(frozen) == said(live)
    assert [line.definition for line in frozen.report.lines()] == [line.definition for line in live.report.lines()]
    opened = 0
    for line in live.report.lines():
        assert len(frozen.rows(line)) == line.rows == len(live.rows(line)), line
        opened += bool(line.rows)
    assert opened > 20


def test_it_stays_when_everything_changes(year, kept):
    before = said(Frozen(kept))
    project(year, day(5), day(6), students=[f.UserFactory() for _each in range(8)])
    Contribution.objects.filter(status="stated").update(status="confirmed", answered_at=NOW)
    year.company.name = "Andere naam"
    year.company.save()
    frozen = Frozen(Snapshot.objects.get(pk=kept.pk))
    assert said(frozen) == before
    assert said(Live(QUARTER)) != before
    rows = frozen.rows(frozen.report.line("projecten-begonnen"))
    assert "Marewijk Bouw" in {row[1][0] for row in rows}
    assert digest_of(frozen.snapshot) == frozen.snapshot.digest


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE reports_snapshot SET remark = 'Anders'",
        "UPDATE reports_snapshot SET content = '{}'",
        "UPDATE reports_snapshot SET made_by_id = (SELECT max(id) FROM partners_user)",
        "DELETE FROM reports_snapshot",
        "UPDATE reports_snapshotrow SET number = number + 1",
        "DELETE FROM reports_snapshotrow",
    ],
)
def test_the_database_refuses_every_change(kept, sql):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_row_that_slips_in_shows(kept, login, year):
    SnapshotRow.objects.create(snapshot=kept, key="projecten-begonnen", number=999, cells=[])
    assert digest_of(kept) != kept.digest
    assert "controlegetal klopt niet" in login(year.broker).get(kept.get_absolute_url()).content.decode()


def test_who_froze_it_may_leave(kept, year):
    name = str(year.broker)
    User.objects.filter(pk=year.broker.pk).delete()
    kept.refresh_from_db()
    assert (kept.made_by, kept.made_by_name) == (None, name)


def test_it_says_from_which_data(kept):
    with connection.cursor() as cursor:
        for table, pair in kept.sources.items():
            cursor.execute(f"SELECT count(*), coalesce(max(id), 0) FROM {table}")  # noqa: S608
            assert list(cursor.fetchone()) == pair, table
    assert (kept.definitions, kept.version, kept.made_at) == ("1", 1, NOW)


def test_a_correction_names_what_it_puts_right(kept, year):
    with pytest.raises(Refusal):
        freeze(period=QUARTER, actor=year.broker, remark="Nog eens")  # somebody did so in the meantime
    with pytest.raises(Refusal):
        freeze(period=QUARTER, actor=year.broker, corrects=kept)  # without saying why
    better = freeze(period=QUARTER, actor=year.broker, corrects=kept, remark="Uren vergeten.")
    assert (better.version, better.replaces) == (2, kept)
    with pytest.raises(Refusal):
        freeze(period=QUARTER, actor=year.broker, corrects=kept, remark="Te laat.")


@pytest.mark.parametrize("period", [Period(2026, 4), Period(2026), Period(2025)])
def test_only_a_quarter_that_has_ended(year, period):
    with pytest.raises(Refusal):
        freeze(period=period, actor=year.broker)


def test_only_brokers_freeze(year):
    for user in (year.coordinator, year.teacher, year.contact, year.student):
        with pytest.raises(PermissionDenied):
            freeze(period=QUARTER, actor=user)


def test_no_student_is_named(kept):
    written = repr([kept.content, *SnapshotRow.objects.filter(snapshot=kept).values_list("cells", flat=True)])
    students = User.objects.filter(applications__isnull=False)
    assert not [user for user in students if user.email in written or user.first_name in written.split()]


def test_what_was_hidden_stays_hidden_beside_later_quarters(kept, year):
    """A later quarter may not uncover a number of a frozen one by another choice of what to hide."""
    for month in (7, 8):
        project(year, day(month), students=[f.UserFactory() for _each in range(9)])
    assert Live(QUARTER).published == kept.marks
    people = Live(QUARTER).people
    for name, mark in kept.marks.items():
        if mark and people.numbers.get(name):
            assert people.marks[name], name


# --- Exports -------------------------------------------------------------------------------------------------------
def shown_on(book) -> list[str]:
    return [line.shown for line in book.report.lines()]


@pytest.mark.parametrize("frozen", [False, True])
def test_exports_say_what_the_page_says(kept, year, login, frozen):
    client, book = login(year.broker), Frozen(kept) if frozen else Live(QUARTER)
    rows = list(csv.reader(io.StringIO(client.get(book.address("csv")).content.decode("utf-8-sig")), delimiter=";"))
    plain = [
        line.shown if line.mark else "" if line.value is None else line.value.removesuffix(".0").replace(".", ",")
        for line in book.report.lines()
    ]
    assert [row[3] for row in rows[1:]] == plain
    sheets = load_workbook(io.BytesIO(client.get(book.address("xlsx")).content), read_only=True)
    values = [row[3] for row in sheets["Cijfers"].iter_rows(min_row=2, values_only=True)]
    for line, value in zip(book.report.lines(), values, strict=True):
        if line.mark or line.value is None:
            assert value == (line.shown if line.mark else None), line
        else:
            assert float(value) == pytest.approx(float(line.value)), line
    line = book.report.line("projecten-begonnen")
    assert len(list(sheets["projecten-begonnen"].iter_rows(min_row=2))) == line.rows
    document = pypdfium2.PdfDocument(client.get(book.address("pdf")).content)
    text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    for line in book.report.lines():
        assert line.shown in text, line


def test_a_frozen_page_opens_and_shows_what_changed(kept, year, login):
    client = login(year.broker)
    project(year, day(5), students=[f.UserFactory() for _each in range(8)])
    page = client.get(kept.get_absolute_url())
    line = next(
        one for each in page.context["page"].sections for one in each.lines if one.line.key == "projecten-begonnen"
    )
    assert int(line.beside.value) == int(line.line.value) + 1
    assert "Voor de stuurgroep." in page.content.decode()
    rows = client.get(line.url)
    assert rows.context["page_obj"].paginator.count == int(line.line.value)
    assert client.get(Live(QUARTER).address("report")).context["snapshot"] == kept


def test_freezing_on_the_page(year, login):
    client, url = login(year.broker), "/rapport/bevries/2026-K2/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"remark": "Klaar"}).status_code == 302
    assert client.post(url, {"remark": ""}).status_code == 422
    assert client.post(url, {"remark": "Beter"}).status_code == 302
    assert list(Snapshot.objects.values_list("version", "remark")) == [(2, "Beter"), (1, "Klaar")]
    for wrong in ("2026-K4", "2026", "2027-K1", "onzin"):
        assert client.get(f"/rapport/bevries/{wrong}/").status_code == 404
