"""Journeys with Tab, Enter, Space, arrows and Escape alone; test_student_to_placement.py has that of an application."""

import pytest
from playwright.sync_api import Page, expect

from oil_portal.core import promises
from projects.models import Participant
from tests import factories as f
from tests.browser.conftest import PHONE, tab_to

WIDE = {"viewport": {"width": 1280, "height": 900}}


def press(page: Page, target, key: str = "Enter") -> None:
    """Walk to a control with Tab and press it."""
    tab_to(page, target)
    page.keyboard.press(key)


def arrow_to(page: Page, option) -> None:
    """Walk through a group of radio buttons with the arrow until this one is chosen."""
    for _press in range(30):
        if option.is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"The arrow never came to {option}")


def test_skip_to_the_content(region, as_user):
    page = as_user(region.teacher, **WIDE)
    page.goto("/projecten/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Ga naar de inhoud")).to_be_focused()
    expect(page.get_by_role("link", name="Ga naar de inhoud")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("#inhoud")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('inhoud').contains(document.activeElement)")


def test_the_account_menu_opens_and_closes(region, as_user):
    page = as_user(region.teacher, **WIDE)
    page.goto("/projecten/")
    menu = page.locator("details.menu")
    press(page, menu.locator("summary"))
    expect(menu.get_by_role("link", name="Voorkeuren")).to_be_visible()
    tab_to(page, menu.get_by_role("link", name="Wachtwoord"))
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Voorkeuren")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    press(page, menu.get_by_role("link", name="Voorkeuren"))
    expect(page.get_by_role("heading", name="Voorkeuren", level=1)).to_be_visible()


@pytest.mark.parametrize(("opener", "inside"), [("Menu", "Sluit menu"), ("Filters", "Sluit filters")])
def test_a_drawer_opens_and_closes(region, as_user, opener, inside):
    """Escape and the button inside close it, and the focus is back where it came from."""
    page = as_user(region.student, **PHONE)
    page.goto("/projecten/")
    button, close = (page.get_by_role("button", name=name, exact=True) for name in (opener, inside))
    press(page, button)
    expect(close).to_be_visible()
    page.keyboard.press("Tab")
    expect(close).to_be_focused()
    page.keyboard.press("Escape")
    expect(close).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    press(page, close)
    expect(close).to_be_hidden()
    expect(button).to_be_focused()


def test_a_teacher_places_a_student(region, project, as_user):
    application = f.ApplicationFactory(project=project, student=region.student)
    page = as_user(region.teacher, **WIDE)
    page.goto(project.get_absolute_url())
    step = page.get_by_role("region", name="Aanmeldingen en team").locator("details.act", has_text="Plaats in het team")
    press(page, step.locator("summary"))
    tab_to(page, step.get_by_label("Opmerking"))
    page.keyboard.type("Fijn dat je meedoet.")
    press(page, step.get_by_role("button", name="Plaats in het team"))
    expect(page.get_by_text(f"1 van {project.max_size} plekken bezet.")).to_be_visible()
    application.refresh_from_db()
    assert application.status == "placed"


def test_a_company_answers_a_mail(region, as_user):
    """From the address behind the button in the mail: one press, and no log-in."""
    assignment = f.AssignmentFactory(
        sent=True, challenge__partner=region.company, challenge__contact=region.contact, goals=region.goals
    )
    promise = promises.open_of(assignment) or promises.make(assignment, "sent")
    page = as_user(**WIDE)
    page.goto(promises.answer_url(promise, region.contact))
    press(page, page.locator("button[name=action][value=agree]"))
    expect(page.locator("button[name=action]")).to_have_count(0)
    assignment.refresh_from_db()
    assert assignment.status == "agreed"


def test_a_student_ranks_projects(region, make, as_user):
    titles = ["Bouw een app voor de bus", "Meet vocht in een muur"]
    round_ = f.MatchingRoundFactory(open=True, school=region.school, runs=[region.run])
    for title in titles:
        f.RoundProjectFactory(round=round_, project=make(title=title))
    page = as_user(region.student, **WIDE)
    page.goto(f"/projecten/ronde/{round_.pk}/keuzes/")
    chosen = page.get_by_role("region", name="Jouw keuzes").get_by_role("heading", level=3)
    for place, title in enumerate(titles, 1):
        press(page, page.get_by_role("button", name=f"Kies dit project {title}", exact=True))
        expect(chosen).to_have_count(place)
    press(page, page.get_by_role("button", name=f"Omhoog {titles[1]}", exact=True), "Space")
    expect(chosen).to_have_text([titles[1], titles[0]])
    expect(page.get_by_role("status").last).to_contain_text("is nu je eerste keus")
    part = Participant.objects.get(student=region.student)
    assert [each.project.title for each in part.preferences.all()] == [titles[1], titles[0]]


def test_a_coordinator_moves_a_student(region, closed, as_user):
    """The board without dragging: "Verplaats" is a page with every place and its price."""
    page = as_user(region.coordinator, **WIDE)
    page.goto(closed.proposals.get().get_absolute_url())
    press(page, page.get_by_role("link", name="Verplaats").first)
    expect(page.get_by_role("heading", name="Verplaats", level=1)).to_be_visible()
    options = page.get_by_role("radio")
    tab_to(page, page.locator("input[type=radio]:checked, input[type=radio]").first)
    arrow_to(page, options.and_(page.get_by_label("Zonder plek")))
    press(page, page.get_by_role("button", name="Verplaats"))
    expect(page.get_by_role("heading", name="Voorstel 2", level=1)).to_be_visible()
    expect(page.get_by_text("1 student heeft nog geen plek.")).to_be_visible()
    press(page, page.get_by_role("button", name="Zet vast").first)
    expect(page.get_by_role("button", name="Haal van slot")).to_have_count(1)
