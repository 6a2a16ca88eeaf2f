"""A student on a phone ranks projects of a round by keyboard, joins a friend, takes the choices over, changes them."""

import pytest
from playwright.sync_api import Page, expect

from projects.models import Participant
from tests import factories as f
from tests.browser.conftest import PHONE, check

TITLES = ["Bouw een app voor de bus", "Meet vocht in een muur", "Volg het vocht in een kas"]


@pytest.fixture
def round_(region, make):
    """An open round of the student's module with three projects, of which the second fits best."""
    round_ = f.MatchingRoundFactory(open=True, school=region.school, runs=[region.run], title="Voorjaarsronde")
    for title, goals in zip(TITLES, (2, region.goals, 3), strict=True):
        f.RoundProjectFactory(round=round_, project=make(goals=goals, title=title, max_size=3))
    return round_


@pytest.fixture
def friend(region, round_):
    student = f.UserFactory(first_name="Noor", last_name="de Wit", student=region.school)
    projects = {entry.project.title: entry.project for entry in round_.entries.all()}
    group = f.FriendGroupFactory(round=round_, made_by=student)
    ranks = {projects[TITLES[2]]: 1, projects[TITLES[0]]: 2}
    return f.ParticipantFactory(round=round_, student=student, run=region.run, group=group, ranks=ranks)


def order(page: Page):
    return page.get_by_role("region", name="Jouw keuzes").get_by_role("heading", level=3)


def press(page: Page, name: str) -> None:
    """Press a button with the keyboard alone."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def test_a_student_ranks_on_a_phone(region, round_, friend, as_user):
    page = as_user(region.student, **PHONE)
    page.goto(f"/projecten/ronde/{round_.pk}/keuzes/")
    check(page, "Kies je projecten")
    for place, title in enumerate((TITLES[1], TITLES[0], TITLES[2]), 1):
        page.get_by_role("button", name=f"Kies dit project {title}").tap()
        expect(order(page)).to_have_count(place)
    expect(page.get_by_role("status").last).to_contain_text(f"‘{TITLES[2]}’ is nu je derde keus.")
    check(page)

    page.get_by_role("button", name=f"Omhoog {TITLES[2]}").focus()
    before = page.evaluate("scrollY")
    press(page, f"Omhoog {TITLES[2]}")
    expect(order(page)).to_have_text([TITLES[1], TITLES[2], TITLES[0]])
    assert abs(page.evaluate("scrollY") - before) < 500  # the page stays where the reader is
    expect(page.get_by_role("status").last).to_contain_text(f"‘{TITLES[2]}’ is nu je tweede keus.")
    press(page, f"Omhoog {TITLES[2]}")
    expect(order(page)).to_have_text([TITLES[2], TITLES[1], TITLES[0]])
    expect(page.get_by_role("heading", name=TITLES[2])).to_be_focused()  # its button went; the focus did not
    press(page, f"Even graag als de vorige {TITLES[0]}")
    expect(page.get_by_role("button", name=f"Toch minder graag {TITLES[0]}")).to_be_focused()
    select = page.get_by_label(f"Plek {TITLES[0]}")
    select.focus()
    select.select_option("Geen keus")
    expect(order(page)).to_have_text([TITLES[2], TITLES[1]])
    check(page)
    page.reload()
    expect(order(page)).to_have_text([TITLES[2], TITLES[1]])

    page.goto(friend.group.get_absolute_url())
    check(page, f"{friend.student.first_and_initial} wil met jou in één team")
    page.get_by_role("button", name="Doe mee").tap()
    expect(page.get_by_text("Jullie kozen 1 project allebei.")).to_be_visible()
    check(page)
    page.get_by_role("button", name=f"Neem de keuzes van {friend.student.first_and_initial} over").tap()
    expect(order(page)).to_have_text([TITLES[2], TITLES[0]])
    expect(page.get_by_text("Koos dezelfde projecten als jij.")).to_be_visible()
    press(page, f"Haal weg {TITLES[0]}")
    expect(order(page)).to_have_text([TITLES[2]])
    expect(page.get_by_text("Jullie kozen 1 project allebei.")).to_be_visible()
    check(page)
    part = Participant.objects.get(student=region.student)
    assert [each.project.title for each in part.preferences.all()] == [TITLES[2]]


def test_dragging_changes_the_order(region, round_, as_user):
    projects = [entry.project for entry in round_.entries.order_by("pk")]
    ranks = {each: place for place, each in enumerate(projects, 1)}
    f.ParticipantFactory(round=round_, student=region.student, run=region.run, ranks=ranks)
    page = as_user(region.student, viewport={"width": 1280, "height": 1400})
    page.goto(f"/projecten/ronde/{round_.pk}/keuzes/")
    expect(order(page)).to_have_text(TITLES)
    handle, first = page.locator("[data-drag]").nth(2), page.locator("[data-chosen] > li").first
    box, goal = handle.bounding_box(), first.bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(goal["x"] + 20, goal["y"] + 4, steps=8)
    with page.expect_response(lambda answer: answer.request.method == "GET"):  # to which the saving led
        page.mouse.up()
    expect(order(page)).to_have_text([TITLES[2], TITLES[0], TITLES[1]])
    part = Participant.objects.get(student=region.student)
    assert [each.project.title for each in part.preferences.all()] == [TITLES[2], TITLES[0], TITLES[1]]


def test_it_works_without_javascript(region, round_, as_user):
    page = as_user(region.student, java_script_enabled=False, **PHONE)
    page.goto(f"/projecten/ronde/{round_.pk}/keuzes/")
    page.get_by_role("button", name=f"Kies dit project {TITLES[0]}").tap()
    page.get_by_role("button", name=f"Kies dit project {TITLES[2]}").tap()
    expect(order(page)).to_have_text([TITLES[0], TITLES[2]])
    page.get_by_label(f"Plek {TITLES[0]}").select_option("Tweede keus")
    page.get_by_label(f"Plek {TITLES[2]}").select_option("Eerste keus")
    page.get_by_role("button", name="Bewaar mijn keuzes").tap()
    expect(order(page)).to_have_text([TITLES[2], TITLES[0]])
    page.get_by_role("button", name=f"Omhoog {TITLES[0]}").tap()
    expect(order(page)).to_have_text([TITLES[0], TITLES[2]])
    check(page)
