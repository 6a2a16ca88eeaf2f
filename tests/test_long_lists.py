"""Pages of who has thousands of something: a page at a time, with as many queries as for one."""

import pytest

from challenges.models import Challenge
from oil_portal.core import prepared
from oil_portal.start_page import counted
from projects import own
from tests import factories as f
from tests.helpers import queries_of

MINE = "/projecten/van-mij/"


def titles(page, of: str) -> list[str]:
    return [project.title for project in page.context[of]["now"]]


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(own, "PER_PAGE", 2)
    monkeypatch.setattr("partners.views.partner.PAGE", 2)
    prepared.forget()
    yield
    prepared.forget()


def test_my_projects_come_in_pages_of_which_each_list_has_its_own(few, login, region):
    both = f.UserFactory(contact=region.company)
    f.MembershipFactory(user=both, partner=region.school, role="coordinator", status="active")
    for number in range(3):
        f.ProjectFactory(title=f"Van ons {number}", assignment__challenge__partner=region.company)
        f.ProjectFactory(title=f"Van de school {number}", run=region.run)
    client = login(both)
    first = client.get(MINE)
    assert len(titles(first, "led")) == len(titles(first, "asked")) == 2
    assert "?page=2" in first.content.decode() and "?gevraagd=2" in first.content.decode()
    second = client.get(f"{MINE}?page=2")
    assert len(titles(second, "led")) == 1 and titles(second, "asked") == titles(first, "asked")
    assert not set(titles(second, "led")) & set(titles(first, "led"))
    assert "?page=2&amp;gevraagd=2" in second.content.decode()  # the other list stays where it is
    assert titles(client.get(f"{MINE}?page=999&gevraagd=niets"), "led") == titles(second, "led")


def test_my_projects_take_as_many_queries_for_many_as_for_one(few, login, region):
    f.ProjectFactory(run=region.run)
    one = queries_of(login(region.coordinator), MINE)
    for _number in range(4):
        f.ProjectFactory(run=region.run)
        f.ProjectFactory(completed=True, run=region.run)
    assert queries_of(login(region.coordinator), MINE) == one


def test_the_people_of_a_school_come_in_pages_with_the_reader_first(few, login, region):
    url = region.school.get_absolute_url()
    one = queries_of(login(region.coordinator), url)
    f.UserFactory.create_batch(3, teacher=region.school)
    f.UserFactory.create_batch(2, student=region.school)
    assert queries_of(login(region.coordinator), url) == one
    client = login(region.coordinator)
    seen = []
    for number in (1, 2):
        page = client.get(f"{url}?page={number}")
        people = [membership.user for membership in page.context["page_obj"]]
        assert [membership.user for membership in page.context["own"]] == [region.coordinator]
        seen += people
    assert seen[0] == region.coordinator and len(seen) == len(set(seen)) == 5
    assert page.context["students"] == 4 and page.context["page_obj"].paginator.count == 4  # the others
    assert client.get(f"{url}?page=77").context["page_obj"].number == 2


def test_a_partner_of_many_names_the_first_and_says_how_many_more(client, region, monkeypatch):
    monkeypatch.setattr("oil_portal.network.NAMED", 1)
    monkeypatch.setattr("oil_portal.network.MOST_NAMES", 2)
    for _number in range(3):
        f.ProjectFactory(running=True, run=region.run, lab=region.lab)
    page = client.get("/partners/netwerk/")
    row = page.context["seen"].lines[0]
    assert (row.name, row.number, row.further, row.unnamed) == (region.lab.name, 3, 2, 1)
    assert len(row.first + row.rest) == 2
    assert "en nog 2" in page.content.decode() and "en 1 ander" in page.content.decode()


# --- What is kept for some minutes --------------------------------------------------------------------------------
def test_home_is_counted_once_in_some_minutes_and_shows_what_is_new(keeping_figures, client, region):
    first = f.ProjectFactory(run=region.run)
    before = client.get("/")
    new = f.ProjectFactory(run=region.run, title="Net geopend project")
    after = client.get("/")
    assert before.context["open_projects"] == after.context["open_projects"] == 1
    assert before.context["counted"] == after.context["counted"]
    assert new in after.context["projects"] and after.context["example"] == first
    assert queries_of(client, "/") <= 3
    counted.forget()
    assert client.get("/").context["open_projects"] == 2


def test_home_explains_the_key_with_nothing_that_became_confidential(keeping_figures, client, region):
    project = f.ProjectFactory(run=region.run)
    assert client.get("/").context["example"] == project
    Challenge.objects.update(confidential=True)
    assert client.get("/").context["example"] is None


def test_students_are_counted_as_far_as_a_list(login, region, monkeypatch):
    monkeypatch.setattr("oil_portal.core.views.MOST_COUNTED", 2)
    prepared.forget()
    client, url = login(region.coordinator), region.school.get_absolute_url()
    assert "2 studenten horen hierbij" in client.get(url).content.decode()
    f.UserFactory.create_batch(2, student=region.school)
    assert "Meer dan 2 studenten horen hierbij" in client.get(url).content.decode()
    prepared.forget()
