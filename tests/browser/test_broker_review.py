"""A broker returns, accepts and declines; the company reads why. Also where no script runs."""

import pytest
from playwright.sync_api import Page, expect

from challenges.models import Challenge
from partners.models import Partner
from tests import factories as f
from tests.browser.conftest import act, check, current_step, mails_to, timeline

REMARK = "Hoe groot is de muur? Dan weet een docent of het in een lab past."
REASON = "Dit is een stageplek. Zet hem op de site van de school."
OLD, NEW = "Wij boren nu een gat in de muur.", "Wij boren nu een gat in een muur van twee bij drie meter."


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["scripts", "no-scripts"])
def test_broker_review(region, as_user, java_script_enabled):
    said = {"partner": region.company, "contact": region.contact, "submitted": True}
    unclear = f.ChallengeFactory(**said, title="Meet vocht zonder te boren", question=OLD)
    unfit = f.ChallengeFactory(**said, title="Zoek een stagiair voor onze winkel")
    newcomer = f.UserFactory(email="nieuw@kasje.example")
    new = f.PartnerFactory(submitted=True, name="Het Kasje")
    f.MembershipFactory(user=newcomer, partner=new)
    broker = as_user(region.broker, java_script_enabled=java_script_enabled)
    company = as_user(region.contact, java_script_enabled=java_script_enabled)

    return_challenge(broker, unclear)
    improve(company, unclear)
    accept(broker, unclear)
    decline(broker, unfit)
    read_why(company, unfit)
    accept_partner(broker, new)

    partner = as_user(newcomer, java_script_enabled=java_script_enabled)
    partner.goto("/start/")
    expect(partner.get_by_role("link", name="Plaats een vraagstuk")).to_be_visible()
    assert mails_to(newcomer.email)[-1].subject == "Partner goedgekeurd: Het Kasje"


def from_the_queue(page: Page, challenge: Challenge) -> None:
    page.goto("/start/")
    check(page)
    page.get_by_role("link", name="vraagstukken te controleren").click()
    check(page, "Vraagstukken controleren")
    page.get_by_role("link", name=f"Bekijk {challenge.title}").click()
    expect(page.get_by_role("heading", name="Past dit vraagstuk?")).to_be_visible()
    check(page)


def return_challenge(page: Page, challenge: Challenge) -> None:
    from_the_queue(page, challenge)
    act(page, "Stuur terug", REMARK)
    expect(page.get_by_text("Teruggestuurd met een opmerking.", exact=True)).to_be_visible()
    expect(page.get_by_text("Het bedrijf vult het vraagstuk aan.")).to_be_visible()
    expect(timeline(page).first).to_contain_text(REMARK)
    check(page)


def improve(page: Page, challenge: Challenge) -> None:
    assert REMARK in mails_to("bedrijf@mail.example")[-1].body
    page.goto("/start/")
    expect(page.get_by_text("De makelaar heeft een opmerking. Vul je vraagstuk aan.")).to_be_visible()
    page.get_by_role("link", name=challenge.title).first.click()
    check(page, challenge.title)
    expect(timeline(page).first).to_contain_text(REMARK)
    page.get_by_role("link", name="Wijzig de tekst").click()
    check(page, "Je vraag")
    expect(page.get_by_label("Wat is het probleem?")).to_have_value(OLD)
    page.get_by_label("Wat is het probleem?").fill(NEW)
    page.get_by_role("button", name="Opslaan en controleren").click()
    check(page, "Controleren")
    page.get_by_role("button", name="Dien opnieuw in").click()
    expect(page.get_by_text("Je vraagstuk is ingediend.")).to_be_visible()
    expect(current_step(page)).to_contain_text("Ingediend")
    changed = timeline(page).nth(1)
    expect(changed).to_contain_text("Tekst gewijzigd")
    changed.locator("summary").click()  # only what changed: a browser's line ends are not a change
    expect(changed.get_by_role("deletion")).to_have_text(f"Eerst: {OLD}")
    expect(changed.get_by_role("insertion")).to_have_text(f"Nu: {NEW}")
    check(page)


def accept(page: Page, challenge: Challenge) -> None:
    from_the_queue(page, challenge)
    expect(timeline(page).nth(1)).to_contain_text("Wat is er veranderd")
    page.get_by_label("Opmerking").first.fill("Nu is het helder.")
    page.get_by_role("button", name="Keur goed").click()
    expect(page.get_by_text("Vraagstuk goedgekeurd.", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=f"Kies een docent voor {challenge.title}")).to_be_visible()
    check(page)
    assert "Nu is het helder." in mails_to("bedrijf@mail.example")[-1].body


def decline(page: Page, challenge: Challenge) -> None:
    from_the_queue(page, challenge)
    act(page, "Wijs af", REASON)
    expect(page.get_by_text("Vraagstuk afgewezen.", exact=True)).to_be_visible()
    check(page)


def read_why(page: Page, challenge: Challenge) -> None:
    assert REASON in mails_to("bedrijf@mail.example")[-1].body
    page.goto("/bedrijf/")
    row = page.get_by_role("listitem").filter(has=page.get_by_role("link", name=challenge.title))
    expect(row).to_contain_text("Afgewezen")
    check(page)
    row.get_by_role("link", name=challenge.title).click()
    check(page, challenge.title)
    expect(timeline(page).first).to_contain_text(REASON)


def accept_partner(page: Page, partner: Partner) -> None:
    page.goto("/partners/controle/")
    check(page)
    page.get_by_role("link", name=f"Bekijk {partner}").click()
    check(page, str(partner))
    act(page, "Keur goed", "Welkom.")
    expect(page.get_by_text("Partner goedgekeurd.", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Keur goed")).to_have_count(0)
    check(page)
