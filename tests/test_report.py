"""The report: every figure against a count of its own in plain SQL, and what opens behind it."""
# ruff: noqa: S608  the queries of a test, without anything from outside

import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oil_portal.core import clock
from reports.books import Live
from reports.period import Period
from tests.factories_report import NOW, day, project

URL = "/rapport/"
PERIODS = ["2026", "2026-K1", "2026-K2", "2026-K3", "2026-K4"]
pytestmark = pytest.mark.django_db


def sql(text: str, **params):
    """One number of a query that knows nothing of the report."""
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return cursor.fetchone()[0]


def book(period: str) -> Live:
    return Live(Period.read(period))


LOCAL = "(e.created_at AT TIME ZONE 'Europe/Amsterdam')::date"
IN = f"{LOCAL} BETWEEN %(first)s AND %(last)s"
TYPE = "JOIN django_content_type t ON t.id = e.content_type_id AND t.app_label = '{app}' AND t.model = '{model}'"


def happened(app: str, model: str, event: str) -> str:
    """How many objects of a model an event first happened to in the period."""
    return f"""
        SELECT count(*) FROM (
            SELECT e.object_id, min({LOCAL}) AS day FROM core_timelineentry e {TYPE.format(app=app, model=model)}
            WHERE e.event = '{event}' GROUP BY 1
        ) x WHERE day BETWEEN %(first)s AND %(last)s
    """


STARTED = f"""
    (SELECT e.object_id AS project, {LOCAL} AS day FROM core_timelineentry e
     {TYPE.format(app="projects", model="project")} WHERE e.event = '%s')
"""
BEGUN, ENDED = STARTED.replace("%s", "start"), STARTED.replace("%s", "complete")
VALUE = "CASE WHEN c.kind = 'hours' THEN round(c.hours * 45.33, 2) ELSE c.amount END"
GRANTED = "c.day BETWEEN %(first)s AND %(last)s AND c.day BETWEEN '2026-03-01' AND '2027-02-28'"

COUNTS = {
    "vraagstukken-ingediend": happened("challenges", "challenge", "submit"),
    "vraagstukken-goedgekeurd": happened("challenges", "challenge", "accept"),
    "vraagstukken-open": happened("challenges", "challenge", "publish"),
    "vraagstukken-begonnen": happened("challenges", "challenge", "start"),
    "vraagstukken-afgerond": happened("challenges", "challenge", "complete"),
    "vraagstukken-akkoord": happened("challenges", "assignment", "agree"),  # one assignment a challenge here
    "vraagstukken-afgewezen": happened("challenges", "challenge", "decline"),
    "vraagstukken-ingetrokken": happened("challenges", "challenge", "withdraw"),
    "projecten-begonnen": happened("projects", "project", "start"),
    "projecten-afgerond": happened("projects", "project", "complete"),
    "projecten-gesloten": happened("projects", "project", "cancel"),
    "projecten-lopend": f"""
        SELECT count(*) FROM {BEGUN} b LEFT JOIN {ENDED} d USING (project)
        WHERE b.day <= %(last)s AND (d.day IS NULL OR d.day > %(last)s)""",
    "partners": """
        SELECT count(*) FROM partners_partner p WHERE p.status = 'accepted'
        AND coalesce((SELECT min((e.created_at AT TIME ZONE 'Europe/Amsterdam')::date) FROM core_timelineentry e
                      JOIN django_content_type t ON t.id = e.content_type_id
                      WHERE t.app_label = 'partners' AND t.model = 'partner' AND e.event = 'accept'
                      AND e.object_id = p.id), (p.created_at AT TIME ZONE 'Europe/Amsterdam')::date) <= %(last)s""",
    "bedrijven": f"""
        SELECT count(DISTINCT p.id) FROM partners_partner p JOIN challenges_challenge c ON c.partner_id = p.id
        LEFT JOIN challenges_assignment a ON a.challenge_id = c.id
        LEFT JOIN projects_project j ON j.assignment_id = a.id
        LEFT JOIN {BEGUN} b ON b.project = j.id LEFT JOIN {ENDED} d ON d.project = j.id
        WHERE p.kind = 'company' AND (
            EXISTS (SELECT FROM core_timelineentry e {TYPE.format(app="challenges", model="challenge")}
                    WHERE e.event = 'submit' AND e.object_id = c.id AND {IN})
            OR b.day <= %(last)s AND (d.day IS NULL OR d.day >= %(first)s))""",
    "leerdoelen-gedekt": f"""
        SELECT count(DISTINCT l.goal_id) FROM challenges_goallink l JOIN projects_project j USING (assignment_id)
        JOIN {BEGUN} b ON b.project = j.id WHERE b.day BETWEEN %(first)s AND %(last)s""",
    "leerdoelen-behaald": f"""
        SELECT count(DISTINCT a.goal_id) FROM projects_achievement a JOIN {ENDED} d ON d.project = a.project_id
        WHERE d.day BETWEEN %(first)s AND %(last)s AND a.student_says AND a.teacher_says AND a.company_says""",
    "uren-opgegeven": """
        SELECT coalesce(sum(hours), 0) FROM projects_contribution
        WHERE day BETWEEN %(first)s AND %(last)s AND status IN ('stated', 'confirmed')""",
    "uren-bevestigd": """
        SELECT coalesce(sum(hours), 0) FROM projects_contribution
        WHERE day BETWEEN %(first)s AND %(last)s AND status = 'confirmed'""",
    "cofinanciering": f"""
        SELECT coalesce(sum({VALUE}), 0) FROM projects_contribution c WHERE {GRANTED} AND status = 'confirmed'""",
    "cofinanciering-onbevestigd": f"""
        SELECT coalesce(sum({VALUE}), 0) FROM projects_contribution c WHERE {GRANTED} AND status = 'stated'""",
    "vervolg": f"""
        SELECT count(*) FROM projects_outcome o JOIN {ENDED} d ON d.project = o.project_id
        WHERE d.day BETWEEN %(first)s AND %(last)s AND o.follow_up IN ('lab', 'challenge', 'elsewhere')""",
}  # fmt: skip
SEATS = f"""
    SELECT count({{what}}) FROM projects_application a JOIN {BEGUN} b ON b.project = a.project_id
    WHERE a.status = 'placed' AND b.day BETWEEN %(first)s AND %(last)s"""
