"""A report that took long to count is kept: it says of when it is, and behind its figures are the rows of now."""

import csv
import io
import re
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.http import HttpResponse
from openpyxl import load_workbook

from oil_portal.core import clock
from oil_portal.core.tasks import count_again
from projects.models import Application
from reports.books import Live, Told
from reports.models import Grant
from reports.pages import changed
from reports.period import Period
from reports.report import Line
from reports.services import freeze, save_grant
from tests import factories as f
from tests.factories_report import NOW, day, project

URL, CASE = "/rapport/", "/rapport/businesscase/"
QUARTER = Period(2026, 2)
LATER = NOW + timedelta(minutes=4)  # still kept
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keeping(keeping_figures, settings, monkeypatch):
    """Everything takes long, and nothing is kept from one test to the next; workers do what the test tells them."""
    settings.FIGURES_SLOW = 0
    monkeypatch.setattr(count_again, "delay", Mock())


@pytest.fixture
def broker(year, login):
    return login(year.broker)


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def number_of(answer, key: str) -> str:
    return answer.context["report"].line(key).shown


def opened(client, answer, key: str):
    """What the link behind a number of the page leads to."""
    found = re.search(rf'href="(/rapport/cijfer/{key}/[^"]*)"', answer.content.decode())
    return client.get(found[1].replace("&amp;", "&"))


def another(region, students: int = 6) -> None:
    project(region, day(5), students=[f.UserFactory() for _each in range(students)])


def test_a_kept_report_says_of_when_it_is_and_its_rows_say_what_changed(broker, year):
    first = broker.get(URL, {"periode": "2026-K2"})
    same = opened(broker, first, "projecten-begonnen")
    before = number_of(first, "projecten-begonnen")
    assert "Geteld om 13.00 uur" in words(first) and "Sindsdien" not in words(same)
    another(year)
    with clock.at(LATER):
        second = broker.get(URL, {"periode": "2026-K2"})
        rows = opened(broker, second, "projecten-begonnen")
    assert number_of(second, "projecten-begonnen") == before
    now = int(before) + 1
    told = f"In het rapport van 20 november, 13.00 uur staat {before}. Sindsdien veranderde dat: nu is het {now}."
    assert told in words(rows) and rows.context["page_obj"].paginator.count == now


def test_a_report_that_is_quickly_counted_is_of_now(broker, year, settings):
    settings.FIGURES_SLOW = 60
    first = broker.get(URL, {"periode": "2026-K2"})
    another(year)
    second = broker.get(URL, {"periode": "2026-K2"})
    assert int(number_of(second, "projecten-begonnen")) == int(number_of(first, "projecten-begonnen")) + 1
    assert "Geteld om" not in words(second) and "geteld=" not in second.content.decode()
    assert "Sindsdien" not in words(opened(broker, first, "projecten-begonnen"))


def test_what_the_report_counted_and_is_gone_does_not_become_a_404(broker, year):
    first = broker.get(URL, {"periode": "2026-K2"})
    line = first.context["report"].line("plaatsingen")
    assert line.rows
    Application.objects.filter(status="placed").update(status="withdrawn")
    rows = opened(broker, first, "plaatsingen")
    assert rows.status_code == 200
    assert f"staat {line.shown}. Sindsdien veranderde dat: nu is het 0." in words(rows)
    assert not rows.context["page_obj"].object_list


def test_another_period_is_another_reading(broker, year):
    first = broker.get(URL, {"periode": "2026-K2"})
    another(year)
    with clock.at(LATER):
        whole, quarter = (broker.get(URL, {"periode": each}) for each in ("2026", "2026-K2"))
    assert number_of(whole, "projecten-begonnen") == Told(Period(2026)).now.line("projecten-begonnen").shown
    assert number_of(quarter, "projecten-begonnen") == number_of(first, "projecten-begonnen")
    assert "Geteld om 13.00 uur" in words(quarter)
    assert "Geteld om 13.00 uur" in words(whole)  # its people were read with the quarter, for the whole year


def test_an_old_report_is_handed_out_while_a_worker_counts(broker, year, django_capture_on_commit_callbacks):
    first = broker.get(URL, {"periode": "2026-K2"})
    another(year)
    with clock.at(NOW + timedelta(minutes=6)):
        with django_capture_on_commit_callbacks(execute=True):
            old = broker.get(URL, {"periode": "2026-K2"})
        assert "We tellen nu opnieuw" in words(old)
        for call in count_again.delay.call_args_list:
            count_again(*call.args)
        new = broker.get(URL, {"periode": "2026-K2"})
    assert number_of(old, "projecten-begonnen") == number_of(first, "projecten-begonnen")
    assert int(number_of(new, "projecten-begonnen")) == int(number_of(first, "projecten-begonnen")) + 1
    assert "Geteld om 13.06 uur" in words(new) and "opnieuw" not in words(new).split("Geteld om")[1][:60]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_an_export_is_the_page_that_it_was_opened_from(broker, year, kind, monkeypatch):
    """Also when the report was counted again in between."""
    page = broker.get(URL, {"periode": "2026-K2"})
    link = dict(page.context["exports"])[kind]
    another(year)
    Told(QUARTER).told.forget()
    with clock.at(LATER):
        assert number_of(broker.get(URL, {"periode": "2026-K2"}), "projecten-begonnen") != number_of(
            page, "projecten-begonnen"
        )
        drawn = Mock(side_effect=lambda *_args, **_more: HttpResponse())
        monkeypatch.setattr("reports.views.report.pdf.sheet", drawn)
        answer = broker.get(link)
    number, moment = number_of(page, "projecten-begonnen"), "2026-11-20T13:00:00+01:00"
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
        found = next(row for row in rows if row[1] == "projecten begonnen")
        assert (found[3], found[6]) == (number, moment)
    elif kind == "xlsx":
        book = load_workbook(io.BytesIO(answer.content))
        found = next(row for row in book["Cijfers"].values if row[1] == "projecten begonnen")
        assert (str(found[3]), found[6]) == (number, moment)
        assert "Sindsdien veranderde dat" in list(book["projecten-begonnen"].values)[-1][0]
    else:
        data = drawn.call_args.args[1]
        assert data["told"] == "Gemeten op 20 november 2026, 13.00."
        assert [
            number in line for each in data["sections"] for line in each["lines"] if "projecten begonnen" in line[0]
        ]


