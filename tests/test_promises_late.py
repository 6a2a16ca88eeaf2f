"""The answer promise: what happens when nobody answered, how often a partner does, and the question to pause."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from challenges import services as challenges
from challenges.services.talk import answer_question
from oil_portal.answers import beat
from oil_portal.core import clock
from oil_portal.core.models import Notice, Promise, TimelineEntry
from oil_portal.tasks import keep_promises
from oil_portal.worklists import work_items
from partners import services as partners
from partners.rates import rates_of
from tests.factories_promises import KINDS, MONDAY, at, make
from tests.helpers import heard

each_kind = pytest.mark.parametrize("kind", KINDS)


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
