"""The answer promise: asked with a term, shown, reminded of, answered with one tap, closed when nobody did."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from challenges import services as challenges
from challenges.services.talk import answer_question, ask
from oil_portal.answers import beat
from oil_portal.core import clock, promises
from oil_portal.core.models import Letter, Notice, Promise, TimelineEntry
from oil_portal.core.timeline import due
from oil_portal.tasks import keep_promises
from oil_portal.worklists import work_items
from partners import services as partners
from partners.rates import rates_of
from projects import services as projects
from tests import factories as f
from tests.helpers import heard

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


def at(day: date):
    return clock.at(datetime(day.year, day.month, day.day, 10, tzinfo=UTC))


def submitted(region):
    returned = f.ChallengeFactory(returned=True, partner=region.company, contact=region.contact)
    return challenges.submit_challenge(challenge=returned, actor=region.contact)


def sent(region):
    made = f.AssignmentFactory(
        challenge__accepted=True, challenge__partner=region.company, challenge__contact=region.contact,
        challenge__translator=region.teacher, goals=region.goals,
    )  # fmt: skip
    return challenges.send_assignment(assignment=made, actor=region.teacher)


def question(region):
    challenge = f.ChallengeFactory(accepted=True, partner=region.company, translator=region.teacher)
    return ask(challenge=challenge, actor=region.student, text="Hoe diep is het gat?")


def requested(region):
    return partners.request_membership(actor=region.newcomer, partner=region.company, role="contact")


def registered(region):
    return partners.register_partner(actor=region.newcomer, name="Nieuw Bedrijf", kind="company", kvk="12345678")


def running(region):
    return f.ProjectFactory(
        running=True, assignment__challenge__partner=region.company, assignment__challenge__translator=region.teacher,
        run=region.run, coach=region.teacher, starts=clock.today() - timedelta(days=9),
        closing_date=clock.today() - timedelta(days=20), ends=clock.today() + timedelta(days=60),
    )  # fmt: skip


def stated(region):
    project = running(region)
    return projects.give(project=project, actor=region.contact, partner=region.company, day=clock.today(), hours="2.00")


def applied(region):
    project = f.ProjectFactory(run=region.run, coach=region.teacher, closing_date=clock.today() + timedelta(days=10))
    return projects.apply(project=project, actor=region.student, motivation="Ik wil dit graag leren.")


def invited(region):
    return partners.invite(actor=region.contact, partner=region.company, email="gast@mail.example", role="contact")


KINDS = {
    "challenges.challenge:submitted": (submitted, "broker", None),
    "challenges.assignment:sent": (sent, "company", "company"),
    "challenges.question:asked": (question, "company", "company"),
    "partners.membership:requested": (requested, "company", "company"),
    "partners.partner:submitted": (registered, "broker", None),
    "projects.contribution:stated": (stated, "school", "school"),
    "projects.application:submitted": (applied, "school", "school"),
    "partners.invitation:sent": (invited, "person", None),
}
ANSWERS = {
    "challenges.challenge:submitted": lambda r, o: challenges.accept_challenge(challenge=o, actor=r.broker),
    "challenges.assignment:sent": lambda r, o: challenges.answer_assignment(
        assignment=o, actor=r.contact, action="agree"
    ),
    "challenges.question:asked": lambda r, o: answer_question(question=o, actor=r.contact, text="Diep.", public=True),
    "partners.membership:requested": lambda r, o: partners.answer_membership(
        membership=o, actor=r.contact, action="confirm"
    ),
    "partners.partner:submitted": lambda r, o: partners.review_partner(partner=o, actor=r.broker, action="accept"),
    "projects.contribution:stated": lambda r, o: projects.confirm_contributions(given=[o], actor=r.teacher),
    "projects.application:submitted": lambda r, o: projects.decline(application=o, actor=r.teacher, remark="Vol."),
    "partners.invitation:sent": lambda r, o: partners.refuse_invitation(invitation=o),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


def make(region, kind):
    obj = KINDS[kind][0](region)
    return obj, Promise.objects.of(obj).open().get()


def token_page(promise, user) -> str:
    return promises.answer_url(promise, user)


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
        sent(region)
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


# --- Nobody answered --------------------------------------------------------------------------------------------
def after(promise) -> date:
    """The first day on which the grace is over."""
    return clock.working_days_after(promise.due, beat.GRACE + 1, school=promise.school)


@each_kind
def test_it_closes_once_after_its_grace(region, kind):
    if kind == "projects.application:submitted":
        pytest.skip("projects.close_due_projects answers applications")
    with clock.at(MONDAY):
        _obj, promise = make(region, kind)
    with at(after(promise) - timedelta(days=1)):
        beat.close()
        promise.refresh_from_db()
        assert promise.is_open
    with at(after(promise)):
        keep_promises()
        promise.refresh_from_db()
        assert promise.lapsed_at
        entries = TimelineEntry.objects.count()
        keep_promises()
    assert TimelineEntry.objects.count() == entries


def test_an_assignment_goes_back_and_its_version_stays(region):
    with clock.at(MONDAY):
        assignment, promise = make(region, "challenges.assignment:sent")
    with at(after(promise)):
        beat.close()
    assignment.refresh_from_db()
    assert (assignment.status, assignment.version) == ("draft", 2)
    assert assignment.versions.get().number == 1
    told = Notice.objects.get(recipient=region.teacher, entry__event="lapse").entry
    assert "Bel het bedrijf" in told.remark and heard(region.contact, "late")
    assert Promise.objects.of(assignment).open().get().side == "school"


def test_a_question_is_let_go_and_may_still_be_answered(region, login):
    with clock.at(MONDAY):
        asked, promise = make(region, "challenges.question:asked")
    with at(after(promise)):
        beat.close()
        assert heard(region.student, "lapse") and heard(region.contact, "late")
        assert not [item for item in work_items(region.contact) if "question" in item.key]
        page = login(region.student).get(asked.challenge.get_absolute_url()).content.decode()
        assert "antwoordde niet op tijd" in page
        answer_question(question=asked, actor=region.contact, text="Toch nog.", public=True)
    assert heard(region.student, "answer")


def test_a_request_is_passed_on_and_then_closed_with_whom_to_call(region):
    with clock.at(MONDAY):
        membership, promise = make(region, "partners.membership:requested")
    with at(after(promise)):
        beat.close()
        second = Promise.objects.of(membership).open().get()
        assert (second.side, second.turn, second.partner) == ("broker", 2, None)
        assert heard(region.broker, "pass_on") and heard(region.newcomer, "pass_on")
    with at(after(second)):
        beat.close()
    membership.refresh_from_db()
    assert membership.status == "declined"
    assert "Bel het projectbureau" in Notice.objects.get(recipient=region.newcomer, entry__event="lapse").entry.remark


def test_a_review_is_never_closed_on_the_company(region):
    with clock.at(MONDAY):
        challenge, promise = make(region, "challenges.challenge:submitted")
    for turn in (2, 3):
        with at(after(promise)):
            beat.close()
            promise = Promise.objects.of(challenge).open().get()
            assert promise.turn == turn and promise.due > clock.today()
    challenge.refresh_from_db()
    assert challenge.status == "submitted"
    told = Notice.objects.get(recipient=region.contact, entry__event="late").entry
    assert "Sorry" in told.remark and heard(region.broker, "late")


def test_hours_stay_as_stated(region):
    with clock.at(MONDAY):
        given, promise = make(region, "projects.contribution:stated")
    with at(after(promise)):
        beat.close()
    given.refresh_from_db()
    assert given.status == "stated" and heard(region.contact, "late") and heard(region.teacher, "late")


def test_the_portal_answers_applicants_in_the_teachers_place(region):
    from projects.tasks import close_due_projects

    with clock.at(MONDAY):
        _application, promise = make(region, "projects.application:submitted")
    with at(promise.due + timedelta(days=1)):
        close_due_projects()
        promise.refresh_from_db()
        assert promise.lapsed_at
        assert rates_of()[region.school.pk].percent == 0


def test_one_broken_closing_keeps_nobody_waiting(region, monkeypatch):
    with clock.at(MONDAY):
        _obj, first = make(region, "challenges.assignment:sent")
        _obj, second = make(region, "challenges.question:asked")

    def broken(**_values):
        raise RuntimeError

    monkeypatch.setattr(challenges, "let_assignment_lapse", broken)
    with at(after(first)):
        beat.close()
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.is_open and second.lapsed_at


def test_what_is_gone_is_let_go(region):
    with clock.at(MONDAY):
        given, promise = make(region, "projects.contribution:stated")
    given._meta.model.objects.filter(pk=given.pk).delete()
    with at(after(promise)):
        beat.remind()
        beat.close()
    promise.refresh_from_db()
    assert promise.dropped_at


# --- Rates and the question to pause -----------------------------------------------------------------------------
def lets_wait(region) -> None:
    with clock.at(MONDAY):
        for _number in range(3):
            _obj, promise = make(region, "challenges.assignment:sent")
    with at(after(promise)):
        beat.close()


def test_who_lets_people_wait_is_asked_to_pause_once_a_quarter(region, login):
    lets_wait(region)
    day = date(2026, 4, 1)
    with at(day):
        assert beat.ask_to_pause() == 1
        assert beat.ask_to_pause() == 0
        assert heard(region.contact, "ask_pause") and heard(region.broker, "ask_pause")
        page = login(region.contact).get(reverse("company")).content.decode()
        assert "Neem dan pauze" in page and "0% in het laatste jaar" in page
        for who, sees in (("broker", True), ("contact", True), ("teacher", False), ("other_contact", False)):
            page = login(getattr(region, who)).get(region.company.get_absolute_url()).content.decode()
            assert ("Antwoord op tijd" in page) == sees, who
    with at(day + timedelta(days=92)):
        assert beat.ask_to_pause() == 1


def test_who_pauses_is_not_asked(region):
    lets_wait(region)
    with at(date(2026, 4, 1)):
        partners.pause_partner(partner=region.company, actor=region.contact, until=date(2026, 5, 1))
        assert beat.ask_to_pause() == 0


def test_two_late_answers_are_no_reason(region):
    lets_wait(region)
    Promise.objects.filter(lapsed_at__isnull=False).first().delete()
    with at(date(2026, 4, 1)):
        assert beat.ask_to_pause() == 0


def test_merging_takes_what_was_asked_along(region):
    lets_wait(region)
    partners.merge_partner(keep=region.other_company, gone=region.company, actor=region.broker)
    with at(date(2026, 4, 1)):
        assert rates_of()[region.other_company.pk].asked == 3
