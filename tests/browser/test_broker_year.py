"""A broker in the demo: a double, last year's network, a frozen quarter that is counted by hand, and two sheets."""

import io
import re

import pypdfium2
import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from oil_portal.core import clock
from partners.models import Partner, ProjectCard, User
from reports.models import Snapshot
from tests.browser.conftest import act, check


@pytest.fixture
def demo(transactional_db, settings):
    settings.DEMO = True
    call_command("seed_demo")
    settings.DEMO = False


def test_a_broker_answers_for_the_network(demo, as_user):
    page = as_user(User.objects.get(email="marijke@economie071.example"), viewport={"width": 1280, "height": 900})
    double = Partner.objects.get(name="Marewijk Bouw B.V.")
    review_and_merge(page, double)
    draw_the_network(page, clock.today().year - 1)
    freeze_and_count(page)
    print_the_card(page)
    print_the_business_case(page)


def review_and_merge(page: Page, double: Partner) -> None:
    page.goto("/start/")
    page.get_by_role("link", name="partners te controleren").click()
    check(page, "Partners controleren")
    row = page.get_by_role("listitem").filter(has=page.get_by_role("link", name=double.name, exact=True))
    expect(row.first).to_contain_text("Misschien dubbel")
    page.get_by_role("link", name=f"Bekijk {double.name}").click()
    check(page, double.name)
    act(page, "Keur goed")
    page.get_by_role("link", name=f"Vergelijk {double.name}").first.click()
    check(page, f"Voeg {double.name} samen met Marewijk Bouw")
    page.get_by_role("button", name="Voeg samen").click()
    check(page, "Marewijk Bouw")
    double.refresh_from_db()
    assert double.status == "merged" and double.merged_into.name == "Marewijk Bouw"
    assert double.merged_into.memberships.filter(user__first_name="Koen").exists()


def draw_the_network(page: Page, year: int) -> None:
    page.goto("/partners/netwerk/")
    page.get_by_role("link", name=f"{year}", exact=True).click()
    expect(page).to_have_url(re.compile(rf"year={year}"))
    expect(page.locator("#beeld")).to_contain_text("2 verbindingen")
    expect(page.locator("#tabel").get_by_role("row", name=re.compile("^Fysiopraktijk"))).to_contain_text("CIV")
    check(page)


def freeze_and_count(page: Page) -> None:
    """The quarter before those that the demo froze; every number that leads to rows is the number of those rows."""
    year, number = min(Snapshot.objects.values_list("year", "quarter"))
    quarter = f"{year}-K{number - 1}" if number > 1 else f"{year - 1}-K4"
    page.goto(f"/rapport/?periode={quarter}")
    page.get_by_role("link", name="Bevries dit kwartaal").click()
    check(page, "Bevries dit kwartaal")
    page.get_by_role("button", name="Bevries", exact=True).click()
    expect(page.get_by_text("Versie 1, bevroren op")).to_be_visible()
    check(page)
    address, links = page.url, page.get_by_role("link", name=re.compile(r"^bekijk (de )?\d+ rij"))
    assert links.count() >= 3
    for index in (0, links.count() // 2, links.count() - 1):
        page.goto(address)
        words = links.nth(index).inner_text()
        links.nth(index).click()
        check(page)
        assert count_rows(page) == int((re.search(r"\d+", words) or ["1"])[0]), words
    page.goto(address)
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV").click()
    assert saved.value.suggested_filename.endswith(".csv")


def count_rows(page: Page) -> int:
    """The rows of the table, over its pages."""
    number = page.locator("main tbody tr").count()
    while (following := page.get_by_role("link", name="Volgende")).count():
        following.click()
        page.wait_for_load_state()
        number += page.locator("main tbody tr").count()
    return number


def print_the_card(page: Page) -> None:
    card = ProjectCard.objects.get(collaboration__name="Open Innovatie Lab")
    page.goto(card.get_absolute_url())
    check(page)
    assert "Open Innovatie Lab" in text_of(page, f"{card.get_absolute_url()}kaart.pdf")


def print_the_business_case(page: Page) -> None:
    page.goto("/rapport/")
    page.get_by_role("link", name="Businesscase").click()
    page.get_by_role("link", name=re.compile("Bewaarde versies")).click()
    page.get_by_role("link", name="Eerste versie voor de stuurgroep").click()
    check(page, "Eerste versie voor de stuurgroep")
    link = page.get_by_role("link", name="PDF")
    said = text_of(page, link.get_attribute("href") or "")
    assert "Businesscase" in said and "Break-even" in said


def text_of(page: Page, path: str) -> str:
    """The words of a PDF, asked for as the browser would."""
    answer = page.request.get(path)
    assert answer.ok and answer.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(io.BytesIO(answer.body()))
    return "\n".join(sheet.get_textpage().get_text_range() for sheet in document)
