"""The rules of people and organisations: every transition, who may, what is told to whom."""

import itertools

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError

from oil_portal.core.models import Notice
from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import NotNow, Refusal
from partners import services
from partners.models import Membership, Partner
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
PARTNER_WHO = {"accept": "broker", "return": "broker", "decline": "broker", "resubmit": "contact", "suspend": "broker",
               "resume": "broker"}  # fmt: skip
PARTNER_TABLE = {
    ("submitted", "accept"): "accepted",
    ("submitted", "return"): "returned",
    ("submitted", "decline"): "declined",
    ("returned", "decline"): "declined",
    ("returned", "resubmit"): "submitted",
    ("accepted", "suspend"): "suspended",
    ("suspended", "resume"): "accepted",
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
    assert {action for action, step in PARTNER.by_action.items() if not step.system} == set(PARTNER_WHO)


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
    if status in ("declined", "merged"):
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
    ("requested", "take_back"): "ended",
    ("active", "end"): "ended",
}


BY_PEOPLE = [each.action for each in MEMBERSHIP.transitions if not each.system]


@pytest.mark.parametrize(("status", "action"), itertools.product(MembershipStatus.values, BY_PEOPLE))
def test_every_transition_of_a_membership_is_in_the_table_or_refused(region, status, action):
    membership = f.MembershipFactory(user=region.newcomer, partner=region.company, status=status)
    target = MEMBERSHIP_TABLE.get((status, action))
    own = action == "take_back"  # who asked takes it back, and so hears nothing
    actor = region.newcomer if own else region.contact
    if target:
        answer(membership, action, actor)
        assert heard(region.newcomer, action) != own
    else:
        with pytest.raises(NotNow):
            answer(membership, action, actor)
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


# --- What is seen -----------------------------------------------------------------------------------------------
def test_who_sees_a_partner_that_is_not_accepted(region):
    Partner.objects.filter(pk=region.company.pk).update(status="submitted")
    sees = {person for person in PEOPLE if region.company in Partner.objects.visible_to(getattr(region, person))}
    assert sees == {"contact", "broker"}


def test_what_is_missing():
    bare = f.PartnerFactory(municipality="")
    assert bare.missing == ["gemeente", "sector", "omschrijving", "KvK-nummer"]
    full = f.PartnerFactory(kvk="12345678", sector="building", description="Wij bouwen.")
    assert full.missing == []
    assert f.PartnerFactory(school=True, sector="culture", description="School").missing == ["BRIN-code"]


def test_asked_counts_public_challenges_only(region):
    f.ChallengeFactory(partner=region.company)
    f.ChallengeFactory.create_batch(2, partner=region.company, accepted=True)
    counted = dict(Partner.objects.with_counts().values_list("name", "asked"))
    assert (counted["Marewijk Bouw"], counted["Kasgroei"]) == (2, 0)
