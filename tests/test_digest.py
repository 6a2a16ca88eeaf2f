"""The digest: what is due, what it tells, and that nothing is lost or told twice."""

import smtplib
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail, signing
from django.urls import reverse

from oil_portal import digests
from oil_portal.core import clock
from oil_portal.core.models import DigestDelivery, Notice, ToldItem
from oil_portal.core.timeline import notify, record
from oil_portal.digests import SALT, deliver, periods, plan
from oil_portal.tasks import plan_digests
from partners.models import User
from tests import factories as f

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=AMSTERDAM)


@pytest.fixture
def monday():
    with clock.at(MONDAY):
        yield MONDAY


@pytest.fixture
def sent_assignment(region):
    """Something waits for the company: an assignment to sign."""
    return f.AssignmentFactory(sent=True, challenge__partner=region.company, challenge__contact=region.contact)


def joined_long_ago():
    User.objects.update(date_joined=MONDAY - timedelta(days=90))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 2, 6, 59), {}),  # Monday before seven; the week before has passed
        (datetime(2026, 3, 2, 7, 0), {"daily": "2026-03-02", "weekly": "2026-W10"}),
        (datetime(2026, 3, 4, 12, 0), {"daily": "2026-03-04", "weekly": "2026-W10"}),  # a late beat
        (datetime(2026, 3, 7, 12, 0), {"weekly": "2026-W10"}),  # Saturday
        (datetime(2026, 3, 30, 7, 0), {"daily": "2026-03-30", "weekly": "2026-W14"}),  # summer time began
        (datetime(2026, 12, 31, 8, 0), {"daily": "2026-12-31", "weekly": "2026-W53"}),
        (datetime(2027, 1, 1, 8, 0), {"daily": "2027-01-01", "weekly": "2026-W53"}),
    ],
)
def test_periods(moment, expected):
    found = periods(moment.replace(tzinfo=AMSTERDAM))
    assert {frequency: period for frequency, (period, _opened) in found.items()} == expected


def test_planning_twice_makes_one_delivery(region, monday):
    joined_long_ago()
    User.objects.filter(pk=region.student.pk).update(digest="never")
    User.objects.filter(pk=region.teacher.pk).update(digest="daily")
    first, second = plan(), plan()
    assert first == second
    assert DigestDelivery.objects.get(user=region.teacher).period == "2026-03-02"
    assert DigestDelivery.objects.get(user=region.contact).period == "2026-W10"
    assert not DigestDelivery.objects.filter(user=region.student).exists()


def test_who_joins_during_the_week_waits_for_the_next(region, monday):
    joined_long_ago()
    User.objects.filter(pk=region.contact.pk).update(date_joined=MONDAY - timedelta(hours=1))
    plan()
    assert not DigestDelivery.objects.filter(user=region.contact).exists()


def test_nothing_to_tell_no_mail(region, monday):
    delivery = DigestDelivery.objects.create(user=region.other_contact, period="2026-W10")
    deliver(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("skipped", "nothing to tell")
    assert mail.outbox == []


def test_a_digest_tells_what_waits_and_what_is_new(region, sent_assignment, monday):
    notify(record(sent_assignment, "write", actor=region.teacher), [region.contact])
    delivery = DigestDelivery.objects.create(user=region.contact, period="2026-W10")
    deliver(delivery.pk)
    deliver(delivery.pk)  # a second worker with the same id
    (message,) = mail.outbox
    delivery.refresh_from_db()
    assert delivery.state == "sent"
    assert message.extra_headers["Message-ID"] == delivery.message_id
    html = message.alternatives[0][0]
    for body in (message.body, html):
        assert sent_assignment.title in body
        assert "Lees de opdracht en geef je akkoord." in body
        assert "Opdracht begonnen" in body
    assert "/afmelden/" in message.extra_headers["List-Unsubscribe"]
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Notice.objects.filter(recipient=region.contact, told_at=None).count() == 0


def test_what_was_told_is_not_news_again(region, sent_assignment, monday):
    deliver(DigestDelivery.objects.create(user=region.contact, period="2026-W10").pk)
    with clock.at(MONDAY + timedelta(weeks=1)):
        next_week = DigestDelivery.objects.create(user=region.contact, period="2026-W11")
        deliver(next_week.pk)
    next_week.refresh_from_db()
    assert next_week.state == "skipped"
    assert len(mail.outbox) == 1


def test_students_hear_of_fitting_projects_in_their_language(region, monday):
    project = f.ProjectFactory(assignment__goals=region.goals, run=region.run, coach=region.teacher, lab=region.lab)
    region.student.language = "en"
    region.student.save()
    deliver(DigestDelivery.objects.create(user=region.student, period="2026-W10").pk)
    (message,) = mail.outbox
    assert project.title in message.body
    assert "[ ]=###" in message.body
    assert "3 of 3" in message.body


def test_a_refusing_server_is_tried_again_and_then_shown_to_staff(region, sent_assignment, monday, monkeypatch):
    from django.core.mail import EmailMultiAlternatives

    delivery = DigestDelivery.objects.create(user=region.contact, period="2026-W10")

    def refuse(self, *args, **kwargs):
        raise smtplib.SMTPServerDisconnected("gone")

    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", refuse)
        deliver(delivery.pk)
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts) == ("planned", 1)
        assert "gone" in delivery.reason
        assert not ToldItem.objects.exists()
        for _again in range(digests.MAX_ATTEMPTS - 1):
            deliver(delivery.pk)
        delivery.refresh_from_db()
        assert delivery.state == "failed"
    deliver(delivery.pk)
    assert mail.outbox == []  # failed stays failed until somebody of staff tries again


def test_unsubscribe_needs_no_log_in_and_get_changes_nothing(client, region):
    path = reverse("unsubscribe", args=[signing.dumps(region.student.pk, salt=SALT)])
    assert client.get(path).status_code == 200
    region.student.refresh_from_db()
    assert region.student.digest == "weekly"
    answer = client.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    region.student.refresh_from_db()
    assert region.student.digest == "never"


def test_one_query_count_for_one_and_three_items(region, monday):
    def queries_with(count):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        f.AssignmentFactory.create_batch(count, sent=True, challenge__partner=region.company)
        user = User.objects.get(pk=region.contact.pk)
        with CaptureQueriesContext(connection) as captured:
            assert digests.collect(user).items
        return len(captured)

    queries_with(1)  # fills the cache of content types
    assert queries_with(1) == queries_with(3)


@pytest.mark.django_db(transaction=True)
def test_through_a_real_worker_redis_and_smtp_server(region, sent_assignment, smtp_server, worker, settings):
    settings.DIGEST_HOUR = 0  # a week's digest is due at any moment of the week
    joined_long_ago()
    plan_digests.delay()
    received = smtp_server.wait_for(region.contact.email)
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent_assignment.title in received.get_body(("plain",)).get_content()
    assert "<h1" in received.get_body(("html",)).get_content()
    plan_digests.delay()
    smtp_server.settle()
    assert len(smtp_server.messages_to(region.contact.email)) == 1
    assert DigestDelivery.objects.get(user=region.contact).state == "sent"
