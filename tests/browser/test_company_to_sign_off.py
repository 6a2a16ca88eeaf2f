"""A newcomer's question becomes an assignment that the company agrees with."""

from playwright.sync_api import Page, expect

from challenges.models import Assignment, Challenge
from partners.models import Partner, User
from tests.browser.conftest import act, check, current_step, link_in, mails_to, timeline

EMAIL, COLLEAGUE = "noor@waterwerk.example", "sem@waterwerk.example"
TITLE = "Meet hoeveel water er door een goot loopt"
QUESTION = "Wij weten pas dat een goot vol is als hij overstroomt. Dan is de kelder al nat."


def test_company_to_sign_off(region, as_user):
    company = sign_up(as_user())
    partner = add_organisation(company)
    invite_colleague(company, partner)
    challenge = write_challenge(company)

    broker = as_user(region.broker)
    accept_organisation(broker, partner)
    accept_challenge(broker, challenge, region.teacher)
    assert [TITLE in message.subject or TITLE in message.body for message in mails_to(region.teacher.email)] == [True]

    teacher = as_user(region.teacher)
    assignment = write_assignment(teacher, challenge)
    link_goals(teacher, region.goals)
    send(teacher)

    agree(company, assignment)
    expect(teacher.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    teacher.reload()
    expect(teacher.get_by_text("Akkoord van Noor Bakker")).to_be_visible()
    expect(teacher.get_by_role("link", name="Open een project")).to_be_visible()
    assert mails_to(region.teacher.email)[-1].subject.startswith("Bedrijf is akkoord")


def sign_up(page: Page) -> Page:
    page.goto("/")
    page.get_by_role("navigation", name="Hoofdmenu").get_by_role("link", name="Maak een account").click()
    check(page, "Maak een account")
    page.get_by_label("Voornaam").fill("Noor")
    page.get_by_label("Achternaam").fill("Bakker")
    page.get_by_label("E-mailadres").fill(EMAIL)
    page.get_by_label("Wachtwoord").fill("een-goot-vol-water")
    page.get_by_role("button", name="Maak een account").click()
    expect(page.get_by_role("alert")).to_contain_text("Zet een vinkje als je 16 jaar of ouder bent")
    expect(page.get_by_label("Achternaam")).to_have_value("Bakker")
    check(page)
    page.get_by_label("Ik ben 16 jaar of ouder").check()
    page.get_by_label("Wachtwoord").fill("een-goot-vol-water")  # browsers never get a password back
    page.get_by_role("button", name="Maak een account").click()
    expect(page.get_by_role("heading", name="Kijk in je mail")).to_be_visible()
    check(page)

    page.goto(link_in(mails_to(EMAIL)[0], "confirm-email"))
    check(page, "Bevestig je e-mailadres")
    page.get_by_role("button", name="Bevestig mijn adres").click()
    expect(page).to_have_url("/partners/welkom/")
    expect(page.get_by_role("heading", name="Waar hoor je bij?", level=1)).to_be_visible()
    assert User.objects.get(email=EMAIL).emailaddress_set.get().verified
    check(page)
    return page


def add_organisation(page: Page) -> Partner:
    page.get_by_role("link", name="Voeg je organisatie toe").click()
    check(page, "Voeg je organisatie toe")
    page.get_by_label("Bedrijf", exact=True).check()
    page.get_by_label("Naam", exact=True).fill("Waterwerk")
    kvk = page.get_by_label("KvK-nummer")
    kvk.fill("1234567")
    page.get_by_role("button", name="Meld de organisatie aan").click()

    wrong = "Een KvK-nummer heeft acht cijfers, bijvoorbeeld 12345678."
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("heading", name="Er is 1 ding nog niet goed")).to_be_visible()
    hint = "Acht cijfers. Je vindt het nummer in het Handelsregister en op je facturen."
    expect(kvk).to_have_accessible_description(f"{hint} Fout: {wrong}")  # so the message stands next to the field
    expect(kvk).to_have_attribute("aria-invalid", "true")
    expect(kvk).to_have_value("1234567")
    expect(page.get_by_label("Naam", exact=True)).to_have_value("Waterwerk")
    expect(page).to_have_title("Fout: Voeg je organisatie toe – Open Innovatie Lab")
    check(page)
    summary.get_by_role("link", name=wrong).click()
    expect(kvk).to_be_focused()

    kvk.fill("1234 5678")
    page.get_by_role("button", name="Meld de organisatie aan").click()
    expect(page.get_by_role("heading", name="Waterwerk", level=1)).to_be_visible()
    expect(page.get_by_text("Waterwerk is aangemeld. Een makelaar kijkt ernaar.")).to_be_visible()
    expect(page.get_by_text("Een makelaar kijkt naar de gegevens.")).to_be_visible()
    expect(timeline(page).first).to_contain_text("Aangemeld als partner")
    check(page)
    return Partner.objects.get(kvk="12345678")


def invite_colleague(page: Page, partner: Partner) -> None:
    page.get_by_role("link", name="Nodig iemand uit").click()
    check(page, "Nodig iemand uit bij Waterwerk")
    page.get_by_label("E-mailadres").fill(COLLEAGUE)
    page.get_by_role("button", name="Verstuur de uitnodiging").click()
    expect(page.get_by_text(f"De uitnodiging aan {COLLEAGUE} is verstuurd.")).to_be_visible()
    expect(page.get_by_role("button", name=f"Trek in de uitnodiging aan {COLLEAGUE}")).to_be_visible()
    check(page)
    assert link_in(mails_to(COLLEAGUE)[0], "uitnodiging") == partner.invitations.get().get_absolute_url()


