"""Hours in half a minute, on a phone: a contact writes them down, the coach confirms; also without scripts."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from oil_portal.core import clock
from projects.models import Contribution, Project
from tests import factories as f
from tests.browser.conftest import PHONE, check

PAGE = "/projecten/bijdragen/"


@pytest.fixture
def project(region) -> Project:
    day = clock.today() - timedelta(days=10)
    return f.ProjectFactory(
        title="Meet vocht in de gevel", running=True, run=region.run, lab=region.lab, coach=region.teacher,
        assignment__challenge__partner=region.company, closing_date=day, starts=day,
    )  # fmt: skip


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without"])
def test_a_contact_writes_hours_and_the_coach_confirms(region, project, as_user, scripts):
    options = {**PHONE, "java_script_enabled": scripts}
    page = as_user(region.contact, **options)
    page.goto(project.get_absolute_url())
    page.get_by_role("link", name="Schrijf op of bevestig").click()
    check(page, "Uren en geld")
    page.get_by_label("4", exact=True).check()  # the project and the day stand there
    page.get_by_role("button", name="Schrijf op").click()
    expect(page.get_by_role("status").filter(has_text="4 uur op")).to_be_visible()
    check(page, "Uren en geld")

    coach = as_user(region.teacher, **options)
    coach.goto("/start/")
    coach.get_by_role("listitem").filter(has_text="Bevestig 1 bijdrage.").get_by_role("link").click()
    check(coach, "Uren en geld")
    expect(coach.get_by_role("checkbox")).to_be_checked()
    coach.get_by_role("button", name="Bevestig wat is aangevinkt").click()
    expect(coach.get_by_text("1 bijdrage is bevestigd.")).to_be_visible()
    check(coach, "Uren en geld")
    assert Contribution.objects.confirmed().get().hours == 4


def test_a_dispute_is_answered_by_a_correction(region, project, as_user):
    f.ContributionFactory(project=project, by=region.contact, hours=8, note="Rondleiding")
    coach = as_user(region.teacher, **PHONE)
    coach.goto(PAGE)
    coach.get_by_role("link", name="Klopt niet").click()
    check(coach, "Dit klopt niet")
    coach.get_by_label("Opmerking").fill("Het was een halve dag.")
    coach.get_by_role("button", name="Dit klopt niet").click()
    expect(coach.get_by_role("status").filter(has_text="Bijdrage betwist")).to_be_visible()

    page = as_user(region.contact, **PHONE)
    page.goto("/start/")
    page.get_by_role("link", name="Meet vocht in de gevel").first.click()
    page.get_by_role("link", name="8 uur op").click()
    expect(page.get_by_text("Het was een halve dag.").first).to_be_visible()
    check(page)
    page.get_by_role("link", name="Verbeter").click()
    check(page, "Verbeter")
    page.locator("#id_hours").fill("4")
    page.get_by_role("button", name="Bewaar").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("4 uur op")
    check(page)


def test_the_dot_of_a_chosen_number_stands_in_its_ring(region, project, as_user):
    page = as_user(region.contact, **PHONE)
    page.goto(PAGE)
    chosen = page.get_by_label("2", exact=True)
    chosen.check()
    assert chosen.evaluate("(radio) => getComputedStyle(radio).gridTemplateColumns").split()[1:] == []
    assert "choices" not in (chosen.get_attribute("class") or "")
