"""A page that is being counted says so, and shows the figures by itself, with and without scripts."""

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page, expect

from oil_portal.core import kept
from oil_portal.network_page import see
from tests.browser.conftest import PHONE, check


@pytest.fixture
def somebody_counts(keeping_figures, region, monkeypatch) -> str:
    """Another process is at the picture of the network: its turn, in the memory that both have."""
    see.quick.clear()
    monkeypatch.setattr(kept, "PATIENCE", 0.3)
    name = f"{see.key(False, '', 1, 'nl')}:turn"
    cache.set(name, True, 60)
    return name


def is_ready(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Het netwerk")
    expect(page).to_have_title("Het netwerk – Open Innovatie Lab")
    expect(page.get_by_role("status").filter(has_text="Daarna staan")).to_have_count(0)


def test_the_figures_come_by_themselves(as_user, somebody_counts):
    page = as_user(None, **PHONE)
    page.goto(reverse("network"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Wij tellen dit nu")
    expect(page.get_by_role("status").filter(has_text="Daarna staan de cijfers hier vanzelf")).to_be_visible()
    check(page)
    page.emulate_media(color_scheme="dark")
    check(page)
    page.evaluate("document.querySelector('#telling').dataset.same = 'yes'")
    with page.expect_response(lambda answer: answer.status == 204):
        pass
    expect(page.locator("#telling")).to_have_attribute("data-same", "yes")  # nothing was said twice
    cache.delete(somebody_counts)
    is_ready(page)


def test_without_scripts_the_page_asks_again_too(as_user, somebody_counts):
    page = as_user(None, java_script_enabled=False)
    page.goto(reverse("network"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Wij tellen dit nu")
    cache.delete(somebody_counts)
    is_ready(page)
