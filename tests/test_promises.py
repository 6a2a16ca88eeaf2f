"""The answer promise: asked with a term, shown, reminded of, answered with one tap, closed when nobody did."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from challenges.services.talk import answer_question
from oil_portal.answers import beat
from oil_portal.core import clock, promises
from oil_portal.core.models import Letter, Notice, Promise, TimelineEntry
from oil_portal.core.timeline import due
from oil_portal.worklists import work_items
from partners import services as partners
from partners.rates import rates_of
from projects import services as projects
from tests.factories_promises import ANSWERS, KINDS, MONDAY, at, make, stated, token_page
from tests.helpers import heard

each_kind = pytest.mark.parametrize("kind", KINDS)


# --- Asked and answered -----------------------------------------------------------------------------------------
@each_kind
def test_a_question_is_asked_once_with_a_day(region, kind):
    with clock.at(MONDAY):
        obj, promise = make(region, kind)
        assert (promise.kind, promise.side) == (kind, KINDS[kind][1])
        owner = KINDS[kind][2]
        assert promise.partner == (getattr(region, owner).pk if owner else None)
        assert due(obj) == promise.due > clock.today()


@each_kind
def test_an_answer_ends_it(region, kind):
    with clock.at(MONDAY):
        obj, promise = make(region, kind)
        ANSWERS[kind](region, obj)
        promise.refresh_from_db()
    assert promise.answered_at == MONDAY and not promise.lapsed_at and not promise.dropped_at


def test_what_the_asker_takes_back_is_no_answer(region):
    with clock.at(MONDAY):
        application, promise = make(region, "projects.application:submitted")
        projects.withdraw(application=application, actor=region.student)
        promise.refresh_from_db()
        assert promise.dropped_at and not promise.answered_at
        assert rates_of() == {}


def test_a_new_closing_date_moves_the_answer(region):
    with clock.at(MONDAY):
        application, promise = make(region, "projects.application:submitted")
        later = application.project.closing_date + timedelta(days=4)
        projects.edit_project(project=application.project, actor=region.teacher, closing_date=later)
        promise.refresh_from_db()
    assert promise.due == later + timedelta(days=14)


@each_kind
def test_a_year_of_days(region, kind):
    """A term of working days ends on a working day of that side, and never earlier than without holidays."""
    flow = promises.term_of(kind)
    if flow.until:
        pytest.skip("follows a date of its own")
    obj, _promise = make(region, kind)
    side, partner = flow.who(obj)
    for number in range(365):
        day = date(2026, 1, 1) + timedelta(days=number)
        with at(day):
            last = promises.last_day(flow, obj, side, partner)
        school = side == "school"
        assert clock.is_working_day(last, school=school)
        assert clock.working_days_between(day, last, school=school) == flow.days
        assert last >= clock.working_days_after(day, flow.days)


def test_the_school_has_its_holidays_and_the_company_not(region):
    with at(date(2026, 12, 16)):
        _given, school = make(region, "projects.contribution:stated")
        _question, company = make(region, "challenges.question:asked")
    assert company.due == date(2026, 12, 23)
    assert school.due == clock.working_days_after(date(2026, 12, 16), 10, school=True) > date(2027, 1, 8)


# --- A pause ----------------------------------------------------------------------------------------------------
def test_a_pause_moves_the_day_and_its_end_moves_it_back(region):
    with clock.at(MONDAY):
        _obj, promise = make(region, "challenges.assignment:sent")
        assert promise.due == date(2026, 3, 9)
        partners.pause_partner(partner=region.company, actor=region.contact, until=date(2026, 3, 20))
        promise.refresh_from_db()
        assert promise.due == date(2026, 3, 27)  # five working days after the pause
    with at(date(2026, 3, 4)):
        partners.pause_partner(partner=region.company, actor=region.contact, until=None)
        promise.refresh_from_db()
        assert promise.due == date(2026, 3, 10)  # five working days from that day on


def test_what_is_asked_during_a_pause_counts_from_its_end(region):
    with clock.at(MONDAY):
        partners.pause_partner(partner=region.company, actor=region.contact, until=date(2026, 3, 20))
        _obj, promise = make(region, "challenges.assignment:sent")
        assert promise.due == date(2026, 3, 27)


def test_a_pause_does_not_undo_what_is_late(region):
    with clock.at(MONDAY):
        _obj, promise = make(region, "challenges.assignment:sent")
    with at(date(2026, 3, 10)):
        partners.pause_partner(partner=region.company, actor=region.contact, until=date(2026, 3, 20))
    promise.refresh_from_db()
    assert promise.due == date(2026, 3, 9)


# --- Reminders --------------------------------------------------------------------------------------------------
@each_kind
def test_reminded_two_days_before_and_on_the_day(region, kind, django_capture_on_commit_callbacks):
    with clock.at(MONDAY):
        _obj, promise = make(region, kind)
    Letter.objects.all().delete()
    mail.outbox.clear()
    school = promise.school
    first = next(
        day for number in range(60)
        if clock.is_working_day(day := MONDAY.date() + timedelta(days=number), school=school)
        and clock.working_days_after(day, 2, school=school) >= promise.due
    )  # fmt: skip
    told = []
    for number in range(1, (promise.due - MONDAY.date()).days + 1):
        day = MONDAY.date() + timedelta(days=number)
        with at(day), django_capture_on_commit_callbacks(execute=True):
            beat.remind()
            beat.remind()  # twice an hour is once
        if mail.outbox:
            told.append(day)
            mail.outbox.clear()
    on_the_day = clock.is_working_day(promise.due, school=school)
    assert told == ([first, promise.due] if on_the_day else [first])
    promise.refresh_from_db()
    assert promise.reminders == len(told)


def test_a_reminder_is_fresh_on_the_work_list_and_has_its_day(region):
    with clock.at(MONDAY):
        _obj, promise = make(region, "challenges.question:asked")
        (before,) = [item for item in work_items(region.contact) if "question" in item.key]
        assert before.until == promise.due
    with at(promise.due):
        beat.remind()
        (after,) = [item for item in work_items(region.contact) if "question" in item.key]
    assert before.key != after.key


def test_many_hours_of_one_project_are_one_reminder(region):
    with clock.at(MONDAY):
        given = stated(region)
        projects.give(project=given.project, actor=region.contact, partner=region.company, day=clock.today(), hours="3")
    with at(Promise.objects.of(given).get().due):
        beat.remind()
    assert Notice.objects.filter(recipient=region.teacher, entry__event="remind").count() == 1


def test_nobody_is_reminded_of_what_was_answered(region, django_capture_on_commit_callbacks):
    """The letter waited for the mail server; a colleague answered first."""
    with clock.at(MONDAY):
        obj, promise = make(region, "challenges.question:asked")
    with at(promise.due):
        beat.remind()  # the transaction of this test never ends, so that the letter waits
        assert heard(region.contact, "remind") and Letter.objects.filter(to=region.contact.email).exists()
        answer_question(question=obj, actor=region.contact, text="Diep.", public=True)
    assert not heard(region.contact, "remind") and not heard(region.contact, "ask")
    assert not Letter.objects.filter(to=region.contact.email).exists()


# --- One tap ----------------------------------------------------------------------------------------------------
TAPS = {
    "challenges.assignment:sent": ({"action": "agree"}, "contact"),
    "challenges.question:asked": ({"action": "answer"}, "contact"),
    "partners.membership:requested": ({"action": "confirm"}, "contact"),
    "projects.contribution:stated": ({"action": "confirm"}, "teacher"),
    "partners.invitation:sent": ({"action": "refuse"}, None),
}


@pytest.mark.parametrize("kind", TAPS)
def test_one_tap_answers_once_and_reading_changes_nothing(region, client, kind):
    obj, promise = make(region, kind)
    data, who = TAPS[kind]
    if kind == "challenges.question:asked":
        data = data | {f"antwoord-{obj.pk}-answer": "Twee meter.", f"antwoord-{obj.pk}-public": "True"}
    if kind == "projects.contribution:stated":
        data = data | {"given": f"{obj.pk}:{obj.fingerprint}"}
    url = token_page(promise, getattr(region, who) if who else None)
    entries = TimelineEntry.objects.count()
    page = client.get(url)
    assert page.status_code == 200 and page.headers["Cache-Control"].count("no-store")
    assert client.head(url).status_code == 200
    promise.refresh_from_db()
    assert promise.is_open and TimelineEntry.objects.count() == entries
    assert client.post(url, data).status_code == 200
    promise.refresh_from_db()
    assert promise.answered_at
    entries = TimelineEntry.objects.count()
    again = client.post(url, data)
    assert again.status_code == 409 and "Dit is al beantwoord" in again.content.decode()
    assert "Dit is al beantwoord" in client.get(url).content.decode()
    assert TimelineEntry.objects.count() == entries


def test_the_mail_leads_to_the_page(region, client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        make(region, "challenges.assignment:sent")
    (message,) = [each for each in mail.outbox if each.to == [region.contact.email]]
    path = re.search(r"https?://[^/]+(/antwoord/\S+)", message.body).group(1)
    page = client.get(path).content.decode()
    assert "Ga je akkoord met deze opdracht?" in page and "Uiterlijk" not in page
    assert client.post(path, {"action": "ask_change", "remark": ""}).status_code == 422
    assert client.post(path, {"action": "ask_change", "remark": "Korter graag."}).status_code == 200
    assert heard(region.teacher, "ask_change")


def test_who_left_answers_no_more(region, client):
    _obj, promise = make(region, "challenges.assignment:sent")
    url = token_page(promise, region.contact)
    region.contact.memberships.update(status="ended")
    assert client.get(url).status_code == 403
    assert client.post(url, {"action": "agree"}).status_code == 403
    region.contact.is_active = False
    region.contact.save()
    assert client.get(url).status_code == 404


def test_a_token_is_of_one_person_and_one_promise(region, client):
    _obj, promise = make(region, "challenges.assignment:sent")
    assert client.get(token_page(promise, region.other_contact)).status_code == 403
    assert client.get(token_page(promise, region.contact)[:-2] + "x/").status_code == 404
    assert client.get(reverse("answer", args=["onzin"])).status_code == 404


def test_hours_that_were_corrected_are_not_confirmed_unseen(region, client):
    given, promise = make(region, "projects.contribution:stated")
    url = token_page(promise, region.teacher)
    page = client.post(url, {"action": "confirm", "given": f"{given.pk}:oud"})
    assert page.status_code == 422 and "net verbeterd" in page.content.decode()
    given.refresh_from_db()
    assert given.status == "stated"


def test_what_one_tap_cannot_do_leads_to_its_page(region, client):
    challenge, promise = make(region, "challenges.challenge:submitted")
    answer = client.get(token_page(promise, region.broker))
    assert (answer.status_code, answer.url) == (302, challenge.get_absolute_url())
