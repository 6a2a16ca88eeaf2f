"""A student on a phone comes in with a school's address and gets a place in a team."""

import pytest
from playwright.sync_api import Locator, Page, expect

from projects.models import Application
from tests import factories as f
from tests.browser.conftest import PHONE, act, check, current_step, mails_to, tab_to

MOTIVATION = "Ik wil leren hoe je meet zonder iets kapot te maken."
MUR, KAS, APP = "Meet vocht in een muur", "Volg het vocht in een kas", "Bouw een app voor de bus"


@pytest.fixture
def projects(region) -> dict:
    """Three open projects, two of which are about damp; only the first has goals of the student's module."""

    def project(title: str, theme: str, goals):
        asked = {"theme": theme, "partner": region.company, "translator": region.teacher, "title": title}
        given = {f"assignment__challenge__{name}": value for name, value in asked.items()}
        return f.ProjectFactory(
            **given, assignment__goals=goals, run=region.run, lab=region.lab, coach=region.teacher, title=title
        )

    return {
        MUR: project(MUR, "sustainable_building", region.goals),
        KAS: project(KAS, "food", 2),
        APP: project(APP, "mobility", 2),
    }


def test_student_to_placement(region, projects, as_user):
    student = f.UserFactory(email="yara@student.mborijnland.nl", first_name="Yara")
    phone = as_user(student, **PHONE)
    join_school(phone)
    enrol(phone, region.run)
    find_project(phone)
    apply_by_keyboard(phone)
    place(as_user(region.teacher), projects[MUR])

    phone.goto("/start/")
    row = application(phone, MUR)
    expect(row).to_contain_text("Geplaatst")
    expect(row).to_contain_text("3 van 3 leerdoelen open voor jou")
    expect(current_step(row)).to_contain_text("Antwoord")
    check(phone)
    mail = mails_to(student.email)[-1]
    assert mail.subject == f"Geplaatst in het team: {MUR}"
    assert "Fijn dat je meedoet." in mail.body
    row.get_by_role("link", name=MUR).tap()
    expect(phone.get_by_text("Je zit in het team.")).to_be_visible()
    expect(phone.get_by_text("Fijn dat je meedoet.")).to_be_visible()
    check(phone)

    apply_and_withdraw(phone)
    assert list(Application.objects.filter(student=student).order_by("pk").values_list("status", flat=True)) == [
        "placed",
        "withdrawn",
    ]


def application(page: Page, title: str) -> Locator:
    """The row of an application on the start page."""
    rows = page.get_by_role("region", name="Mijn aanmeldingen").get_by_role("listitem")
    return rows.filter(has=page.get_by_role("link", name=title))


def from_menu(page: Page, name: str) -> None:
    """Open the drawer with the menu and choose."""
    page.get_by_role("button", name="Menu", exact=True).tap()
    menu = page.get_by_role("navigation", name="Hoofdmenu")
    expect(menu).to_be_visible()
    check(page)
    menu.get_by_role("link", name=name, exact=True).tap()
    expect(menu).to_be_hidden()