def write_challenge(page: Page) -> Challenge:
    page.goto("/start/")
    expect(page.get_by_role("heading", name="Hoi Noor")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Plaats een vraagstuk").click()
    check(page, "Je vraag")
    page.get_by_label("Wat is het probleem?").fill(QUESTION)
    page.get_by_role("button", name="Opslaan en verder").click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    mistakes = ["Titel: Schrijf een titel.", "Bij welk thema past je vraag: Kies een thema."]
    expect(summary.get_by_role("link")).to_have_text(mistakes)
    expect(page.get_by_label("Wat is het probleem?")).to_have_value(QUESTION)
    check(page)

    page.get_by_label("Titel").fill(TITLE)
    page.get_by_label("Bij welk thema past je vraag?").select_option("Slimme techniek")
    page.get_by_role("button", name="Opslaan en verder").click()
    check(page, "De opdracht")
    page.get_by_label("Een advies op papier").check()
    page.get_by_label("Wat nog meer?").fill("Een meter")
    page.get_by_role("button", name="Opslaan en verder").click()
    check(page, "Praktisch")
    page.get_by_label("In het lab en bij het bedrijf").check()
    page.get_by_role("button", name="Opslaan en verder").click()
    check(page, "Controleren")
    page.get_by_role("button", name="Dien in").click()
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    expect(page.get_by_text("Je vraagstuk is ingediend.")).to_be_visible()
    expect(page.get_by_text("De makelaar kijkt of het vraagstuk past.")).to_be_visible()
    expect(current_step(page)).to_contain_text("Ingediend")
    expect(timeline(page)).to_contain_text(["Vraagstuk ingediend"])
    check(page)
    return Challenge.objects.get(title=TITLE)


def accept_organisation(page: Page, partner: Partner) -> None:
    page.goto("/start/")
    check(page)
    page.get_by_role("link", name="Waterwerk").first.click()
    check(page, "Waterwerk")
    act(page, "Keur goed")
    expect(page.get_by_text("Partner goedgekeurd.", exact=True)).to_be_visible()
    expect(timeline(page).first).to_contain_text("Partner goedgekeurd")
    check(page)
    assert "Waterwerk" in mails_to(EMAIL)[-1].body


def accept_challenge(page: Page, challenge: Challenge, teacher: User) -> None:
    page.goto("/vraagstukken/controle/")
    check(page)
    page.get_by_role("link", name=f"Bekijk {TITLE}").click()
    check(page, TITLE)
    page.get_by_label("Wie maakt er een opdracht van?").select_option(value=str(teacher.pk))
    page.get_by_role("button", name="Keur goed").click()
    expect(page.get_by_text("Vraagstuk goedgekeurd.", exact=True)).to_be_visible()
    expect(page.get_by_text("Er wacht niets. Fijn werk.")).to_be_visible()
    check(page)
    challenge.refresh_from_db()
    assert (challenge.status, challenge.translator) == ("accepted", teacher)


def write_assignment(page: Page, challenge: Challenge) -> Assignment:
    page.goto("/start/")
    check(page)
    page.get_by_role("link", name=TITLE).first.click()
    check(page, TITLE)
    page.get_by_role("link", name="Begin met de opdracht").click()
    check(page, "Maak een opdracht")
    expect(page.get_by_role("region", name="Zo vroeg het bedrijf het")).to_contain_text(QUESTION)
    page.get_by_label("De opdracht in één of twee zinnen").fill("Bouw een meter die op tijd waarschuwt.")
    page.get_by_label("De opdracht", exact=True).fill("Jullie bouwen een meter en testen hem in een echte goot.")
    page.get_by_label("Niveau").select_option("Niveau 4")
    page.get_by_label("Uren per student").fill("80")
    page.get_by_role("button", name="Bewaar en koppel leerdoelen").click()
    expect(page.get_by_text("De opdracht is bewaard. Koppel nu de leerdoelen.")).to_be_visible()
    check(page)
    return challenge.assignments.get()


def link_goals(page: Page, goals: list) -> None:
    for number, goal in enumerate(goals, 1):
        page.get_by_role("button", name=f"Koppel {goal.title}").first.click()
        expect(page.get_by_role("heading", name=f"{number} gekoppeld")).to_be_visible()
    expect(page.get_by_role("img", name="Sleutel: 3 leerdoelen gekoppeld")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Klaar, naar de opdracht").click()


def send(page: Page) -> None:
    expect(page.get_by_role("heading", name="3 leerdoelen")).to_be_visible()
    check(page)
    act(page, "Stuur naar het bedrijf", "Past dit bij jullie goten?")
    expect(page.get_by_text("Het bedrijf leest de opdracht.")).to_be_visible()
    expect(current_step(page)).to_contain_text("Wacht op akkoord")
    check(page)


def agree(page: Page, assignment: Assignment) -> None:
    page.goto("/start/")
    check(page)
    page.get_by_role("link", name=TITLE).first.click()
    expect(page).to_have_url(assignment.get_absolute_url())
    said = f"{assignment.challenge.translator.first_and_initial}: Past dit bij jullie goten?"
    expect(page.get_by_text(said)).to_be_visible()  # beside the question, not only in the timeline
    expect(page.get_by_role("heading", name="Ga je akkoord met deze opdracht?")).to_be_visible()
    check(page)
    act(page, "Ga akkoord")
    expect(page.get_by_text("Bedrijf is akkoord.", exact=True)).to_be_visible()
    expect(current_step(page)).to_contain_text("Akkoord")
    expect(page.get_by_text("De docent opent een project.")).to_be_visible()
    expect(timeline(page).first).to_contain_text("Bedrijf is akkoord")
    check(page)