PEOPLE = {
    "plaatsingen": SEATS.format(what="*"),
    "studenten": SEATS.format(what="DISTINCT a.student_id"),
    "begeleiders": f"""
        SELECT count(DISTINCT j.coach_id) FROM projects_project j JOIN {BEGUN} b ON b.project = j.id
        LEFT JOIN {ENDED} d ON d.project = j.id
        WHERE b.day <= %(last)s AND (d.day IS NULL OR d.day >= %(first)s)""",
    "plekken-opgegeven": f"""
        SELECT count(*) FROM core_timelineentry e {TYPE.format(app="projects", model="application")}
        JOIN projects_application a ON a.id = e.object_id
        WHERE e.event = 'withdraw' AND a.decided_at IS NOT NULL AND a.status = 'withdrawn' AND {IN}""",
    **{
        f"antwoorden-{side}": f"""
            SELECT count(*) FROM projects_feedback e WHERE side = '{side}' AND {IN}"""
        for side in ("student", "company", "teacher")
    },
}


@pytest.mark.parametrize("period", PERIODS)
def test_every_figure_is_what_plain_sql_counts(year, period):
    live = book(period)
    for key, query in COUNTS.items():
        line = live.report.line(key)
        assert Decimal(line.value) == sql(query, **live.period.days), (key, period)
    seen = 0
    for key, query in PEOPLE.items():
        line, number = live.report.line(key), sql(query, **live.period.days)
        assert live.people.count(key, live.period.quarter) == number, (key, period)
        if line.mark:
            assert line.value is None
            assert line.shown in ("<5", "×")
        else:
            assert (line.value, number == 0 or number >= 5) == (str(number), True)
            seen += 1
    assert seen


def test_the_world_of_this_test_has_something_to_count(year):
    """Else every comparison above would be of nothing with nothing."""
    for key in (*COUNTS, *PEOPLE):
        line = book("2026").report.line(key)
        assert line.mark or Decimal(line.value) > 0, key


@pytest.mark.parametrize("period", PERIODS)
def test_the_rows_behind_a_figure_are_the_figure(year, period):
    live = book(period)
    for line in live.report.lines():
        rows = live.rows(line)
        assert len(rows) == line.rows, line
        if not line.rows:
            continue
        columns = [column.name for column in live.columns(line.key)]
        if line.unit == "":
            assert line.value == str(len(rows)), line
        elif line.unit in ("hours", "euros"):
            name = "hours" if line.unit == "hours" else "value"
            assert sum(row[columns.index(name)] for row in rows) == Decimal(line.value), line


@pytest.mark.parametrize("period", ["2026", "2026-K2"])
def test_a_number_that_is_counted_alone_is_the_one_of_the_report(year, period):
    report = book(period).report
    for told in report.lines():
        if told.rows:
            alone = book(period).line(told.key, told.group)
            assert alone == told
            if told.group and (of := book(period).parent(told)):
                whole = report.line(of.key)
                assert (of.label, of.definition) == (whole.label, whole.definition)
    assert book(period).line("bedrijven-gemeente", "nergens") is None


def test_the_second_number_of_a_fact_comes_with_all_the_others(year):
    told = book("2026")
    keys = [line.key for line in told.report.lines() if line.key.startswith("vraagstukken-")]
    with CaptureQueriesContext(connection) as asked:
        assert all(told.line(key) for key in keys)
    assert len(keys) > 5 and len(asked) == 2


