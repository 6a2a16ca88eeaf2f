"""The page of one's own projects."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oil_portal.core import clock
from projects import services
from tests import factories as f
from tests.helpers import project_url as url
from tests.helpers import text


@pytest.mark.parametrize("role", ["student", "teacher", "coordinator", "contact"])
def test_mine_costs_the_same_for_one_and_three(region, make, login, role):
    client = login(getattr(region, role))
    counts = []
    for more in (1, 2):
        for _number in range(more):
            f.ApplicationFactory(project=make(), student=region.student)
            done = make(completed=True)
            f.ApplicationFactory(project=done, student=region.student, placed=True)
            f.AchievementFactory(project=done, student=region.student, goal=region.goals[0])
        client.get(url("mine"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url("mine")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_mine_shows_a_student_the_answer(region, make, login):
    application = f.ApplicationFactory(project=make(title="Robothand"), student=region.student)
    services.decline(application=application, actor=region.teacher, remark="Kijk bij de kas.")
    page = text(login(region.student).get(url("mine")))
    assert "Robothand" in page and "Kijk bij de kas." in page and "Niet geplaatst" in page


def test_mine_tells_who_leads_what_waits(region, make, login):
    waiting, closed = make(), make(closing_date=clock.today() - timedelta(days=1))
    f.ApplicationFactory.create_batch(2, project=waiting)
    f.ProjectFactory(title="Van een ander")
    for user in (region.teacher, region.coordinator):
        page = text(login(user).get(url("mine")))
        assert "2 aanmeldingen wachten op antwoord." in page
        assert "De aanmelding is gesloten. Kies het team en start." in page
        assert closed.title in page and "Van een ander" not in page


def test_mine_asks_each_side_to_confirm(region, confirming, login):
    for user in (region.student, region.teacher, region.contact):
        assert url("confirm", confirming.pk) in text(login(user).get(url("mine")))
    services.confirm_goals(project=confirming, actor=region.contact, side="company", reached=set())
    assert url("confirm", confirming.pk) not in text(login(region.contact).get(url("mine")))


def test_mine_tells_a_newcomer_what_to_do(region, login):
    assert "Je zit nog niet in een project" in text(login(region.newcomer).get(url("mine")))
    assert login(None).get(url("mine")).status_code == 302
