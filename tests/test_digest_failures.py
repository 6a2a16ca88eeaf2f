"""When something breaks: nothing is lost, nothing is told twice, and what failed is there for staff to see."""

import math
import smtplib
import threading
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import DataError, IntegrityError, connection, transaction

from oil_portal.core import clock
from oil_portal.core.mail import MOST_REFUSALS, WAITS, Line, retry
from oil_portal.core.models import DigestDelivery, Letter, MailAddress, Notice
from oil_portal.core.tasks import send_letters
from oil_portal.core.timeline import notify, record
from oil_portal.digests import collect, content, ledger, plan, release_lost, send_planned, sending
from oil_portal.digests.sending import Book, send_batch
from oil_portal.tasks import plan_digests
from partners.models import User
from tests import factories as f

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))


@pytest.fixture(autouse=True)
def monday():
    with clock.at(MONDAY):
        yield


@pytest.fixture
def server(monkeypatch):
    """server(error, error, None, …): what the mail server does with the next mails; after that it takes all."""
    answers = []

    class Server(EmailBackend):
        def send_messages(self, messages):
            answer = answers.pop(0) if answers else None
            if answer is not None:
                raise answer
            return super().send_messages(messages)

    monkeypatch.setattr("oil_portal.core.mail.get_connection", Server)
    return lambda *errors: answers.extend(errors)


def delivery_for(user, period: str = "2026-W10") -> DigestDelivery:
    return DigestDelivery.objects.create(user=user, period=period, week=period)


def after(**later):
    """That much later; what waits is tried."""
    with clock.at(MONDAY + timedelta(**later)):
        send_planned()


def no_such_person(code: int = 550) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"x@y.nl": (code, b"no such person")})


HUNG_UP = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")


# --- What the mail server says -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (no_such_person(450), "refused"),
        (smtplib.SMTPDataError(451, b"busy"), "refused"),
        (HUNG_UP, "unreachable"),
        (TimeoutError("timed out"), "unreachable"),
        (smtplib.SMTPSenderRefused(421, b"closing", "portal@oil.example"), "unreachable"),
    ],
)
def test_trouble_that_passes_is_tried_again_and_told_once(region, news, server, error, reason):
    news(region.contact, 3)
    delivery = delivery_for(region.contact)
    server(error)
    send_planned()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, delivery.attempts) == ("planned", reason, 1)
    assert delivery.detail
    assert mail.outbox == []
    assert Notice.objects.filter(told_at=None).count() == 3
    after(minutes=4)
    assert mail.outbox == []  # not yet
    after(minutes=6)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, delivery.items) == ("sent", "", 3)
    assert len(mail.outbox) == 1


def test_after_the_last_try_it_has_failed_until_staff_tries_again(region, news, server):
    news(region.contact)
    delivery = delivery_for(region.contact)
    server(*[no_such_person(450)] * (len(WAITS) + 1))
    for day in range(len(WAITS) + 2):
        after(days=day)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("failed", len(WAITS) + 1)
    assert "no such person" in delivery.detail
    assert retry(DigestDelivery.objects.all()) == 1
    send_planned()
    delivery.refresh_from_db()
    assert (delivery.state, len(mail.outbox)) == ("sent", 1)


def test_a_mail_that_is_refused_for_good_is_not_tried_again(region, news, server):
    news(region.contact)
    delivery = delivery_for(region.contact)
    server(smtplib.SMTPDataError(554, b"looks like spam"))
    send_planned()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("failed", 1)
    assert not MailAddress.objects.exists()  # it says nothing of the address


def test_an_address_that_takes_no_mail_is_set_aside_and_gets_another_chance(region, news, server):
    news(region.contact)
    server(*[no_such_person()] * MOST_REFUSALS)
    for week in range(10, 10 + MOST_REFUSALS):
        delivery_for(region.contact, f"2026-W{week}")
        send_planned()
    assert MailAddress.objects.get().set_aside_at == MONDAY
    skipped = delivery_for(region.contact, "2026-W20")
    send_planned()
    skipped.refresh_from_db()
    assert (skipped.state, skipped.reason) == ("skipped", "address")
    assert Notice.objects.filter(told_at=None).exists()  # it is still there to be told
    retry(DigestDelivery.objects.filter(period="2026-W12"))
    assert not MailAddress.objects.exists()


def test_a_mail_that_is_taken_forgets_earlier_refusals(region, news, server):
    news(region.contact)
    server(no_such_person())
    delivery_for(region.contact, "2026-W09")
    send_planned()
    assert MailAddress.objects.get().refusals == 1
    delivery_for(region.contact)
    send_planned()
    assert not MailAddress.objects.exists()


def test_a_server_that_does_not_answer_costs_nobody_a_try(region, news, monkeypatch):
    news(region.contact)
    delivery = delivery_for(region.contact)

    class Down(EmailBackend):
        def open(self):
            raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("oil_portal.core.mail.get_connection", Down)
    assert send_planned() is False
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.claim) == ("planned", 0, "")


