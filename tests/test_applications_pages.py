"""Pages on which students apply and the teacher chooses the team."""

from datetime import timedelta

import pytest

from oil_portal.core import clock
from projects import services
from projects.models import Application, Project
from tests import factories as f
from tests.helpers import project_url as url
from tests.helpers import text


# --- Applying ---------------------------------------------------------------------------------------------------
def test_a_student_applies_reads_the_answer_and_withdraws(region, make, login):
    project = make()
    client = login(region.student)
    assert "Meld je aan" in text(client.get(project.get_absolute_url()))
    response = client.post(url("apply", project.pk), {"motivation": "Ik wil leren meten."}, follow=True)
    assert "Je aanmelding is binnen" in text(response)
    application = Application.objects.get()
    assert "Trek je aanmelding in" in text(response)
    services.decline(application=application, actor=region.teacher, remark="Kijk bij de robothand.")
    page = text(client.get(project.get_absolute_url()))
    assert "Kijk bij de robothand." in page and "Niet geplaatst" in page


def test_a_student_withdraws(region, make, login):
    application = f.ApplicationFactory(project=make(), student=region.student)
    client = login(region.student)
    address = url("application_act", application.pk, "withdraw")
    assert client.get(address).status_code == 200
    assert client.post(address, {}).status_code == 302
    application.refresh_from_db()
    assert application.status == "withdrawn"


@pytest.mark.parametrize(
    ("motivation", "message"),
    [
        ("", "Schrijf in twee of drie zinnen waarom"),
        ("   ", "Schrijf in twee of drie zinnen waarom"),
        ("a\x00b", "Null"),
        ("lang " * 600, "2000"),
    ],
)
def test_a_bad_motivation_is_said_at_the_field_and_kept(region, make, login, motivation, message):
    project = make()
    response = login(region.student).post(url("apply", project.pk), {"motivation": motivation})
    assert response.status_code == 422
    page = text(response)
    assert message.lower() in page.lower() and 'aria-invalid="true"' in page and "error-summary" in page
    assert motivation.strip()[:40] in response.content.decode()
    assert not Application.objects.exists()


def test_applying_is_for_students_and_while_it_is_open(region, make, login):
    project, closed = make(), make(closing_date=clock.today() - timedelta(days=1))
    words = {"motivation": "Ik wil dit heel graag leren."}
    assert login(region.teacher).post(url("apply", project.pk), words).status_code == 403
    assert login(None).post(url("apply", project.pk), words).status_code == 302
    assert login(region.student).get(url("apply", project.pk)).status_code == 302
    assert login(region.student).post(url("apply", closed.pk), words).status_code == 303
    assert "Meld je aan</button>" not in text(login(region.student).get(closed.get_absolute_url()))
    assert not Application.objects.exists()


def test_applying_twice_is_refused_in_words(region, make, login):
    project = make()
    f.ApplicationFactory(project=project, student=region.student)
    client = login(region.student)
    assert client.post(url("apply", project.pk), {"motivation": "Ik meld me nog eens aan."}).status_code == 303
    assert "Je hebt je al aangemeld" in text(client.get(project.get_absolute_url()))


def test_a_visitor_is_led_to_the_login_and_back(make, login):
    project = make()
    page = text(login(None).get(project.get_absolute_url()))
    assert page.count(f"?next={project.get_absolute_url()}") >= 2 and "Inloggen</a>" in page  # to log in, to sign up
    newcomer = text(login(f.UserFactory()).get(project.get_absolute_url()))
    assert 'href="#aanmelden"' in newcomer and "Sluit je aan bij je school" in newcomer


def test_the_page_of_a_member_tells_where_the_team_is(region, make, login):
    project = make()
    f.ApplicationFactory(project=project, student=region.student, placed=True)
    page = lambda: text(login(region.student).get(project.get_absolute_url()))
    assert "Het team begint op" in page() and "Naar je aanmelding" in page() and "Bewaar dit project" in page()
    Project.objects.update(status="running")
    assert "Het team is klaar op" in page() and "Het team begint op" not in page()
    assert 'href="#team"' in page() and "Bewaar dit project" not in page()
    Project.objects.update(status="cancelled")
    assert "Je zat in het team." in page()


