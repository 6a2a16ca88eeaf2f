"""What staff sees of the mail: every failure with a button, addresses set aside, and anybody's next digest."""

from datetime import timedelta

import pytest

from oil_portal.core import clock
from oil_portal.core.models import DigestDelivery, Letter, MailAddress, ToldItem
from tests import factories as f
from tests.helpers import queries_of

DESK = "/beheer-post/"


def failed(user, period="2026-W10", **values) -> DigestDelivery:
    values = {"state": "failed", "reason": "refused", "detail": "550 5.1.1 no such user", "attempts": 3} | values
    return DigestDelivery.objects.create(user=user, period=period, **values)


def letter(to="weg@mail.example") -> Letter:
    return Letter.objects.create(
        to=to, language="nl", template="core/email/notice", failed_at=clock.now(), detail="554 spam", attempts=6
    )


@pytest.fixture
def staff(world, login):
    return login(world.admin)


def test_a_failure_says_why_and_is_tried_again(world, staff):
    one, other = failed(world.contact), failed(world.student, reason="unreachable", detail="OSError: timed out")
    MailAddress.objects.create(email=world.contact.email, refusals=3, set_aside_at=clock.now(), detail="550 5.1.1")
    page = staff.get(DESK).content.decode()
    for words in ("De mailserver weigerde.", "550 5.1.1 no such user", "timed out", world.student.email):
        assert words in page
    assert staff.post(f"{DESK}opnieuw/", {"kind": "digest", "pk": one.pk}).status_code == 302
    one.refresh_from_db(), other.refresh_from_db()
    assert (one.state, one.attempts, other.state) == ("planned", 0, "failed")
    assert not MailAddress.objects.exists()
    staff.post(f"{DESK}opnieuw/", {"kind": "digest"})
    other.refresh_from_db()
    assert other.state == "planned"


def test_a_letter_is_tried_again(world, staff):
    one = letter()
    assert "554 spam" in staff.get(DESK).content.decode()
    staff.post(f"{DESK}opnieuw/", {"kind": "letter", "pk": one.pk})
    one.refresh_from_db()
    assert one.failed_at is None


@pytest.mark.parametrize("pk", ["0", "²", "9" * 30, "onzin", "\0"])
def test_what_is_no_failure_is_not_tried(world, staff, pk):
    sent = failed(world.contact, state="sent", sent_at=clock.now())
    assert staff.post(f"{DESK}opnieuw/", {"kind": "digest", "pk": pk}).status_code == 302
    staff.post(f"{DESK}opnieuw/", {"kind": "digest", "pk": sent.pk})
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_an_address_gets_another_chance(world, staff):
    address = MailAddress.objects.create(email="weg@mail.example", set_aside_at=clock.now(), detail="550 gone")
    assert "550 gone" in staff.get(DESK).content.decode()
    staff.post(f"{DESK}adres/{address.pk}/")
    assert not MailAddress.objects.exists()


def test_the_counts_per_period(world, staff):
    failed(world.contact), failed(world.student, state="sent", sent_at=clock.now())
    page = staff.get(DESK)
    assert page.context["periods"] == [("2026-W10", [0, 0, 1, 1, 0])]


def test_anybodys_next_digest_without_sending_it(world, staff, mailoutbox):
    page = staff.get(f"{DESK}overzicht/", {"email": world.contact.email.upper()})
    assert page.status_code == 200
    assert 'sandbox="allow-popups"' in page.content.decode()
    body = staff.get(f"{DESK}overzicht/{world.contact.pk}/").content.decode()
    assert world.assignment_sent.title in body
    assert "/afmelden/" not in body  # who looks along must not stop somebody's mail
    assert (ToldItem.objects.count(), mailoutbox) == (0, [])
    assert not DigestDelivery.objects.exists()


@pytest.mark.parametrize("email", ["", "niemand@mail.example", "geen adres", "a\0b@mail.example"])
def test_an_unknown_address_is_said(world, staff, email):
    answer = staff.get(f"{DESK}overzicht/", {"email": email})
    assert answer.status_code == 422
    assert "<iframe" not in answer.content.decode()


def test_the_number_of_queries_does_not_grow(world, staff):
    def add(number):
        failed(f.UserFactory(), period=f"2026-W{number}"), letter()
        MailAddress.objects.create(email=f"weg{number}@mail.example", set_aside_at=clock.now() - timedelta(days=number))

    add(10)
    one = queries_of(staff, DESK)
    add(11), add(12)
    assert queries_of(staff, DESK) == one < 15
