"""The rules of joining: who is in at once, who waits for whom, and what an invitation is worth."""

import contextlib
import itertools
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError

from oil_portal.core import clock
from oil_portal.core.models import Notice
from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import NotNow, Refusal
from partners import passwords, services
from partners.models import Invitation
from partners.permissions import roles_to_invite
from tests import factories as f

pytestmark = pytest.mark.django_db

PEOPLE = ("contact", "other_contact", "teacher", "other_teacher", "student", "coordinator", "broker", "newcomer")


def heard(person, event):
    return Notice.objects.filter(recipient=person, entry__event=event).exists()


# --- Asking to join ---------------------------------------------------------------------------------------------
def test_a_student_with_the_schools_address_is_in_at_once(region):
    person = f.UserFactory(email="Yara@Student.mboRijnland.nl")
    assert services.role_by_address(person, region.school) == "student"
    membership = services.request_membership(actor=person, partner=region.school, role="student")
    assert membership.status == "active"
    assert timeline_of(membership).get().event == "join"


@pytest.mark.parametrize(
    ("email", "role", "verified"),
    [
        ("docent2@mborijnland.nl", "teacher", True),  # a teacher waits for the coordinator
        ("docent2@mborijnland.nl", "student", True),  # the staff's domain proves no student
        ("yara@student.mborijnland.nl", "teacher", True),
        ("yara@student.mborijnland.nl", "student", False),  # an address that nobody has proven
        ("yara@student.mborijnland.nl.evil.example", "student", True),
        ("yara@evilstudent.mborijnland.nl", "student", True),
        ("yara@mail.example", "student", True),
    ],
)
def test_everybody_else_waits_for_a_coordinator(region, email, role, verified):
    person = f.UserFactory(email=email, verified=verified)
    membership = services.request_membership(actor=person, partner=region.school, role=role)
    assert membership.status == "requested"
    assert heard(region.coordinator, "request")


def test_a_request_goes_to_the_contacts_else_to_the_brokers(region):
    services.request_membership(actor=region.newcomer, partner=region.company, role="contact")
    assert heard(region.contact, "request") and not heard(region.broker, "request")
    empty = f.PartnerFactory()
    services.request_membership(actor=region.newcomer, partner=empty, role="contact")
    assert heard(region.broker, "request")


def test_asking_twice_is_refused(region):
    services.request_membership(actor=region.newcomer, partner=region.company, role="contact")
    with pytest.raises(Refusal):
        services.request_membership(actor=region.newcomer, partner=region.company, role="contact")
    services.answer_membership(
        membership=region.newcomer.memberships.get(), actor=region.contact, action="decline", remark="Nu niet."
    )
    services.request_membership(actor=region.newcomer, partner=region.company, role="contact")  # after a no: again
    assert region.newcomer.memberships.count() == 2


@pytest.mark.parametrize(("where", "role"), [("company", "student"), ("company", "teacher"), ("school", "contact")])
def test_a_role_fits_the_organisation(region, where, role):
    with pytest.raises(Refusal):
        services.request_membership(actor=region.newcomer, partner=getattr(region, where), role=role)


@pytest.mark.parametrize("role", ["broker", "coordinator", "admin", ""])
def test_nobody_asks_for_a_role_with_power(region, role):
    with pytest.raises(PermissionDenied):
        services.request_membership(actor=region.newcomer, partner=region.network, role=role)


def test_schools_by_address(region):
    person = f.UserFactory(email="yara@student.mborijnland.nl")
    assert services.schools_by_address(person) == [(region.school, "student")]
    services.request_membership(actor=person, partner=region.school, role="student")
    assert services.schools_by_address(person) == []
    assert services.schools_by_address(region.newcomer) == []
    assert services.schools_by_address(f.UserFactory(email="x@hsleiden.nl", verified=False)) == []


# --- Invitations ------------------------------------------------------------------------------------------------
MAY_INVITE = {
    ("company", "contact"): {"contact"},
    ("company", "broker"): {"contact"},
    ("school", "coordinator"): {"teacher", "student", "coordinator"},
    ("lab", "coordinator"): {"teacher", "student", "coordinator"},
    ("school", "teacher"): {"student"},
    ("lab", "teacher"): {"student"},
    ("school", "broker"): {"contact", "coordinator"},
    ("lab", "broker"): {"contact", "coordinator"},
}


@pytest.mark.parametrize(("where", "person"), itertools.product(["company", "school", "lab"], PEOPLE))
def test_who_invites_whom(region, where, person):
    may = set(roles_to_invite(getattr(region, person), getattr(region, where)))
    assert may == MAY_INVITE.get((where, person), set())