def test_lead_times_are_the_medians_of_their_rows(year):
    from statistics import median

    live = book("2026")
    days = {"goedgekeurd": 6, "akkoord": 8, "open": 6, "begonnen": None, "afgerond": None}
    for key in days:
        line = live.report.line(f"doorlooptijd-{key}")
        assert float(line.value) == median(row[-1] for row in live.rows(line)), key


def test_groups_add_up_to_their_figure(year):
    live = book("2026")
    for section in live.report.sections:
        for table in section.tables:
            if table.key in ("studenten-school", "plaatsingen-school"):
                continue
            lines = [lines[0] for _label, lines in table.rows]
            whole = live.line(live.parent(lines[0]).key)
            assert sum(Decimal(line.value) for line in lines) == Decimal(whole.value), table.key


def test_a_year_is_its_quarters(year):
    def total(key, period):
        return Decimal(book(period).report.line(key).value)

    for key in ("vraagstukken-ingediend", "projecten-begonnen", "uren-bevestigd", "cofinanciering", "subsidie"):
        assert total(key, "2026") == sum(total(key, each) for each in PERIODS[1:] if book(each).report.line(key)), key


def test_a_student_is_a_number(year, login):
    live = book("2026")
    line = live.report.line("studenten")
    assert line.rows >= 5
    page = login(year.broker).get(f"{URL}cijfer/studenten/", {"periode": "2026"}).content.decode()
    main = page[page.index("<main") :]
    from partners.models import User

    for user in User.objects.filter(applications__status="placed"):
        assert user.last_name not in main or user.last_name in ("", "Student"), user
        assert user.email not in page


def test_small_numbers_do_not_open(region, login):
    from tests import factories as f

    with clock.at(NOW):
        project(region, day(8), students=[f.UserFactory() for _each in range(3)])
        live = book("2026-K3")
        line = live.report.line("studenten")
        assert (line.shown, line.rows, line.value) == ("<5", 0, None)
        client = login(region.broker)
        page = client.get(URL, {"periode": "2026-K3"}).content.decode()
        assert "te klein om te tonen" in page
        for key in ("studenten", "plaatsingen", "docenten"):
            assert client.get(f"{URL}cijfer/{key}/", {"periode": "2026-K3"}).status_code == 404
            assert client.get(f"{URL}cijfer/{key}/rijen.csv", {"periode": "2026-K3"}).status_code == 404


def test_an_evening_at_the_end_of_a_quarter_is_a_day_here(region):
    """31 March, 22.30 in UTC, is 1 April in Leiden."""
    with clock.at(NOW):
        project(region, day(3, 31, 22).replace(minute=30))
        assert book("2026-K1").report.line("projecten-begonnen").value == "0"
        assert book("2026-K2").report.line("projecten-begonnen").value == "1"


# --- The page ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("period", ["", "2026-K5", "2026-k1", "1999", "2027-K1", "9999", "²", "2026\0", "2026-K1;"])
def test_a_period_that_is_none_is_not_found(region, login, period):
    with clock.at(NOW):
        client = login(region.broker)
        assert client.get(URL, {"periode": period}).status_code == 404
        assert client.get(f"{URL}cijfer/partners/", {"periode": period}).status_code == 404


@pytest.mark.parametrize("group", ["onzin", "\0", "company' OR 1=1 --", "1e999", "999999999999-4"])
def test_a_group_that_is_none_is_not_found(year, login, group):
    client = login(year.broker)
    for key in ("partners-soort", "plaatsingen", "bedrijven-gemeente"):
        assert client.get(f"{URL}cijfer/{key}/", {"periode": "2026", "groep": group}).status_code == 404


def test_every_number_opens_to_its_rows(year, login):
    client = login(year.broker)
    for line in book("2026").report.lines():
        if line.rows:
            page = client.get(f"{URL}cijfer/{line.key}/", {"periode": "2026", "groep": line.group})
            assert page.status_code == 200, line
            assert page.context["page_obj"].paginator.count == line.rows


def queries(client, path: str, **query) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(path, query).status_code == 200
    return len(found)


def test_the_same_number_of_queries_for_one_and_three(region, login):
    from tests import factories as f

    with clock.at(NOW):
        client = login(region.broker)

        def add() -> None:
            project(region, day(8), students=[f.UserFactory() for _each in range(6)])

        add()
        pages = [(URL, {}), (f"{URL}cijfer/projecten-begonnen/", {}), (f"{URL}cijfer/studenten/", {})]
        before = [queries(client, path, periode="2026-K3") for path, _query in pages]
        add(), add()
        assert [queries(client, path, periode="2026-K3") for path, _query in pages] == before
        assert max(before) < 15


def test_rows_as_csv_are_the_rows_and_no_formula(year, login):
    year.company.name = "=HYPERLINK(1)"
    year.company.save()
    answer = login(year.broker).get(f"{URL}cijfer/projecten-begonnen/rijen.csv", {"periode": "2026"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) - 1 == book("2026").report.line("projecten-begonnen").rows
    assert {row[1] for row in rows[1:]} >= {"'=HYPERLINK(1)"}
