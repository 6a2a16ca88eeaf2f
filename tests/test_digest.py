"""The digest: what is due, what it tells, and that nothing is lost or told twice."""

from datetime import datetime, timedelta
from email import policy
from email.parser import BytesParser
from zoneinfo import ZoneInfo

import pytest
from django.core import mail, signing
from django.urls import reverse
from django.utils import translation

from oil_portal import digests
from oil_portal.core import clock
from oil_portal.core.models import DigestDelivery, Notice
from oil_portal.core.timeline import notify, record
from oil_portal.digests import SALT, letter, plan, send_planned
from oil_portal.digests.schedule import due_at
from oil_portal.tasks import plan_digests
from partners.models import User
from tests import factories as f

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=AMSTERDAM)
WEDNESDAY = MONDAY + timedelta(days=2)


@pytest.fixture
def monday():
    with clock.at(MONDAY):
        yield MONDAY


@pytest.fixture
def sent_assignment(region):
    """Something waits for the company: an assignment to sign."""
    return f.AssignmentFactory(sent=True, challenge__partner=region.company, challenge__contact=region.contact)


def send(user, period="2026-W10") -> DigestDelivery:
    """What a worker makes of a delivery for `user`."""
    delivery = DigestDelivery.objects.create(user=user, period=period, week=period)
    send_planned()
    delivery.refresh_from_db()
    return delivery


def joined_long_ago():
    User.objects.update(date_joined=MONDAY - timedelta(days=90))


THIS, LAST = "this week", "last week"


@pytest.mark.parametrize(
    ("moment", "turns"),
    [  # for who chose Monday, Tuesday … at seven
        (datetime(2026, 3, 2, 6, 59), [LAST] * 5),  # a Monday, too early
        (datetime(2026, 3, 2, 7, 0), [THIS, *[LAST] * 4]),
        (datetime(2026, 3, 4, 12, 0), [*[THIS] * 3, LAST, LAST]),
        (datetime(2026, 3, 7, 12, 0), []),  # Saturday
        (datetime(2026, 3, 30, 7, 0), [THIS, *[LAST] * 4]),  # summer time began the night before
        (datetime(2026, 10, 26, 7, 0), [THIS, *[LAST] * 4]),  # and ended
        (datetime(2026, 4, 6, 9, 0), []),  # Easter Monday
        (datetime(2026, 4, 7, 9, 0), [THIS, THIS, *[LAST] * 3]),  # Monday's mail leaves on Tuesday
        (datetime(2026, 12, 24, 9, 0), [THIS] * 5),  # Friday's before Christmas
        (datetime(2026, 12, 31, 8, 0), [THIS] * 5),  # and before New Year's Day
        (datetime(2028, 2, 29, 8, 0), [THIS, THIS, *[LAST] * 3]),  # leap day
    ],
)
def test_what_is_due(moment, turns):
    due = due_at(moment.replace(tzinfo=AMSTERDAM))
    mine = sorted((turn for turn in due.turns if turn.first <= 7 <= turn.last), key=lambda turn: turn.weekday)
    assert [THIS if turn.week == f"{moment:%G-W%V}" else LAST for turn in mine] == turns
    for turn in due.turns:
        assert clock.is_working_day(turn.day) and turn.day <= moment.date()


def test_planning_twice_makes_one_delivery(region, monday):
    joined_long_ago()
    User.objects.filter(pk=region.student.pk).update(digest="never")
    User.objects.filter(pk=region.teacher.pk).update(digest="daily")
    assert plan() > 0
    assert plan() == 0
    teacher = DigestDelivery.objects.get(user=region.teacher)
    assert (teacher.period, teacher.week) == ("2026-03-02", "2026-W10")
    assert DigestDelivery.objects.get(user=region.contact).period == "2026-W10"
    assert not DigestDelivery.objects.filter(user=region.student).exists()
    with clock.at(MONDAY + timedelta(days=1)):
        assert plan() == 1
    assert DigestDelivery.objects.get(user=region.teacher, period="2026-03-03").week == ""  # told on Monday


def test_a_chosen_hour_and_day(region):
    joined_long_ago()
    User.objects.exclude(pk=region.contact.pk).update(digest="never")
    User.objects.filter(pk=region.contact.pk).update(digest_hour=14, digest_weekday=2)
    for moment, made in ((MONDAY, 0), (WEDNESDAY.replace(hour=13), 0), (WEDNESDAY.replace(hour=14), 1)):
        with clock.at(moment):
            plan()
        made_now = DigestDelivery.objects.filter(period="2026-W10").count()
        assert made_now == made, moment


def test_who_joins_during_the_week_waits_for_the_next(region, monday):
    joined_long_ago()
    User.objects.filter(pk=region.contact.pk).update(date_joined=MONDAY - timedelta(hours=1))
    plan()
    assert not DigestDelivery.objects.filter(user=region.contact).exists()