def test_an_invitation_is_mailed_and_works_once(region, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        services.invite(actor=region.contact, partner=region.company, email="Collega@Mail.Example", role="contact")
    invitation = Invitation.objects.get()
    assert mailoutbox[0].to == ["collega@mail.example"] == [invitation.email]
    assert invitation.get_absolute_url() in mailoutbox[0].body
    membership = services.accept_invitation(invitation=invitation, actor=region.newcomer)
    assert membership.status == "active" and membership.role == "contact"
    assert heard(region.contact, "accept")
    with pytest.raises(NotNow):
        services.accept_invitation(invitation=invitation, actor=region.student)


def test_an_invitation_ends_after_thirty_days(region):
    invitation = f.InvitationFactory(partner=region.company)
    with clock.at(invitation.sent_at + timedelta(days=29, hours=23)):
        assert invitation.is_open
    with clock.at(invitation.sent_at + timedelta(days=30)), pytest.raises(NotNow):
        services.accept_invitation(invitation=invitation, actor=region.newcomer)


def test_a_second_invitation_replaces_the_first(region):
    first = services.invite(actor=region.contact, partner=region.company, email="a@mail.example", role="contact")
    second = services.invite(actor=region.contact, partner=region.company, email="A@mail.example", role="contact")
    first.refresh_from_db()
    assert (first.status, second.status) == ("withdrawn", "sent")
    with pytest.raises(NotNow):
        services.accept_invitation(invitation=first, actor=region.newcomer)


def test_an_invitation_confirms_a_request_that_waits(region):
    request = services.request_membership(actor=region.newcomer, partner=region.company, role="contact")
    invitation = f.InvitationFactory(partner=region.company)
    assert services.accept_invitation(invitation=invitation, actor=region.newcomer) == request
    assert region.newcomer.memberships.get().status == "active"


def test_whoever_belongs_is_not_invited_again(region):
    with pytest.raises(Refusal):
        services.invite(actor=region.contact, partner=region.company, email=region.contact.email, role="contact")


def test_withdrawing(region):
    invitation = f.InvitationFactory(partner=region.company)
    with pytest.raises(PermissionDenied):
        services.withdraw_invitation(invitation=invitation, actor=region.other_contact)
    services.withdraw_invitation(invitation=invitation, actor=region.contact)
    with pytest.raises(NotNow):
        services.accept_invitation(invitation=invitation, actor=region.newcomer)


def test_invitations_for_an_address(region):
    invitation = f.InvitationFactory(partner=region.company, email=region.newcomer.email)
    assert services.invitations_for(region.newcomer) == [invitation]
    with clock.at(invitation.created_at + timedelta(days=31)):
        assert services.invitations_for(region.newcomer) == []
    unproven = f.UserFactory(email="gast@mail.example", verified=False)
    f.InvitationFactory(partner=region.company, email="gast@mail.example")
    assert services.invitations_for(unproven) == []


# --- Passwords --------------------------------------------------------------------------------------------------
WORDS = "fiets onder de brug "


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("een twee dr", "te kort"), ("een twee dri", ""), ("ééntweedrievier", ""), ("vis 🐟 en 🦈 in zee", ""),
        ((WORDS * 9)[:128], ""), ((WORDS * 9)[:129], "te lang"), ("qwerty123456", "te bekend"),
    ],
)  # fmt: skip
def test_how_long_a_password_may_be(password, word):
    with pytest.raises(ValidationError, match=word) if word else contextlib.nullcontext():
        validate_password(password)


@pytest.mark.parametrize("pattern", ["aaaaaaaaaaaa", "123456789012", "qwertyuiop12", "Welkom123456", "welkomwelkom",
                                     "abcabcabcabcabc", "poiuytrewqasd", "121212121212121", "🐟" * 12])  # fmt: skip
def test_a_pattern_is_no_password(pattern):
    with pytest.raises(ValidationError, match="te makkelijk te raden"):
        validate_password(pattern)


@pytest.mark.parametrize(
    "password", ["fiets onder de brug", "T7#kq9!zPw2x", "correcthorsebattery", "ik lust geen spruitjes"]
)
def test_words_and_noise_are_passwords(password):
    validate_password(password)


def test_the_page_counts_as_the_server_does():
    script = (settings.BASE_DIR / "static" / "password.js").read_text()
    assert f'const KEYS = "{passwords.KEYS}";' in script
    fair = int(re.search(r"FAIR = (\d+)", script)[1])
    assert fair >= passwords.FEWEST  # what the page calls good is never refused as a pattern