def test_a_student_finds_where_to_ask(region, make, login):
    project = make()
    to_ask = f"{project.challenge.get_absolute_url()}#vragen"
    assert to_ask in text(login(region.student).get(project.get_absolute_url()))
    assert to_ask not in text(login(None).get(project.get_absolute_url()))
    project.challenge.confidential = True
    project.challenge.save()
    assert to_ask not in text(login(region.student).get(project.get_absolute_url()))
    assert "Bekijk het project" in text(login(region.student).get(project.challenge.get_absolute_url()))


# --- Placing ----------------------------------------------------------------------------------------------------
def test_the_teacher_places_and_declines_with_a_reason(region, make, login):
    project = make()
    one, two = f.ApplicationFactory.create_batch(2, project=project)
    client = login(region.teacher)
    page = text(client.get(project.get_absolute_url()))
    assert "Plaats in het team" in page and "0 van 4 plekken bezet" in page
    assert client.post(url("application_act", one.pk, "place"), {"remark": "Welkom."}).status_code == 302
    response = client.post(url("application_act", two.pk, "decline"), {"remark": ""})
    assert response.status_code == 422 and "Schrijf op waarom" in text(response)
    client.post(url("application_act", two.pk, "decline"), {"remark": "Het team is rond."})
    one.refresh_from_db(), two.refresh_from_db()
    assert (one.status, two.status) == ("placed", "declined")
    assert "1 van 4 plekken bezet" in text(client.get(project.get_absolute_url()))


def test_the_teacher_takes_a_student_out_of_a_team_that_has_not_begun(region, make, login):
    project, begun = make(), make(running=True)
    seat, late = (f.ApplicationFactory(project=each, student=region.student, placed=True) for each in (project, begun))
    client = login(region.teacher)
    assert "Haal uit het team" in text(client.get(project.get_absolute_url()))
    assert client.post(url("application_act", seat.pk, "unseat"), {"remark": ""}).status_code == 422
    client.post(url("application_act", seat.pk, "unseat"), {"remark": "Je zit al in een ander team."})
    seat.refresh_from_db()
    assert (seat.status, seat.project.team().count()) == ("declined", 0)
    assert "Je zit al in een ander team." in text(login(region.student).get(project.get_absolute_url()))
    assert "Haal uit het team" not in text(client.get(begun.get_absolute_url()))
    assert client.post(url("application_act", late.pk, "unseat"), {"remark": "Toch niet."}).status_code == 403


def test_a_full_team_is_said_in_words(region, make, login):
    project = make(max_size=1)
    f.ApplicationFactory(project=project, placed=True)
    late = f.ApplicationFactory(project=project)
    client = login(region.teacher)
    assert client.post(url("application_act", late.pk, "place"), {}).status_code == 303
    assert "Het team is vol" in text(client.get(project.get_absolute_url()))


def test_others_do_not_even_find_an_application(region, make, login):
    application = f.ApplicationFactory(project=make(), student=region.student)
    for user in (region.contact, region.other_teacher, region.other_student, region.broker, region.newcomer):
        assert login(user).post(url("application_act", application.pk, "place"), {}).status_code == 404
    assert login(region.student).post(url("application_act", application.pk, "place"), {}).status_code == 403
    for action in ("release", "nonsense"):
        assert login(region.teacher).post(url("application_act", application.pk, action), {}).status_code == 404


def test_start_needs_the_smallest_team(region, make, login):
    project = make(min_size=2)
    f.ApplicationFactory(project=project, placed=True)
    client = login(region.teacher)
    assert client.post(url("act", project.pk, "start"), {}).status_code == 303
    assert "minstens 2 studenten nodig" in text(client.get(project.get_absolute_url()))
    assert login(region.contact).post(url("act", project.pk, "start"), {}).status_code == 403
