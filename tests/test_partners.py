"""The rules of people and organisations: every transition, who may, what is told to whom."""

import itertools
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError

from oil_portal.core import clock
from oil_portal.core.models import Notice
from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import NotNow, Refusal
from partners import services
from partners.models import Invitation, Membership, Partner
from partners.permissions import roles_to_invite
from partners.workflow import MEMBERSHIP, PARTNER, MembershipStatus, PartnerStatus
from tests import factories as f

pytestmark = pytest.mark.django_db

PEOPLE = ("contact", "other_contact", "teacher", "other_teacher", "student", "coordinator", "broker", "newcomer")
REMARK = "Vertel wat jullie maken."


def review(partner, action, actor, remark=REMARK):
    if action == "resubmit":
        return services.resubmit_partner(partner=partner, actor=actor, remark=remark)
    return services.review_partner(partner=partner, actor=actor, action=action, remark=remark)


def answer(membership, action, actor, remark=REMARK):
    if action == "end":
        return services.end_membership(membership=membership, actor=actor, remark=remark)
    return services.answer_membership(membership=membership, actor=actor, action=action, remark=remark)


def heard(person, event):
    return Notice.objects.filter(recipient=person, entry__event=event).exists()


# --- Every transition of a partner ------------------------------------------------------------------------------
PARTNER_WHO = {"accept": "broker", "return": "broker", "decline": "broker", "resubmit": "contact"}
PARTNER_TABLE = {
    ("submitted", "accept"): "accepted",
    ("submitted", "return"): "returned",
    ("submitted", "decline"): "declined",
    ("returned", "decline"): "declined",
    ("returned", "resubmit"): "submitted",
}


@pytest.mark.parametrize(("status", "action"), itertools.product(PartnerStatus.values, PARTNER_WHO))
def test_every_transition_of_a_partner_is_in_the_table_or_refused(region, status, action):
    partner, actor = region.company, getattr(region, PARTNER_WHO[action])
    Partner.objects.filter(pk=partner.pk).update(status=status)
    target = PARTNER_TABLE.get((status, action))
    if target:
        review(partner, action, actor)
        entry = timeline_of(partner).get()
        assert (entry.event, entry.actor, entry.remark, entry.to_status) == (action, actor, REMARK, target)
    else:
        with pytest.raises(NotNow):
            review(partner, action, actor)
        assert not timeline_of(partner).exists()
    partner.refresh_from_db()
    assert partner.status == (target or status)


def test_the_table_of_a_partner_is_complete():
    assert set(PARTNER.by_action) == set(PARTNER_WHO)


@pytest.mark.parametrize(
    ("action", "person"), [(a, p) for a, p in itertools.product(PARTNER_WHO, PEOPLE) if p != PARTNER_WHO[a]]
)
def test_only_the_right_person_moves_a_partner(region, action, person):
    status = PARTNER.by_action[action].sources[0]
    Partner.objects.filter(pk=region.company.pk).update(status=status)
    with pytest.raises(PermissionDenied):
        review(region.company, action, getattr(region, person))


@pytest.mark.parametrize("action", ["return", "decline"])
def test_a_broker_says_why(region, action):
    partner = f.PartnerFactory(submitted=True)
    with pytest.raises(ValidationError):
        review(partner, action, region.broker, remark="  ")
    partner.refresh_from_db()
    assert partner.status == "submitted"


def test_the_review_is_told_by_mail(region, mailoutbox, django_capture_on_commit_callbacks):
    Partner.objects.filter(pk=region.company.pk).update(status="submitted")
    with django_capture_on_commit_callbacks(execute=True):
        review(region.company, "return", region.broker)
    assert heard(region.contact, "return") and not heard(region.broker, "return")
    assert [mail.to for mail in mailoutbox] == [[region.contact.email]]
    assert REMARK in mailoutbox[0].body


# --- Registering and changing -----------------------------------------------------------------------------------
def test_registering_makes_a_contact_and_tells_the_brokers(region):
    partner = services.register_partner(actor=region.newcomer, name="Nieuw", kind="company", kvk="12345678")
    assert partner.status == "submitted" and partner.kvk == "12345678"
    assert partner.memberships.get().user == region.newcomer
    assert heard(region.broker, "register")
    assert region.newcomer.has_perm("partners.change_details_partner", partner)  # roles are read anew


def test_a_kvk_number_is_text_and_asks_no_checksum(region):
    for number in ("00000001", "12345678", "99999999"):
        assert services.register_partner(actor=region.newcomer, name=number, kvk=number).kvk == number


@pytest.mark.parametrize("number", ["1234567", "123456789", "1234567a", "12 34 56"])
def test_a_wrong_kvk_number_is_refused(region, number):
    with pytest.raises(ValidationError) as error:
        services.register_partner(actor=region.newcomer, name="Fout", kvk=number)
    assert "kvk" in error.value.message_dict


@pytest.mark.parametrize("status", PartnerStatus.values)
def test_a_kvk_number_is_unique_among_live_partners(region, status):
    f.PartnerFactory(kvk="12345678", status=status)
    if status == "declined":
        assert services.register_partner(actor=region.newcomer, name="Opnieuw", kvk="12345678").pk
    else:
        with pytest.raises(ValidationError):
            services.register_partner(actor=region.newcomer, name="Opnieuw", kvk="12345678")


def test_two_registrations_at_the_same_moment_give_a_sentence(region, monkeypatch):
    f.PartnerFactory(kvk="12345678")
    monkeypatch.setattr(Partner, "full_clean", lambda self: None)  # as if the other one saved just after the check
    with pytest.raises(ValidationError) as error:
        services.register_partner(actor=region.newcomer, name="Dubbel", kvk="12345678")
    assert "kvk" in error.value.message_dict
    assert not region.newcomer.memberships.exists()


