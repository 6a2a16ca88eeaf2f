"""The pages of the business case: what is typed stays, own figures stand beside it, versions stand."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from oil_portal.core import clock
from oil_portal.core.timeline import record
from projects.models import Contribution
from reports import business_case_pages as pages
from reports.business_case import compute
from reports.business_case_figures import Figure, four_quarters, own_figures
from reports.forms.business_case import BusinessCaseForm, plain
from reports.models import BusinessCase
from reports.services import save_business_case
from tests import factories as f
from tests.factories_business_case import assumptions, typed, version
from tests.helpers import queries_of

PAGE = "/rapport/businesscase/"
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)


@pytest.fixture
def broker(region, login):
    client = login(region.broker)
    client.user = region.broker
    return client


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def part(answer, name: str) -> str:
    """The element with this id, as htmx takes it out of the page."""
    html = answer.content.decode()
    found = re.search(rf'<(section|div)[^>]*id="{name}".*?</\1>', html, re.DOTALL)
    assert found, name
    return found[0]


# --- Numbers as people write them --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "dutch", "english"),
    [
        ("1.250,50", "1250.50", "1250.50"),
        ("1250.50", "1250.50", "1250.50"),
        ("1,250.50", "1250.50", "1250.50"),
        ("1250,5", "1250.5", "1250.5"),
        ("1.250", "1250", "1.250"),
        ("1,250", "1.250", "1250"),
        ("1.250.000", "1250000", "1.250.000"),
        ("0.125", "0.125", "0.125"),
        ("€ 1 250", "1250", "1250"),
        ("−5", "-5", "-5"),
    ],
)
def test_a_number_is_read_as_it_is_written(written, dutch, english):
    assert (plain(written, english=False), plain(written, english=True)) == (dutch, english)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "Vul een getal in. Is het niets? Vul dan 0 in."),
        ("veel", "Dit is geen getal."),
        ("1e999", "Dit is geen getal."),
        ("nan", "Dit is geen getal."),
        ("12\x00", "Dit is geen getal."),
        ("٣", "Dit is geen getal."),
        ("²", "Dit is geen getal."),
        ("1.2.3", "Dit is geen getal."),
        ("9" * 400, "Dit is geen getal."),
        ("99999999", "Vul een getal in van 0 tot en met 500."),
        ("-1", "Vul een getal in van 0 tot en met 500."),
        ("75,123", "Gebruik hoogstens 2 cijfers achter de komma."),
    ],
)
def test_a_wrong_number_is_told_and_nothing_typed_is_lost(broker, value, message):
    answer = broker.post(PAGE, typed(broker_rate=value, fee="1.250,50", remark="Blijft staan"))
    assert answer.status_code == 422
    form = answer.context["form"]
    assert [message in each for each in form.errors["broker_rate"]] == [True]
    assert answer.content.decode().count(message) == 2  # in the summary and at the field
    assert 'href="#id_broker_rate"' in answer.content.decode()
    assert form["broker_rate"].value() == value
    assert 'value="1.250,50"' in answer.content.decode()
    assert "Blijft staan" in answer.content.decode()
    assert "Dan kunnen we niet rekenen" in part(answer, "uitkomst")


def test_a_version_needs_a_name_and_says_so_before_it_is_asked(broker):
    shown = text(broker.get(PAGE))
    assert "Naam van de versie" in shown and "Naam van de versie (hoeft niet)" not in shown


def test_whole_numbers_stay_whole(broker):
    assert broker.post(PAGE, typed(projects="7,5")).context["form"].errors["projects"] == ["Vul een heel getal in."]


def test_shares_that_do_not_add_up_are_told(broker):
    form = broker.post(PAGE, typed(share_lab_mborijnland="89,5")).context["form"]
    assert form.errors["share_lab_economie071"] == ["De delen van deze kosten zijn samen 89,5%. Maak er 100% van."]


def test_a_subsidy_that_ended_is_told(broker):
    form = broker.post(PAGE, typed(subsidy="5000", first_year="2028", subsidy_until="2027")).context["form"]
    assert list(form.errors) == ["subsidy_until"]


def test_hostile_input_is_no_error_of_the_server(broker):
    assert broker.post(PAGE, typed(name="a\x00", do="save")).status_code == 422
    assert broker.post(PAGE, {}).status_code == 422
    assert broker.post(f"{PAGE}pdf/", typed(fee="\x00")).status_code == 422
    for query in ("van=\x00", "van=²", "van=1e9", "van="):
        assert broker.get(f"{PAGE}?{query}").status_code == 200
    assert broker.get(f"{PAGE}?van=999").status_code == 404
    for query in ("een=1&ander=2", "een=\x00&ander=x", f"een={10**30}&ander=1"):
        assert broker.get(f"{PAGE}versies/vergelijk/?{query}").status_code == 404


# --- The page ----------------------------------------------------------------------------------------------------
def test_the_page_shows_what_the_model_computes(broker):
    answer = broker.post(PAGE, typed(fee="500", projects="12"))
    run = compute(assumptions(fee=500, projects=12)).expected
    shown = text(answer)
    for amount in (run.total("cost"), run.total("income"), run.total("balance"), run.cumulated(True)[-1]):
        assert pages.euro(amount) in shown
    assert f"komt het lab in vijf jaar {pages.euro(-run.total('balance'))} tekort" in shown


def test_what_is_to_be_found_is_the_shortfall(broker):
    told = broker.post(PAGE, typed(fee="400", share_lab_mborijnland="80", share_lab_companies="20")).context["told"]
    run = compute(assumptions(fee=400, share_lab_mborijnland=80, share_lab_companies=20)).expected
    carried, fees = sum(year.carried["companies"] for year in run.years), run.total("income")
    assert told.to_find.rows[3] == ("Bedrijven", [pages.euro(each) for each in (carried, fees, carried - fees)], "")
    assert told.to_find.rows[-1][1][-1] == pages.euro(-run.total("balance"))
    assert pages.euro(sum(year.value["hours"] for year in run.years)) in told.to_find.note


def test_a_surplus_is_told_as_such(broker):
    shown = text(broker.post(PAGE, typed(fee="9000")))
    assert "houdt het lab in vijf jaar" in shown
    assert "Elk extra project brengt" in shown


def test_htmx_takes_the_part_of_the_full_page(broker):
    data = typed(projects="14")
    full, some = broker.post(PAGE, data), broker.post(PAGE, data, headers={"hx-request": "true"})
    for name in ("uitkomst", "uitwerking", "fouten"):
        assert part(full, name) == part(some, name)
    html = full.content.decode()
    assert 'hx-select="#uitkomst"' in html
    assert 'hx-select-oob="#fouten,#uitwerking"' in html


def test_every_number_of_a_picture_stands_in_a_table_too(broker):
    answer = broker.get(PAGE)
    assert answer.content.decode().count('role="img"') == 2
    told = answer.context["opening"].told
    sofar = {cell for each in told.scenarios for table in each.tables for _l, cells, _k in table.rows for cell in cells}
    for picture in told.pictures:
        assert all(end.strip(". ").split(" ", 1)[1] in sofar for end in picture.conclusion.split(": ")[1].split("; "))


def test_every_assumption_has_a_reason_and_says_that_it_is_one(broker):
    form = broker.get(PAGE).context["opening"].form
    for _title, fields in form.groups():
        for bound in fields:
            assert str(bound.help_text).startswith("Aanname. "), bound.name
            assert len(str(bound.help_text)) > 20
    for table in form.tables():
        assert all(str(reason).startswith("Aanname. ") for reason in table["reasons"])


def test_the_page_as_it_opens_can_be_sent_as_it_is(broker):
    """Each default lies within the bounds of its field, in both languages."""
    for language in ("nl", "en"):
        with override(language):
            opened = broker.get(PAGE).context["opening"].form
            sent = {name: opened[name].value() for name in opened.fields if opened[name].value() is not None}
            assert BusinessCaseForm(sent, own={}).is_valid()


# --- Own figures -------------------------------------------------------------------------------------------------
@pytest.fixture
def history(region, make):
    """Two teams of two that began in the four quarters up to October; one was completed and gave things."""
    first, second, old = make(completed=True), make(running=True), make(completed=True)
    for project, count in ((first, 2), (second, 2)):
        f.ApplicationFactory.create_batch(count, project=project, placed=True)
    for project, event, day in (
        (first, "start", datetime(2025, 10, 1, 1, tzinfo=UTC)),
        (second, "start", datetime(2026, 9, 30, 20, tzinfo=UTC)),
        (first, "complete", datetime(2026, 6, 1, tzinfo=UTC)),
        (old, "start", datetime(2025, 9, 30, 20, tzinfo=UTC)),  # the day before
        (old, "complete", datetime(2026, 10, 1, 10, tzinfo=UTC)),  # the day after
    ):
        with clock.at(day):
            record(project, event, actor=region.teacher)
    f.OutcomeFactory(project=first, follow_up="elsewhere")

    def given(kind, status="confirmed", partner=region.company, **values):
        answered = {} if status == "stated" else {"answered_at": NOW, "answered_by": region.teacher}
        Contribution.objects.create(
            project=first, partner=partner, kind=kind, day=date(2026, 5, 1), side="company", status=status,
            by=region.contact, **answered, **values,
        )  # fmt: skip

    given("hours", hours=Decimal("6.5"))
    given("cash", amount=Decimal(300))
    given("cash", "stated", amount=Decimal(999))  # not confirmed
    given("hours", partner=region.school, hours=Decimal(20))  # the school's own, which is a cost
    return first


def test_own_figures_are_counted_over_four_full_quarters(history):
    with clock.at(NOW):
        found = own_figures().value
    assert {name: figure.value for name, figure in found.items()} == {
        "projects": 2, "students": 2, "company_hours": Decimal("6.5"), "in_kind": 0, "cash": 300, "follow_up_share": 100
    }  # fmt: skip
    assert found["projects"] == Figure(Decimal(2), 2, date(2025, 10, 1), date(2026, 9, 30), date(2026, 11, 25))


@pytest.mark.parametrize(
    ("today", "since", "until"),
    [
        (datetime(2026, 1, 1, 12, tzinfo=UTC), date(2025, 1, 1), date(2025, 12, 31)),
        (datetime(2026, 3, 31, 12, tzinfo=UTC), date(2025, 1, 1), date(2025, 12, 31)),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), date(2027, 1, 1), date(2027, 12, 31)),
        (datetime(2026, 4, 1, 12, tzinfo=UTC), date(2025, 4, 1), date(2026, 3, 31)),
    ],
)
def test_four_quarters_are_full(today, since, until):
    with clock.at(today):
        assert four_quarters() == (since.isoformat(), until.isoformat())


def test_a_portal_that_knows_nothing_assumes(region):
    assert own_figures().value == {}


def test_an_own_figure_fills_the_field_and_stays_beside_another_number(broker, history):
    told = "Eigen cijfer: 6,5 (wat bevestigd is bij 1 afgerond project, van 1 oktober 2025 tot en met 30 september 2026"
    with clock.at(NOW):
        opened, changed = broker.get(PAGE), broker.post(PAGE, typed(company_hours="12"))
    assert opened.context["opening"].form["company_hours"].value() == "6,5"
    assert told in text(opened)
    assert told in text(changed)
    assert changed.context["form"]["company_hours"].value() == "12"


def test_a_version_tells_own_figures_from_assumptions(broker, history):
    with clock.at(NOW):
        own = own_figures().value
        numbers = assumptions(projects=2, students=2, company_hours=12, fee=250)
    rows = {row.label: row for _title, rows in pages.sources(numbers, own) for row in rows}
    assert (rows["Projecten per jaar nu"].kind, rows["Uren van het bedrijf, per project"].kind) == (
        "Eigen cijfer",
        "Aanname",
    )
    assert rows["Uren van het bedrijf, per project"].why.startswith("Het eigen cijfer is 6,5: wat bevestigd is")
    assert rows["Eigen bijdrage van het bedrijf, per project"].why == "Ingevuld door de makelaar."


# --- Versions ----------------------------------------------------------------------------------------------------
def test_a_version_is_kept_opened_and_begins_a_new_one(broker, history):
    with clock.at(NOW):
        answer = broker.post(PAGE, typed(do="save", name=" Najaar ", remark="Voor 3 december", fee="1.250,50"))
    kept = BusinessCase.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == kept.get_absolute_url()
    assert (kept.name, kept.remark, kept.made_by, kept.made_at) == ("Najaar", "Voor 3 december", broker.user, NOW)
    assert kept.assumed.fee == Decimal("1250.50")
    assert kept.case == compute(kept.assumed)
    assert kept.own["company_hours"].value == Decimal("6.5")
    shown = text(broker.get(kept.get_absolute_url()))
    assert "Voor 3 december" in shown
    assert pages.euro(kept.case.expected.total("balance")) in shown
    assert broker.get(f"{PAGE}?van={kept.pk}").context["opening"].form["fee"].value() == "1250,5"


def test_a_version_needs_a_name_of_its_own(broker):
    version(broker.user, "Najaar")
    empty = broker.post(PAGE, typed(do="save", name="  ", fee="777"))
    assert empty.status_code == 422
    assert "Geef de versie een naam" in text(empty)
    assert "In het verwachte scenario" in part(empty, "uitkomst")  # it can still be computed
    assert 'value="777"' in empty.content.decode()
    assert "Er is al een versie met deze naam" in text(broker.post(PAGE, typed(do="save", name="Najaar")))
    assert BusinessCase.objects.count() == 1


def test_only_a_broker_keeps_versions(region):
    with pytest.raises(PermissionDenied):
        version(region.coordinator)
    assert not BusinessCase.objects.visible_to(region.coordinator).exists()


def test_the_service_judges_what_a_form_would(region):
    with pytest.raises(ValidationError) as refused:
        save_business_case(actor=region.broker, name="a" * 81, assumptions=assumptions(), figures={})
    assert list(refused.value.message_dict) == ["name"]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE reports_businesscase SET name = 'Anders'",
        "UPDATE reports_businesscase SET outcome = '{}'",
        "UPDATE reports_businesscase SET assumptions = '{}'",
        "UPDATE reports_businesscase SET made_at = now()",
        "UPDATE reports_businesscase SET made_by_id = (SELECT max(id) FROM partners_user)",
        "DELETE FROM reports_businesscase",
    ],
)
def test_the_database_keeps_a_version_as_it_is(region, sql):
    kept = version(region.broker)
    with pytest.raises(ProgrammingError, match="pgtrigger"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    before = vars(kept) | {"_state": None}
    assert vars(BusinessCase.objects.get()) | {"_state": None} == before


def test_who_kept_a_version_may_leave(region, login):
    kept, leaver = version(region.broker), region.broker
    leaver.memberships.all().delete()
    leaver.delete()
    kept.refresh_from_db()
    assert kept.made_by is None
    admin = login(f.UserFactory(is_superuser=True))
    assert admin.get(kept.get_absolute_url()).status_code == 200
    assert admin.get(f"{kept.get_absolute_url()}pdf/").status_code == 200


def test_two_versions_are_compared(broker):
    one, other = version(broker.user, "Voor", fee=0), version(broker.user, "Na", fee=500)
    answer = broker.get(f"{PAGE}versies/vergelijk/?een={one.pk}&ander={other.pk}")
    assert answer.context["changed"] == [("Eigen bijdrage van het bedrijf, per project", "0", "500", "euro")]
    more = other.case.expected.total("balance") - one.case.expected.total("balance")
    assert f"+{pages.euro(more)}" in text(answer)
    same = broker.get(f"{PAGE}versies/vergelijk/?een={one.pk}&ander={one.pk}")
    assert "De aannames zijn gelijk." in text(same)


def test_a_list_costs_the_same_with_one_and_three_versions(broker):
    version(broker.user, "een")
    one = queries_of(broker, f"{PAGE}versies/")
    for name in ("twee", "drie"):
        version(f.UserFactory(broker=f.PartnerFactory(network=True)), name)
    assert queries_of(broker, f"{PAGE}versies/") == one < 15
    assert "Vergelijk twee versies" in text(broker.get(f"{PAGE}versies/"))


def test_the_pages_take_few_queries(broker, history):
    kept = version(broker.user)
    for address in (PAGE, f"{PAGE}?van={kept.pk}", kept.get_absolute_url()):
        assert queries_of(broker, address) < 15
    with CaptureQueriesContext(connection) as queries:
        broker.post(PAGE, typed())
    assert len(queries) < 15


def test_the_start_page_of_a_broker_leads_here(broker, region, login):
    link = f'href="{reverse("reports:business_case")}"'
    assert link in broker.get("/start/").content.decode()
    assert link not in login(region.coordinator).get("/start/").content.decode()
