"""From choosing to published teams, as coordinator and students: with the keyboard, by dragging, and on a phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from oil_portal.core import clock
from projects.models import Application, MatchingRound
from projects.services import round as services
from tests import factories as f
from tests.browser.conftest import PHONE, act, check, mails_to


@pytest.fixture
def round_(region) -> MatchingRound:
    """Students are choosing among three projects; all but the region's own student have."""
    projects = [
        f.ProjectFactory(
            title=title, run=region.run, coach=region.teacher, min_size=2, max_size=3,
            assignment__challenge__partner=region.company, assignment__goals=region.goals,
        )
        for title in ("Meet vocht in de gevel", "Laat een kas zelf om water vragen", "Een sluis die spreekt")
    ]  # fmt: skip
    today = clock.today()
    made = services.make_round(
        actor=region.coordinator, school=region.school, runs=[region.run], title="Matchronde voorjaar", opens_on=today,
        closes_on=today + timedelta(days=7), publishes_on=today + timedelta(days=14),
    )  # fmt: skip
    students = f.UserFactory.create_batch(5, student=region.school)
    for student in students:
        f.EnrolmentFactory(student=student, run=region.run)
    services.set_projects(round_=made, actor=region.coordinator, projects=projects)
    services.open_round(round_=made, actor=region.coordinator)
    for student, wished in zip(students, [(0, 1), (0, 1), (0, 2), (1, 0), (1, 0)], strict=True):
        part = made.participants.get(student=student)
        for rank, at in enumerate(wished, 1):
            f.PreferenceFactory(participant=part, project=projects[at], rank=rank)
    return made


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_from_choosing_to_teams(region, round_, as_user, options):
    rank(as_user(region.student, **PHONE), round_)
    page = as_user(region.coordinator, **options)
    close(page, round_)
    read_why(page)
    move_by_keyboard(page)
    publish(page, round_)
    read_answer(as_user(region.student, **PHONE), round_)
    assert Application.objects.filter(matching_round=round_, status="placed").count() == 6
    assert mails_to(region.student.email)


def rank(page: Page, round_: MatchingRound) -> None:
    """The student chooses on a phone, with one tap."""
    page.goto(round_.get_absolute_url())
    check(page)
    title = "Meet vocht in de gevel"
    page.get_by_role("button", name=f"Kies dit project {title}").click()
    expect(page.get_by_text("is nu je eerste keus").first).to_be_attached()
    assert round_.participants.get(student__email="student@student.mborijnland.nl").preferences.count() == 1


def close(page: Page, round_: MatchingRound) -> None:
    page.goto("/projecten/rondes/")
    check(page)
    page.get_by_role("link", name=round_.title).click()
    check(page)
    act(page, "Sluit het kiezen")
    expect(page.get_by_role("heading", name="1 voorstel")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Voorstel 1").click()
    expect(page.get_by_text("Dat is bewezen")).to_be_visible()
    check(page)


def read_why(page: Page) -> None:
    """Somebody did not get the first choice: the page says why, and what it would have cost."""
    board = page.url
    second = page.locator(".seat", has_text="Tweede keus").first
    second.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Wat hoger stond")).to_be_visible()
    expect(page.get_by_text("zat vol.")).to_be_visible()
    expect(page.get_by_role("heading", name="Wat kost de eerste keus?")).to_be_visible()
    check(page)
    page.goto(board)
    page.get_by_role("link", name="Een sluis die spreekt").click()
    expect(page.get_by_text("Gaat niet door in dit voorstel.")).to_be_visible()
    check(page)
    page.goto(board)


def move_by_keyboard(page: Page) -> None:
    """To the bench and the page says what that costs; the computed proposal is still there."""
    page.get_by_role("link", name="Verplaats").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Verplaats", level=1)).to_be_visible()
    check(page)
    page.get_by_role("radio", name="Zonder plek").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Verplaats").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Voorstel 2", level=1)).to_be_visible()
    expect(page.get_by_text("één student minder geplaatst")).to_be_visible()
    expect(page.get_by_text("1 student heeft nog geen plek.")).to_be_visible()
    check(page)


def publish(page: Page, round_: MatchingRound) -> None:
    page.goto(round_.get_absolute_url())
    page.get_by_role("link", name="Vergelijk de voorstellen").click()
    check(page, "Vergelijk de voorstellen")
    page.get_by_role("link", name="Voorstel 1").click()
    page.get_by_role("link", name="Publiceren").click()
    check(page, "Publiceer Voorstel 1")
    page.get_by_role("button", name="Publiceer nu").click()
    expect(page.get_by_text("De teams zijn gepubliceerd.").first).to_be_visible()
    check(page)


def read_answer(page: Page, round_: MatchingRound) -> None:
    page.goto(round_.get_absolute_url())
    expect(page.get_by_role("heading", name="Je hebt een team")).to_be_visible()
    expect(page.get_by_text("Eerste keus.")).to_be_visible()
    check(page)


def test_a_seat_is_dragged_and_the_price_stands_there(region, round_, as_user):
    services.close_round(round_=round_, actor=region.coordinator)
    page = as_user(region.coordinator, viewport={"width": 1280, "height": 2400})  # from seat to project in one move
    page.goto(round_.proposals.get().get_absolute_url())
    seat = page.locator(".seat[data-seat]").first
    name = seat.locator("b").inner_text()
    sluice = page.locator("[data-drop]", has_text="Een sluis die spreekt")
    box, zone = seat.bounding_box(), sluice.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 12, box["y"] + box["height"] - 8)  # beside the buttons
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] + 40, steps=4)
    for further in range(4):  # a browser that is driven tells of a drag when it moves on within one element
        page.mouse.move(zone["x"] + 700 + 2 * further, zone["y"] + 100)
    expect(page.locator("#prijs")).to_contain_text("minstens 2")
    page.mouse.up()
    expect(page.get_by_role("heading", name="Voorstel 2", level=1)).to_be_visible()
    expect(
        page.get_by_role("article", name="Een sluis die spreekt").get_by_role("link", name=name, exact=True)
    ).to_be_visible()
    expect(page.get_by_text("Zolang dat zo is, kan het niet gepubliceerd worden.")).to_be_visible()
