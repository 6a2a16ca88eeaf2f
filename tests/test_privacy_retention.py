"""What goes by itself, and when: each rule on the day before, the day itself, and twice."""

import time
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from pghistory.models import Context

from oil_portal.celery import app
from oil_portal.core import clock
from oil_portal.core.models import IdleWarning, Letter, Notice, RetentionRun
from oil_portal.core.timeline import record, timeline_of
from oil_portal.privacy import retention
from oil_portal.privacy.erase import histories, is_erased
from oil_portal.tasks import carry_out_retention
from partners.models import User
from projects.models import Achievement, Application, Contribution, Feedback
from projects.services import decline
from tests import factories as f

pytestmark = pytest.mark.django_db


def later(day, **span) -> datetime:
    """Noon, some time after a day."""
    return clock.now().replace(year=day.year, month=day.month, day=day.day, hour=12) + timedelta(**span)


def fresh(obj):
    return type(obj).objects.get(pk=obj.pk)


# --- Rejected applications --------------------------------------------------------------------------------------
@pytest.fixture
def rejected(region, make):
    """Declined by the coach with a remark, in a project that goes on with somebody else."""
    project = make()
    application = f.ApplicationFactory(project=project, student=region.student, motivation="Ik meet graag.")
    decline(application=application, actor=region.teacher, remark="Sam, kijk ook bij de kas.")
    f.ApplicationFactory(project=project, student=region.other_student, placed=True)
    return application


def test_a_rejected_application_loses_its_person_after_four_weeks(rejected, region):
    project = rejected.project
    with clock.at(later(project.ends, days=28)):
        assert retention.forget_rejected() == (0, 0)
    assert fresh(rejected).student == region.student
    with clock.at(later(project.ends, days=29)):
        assert retention.forget_rejected() == (1, 0)
        assert retention.forget_rejected() == (0, 0)
    left = fresh(rejected)
    assert is_erased(left.student) and left.motivation == "" and left.status == "declined"
    assert project.applications.values("student").distinct().count() == 2  # as many people as before
    assert project.team().get().student == region.other_student
    assert not any(entry.remark for entry in timeline_of(rejected))
    assert not Notice.objects.filter(recipient=region.student, entry__in=timeline_of(rejected)).exists()
    history = histories()[Application].objects.filter(pgh_obj_id=rejected.pk)
    assert history.exists() and not history.filter(student_id=region.student.pk).exists()
    assert set(history.values_list("motivation", flat=True)) == {""}


def test_of_a_project_without_a_team_the_end_is_its_closing_date(region, make):
    project = make(cancelled=True)
    application = f.ApplicationFactory(project=project, student=region.student, declined=True)
    with clock.at(later(project.closing_date, days=29)):
        assert retention.forget_rejected() == (1, 0)
    assert is_erased(fresh(application).student)


def test_who_got_a_seat_after_all_keeps_the_name(region, make):
    project = make(running=True)
    f.ApplicationFactory(project=project, student=region.student, declined=True)
    f.ApplicationFactory(project=project, student=region.student, placed=True)
    with clock.at(later(project.ends, days=60)):
        assert retention.forget_rejected() == (0, 0)


# --- Projects ---------------------------------------------------------------------------------------------------
def test_after_two_years_a_project_names_nobody(region, make):
    project = make(completed=True)
    seat = f.ApplicationFactory(project=project, student=region.student, placed=True)
    reached = f.AchievementFactory(project=project, student=region.student, goal=region.goals[0], reached=True)
    given = f.ContributionFactory(project=project, partner=region.company, by=region.contact)
    said = Feedback.objects.create(project=project, side="company", author=region.contact, good="Fijn.", again=True)
    with clock.at(later(project.ends, days=729)):
        assert retention.forget_projects() == (0, 0)
    with clock.at(later(project.ends, days=732)):
        assert retention.forget_projects() == (2, 0)
        assert retention.forget_projects() == (0, 0)
    nobody = fresh(seat).student
    assert is_erased(nobody) and fresh(reached).student == nobody and fresh(reached).achieved
    assert is_erased(fresh(given).by) and fresh(given).by == fresh(said).author != nobody
    assert project.team().count() == 1 and User.objects.filter(pk=region.student.pk, is_active=True).exists()
    for model, who in ((Application, "student"), (Achievement, "student"), (Contribution, "by"), (Feedback, "author")):
        named = histories()[model].objects.filter(**{f"{who}__in": [region.student.pk, region.contact.pk]})
        assert not named.exists(), model


def test_two_projects_of_one_student_get_two_strangers(region, make):
    seats = [f.ApplicationFactory(project=make(completed=True), student=region.student, placed=True) for _one in "ab"]
    with clock.at(later(seats[1].project.ends, days=800)):
        retention.forget_projects()
    assert fresh(seats[0]).student != fresh(seats[1]).student


# --- Audit ------------------------------------------------------------------------------------------------------
def test_the_audit_goes_after_a_year_and_is_append_only_before(region):
    history = histories()[User]
    assert history.objects.filter(pgh_obj_id=region.student.pk).exists()
    Context.objects.create(id="00000000-0000-0000-0000-000000000001", metadata={"user": 1})
    with clock.at(clock.now() + timedelta(days=364)):
        assert retention.forget_audit() == (0, 0)
    with clock.at(clock.now() + timedelta(days=366)):
        gone, _waiting = retention.forget_audit()
    assert gone > 10 and not history.objects.exists() and not Context.objects.exists()
    region.student.first_name = "Anders"
    region.student.save()
    with pytest.raises(Exception, match="Cannot"):
        history.objects.all().delete()


