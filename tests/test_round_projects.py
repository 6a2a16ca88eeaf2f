"""A project in a matching round: no direct applications, and what its students hear when it changes or goes."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from oil_portal.core import clock
from oil_portal.core.models import Notice
from oil_portal.core.workflow import NotNow, Refusal
from projects import services
from projects.models import Project, RoundProject
from tests import factories as f
from tests.helpers import heard


@pytest.fixture
def round_(region):
    return f.MatchingRoundFactory(open=True, school=region.school, runs=[region.run])


@pytest.fixture
def projects(round_, make):
    made = [make(title=title) for title in ("Kas", "Muur", "Bus")]
    for project in made:
        f.RoundProjectFactory(round=round_, project=project)
    return made


@pytest.fixture
def part(region, round_, projects):
    kas, muur, bus = projects
    return f.ParticipantFactory(round=round_, student=region.student, run=region.run, ranks={kas: 1, muur: 2, bus: 3})


def ranks(part):
    return {each.project.title: each.rank for each in part.preferences.all()}


# --- Before publication the round has the say -------------------------------------------------------------------
@pytest.mark.parametrize("status", ["draft", "open", "closed"])
def test_nobody_applies_or_is_placed_while_the_round_lives(status, region, round_, projects):
    round_.status = status
    round_.save()
    with pytest.raises(Refusal, match="De teams worden op"):
        services.apply(project=projects[0], actor=region.student, motivation="Ik wil dit leren.")
    application = f.ApplicationFactory(project=projects[0], student=region.student)
    with pytest.raises(Refusal, match="matchronde"):
        services.place(application=application, actor=region.teacher)
    application.status = "placed"
    application.save()
    with pytest.raises(Refusal, match="matchronde"):
        services.start_project(project=projects[0], actor=region.teacher)


@pytest.mark.parametrize("status", ["published", "cancelled"])
def test_afterwards_a_project_is_as_any_other(status, region, round_, projects):
    round_.status = status
    round_.save()
    application = services.apply(project=projects[0], actor=region.student, motivation="Ik wil dit leren.")
    services.place(application=application, actor=region.teacher)
    services.start_project(project=projects[0], actor=region.teacher)


def test_the_portal_leaves_it_alone(round_, projects):
    with clock.at(clock.now() + timedelta(days=60)):
        services.close_overdue(project=projects[0])
    projects[0].refresh_from_db()
    assert projects[0].status == "open"


def test_the_page_leads_to_the_choices(region, round_, projects, login):
    page = projects[0].get_absolute_url()
    html = login(region.student).get(page).content.decode()
    assert f"/projecten/ronde/{round_.pk}/keuzes/" in html and "Waarom past dit bij jou?" not in html
    html = login(region.other_student).get(page).content.decode()
    assert "Jij doet niet mee aan deze ronde." in html
    assert "Waarom past dit bij jou?" not in login(None).get(page).content.decode()
    html = login(region.teacher).get(page).content.decode()
    assert "Bekijk de ronde" in html and "Start met dit team" not in html


# --- A change, and the end --------------------------------------------------------------------------------------
def test_who_chose_it_hears_what_changed_and_keeps_the_choice(region, round_, projects, part, login):
    kas = projects[0]
    with clock.at(clock.now() + timedelta(minutes=5)):
        services.edit_project(project=kas, actor=region.teacher, max_size=6)
    assert heard(region.student, "edit") and ranks(part) == {"Kas": 1, "Muur": 2, "Bus": 3}
    page = f"/projecten/ronde/{round_.pk}/keuzes/"
    html = login(region.student).get(page).content.decode()
    assert html.count("Gewijzigd sinds je keuze.") == 1 and "Meeste aantal studenten" in html
    assert "Meeste aantal studenten" in login(region.student).get("/meldingen/").content.decode()
    with clock.at(clock.now() + timedelta(minutes=10)):
        login(region.student).post(page, {f"keus-{kas.pk}": "1"})
    assert "Gewijzigd sinds je keuze." not in login(region.student).get(page).content.decode()


def test_a_cancelled_project_leaves_the_round(region, round_, projects, part):
    other = f.ParticipantFactory(round=round_, ranks={projects[1]: 1})
    tied = f.ParticipantFactory(round=round_, ranks={projects[0]: 1, projects[1]: 1, projects[2]: 2})
    only = f.ParticipantFactory(round=round_, ranks={projects[0]: 1})
    services.cancel_project(project=projects[0], actor=region.teacher, remark="Het bedrijf stopt.")
    assert ranks(part) == {"Muur": 1, "Bus": 2} and ranks(tied) == {"Muur": 1, "Bus": 2} and ranks(other) == {"Muur": 1}
    only.refresh_from_db()
    assert only.ranked_at is None and not only.preferences.exists()
    assert not RoundProject.objects.filter(project=projects[0]).exists()
    assert heard(region.student, "choices_changed") and not heard(other.student, "choices_changed")
    notice = Notice.objects.get(recipient=region.student, entry__event="choices_changed")
    assert notice.entry.target == round_ and "‘Kas’ gaat niet door." in notice.entry.remark


# --- Contact ----------------------------------------------------------------------------------------------------
@pytest.fixture
def running(region, make):
    project = make(running=True)
    f.ApplicationFactory(project=project, student=region.student, placed=True)
    return project


def test_the_company_reads_addresses_after_the_contact_opened(region, running, login):
    page, company = running.get_absolute_url(), login(region.contact)
    html = company.get(page).content.decode()
    assert region.student.first_and_initial in html and region.student.email not in html
    assert "De begeleider opent het contact." in html
    Project.objects.update(status="completed")
    assert "De begeleider opent het contact." not in company.get(page).content.decode()
    Project.objects.update(status="running")
    assert login(region.contact).post(f"{page}contact/").status_code == 403
    coach = login(region.teacher)
    assert "Open het contact" in coach.get(f"{page}contact/").content.decode()
    assert running.contact_opened_at is None
    coach.post(f"{page}contact/")
    assert region.student.email in company.get(page).content.decode()
    assert region.student.email not in login(region.other_contact).get(page).content.decode()
    assert region.student.email not in login(None).get(page).content.decode()
    assert heard(region.student, "open_contact") and heard(region.contact, "open_contact")
    assert "Contact met het team geopend" in company.get(page).content.decode()
    assert coach.get(f"{page}contact/").status_code == 404


def test_contact_opens_once_and_with_a_team(region, running, make):
    with pytest.raises(NotNow):
        services.open_contact(project=make(), actor=region.teacher)
    with pytest.raises(PermissionDenied):
        services.open_contact(project=running, actor=region.student)
    services.open_contact(project=running, actor=region.coordinator)
    with pytest.raises(NotNow):
        services.open_contact(project=running, actor=region.teacher)
