"""What a student tells of itself, who reads it and when, and the calendar feed."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from icalendar import Calendar

from oil_portal.core import clock
from projects.calendar import days_of
from projects.models import Profile
from projects.services import profile as services
from tests import factories as f

PAGE = "/projecten/profiel/"


def test_a_student_writes_a_profile(region, login):
    client = login(region.student)
    assert "Niemand. Alleen ik zie dit." in client.get(PAGE).content.decode()
    assert not Profile.objects.exists()  # reading changes nothing
    data = {"interests": ["food", "energy"], "about": "Ik bouw graag.", "skills": "Lassen", "shown": "team"}
    assert client.post(PAGE, data).status_code == 302
    profile = Profile.objects.get(student=region.student)
    assert (profile.interests, profile.shown) == (["food", "energy"], "team")


def test_bad_input_is_kept(region, login):
    answer = login(region.student).post(PAGE, {"interests": ["muziek"], "about": "Ik bouw graag.", "shown": "world"})
    assert answer.status_code == 422 and "Ik bouw graag." in answer.content.decode()
    with pytest.raises(ValidationError):
        services.save_profile(actor=region.student, shown="world")


@pytest.mark.parametrize("who", ["teacher", "contact", "coordinator", "broker", "newcomer"])
def test_only_students_have_one(who, region):
    with pytest.raises(PermissionDenied):
        services.save_profile(actor=getattr(region, who), about="Hoi")


READERS = {"nobody": set(), "team": {"mate", "teacher", "coordinator"}}
READERS["company"] = READERS["team"] | {"contact"}


@pytest.mark.parametrize("shown", READERS)
def test_who_reads_it_once_placed(shown, region, make, login):
    project = make(running=True)
    f.ProfileFactory(student=region.student, about="Ik bouw graag drones.", shown=shown)
    region.mate = f.UserFactory(student=region.school)
    for student in (region.student, region.mate):
        f.ApplicationFactory(project=project, student=student, placed=True)
    people = ("mate", "teacher", "coordinator", "contact", "other_contact", "other_student", "broker", "other_teacher")
    read = {
        who for who in people
        if "drones" in login(getattr(region, who)).get(project.get_absolute_url()).content.decode()
    }  # fmt: skip
    assert read == READERS[shown]
    assert "drones" not in login(None).get(project.get_absolute_url()).content.decode()


def test_nobody_reads_it_before_the_team_begins(region, make, login):
    project = make()
    f.ProfileFactory(student=region.student, about="Ik bouw graag drones.", for_company=True)
    f.ApplicationFactory(project=project, student=region.student, placed=True)
    for who in ("teacher", "contact", "other_student"):
        assert "drones" not in login(getattr(region, who)).get(project.get_absolute_url()).content.decode()


# --- The calendar -----------------------------------------------------------------------------------------------
@pytest.fixture
def dated(region, make):
    """A round, a project applied for and a running one, all of the student."""
    round_ = f.MatchingRoundFactory(open=True, school=region.school, runs=[region.run], title="Ronde; voorjaar, 2026")
    asked = make(title="Meet vocht in oude muren, zonder te boren en zonder lawaai op zondag")
    running = make(running=True, title="Kas")
    f.ApplicationFactory(project=asked, student=region.student)
    f.ApplicationFactory(project=running, student=region.student, placed=True)
    f.ApplicationFactory(project=make(title="Nee"), student=region.student, declined=True)
    f.MatchingRoundFactory(runs=[region.run])  # in preparation: not for students
    return round_, asked, running


def fetch(login, student):
    address = services.open_calendar(actor=student).calendar_path
    return login(None).get(address)


def test_the_feed_reads_without_a_log_in(region, dated, login):
    round_, asked, running = dated
    answer = fetch(login, region.student)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    raw = answer.content
    assert raw.startswith(b"BEGIN:VCALENDAR\r\n") and raw.endswith(b"END:VCALENDAR\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n") and all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert rb"Ronde\; voorjaar\, 2026" in raw.replace(b"\r\n ", b"")
    events = Calendar.from_ical(raw).walk("VEVENT")
    found = {(str(event["summary"]), event.decoded("dtstart")) for event in events}
    assert found == {
        ("Laatste dag om te kiezen: Ronde; voorjaar, 2026", round_.closes_on),
        ("Je hoort je team: Ronde; voorjaar, 2026", round_.publishes_on),
        (f"Aanmelden sluit: {asked.title}", asked.closing_date),
        (f"Het team begint: {asked.title}", asked.starts),
        (f"Het team is klaar: {asked.title}", asked.ends),
        ("Het team begint: Kas", running.starts),
        ("Het team is klaar: Kas", running.ends),
    }
    assert all(event["dtstart"].params["VALUE"] == "DATE" and event.get("dtstamp") for event in events)


@pytest.mark.parametrize(
    ("status", "left"),
    [
        ("open", {"Laatste dag om te kiezen", "Je hoort je team"}),
        ("closed", {"Je hoort je team"}),
        ("published", set()),
    ],
)
def test_days_of_a_round_that_went_sooner_than_planned_are_left_out(status, left, region, dated):
    round_, *_projects = dated
    type(round_).objects.filter(pk=round_.pk).update(status=status)
    about = lambda: {day.label for day in days_of(region.student) if day.about == round_}
    assert about() == left
    planned = {"opens_on": 3, "closes_on": 2, "publishes_on": 1}
    was = {name: clock.today() - timedelta(days=days) for name, days in planned.items()}
    type(round_).objects.filter(pk=round_.pk).update(**was)
    assert about() == {"Laatste dag om te kiezen", "Je hoort je team"}  # it was so


def test_identifiers_stay(region, dated, login):
    first, second = fetch(login, region.student).content, fetch(login, region.student).content
    assert first == second
    uids = [str(event["uid"]) for event in Calendar.from_ical(first).walk("VEVENT")]
    assert len(set(uids)) == len(uids) == 7


def test_a_new_address_ends_the_old_one(region, dated, login):
    old = services.open_calendar(actor=region.student).calendar_path
    assert services.open_calendar(actor=region.student).calendar_path == old
    answer = login(region.student).post("/projecten/profiel/agenda/", {"do": "renew"}, follow=True)
    new = Profile.objects.get(student=region.student).calendar_path
    assert new != old and new in answer.content.decode()
    assert login(None).get(old).status_code == 404 and login(None).get(new).status_code == 200


def test_the_feed_speaks_the_students_language(region, dated, login):
    region.student.language = "en"
    region.student.save()
    assert b"Laatste dag" not in fetch(login, region.student).content
