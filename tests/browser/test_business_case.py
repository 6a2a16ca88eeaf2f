"""A broker changes an assumption, sees the outcome redrawn, keeps a version and compares it; also on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, check
from tests.factories_business_case import version

WIDE = {"viewport": {"width": 1280, "height": 900}}


@pytest.mark.parametrize("window", [PHONE, WIDE], ids=["390", "1280"])
def test_a_broker_changes_an_assumption_and_keeps_a_version(region, as_user, window):
    version(region.broker, "Zonder bijdrage", fee=0)
    page = as_user(region.broker, **window)
    page.goto("/start/")
    page.get_by_role("link", name="Businesscase").click()
    check(page, "Businesscase")

    outcome = page.get_by_role("region", name="Wat eruit komt")
    expect(outcome).to_contain_text("Elk extra project kost")
    page.get_by_text("Wat bedrijven bijdragen", exact=True).click()
    fee = page.get_by_label("Eigen bijdrage van het bedrijf, per project (euro)")
    fee.fill("veel")
    page.get_by_label("Uren van het bedrijf, per project").focus()
    expect(page.get_by_role("alert")).to_contain_text("Dit is geen getal.")
    expect(outcome).to_contain_text("Dan kunnen we niet rekenen")
    fee.fill("9.000,50")
    page.get_by_label("Uren van het bedrijf, per project").focus()
    expect(outcome).to_contain_text("Elk extra project brengt")  # redrawn without a button
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(fee).to_have_value("9.000,50")
    for title in ("Scenario’s", "Wie draagt welk deel, in %"):
        page.locator("summary").get_by_text(title, exact=True).click()
    check(page)

    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Concept als PDF").click()
    opened.value.close()
    page.get_by_label("Naam van de versie").fill("Met bijdrage")
    page.get_by_role("button", name="Bewaar als versie").click()  # the PDF did not lock the form
    check(page, "Met bijdrage")
    page.get_by_role("link", name="Versies").click()
    page.get_by_role("button", name="Vergelijk").click()
    check(page, "Twee versies vergeleken")
    expect(page.get_by_role("row", name=re.compile("^Eigen bijdrage"))).to_contain_text("9000,5")


def test_it_computes_without_javascript(region, as_user):
    page = as_user(region.broker, java_script_enabled=False, **WIDE)
    page.goto("/rapport/businesscase/")
    page.get_by_label("Projecten per jaar nu").fill("20")
    page.get_by_role("button", name="Reken opnieuw").first.click()
    expect(page.get_by_label("Projecten per jaar nu")).to_have_value("20")
    expect(page.get_by_role("row", name=re.compile("^Projecten in"))).to_contain_text("20")