def test_a_server_that_keeps_hanging_up_leaves_the_rest_for_later(region, news, server):
    people = f.UserFactory.create_batch(6)
    for person in people:
        news(person)
        delivery_for(person)
    server(*[HUNG_UP] * sending.DEAD_AIR)
    send_planned()
    states = Counter(DigestDelivery.objects.values_list("state", "attempts"))
    assert states == {("planned", 1): sending.DEAD_AIR, ("planned", 0): 6 - sending.DEAD_AIR}
    after(minutes=10)
    assert Counter(message.to[0] for message in mail.outbox) == {person.email: 1 for person in people}


# --- What our own side does --------------------------------------------------------------------------------------
@pytest.mark.parametrize("error", [ValueError, DataError])
def test_one_broken_digest_does_not_keep_the_others_waiting(region, news, monkeypatch, error):
    for person in (region.contact, region.teacher):
        news(person)
        delivery_for(person)
    whole = content.work_items_for

    def broken(users):
        if region.teacher in users:
            raise error("broken rows")
        return whole(users)

    monkeypatch.setattr(content, "work_items_for", broken)
    send_planned()
    assert DigestDelivery.objects.get(user=region.contact).state == "sent"
    broken = DigestDelivery.objects.get(user=region.teacher)
    assert (broken.state, broken.reason, broken.attempts) == ("planned", "error", 1)


def test_what_a_dead_worker_held_is_given_back_after_its_lease(region, news, settings):
    news(region.contact)
    delivery_for(region.contact)
    (lost,) = ledger.claim("dead")
    assert send_planned() is False and mail.outbox == []
    with clock.at(MONDAY + timedelta(seconds=settings.DIGEST_LEASE - 1)):
        assert release_lost() == 0
    with clock.at(MONDAY + timedelta(seconds=settings.DIGEST_LEASE + 1)):
        assert release_lost() == 1
        send_planned()
        # It was slow, not dead: what it held is no longer its own.
        with Line() as line, Book() as book:
            send_batch([lost], line, book, math.inf)
    assert len(mail.outbox) == 1


def test_two_mails_of_one_person_are_never_on_their_way_together(region, news):
    news(region.contact)
    first = delivery_for(region.contact)
    assert ledger.claim("one") == [first]
    later = delivery_for(region.contact, period="2026-W11")
    assert ledger.claim("other") == []  # it waits for what the first one tells
    with pytest.raises(IntegrityError), transaction.atomic():
        DigestDelivery.objects.filter(pk=later.pk).update(state="sending")
    ledger.give_back("one")
    assert ledger.claim("other") == [later]  # which tells it all


