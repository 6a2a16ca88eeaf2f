"""An owner with ten minutes and a phone: from the home page to a handed-in question, with the connection cut twice."""

import time

from playwright.sync_api import Page, expect

from challenges.models import Challenge, Draft
from tests.browser.conftest import PHONE, check, link_in, mails_to
from tests.factories import PIXEL

EMAIL = "noor@waterwerk.example"
TITLE = "Meet hoeveel water er door een goot loopt"
QUESTION = "Wij weten pas dat een goot vol is als hij overstroomt. Dan is de kelder al nat. Dat kost ons geld."
MOST_TAPS, MOST_SECONDS = 25, 600

COUNT_TAPS = """addEventListener("click", (event) => {
  const typing = event.target.closest("textarea, input:not([type=checkbox]):not([type=radio])");
  if (event.isTrusted && !typing) sessionStorage.taps = Number(sessionStorage.taps || 0) + 1;
}, true)"""


def write(page: Page, label: str, text: str) -> None:
    page.get_by_label(label).fill(text)


def saved(page: Page) -> None:
    """Everything typed so far is on the server."""
    expect(page.locator("[data-saved]")).to_contain_text("Concept bewaard om", timeout=20_000)


def wait_until(true, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.1)


def offline(page: Page, cut: bool) -> None:
    page.context.set_offline(cut)


def onward(page: Page, title: str) -> None:
    page.get_by_role("button", name="Opslaan en verder").tap()
    check(page, title)


def test_a_question_from_a_phone(region, as_user):
    began, page = time.monotonic(), as_user(**PHONE)
    page.add_init_script(COUNT_TAPS)
    page.goto("/")
    page.get_by_role("link", name="Plaats een vraagstuk").first.tap()
    check(page, "Je vraag")
    assert not Draft.objects.exists()

    first_step_with_the_line_cut(page)
    page.get_by_label("Een prototype dat werkt").tap()
    page.get_by_label("Een advies op papier").tap()
    photo = {"name": "goot.png", "mimeType": "image/png", "buffer": PIXEL}
    page.get_by_label("Bijlage (hoeft niet)").set_input_files(photo)
    expect(page.get_by_role("link", name="goot.png")).to_be_visible()  # it went up at once, before the next step
    onward(page, "Praktisch")
    third_step_with_the_line_cut(page)
    sign_up(page)
    page.get_by_role("button", name="Dien in").tap()
    expect(page.get_by_text("Je vraagstuk is ingediend.")).to_be_visible()
    check(page, TITLE)

    challenge = Challenge.objects.get()
    assert (challenge.title, challenge.question, challenge.status) == (TITLE, QUESTION, "submitted")
    assert (challenge.deliverables, challenge.location) == (["prototype", "advice"], "both")
    assert challenge.partner.name == "Waterwerk"
    assert challenge.attachments.get().name == "goot.png"
    assert int(page.evaluate("sessionStorage.taps")) < MOST_TAPS
    assert time.monotonic() - began < MOST_SECONDS


def first_step_with_the_line_cut(page: Page) -> None:
    """The connection goes while typing; the button waits, a reload brings the text back, then it goes on."""
    write(page, "Titel", TITLE)
    expect(page.locator("[data-preview=title]")).to_have_text(TITLE)  # at once, before any save
    saved(page)
    offline(page, True)
    write(page, "Wat is het probleem?", QUESTION)
    page.get_by_role("button", name="Opslaan en verder").tap()
    expect(page.locator("[data-saved]")).to_contain_text("Bewaren is niet gelukt")
    expect(page.get_by_label("Wat is het probleem?")).to_have_value(QUESTION)
    offline(page, False)
    page.reload()
    expect(page.get_by_label("Titel")).to_have_value(TITLE)
    expect(page.get_by_label("Wat is het probleem?")).to_have_value(QUESTION)
    saved(page)
    wait_until(lambda: Draft.objects.get().values.get("question") == QUESTION)
    page.get_by_label("Bij welk thema past je vraag?").select_option("Slimme techniek")
    onward(page, "De opdracht")


def third_step_with_the_line_cut(page: Page) -> None:
    """Cut again; this time it comes back by itself, and nothing has to be pressed for it."""
    offline(page, True)
    page.get_by_label("In het lab en bij het bedrijf").tap()
    write(page, "Hoeveel uur per week kun je het team helpen?", "2")
    page.get_by_label("Hoeveel studenten mogen zich hoogstens aanmelden?").focus()
    expect(page.locator("[data-saved]")).to_contain_text("Bewaren is niet gelukt")
    offline(page, False)
    saved(page)
    wait_until(lambda: Draft.objects.get().values.get("guidance_hours") == "2")
    onward(page, "Controleren")


def sign_up(page: Page) -> None:
    write(page, "Naam van je organisatie", "Waterwerk")
    write(page, "Gemeente", "Katwijk")
    write(page, "Je e-mailadres", EMAIL)
    page.get_by_role("button", name="Bevestig je e-mailadres").tap()
    check(page, "Maak een account")
    expect(page.get_by_label("E-mailadres")).to_have_value(EMAIL)
    write(page, "Voornaam", "Noor")
    write(page, "Achternaam", "Bakker")
    write(page, "Wachtwoord", "een-goot-vol-water")
    page.get_by_label("Ik ben 16 jaar of ouder").tap()
    page.get_by_role("button", name="Maak een account").tap()
    expect(page.get_by_role("heading", name="Kijk in je mail")).to_be_visible()
    page.goto(link_in(mails_to(EMAIL)[0], "confirm-email"))
    page.get_by_role("button", name="Bevestig mijn adres").tap()
    check(page, "Controleren")


def test_two_windows_and_an_ended_session(region, as_user, login):
    one = as_user(region.contact)
    one.goto("/vraagstukken/nieuw/")
    write(one, "Titel", "Eerste versie")
    saved(one)
    draft = Draft.objects.get()
    two = one.context.new_page()
    two.goto(draft.get_absolute_url() + "vraag/")
    write(two, "Titel", "Uit het tweede raam")
    wait_until(lambda: Draft.objects.get().values["title"] == "Uit het tweede raam")
    write(one, "Titel", "Uit het eerste raam")
    one.get_by_label("Wat is het probleem?").focus()
    expect(one.get_by_text("Dit veld is ergens anders ook gewijzigd.")).to_be_visible()
    expect(one.get_by_role("form", name="Je vraag").get_by_text("Uit het tweede raam")).to_be_visible()
    check(one)
    draft.refresh_from_db()
    assert draft.values["title"] == "Uit het tweede raam"
    one.get_by_role("button", name="Houd mijn tekst").click()
    expect(one.get_by_text("Dit veld is ergens anders ook gewijzigd.")).to_have_count(0)
    wait_until(lambda: Draft.objects.get().values["title"] == "Uit het eerste raam")

    cookies = one.context.cookies()
    one.context.clear_cookies(name="sessionid")
    write(one, "Wat is het probleem?", QUESTION)
    one.get_by_label("Titel").focus()
    expect(one.get_by_text("Je bent niet meer ingelogd.")).to_be_visible()
    one.context.add_cookies(cookies)  # logged in again, in another tab
    one.reload()
    expect(one.get_by_label("Wat is het probleem?")).to_have_value(QUESTION)
    wait_until(lambda: Draft.objects.get().values.get("question") == QUESTION)