def test_nothing_to_tell_no_mail(region, monday):
    delivery = send(region.other_contact)
    assert (delivery.state, delivery.reason) == ("skipped", "nothing")
    assert mail.outbox == []


def test_a_digest_tells_what_waits_and_what_is_new(region, sent_assignment, monday):
    notify(record(sent_assignment, "write", actor=region.teacher), [region.contact])
    delivery = send(region.contact)
    send_planned()  # a second worker
    (message,) = mail.outbox
    assert delivery.state == "sent"
    assert message.extra_headers["Message-ID"] == delivery.message_id
    html = message.alternatives[0][0]
    for body in (message.body, html):
        assert sent_assignment.title in body
        assert f"Lees de opdracht bij ‘{sent_assignment.challenge.title}’ en geef je akkoord." in " ".join(body.split())
        assert "Opdracht begonnen" in body
    assert "/afmelden/" in message.extra_headers["List-Unsubscribe"]
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Notice.objects.filter(recipient=region.contact, told_at=None).count() == 0


def test_what_was_told_is_not_news_again(region, sent_assignment, monday):
    send(region.contact)
    with clock.at(MONDAY + timedelta(weeks=1)):
        next_week = send(region.contact, "2026-W11")
    assert next_week.state == "skipped"
    assert len(mail.outbox) == 1


def test_students_hear_of_fitting_projects_in_their_language(region, monday):
    project = f.ProjectFactory(assignment__goals=region.goals, run=region.run, coach=region.teacher, lab=region.lab)
    region.student.language = "en"
    region.student.save()
    send(region.student)
    (message,) = mail.outbox
    assert project.title in message.body
    assert "[ ]=###" in message.body
    assert "3 of 3" in message.body
    assert message.subject == "1 new project fits you"


def test_unsubscribe_needs_no_log_in_and_get_changes_nothing(client, region):
    path = reverse("unsubscribe", args=[signing.dumps(region.student.pk, salt=SALT)])
    assert client.get(path).status_code == 200
    region.student.refresh_from_db()
    assert region.student.digest == "weekly"
    answer = client.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    region.student.refresh_from_db()
    assert region.student.digest == "never"


@pytest.mark.parametrize("remark", ["Goed <b>zo</b> & verder\nmet één 'regel'", "", "x" * 5000, ".\n.."])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_mail_that_goes_out_is_that_of_the_templates(region, sent_assignment, monday, remark, language):
    """Casting it from a mold changes nothing but the date and the boundary."""
    region.contact.language, region.contact.first_name = language, "Zoë <3"
    notify(record(sent_assignment, "ask_change", actor=region.teacher, remark=remark), [region.contact])
    with translation.override(language):
        digest = digests.collect(region.contact)
        ready = letter.mail_for(digest, message_id="<a@b>")
        plain = letter.message_for(digest, message_id="<a@b>").message()
    assert (ready.content is None) == (len(remark) > 998)
    sent = BytesParser(policy=policy.default).parsebytes(ready.content or ready.message().message().as_bytes())
    asked = BytesParser(policy=policy.default).parsebytes(plain.as_bytes())
    parts = lambda message: [
        part.get_content().replace("\r\n", "\n") for part in message.walk() if not part.is_multipart()
    ]
    assert parts(sent) == parts(asked)
    own = ("Date", "Content-Type")  # the moment, and the boundary
    kept = lambda message: {name: value.strip() for name, value in message.items() if name not in own}
    assert kept(sent) == kept(asked)
    assert sent["To"] == region.contact.email and sent["Date"]


def test_one_query_count_for_one_and_three_items(region, monday):
    def queries_with(count):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        f.AssignmentFactory.create_batch(count, sent=True, challenge__partner=region.company)
        user = User.objects.get(pk=region.contact.pk)
        with CaptureQueriesContext(connection) as captured:
            assert digests.collect(user).entries
        return len(captured)

    queries_with(1)  # fills the cache of content types
    assert queries_with(1) == queries_with(3)


@pytest.mark.django_db(transaction=True)
def test_through_a_real_worker_redis_and_smtp_server(region, sent_assignment, smtp_server, worker):
    joined_long_ago()
    DigestDelivery.objects.create(user=region.contact, period="2026-W10")  # whatever day it is today
    plan_digests.delay()
    received = smtp_server.wait_for(region.contact.email)
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent_assignment.title in received.get_body(("plain",)).get_content()
    assert "<h1" in received.get_body(("html",)).get_content()
    plan_digests.delay()
    smtp_server.settle()
    assert len(smtp_server.messages_to(region.contact.email)) == 1
    assert DigestDelivery.objects.filter(user=region.contact, state="sent").count() == 1