def test_what_a_dead_worker_sent_is_marked_by_the_next(region, news, monkeypatch):
    """Killed after the commit of a mail: the row says what it told, and nobody tells that again."""
    news(region.contact)
    delivery_for(region.contact)
    with monkeypatch.context() as killed:
        killed.setattr(ledger, "mark_told", lambda: None)
        send_planned()
    assert DigestDelivery.objects.get().told and Notice.objects.filter(told_at=None).exists()
    delivery_for(region.contact, period="2026-W11")
    assert ledger.claim("other") == []  # nobody collects for them until it is marked
    send_planned()
    assert len(mail.outbox) == 1
    assert not DigestDelivery.objects.exclude(told=None).exists() and not Notice.objects.filter(told_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_what_a_batch_told_is_marked_while_the_next_goes_out(region, news, monkeypatch):
    """Over a connection of its own."""
    for person in f.UserFactory.create_batch(4):
        news(person)
        delivery_for(person)
    monkeypatch.setattr(ledger, "BATCH", 1)
    monkeypatch.setattr(ledger, "mark_told", lambda: None)
    send_planned()
    told = [row.told is None for row in DigestDelivery.objects.filter(state="sent").order_by("pk")]
    assert told == [True, True, True, False]  # the last one is left to the end of the sending
    assert Notice.objects.filter(told_at=None).count() == 1
    assert len(mail.outbox) == 4


def test_news_with_a_mail_of_its_own_waits_for_that(region, news):
    news(region.contact)
    notice = Notice.objects.get(recipient=region.contact)
    letter = Letter.objects.create(notice=notice, to=region.contact.email, language="nl", template="core/email/notice")
    assert not collect(region.contact)
    Letter.objects.filter(pk=letter.pk).update(failed_at=MONDAY)
    assert len(collect(region.contact).entries) == 1


def test_a_failed_mail_that_staff_tries_again_does_not_tell_what_a_digest_is_telling(region, news, settings):
    news(region.contact)
    notice = Notice.objects.get(recipient=region.contact)
    Letter.objects.create(
        notice=notice, to=region.contact.email, language="nl", template="core/email/notice", failed_at=MONDAY
    )
    delivery_for(region.contact)
    batch = ledger.claim("mine")
    assert retry(Letter.objects.all()) == 1
    send_letters()
    assert mail.outbox == []  # a digest is on its way, which may have it
    with Line() as line, Book() as book:
        send_batch(batch, line, book, math.inf)
    ledger.mark_told()
    with clock.at(MONDAY + timedelta(seconds=settings.DIGEST_LEASE + 1)):
        send_letters()
    assert [message.to for message in mail.outbox] == [[region.contact.email]]
    assert not Letter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_cannot_be_written_down_is_not_sent_again(region, news, monkeypatch):
    people = f.UserFactory.create_batch(3)
    for person in people:
        news(person)
        delivery_for(person)
    broken = DigestDelivery.objects.first().pk
    monkeypatch.setattr(sending, "SETTLE", sending.SETTLE + b" AND 1 / (id - %d) IS NOT NULL" % broken)
    send_planned()
    after(days=1)
    assert Counter(message.to[0] for message in mail.outbox) == {person.email: 1 for person in people}
    assert Counter(DigestDelivery.objects.values_list("state", "reason")) == {("sent", ""): 2, ("failed", "error"): 1}


def test_after_an_outage_one_mail_tells_everything(region, news):
    """Three days without a worker: beat planned three, one is sent."""
    User.objects.exclude(pk=region.contact.pk).update(digest="never")
    User.objects.filter(pk=region.contact.pk).update(digest="daily", date_joined=MONDAY - timedelta(days=90))
    for day in range(3):
        with clock.at(MONDAY + timedelta(days=day)):
            news(region.contact)
            plan()
    after(days=2, hours=1)
    assert Counter(DigestDelivery.objects.values_list("state", "reason")) == {("skipped", "later"): 2, ("sent", ""): 1}
    assert DigestDelivery.objects.get(state="sent").items == 3


@pytest.mark.parametrize("change", [{"digest": "never"}, {"is_active": False}])
def test_who_stopped_since_it_was_planned_gets_none(region, news, change):
    news(region.contact)
    delivery = delivery_for(region.contact)
    User.objects.filter(pk=region.contact.pk).update(**change)
    send_planned()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("skipped", "stopped")


def test_a_clock_that_jumps_tells_nothing_twice(region, news):
    User.objects.exclude(pk=region.contact.pk).update(digest="never")
    User.objects.filter(pk=region.contact.pk).update(digest="daily", date_joined=MONDAY - timedelta(days=90))
    news(region.contact)
    for moment in (MONDAY + timedelta(days=1), MONDAY, MONDAY + timedelta(days=1), MONDAY - timedelta(days=3)):
        with clock.at(moment):
            plan()
            send_planned()
    assert len(mail.outbox) == 1


# --- Several at once ---------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_send_each_digest_once(region, news):
    people = f.UserFactory.create_batch(30)
    for person in people:
        news(person)
        delivery_for(person)
    ready = threading.Barrier(4)

    def work():
        try:
            with clock.at(MONDAY):
                ready.wait()
                plan()
                send_planned()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = Counter(message.to[0] for message in mail.outbox)
    assert {person.email: sent[person.email] for person in people} == {person.email: 1 for person in people}
    assert not DigestDelivery.objects.filter(state="sending").exists()


def test_a_double_beat_plans_and_sends_once(region, news, django_capture_on_commit_callbacks):
    User.objects.exclude(pk=region.contact.pk).update(digest="never")
    User.objects.update(date_joined=MONDAY - timedelta(days=90))
    news(region.contact)
    for _beat in range(3):
        plan_digests()
    assert Counter(message.to[0] for message in mail.outbox) == {region.contact.email: 1}


# --- Letters -----------------------------------------------------------------------------------------------------
def test_a_letter_waits_in_the_database_until_it_is_sent(
    region, server, monkeypatch, django_capture_on_commit_callbacks
):
    def no_queue(*args):
        raise ConnectionError("Redis is gone")

    monkeypatch.setattr("oil_portal.core.tasks.send_letter.delay", no_queue)
    challenge = f.ChallengeFactory(partner=region.company)
    with django_capture_on_commit_callbacks(execute=True):
        notify(record(challenge, "accept", actor=None), [region.contact], mail=True)
    assert (Letter.objects.count(), len(mail.outbox)) == (1, 0)
    server(HUNG_UP)
    send_letters()
    assert Letter.objects.get().attempts == 1
    with clock.at(MONDAY + timedelta(minutes=6)):
        send_letters()
        send_letters()
    assert (Letter.objects.count(), len(mail.outbox)) == (0, 1)
    assert Notice.objects.get().mailed_at
    assert mail.outbox[0].extra_headers["Message-ID"].startswith("<letter-")


def test_a_letter_that_fails_for_good_is_kept_for_staff(region, server):
    letter = Letter.objects.create(template="partners/email/invitation", to="niemand@y.nl", language="nl", context={})
    server(no_such_person())
    send_letters()
    letter.refresh_from_db()
    assert letter.failed_at == MONDAY
    assert retry(Letter.objects.all()) == 1
