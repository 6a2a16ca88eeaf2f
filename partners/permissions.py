"""Who may do what with people and organisations. Asked by services, views and templates alike."""

import rules

from partners import roles
from partners.models import Membership, Partner


@rules.predicate
def is_broker(user, _obj=None) -> bool:
    return roles.has(user, roles.BROKER)


@rules.predicate
def is_contact(user, partner: Partner | None) -> bool:
    return partner is not None and partner.pk in roles.partner_ids(user, roles.CONTACT)


@rules.predicate
def is_coordinator(user, partner: Partner | None) -> bool:
    return partner is not None and bool({partner.pk, partner.parent_id} & roles.partner_ids(user, roles.COORDINATOR))


@rules.predicate
def is_teacher(user, partner: Partner | None) -> bool:
    return partner is not None and partner.school.pk in roles.school_ids(user, roles.TEACHER)


@rules.predicate
def is_member(user, partner: Partner | None) -> bool:
    return partner is not None and partner.pk in roles.partner_ids(user)


@rules.predicate
def is_self(user, membership: Membership | None) -> bool:
    return membership is not None and membership.user_id == user.pk


@rules.predicate
def may_confirm(user, membership: Membership | None) -> bool:
    """Contacts confirm colleagues, coordinators confirm teachers and students, brokers all but those two."""
    if membership is None:
        return False
    if membership.role in (roles.TEACHER, roles.STUDENT):
        return is_coordinator(user, membership.partner)
    return is_broker(user) or (membership.role == roles.CONTACT and is_contact(user, membership.partner))


def roles_to_invite(user, partner: Partner) -> list[str]:
    """The roles that `user` may invite people to at `partner`, in the order of roles.CHOICES."""
    may = set()
    if is_contact(user, partner) or is_broker(user):
        may.add(roles.CONTACT)
    if is_coordinator(user, partner):
        may |= {roles.TEACHER, roles.STUDENT, roles.COORDINATOR}
    if is_teacher(user, partner) and partner.kind in (Partner.Kind.SCHOOL, Partner.Kind.LAB):
        may.add(roles.STUDENT)
    if is_broker(user) and partner.kind in (Partner.Kind.SCHOOL, Partner.Kind.LAB):
        may.add(roles.COORDINATOR)
    return [role for role, _label in roles.CHOICES if role in may]


@rules.predicate
def may_invite(user, partner: Partner | None) -> bool:
    return partner is not None and bool(roles_to_invite(user, partner))


for action in ("accept", "return", "decline", "suspend", "resume", "merge"):
    rules.add_perm(f"partners.{action}_partner", is_broker)
rules.add_perm("partners.note_partner", is_broker)
rules.add_perm("partners.resubmit_partner", is_contact)
rules.add_perm("partners.change_details_partner", is_contact | is_coordinator | is_broker)
rules.add_perm("partners.check_partner", is_contact | is_coordinator | is_broker)
rules.add_perm("partners.pause_partner", is_contact)
rules.add_perm("partners.invite_partner", may_invite)
# How often it answers in time: for who answers, and the brokers.
rules.add_perm("partners.see_rate_partner", is_contact | is_coordinator | is_broker)
rules.add_perm("partners.follow_partner", is_member | is_broker)
rules.add_perm("partners.confirm_membership", may_confirm)
rules.add_perm("partners.decline_membership", may_confirm)
rules.add_perm("partners.take_back_membership", is_self)
rules.add_perm("partners.end_membership", is_self | may_confirm)