def test_the_database_holds_the_rules_too(region):
    with pytest.raises(IntegrityError):
        Partner.objects.create(name="Fout", kvk="12")


def test_a_change_keeps_what_was_there(region):
    services.change_partner(partner=region.company, actor=region.contact, name="Marewijk Groep", municipality="Leiden")
    entry = timeline_of(region.company).get()
    assert entry.changes == {"name": ["Marewijk Bouw", "Marewijk Groep"]}
    services.change_partner(partner=region.company, actor=region.contact, name="Marewijk Groep")
    assert timeline_of(region.company).count() == 1  # nothing changed, nothing told


@pytest.mark.parametrize("person", ["other_contact", "teacher", "student", "newcomer", "coordinator"])
def test_others_do_not_change_a_partner(region, person):
    with pytest.raises(PermissionDenied):
        services.change_partner(partner=region.company, actor=getattr(region, person), name="Gekaapt")


# --- Every transition of a membership ---------------------------------------------------------------------------
MEMBERSHIP_TABLE = {
    ("requested", "confirm"): "active",
    ("requested", "decline"): "declined",
    ("active", "end"): "ended",
}


@pytest.mark.parametrize(("status", "action"), itertools.product(MembershipStatus.values, MEMBERSHIP.by_action))
def test_every_transition_of_a_membership_is_in_the_table_or_refused(region, status, action):
    membership = f.MembershipFactory(user=region.newcomer, partner=region.company, status=status)
    target = MEMBERSHIP_TABLE.get((status, action))
    if target:
        answer(membership, action, region.contact)
        assert heard(region.newcomer, action)
    else:
        with pytest.raises(NotNow):
            answer(membership, action, region.contact)
    membership.refresh_from_db()
    assert membership.status == (target or status)


CONFIRMS = {
    ("company", "contact"): {"contact", "broker"},
    ("network", "broker"): {"broker"},
    ("school", "teacher"): {"coordinator"},
    ("school", "student"): {"coordinator"},
    ("lab", "student"): {"coordinator"},
    ("school", "coordinator"): {"broker"},
}


@pytest.mark.parametrize(("where", "person"), itertools.product(CONFIRMS, PEOPLE))
def test_who_confirms_whom(region, where, person):
    partner, role = where
    membership = f.MembershipFactory(partner=getattr(region, partner), role=role, requested=True)
    actor = getattr(region, person)
    if person in CONFIRMS[where]:
        answer(membership, "confirm", actor)
        assert membership.status == "active"
        assert membership in Membership.objects.visible_to(actor)
    else:
        with pytest.raises(PermissionDenied):
            answer(membership, "confirm", actor)
        assert membership not in Membership.objects.waiting_for(actor)


def test_waiting_for_is_what_one_may_confirm(region):
    waiting = {
        where: f.MembershipFactory(partner=getattr(region, where[0]), role=where[1], requested=True)
        for where in CONFIRMS
    }
    for person in PEOPLE:
        found = set(Membership.objects.waiting_for(getattr(region, person)))
        assert found == {membership for where, membership in waiting.items() if person in CONFIRMS[where]}, person


def test_a_broker_who_also_coordinates_sees_both(region):
    f.MembershipFactory(user=region.broker, partner=region.school, role="coordinator")
    teacher = f.MembershipFactory(partner=region.school, role="teacher", requested=True)
    contact = f.MembershipFactory(partner=region.company, requested=True)
    assert set(Membership.objects.waiting_for(region.broker)) == {teacher, contact}


def test_the_last_contact_stays(region):
    membership = region.contact.memberships.get()
    with pytest.raises(Refusal):
        answer(membership, "end", region.contact)
    f.MembershipFactory(partner=region.company)
    answer(membership, "end", region.contact)
    assert not region.contact.has_perm("partners.follow_partner", region.company)


def test_everybody_may_stop_themselves(region):
    answer(region.student.memberships.get(), "end", region.student)
    assert region.student.memberships.get().status == "ended"


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
    answer(region.newcomer.memberships.get(), "decline", region.contact)
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
    with clock.at(invitation.created_at + timedelta(days=29, hours=23)):
        assert invitation.is_open
    with clock.at(invitation.created_at + timedelta(days=30)), pytest.raises(NotNow):
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


# --- What is seen -----------------------------------------------------------------------------------------------
def test_who_sees_a_partner_that_is_not_accepted(region):
    Partner.objects.filter(pk=region.company.pk).update(status="submitted")
    sees = {person for person in PEOPLE if region.company in Partner.objects.visible_to(getattr(region, person))}
    assert sees == {"contact", "broker"}


def test_what_is_missing():
    bare = f.PartnerFactory(municipality="")
    assert bare.missing == ["gemeente", "sector", "omschrijving", "KvK-nummer"]
    full = f.PartnerFactory(kvk="12345678", sector="bouw", description="Wij bouwen.")
    assert full.missing == []
    assert f.PartnerFactory(school=True, sector="onderwijs", description="School").missing == ["BRIN-code"]


def test_namesakes(region):
    f.PartnerFactory(name="MAREWIJK BOUW", submitted=True)
    found = dict(Partner.objects.with_namesakes().values_list("name", "namesake"))
    assert found["MAREWIJK BOUW"] and found["Marewijk Bouw"] and not found["Kasgroei"]


def test_asked_counts_public_challenges_only(region):
    f.ChallengeFactory(partner=region.company)
    f.ChallengeFactory.create_batch(2, partner=region.company, accepted=True)
    counted = dict(Partner.objects.with_counts().values_list("name", "asked"))
    assert (counted["Marewijk Bouw"], counted["Kasgroei"]) == (2, 0)