# --- Accounts that nobody uses ----------------------------------------------------------------------------------
@pytest.fixture
def sleeper(region):
    """Somebody who came once and never again."""
    return f.UserFactory(email="slaper@mail.example", date_joined=clock.now(), language="nl")


def test_an_idle_account_is_warned_and_goes_a_month_later(sleeper, mailoutbox, django_capture_on_commit_callbacks):
    begun = clock.now()
    with clock.at(begun + timedelta(days=729)):
        retention.forget_idle()
    assert not IdleWarning.objects.filter(user=sleeper).exists()
    with clock.at(begun + timedelta(days=732)), django_capture_on_commit_callbacks(execute=True):
        retention.forget_idle()
        retention.forget_idle()
    mails = [mail for mail in mailoutbox if mail.to == ["slaper@mail.example"]]
    assert len(mails) == 1 and mails[0].subject == "Wil je je account houden?"
    assert reverse("start") in mails[0].body
    with clock.at(begun + timedelta(days=732 + 30)):
        retention.forget_idle()
    assert not is_erased(fresh(sleeper))
    with clock.at(begun + timedelta(days=732 + 31)):
        retention.forget_idle()
    assert is_erased(fresh(sleeper))


def test_who_logs_in_after_the_warning_stays(sleeper):
    begun = clock.now()
    with clock.at(begun + timedelta(days=732)):
        retention.forget_idle()
    User.objects.filter(pk=sleeper.pk).update(last_login=begun + timedelta(days=740))
    with clock.at(begun + timedelta(days=800)):
        retention.forget_idle()
    assert not is_erased(fresh(sleeper)) and not IdleWarning.objects.filter(user=sleeper).exists()


def test_who_answers_by_mail_is_not_idle(sleeper, region):
    begun = clock.now()
    with clock.at(begun + timedelta(days=700)):
        record(f.ChallengeFactory(), "edit", actor=sleeper)
    with clock.at(begun + timedelta(days=800)):
        retention.forget_idle()
    assert not IdleWarning.objects.filter(user=sleeper).exists()


def test_a_last_contact_who_never_comes_waits_for_staff(region):
    begun = clock.now()
    with clock.at(begun + timedelta(days=740)):
        retention.forget_idle()
    with clock.at(begun + timedelta(days=780)):
        _gone, waiting = retention.forget_idle()
    assert waiting >= 1 and not is_erased(fresh(region.contact))


def test_staff_is_never_idle(world):
    with clock.at(clock.now() + timedelta(days=1000)):
        retention.forget_idle()
    assert not IdleWarning.objects.filter(user=world.admin).exists()


# --- The beat and its report ------------------------------------------------------------------------------------
def test_old_sessions_and_mails_that_failed_go(region, login):
    login(region.student)
    Letter.objects.create(to="weg@mail.example", language="nl", template="x", failed_at=clock.now())
    assert retention.forget_leftovers() == (0, 0)
    with clock.at(clock.now() + timedelta(days=31)):
        assert retention.forget_leftovers() == (2, 0)
    assert not Session.objects.exists() and not Letter.objects.exists()


def test_the_beat_carries_out_every_rule_and_reports(rejected, world, login):
    planned = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert carry_out_retention.name in planned
    with clock.at(later(rejected.project.ends, days=40)):
        carry_out_retention()
    assert set(RetentionRun.objects.values_list("rule", flat=True)) == set(retention.RULES)
    assert RetentionRun.objects.get(rule="rejected").removed >= 1
    page = login(world.admin).get(reverse("privacy_register")).content.decode()
    for words, _rule in retention.RULES.values():
        assert str(words) in page
    assert world.student.email not in page


def test_a_rule_that_fails_is_written_down_and_stops_no_other(region, monkeypatch):
    def broken():
        User.objects.filter(pk=region.student.pk).update(first_name="Half")
        raise RuntimeError("stuk")

    rules = {"rejected": ("stuk", broken), "leftovers": retention.RULES["leftovers"]}
    monkeypatch.setattr(retention, "RULES", rules)
    with pytest.raises(RuntimeError):
        retention.carry_out()
    assert RetentionRun.objects.get(rule="rejected").problem == "RuntimeError"
    assert RetentionRun.objects.filter(rule="leftovers").exists()
    assert fresh(region.student).first_name != "Half"


@pytest.mark.parametrize(
    ("name", "value"),
    [("REJECTED_WEEKS", 4), ("PROJECT_YEARS", 2), ("AUDIT_DAYS", 365), ("IDLE_YEARS", 2), ("WARNING_DAYS", 30)],
)
def test_the_promised_terms_are_settings(settings, name, value):
    assert getattr(settings, f"RETENTION_{name}") == value


def test_another_term_counts_at_once(rejected, settings):
    settings.RETENTION_REJECTED_WEEKS = 8
    with clock.at(later(rejected.project.ends, days=40)):
        assert retention.forget_rejected() == (0, 0)


def test_two_hundred_applications_take_seconds(region, make):
    project = make(completed=True)
    people = User.objects.bulk_create([User(email=f"p{number}@mail.example") for number in range(200)])
    Application.objects.bulk_create(
        [Application(project=project, student=person, motivation="x", status="declined") for person in people]
    )
    begun = time.monotonic()
    with clock.at(later(project.ends, days=40)):
        assert retention.forget_rejected() == (200, 0)
    assert time.monotonic() - begun < 30
