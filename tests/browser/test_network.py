"""A visitor looks at the network on a phone and at a desk: filters, goes through the years, opens a partner."""

import re
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect

from partners.models import Partner
from tests import factories as f
from tests.browser.conftest import PHONE, check

WIDE = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def net(region, make):
    """A project in 2024 and two in 2025; 70 bakers in Katwijk, so that there are groups."""
    for year in (2024, 2025, 2025):
        make(completed=True, closing_date=date(year, 2, 1), challenge={"theme": "energy"})
    f.PartnerFactory.create_batch(70, municipality="Katwijk", sector="food")
    Partner.objects.update(created_at=datetime(2023, 3, 1, tzinfo=UTC))
    return region


@pytest.mark.parametrize("window", [PHONE, WIDE], ids=["390", "1280"])
def test_a_visitor_walks_through_the_network(net, as_user, window):
    page = as_user(None, **window)
    page.goto("/")
    page.get_by_role("link", name="Zie wie samenwerkt").click()
    check(page, "Het netwerk")
    expect(
        page.get_by_role("img", name="76 partners, 1 verbinding; de meeste met CIV Smart Technology.")
    ).to_be_visible()
    assert page.get_by_text("CIV Smart", exact=True).is_visible() == (window is WIDE)  # names in the table on a phone

    page.get_by_role("link", name="70 bedrijven in Katwijk, 0 verbindingen").click()
    expect(page).to_have_url(re.compile(r"\?kind=company&municipality=Katwijk$"))
    expect(page.get_by_role("heading", name="70 partners, nog geen verbindingen")).to_be_visible()
    check(page)

    page.get_by_role("link", name="Wis alle filters").click()
    page.get_by_label("Ga door de jaren").fill("2024")  # moves the slider; htmx does the rest
    expect(page).to_have_url(re.compile(r"\?year=2024$"))
    expect(page.get_by_role("navigation", name="Jaren").get_by_role("link", name="2024")).to_have_attribute(
        "aria-current", "page"
    )
    check(page)
    page.get_by_role("link", name="2 bedrijven in Leiden, 1 verbinding").click()
    page.get_by_role("link", name=re.compile(r"^Marewijk Bouw, 1 verbinding")).click()
    check(page, "Marewijk Bouw")


def test_the_slider_has_a_button_without_javascript(net, as_user):
    page = as_user(None, java_script_enabled=False, **WIDE)
    page.goto("/partners/netwerk/?theme=energy")
    page.get_by_label("Ga door de jaren").focus()
    page.keyboard.press("Home")
    page.get_by_role("button", name="Toon dit jaar").click()
    expect(page).to_have_url(re.compile(r"\?theme=energy&year=2024$"))
    expect(page.get_by_role("heading", name="2 partners, 1 verbinding")).to_be_visible()