def test_freezing_counts_anew_and_what_stands_beside_it_too(broker, year):
    first = broker.get(URL, {"periode": "2026-K2"})
    another(year)
    with clock.at(LATER):
        made = freeze(period=QUARTER, actor=year.broker)
        page = broker.get(made.get_absolute_url())
    assert int(number_of(page, "projecten-begonnen")) == int(number_of(first, "projecten-begonnen")) + 1
    assert not [one for each in page.context["page"].sections for one in each.lines if one.beside]
    assert "Wat er nu staat, is geteld op 20 november, 13.04 uur." in words(page)


def test_another_grant_makes_another_reading(broker, year):
    first = broker.get(URL, {"periode": "2026-K2"})
    grant = Grant.objects.get()
    values = {name: getattr(grant, name) for name in ("funder", "starts", "ends", "amount", "share")}
    save_grant(actor=year.broker, grant=grant, **values, hour_rate=90)
    second = broker.get(URL, {"periode": "2026-K2"})
    assert number_of(first, "cofinanciering") != number_of(second, "cofinanciering")


def test_the_business_case_says_of_when_its_own_figures_are(broker, year):
    first = broker.get(CASE)
    another(year)
    with clock.at(LATER):
        second = broker.get(CASE)
    assert "Geteld om 13.00 uur" in words(first) and "Geteld om 13.00 uur" in words(second)
    assert first.context["opening"] == second.context["opening"]


# --- Small numbers ---------------------------------------------------------------------------------------------------
def test_what_a_kept_report_hides_stays_hidden_in_the_rows_of_now(region, login):
    """Two schools of 20 and 4: the one is hidden with the other. When the 4 become 5, both could be shown; but then the
    kept total of 24 and the 20 of now would say that there were 4."""
    with clock.at(NOW):
        other = f.ModuleRunFactory(module__school=region.other_school, module__level=4, module__lab=None)
        project(region, day(5), students=[f.UserFactory() for _each in range(20)])
        small = project(region, day(5), run=other, students=[f.UserFactory() for _each in range(4)])
        client = login(region.broker)
        page = client.get(URL, {"periode": "2026-K2"})
        hidden = [
            line for line in page.context["report"].lines() if line.key == "plaatsingen" and line.mark and line.group
        ]
        assert {line.mark for line in hidden} == {"low", "hidden"}
        f.ApplicationFactory(project=small, student=f.UserFactory(), placed=True)
        assert not any(Live(QUARTER).line(line.key, line.group).mark for line in hidden)  # without the kept report
        for line in hidden:
            path = f"{URL}cijfer/{line.key}/"
            assert client.get(path, {"periode": "2026-K2", "groep": line.group}).status_code == 404
            assert client.get(f"{path}rijen.csv", {"periode": "2026-K2", "groep": line.group}).status_code == 404


def test_what_became_small_does_not_open(region, login):
    with clock.at(NOW):
        made = project(region, day(5), students=[f.UserFactory() for _each in range(6)])
        client = login(region.broker)
        page = client.get(URL, {"periode": "2026-K2"})
        for seat in list(Application.objects.filter(project=made)[:3]):
            Application.objects.filter(pk=seat.pk).update(status="withdrawn")
        rows = opened(client, page, "studenten")
        assert "staat 6. Sindsdien veranderde dat: nu is het <5." in words(rows).replace("&lt;", "<")
        assert not rows.context["page_obj"].object_list
        book = load_workbook(io.BytesIO(client.get(dict(page.context["exports"])["xlsx"]).content))
        sheet = list(book["studenten"].values)
        assert len(sheet) == 2 and "nu is het <5" in sheet[1][0]


def test_readings_that_nobody_told_are_those_of_now(broker, year):
    for stamp in ("", "x", "1-", "²-1", "1-1\0", "9" * 40, "1-1", "0-0"):
        page = broker.get(f"{URL}cijfer/projecten-begonnen/", {"periode": "2026-K2", "geteld": stamp})
        assert page.status_code == 200 and "Sindsdien" not in words(page), stamp
        assert broker.get(f"{URL}rapport.csv", {"periode": "2026-K2", "geteld": stamp}).status_code == 200, stamp


def test_a_figure_that_stayed_says_that_its_rows_changed():
    told, now = (Line("uren", "uren", "6.5", unit="hours", rows=rows) for rows in (2, 3))
    words = "In het rapport van 20 november, 13.00 uur waren er 2 rijen. Sindsdien veranderde dat: nu 3."
    assert (changed(NOW, told, now), changed(NOW, told, told)) == (words, "")


def test_one_working_day_is_one():
    assert [Line("dagen", "dagen", value, unit="days").measured for value in ("1.0", "4.5")] == ["werkdag", "werkdagen"]