def join_school(page: Page) -> None:
    page.goto("/start/")
    expect(page).to_have_url("/partners/welkom/")
    expect(page.get_by_text("Je adres is van een student. Je hoort er meteen bij.")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Ik ben student bij mboRijnland").tap()
    expect(page).to_have_url("/start/")
    expect(page.get_by_text("Je hoort nu bij mboRijnland.")).to_be_visible()
    expect(page.get_by_text("Je hebt je nog niet aangemeld.")).to_be_visible()
    check(page)


def enrol(page: Page, run) -> None:
    menu = page.get_by_role("navigation", name="Hoofdmenu")
    page.get_by_role("button", name="Menu", exact=True).tap()
    expect(menu).to_be_visible()
    page.get_by_role("button", name="Sluit menu").tap()
    expect(menu).to_be_hidden()
    from_menu(page, "Modules")
    check(page, "Modules")
    page.get_by_role("link", name=run.module.title).tap()
    check(page, run.module.title)
    page.get_by_role("button", name=f"Schrijf je in voor {run.period}").tap()
    expect(page.get_by_text("Je bent ingeschreven. De leerdoelen staan nu voor je open.")).to_be_visible()
    expect(page.get_by_text("Jij doet mee")).to_be_visible()
    check(page)
    from_menu(page, "Start")
    expect(page.get_by_text("0 van 3 behaald")).to_be_visible()
    check(page)


def titles(page: Page) -> Locator:
    return page.get_by_role("article").get_by_role("heading", level=3)


def find_project(page: Page) -> None:
    from_menu(page, "Projecten")
    expect(titles(page)).to_have_text([MUR, KAS, APP])  # what fits best comes first
    check(page)
    page.get_by_label("Zoek in projecten").fill("vocht")
    page.get_by_role("button", name="Zoek", exact=True).tap()
    expect(titles(page)).to_have_count(2)
    page.get_by_role("button", name="Filters").tap()
    drawer = page.get_by_role("group", name="Filters", exact=True)
    drawer.get_by_label("Duurzaam bouwen").check()
    check(page)
    drawer.get_by_role("button", name="Toon resultaten").tap()
    expect(titles(page)).to_have_text([MUR])
    expect(page.get_by_role("heading", name="1 project", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Verwijder filter")).to_have_count(2)
    check(page)

    page.reload()
    expect(titles(page)).to_have_text([MUR])
    expect(page.get_by_label("Zoek in projecten")).to_have_value("vocht")
    card = page.get_by_role("article")
    expect(card.locator("svg.key .is-open")).to_have_count(3)
    expect(card).to_contain_text("3 van 3 leerdoelen open voor jou")


def apply_by_keyboard(page: Page) -> None:
    """From the list to the answer without a finger on the screen; first with the motivation forgotten."""
    tab_to(page, page.get_by_role("link", name=MUR))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="3 van de 3 leerdoelen staan voor jou nog open")).to_be_visible()
    check(page)
    tab_to(page, page.get_by_role("main").get_by_role("link", name="Meld je aan"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(page.url.split("#")[0] + "#aanmelden")
    motivation, send = page.get_by_label("Waarom past dit bij jou?"), page.get_by_role("button", name="Meld je aan")
    tab_to(page, send)
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    check(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(motivation).to_be_focused()
    page.keyboard.type(MOTIVATION)
    tab_to(page, send)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Je aanmelding is binnen.")).to_be_visible()
    expect(page.get_by_role("region", name="Je aanmelding")).to_contain_text("Ingediend")
    check(page)


def place(page: Page, project) -> None:
    page.goto("/start/")
    expect(page.get_by_text("1 aanmelding wacht op antwoord.")).to_be_visible()
    check(page)
    page.get_by_role("link", name=MUR).first.click()
    row = page.get_by_role("region", name="Aanmeldingen en team").get_by_role("listitem").filter(has_text="Yara")
    expect(row).to_contain_text("3 van 3 leerdoelen open in de eigen modules.")
    expect(row).to_contain_text(MOTIVATION)
    check(page)
    act(row, "Plaats in het team", "Fijn dat je meedoet.")
    expect(page.get_by_text(f"1 van {project.max_size} plekken bezet.")).to_be_visible()
    expect(row).to_contain_text("Geplaatst")
    check(page)


def apply_and_withdraw(page: Page) -> None:
    page.goto("/projecten/")
    page.get_by_role("link", name=KAS).tap()
    page.get_by_label("Waarom past dit bij jou?").fill("Planten zijn ook leuk.")
    page.get_by_role("button", name="Meld je aan").tap()
    expect(page.get_by_text("Je aanmelding is binnen.")).to_be_visible()
    act(page, "Trek je aanmelding in")
    expect(page.get_by_text("Aanmelding ingetrokken.", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Meld je opnieuw aan")).to_be_visible()
    check(page)
    page.goto("/projecten/van-mij/")
    expect(application(page, KAS)).to_contain_text("Ingetrokken")
    check(page)
