"""The verbs for leaving: stopping, and handing a role over to somebody who stays."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from oil_portal.core.timeline import notify
from oil_portal.core.workflow import NotNow, Refusal, lock, move
from partners import roles
from partners.models import Membership, User
from partners.services.membership import activate
from partners.services.partner import people
from partners.workflow import LIVE_MEMBERSHIP, MembershipStatus

PASSED_ON = (roles.CONTACT, roles.COORDINATOR)  # roles that go to somebody; the others just end


def is_last_contact(membership: Membership) -> bool:
    """Whether nobody would answer for the partner without this membership."""
    others = people(membership.partner, roles.CONTACT).exclude(pk=membership.user_id)
    active = membership.status == MembershipStatus.ACTIVE
    return active and membership.role == roles.CONTACT and not others.exists()


@transaction.atomic
def end_membership(*, membership: Membership, actor: User, remark: str = "") -> Membership:
    """Stop a membership; a partner is never left without an active contact."""
    lock(membership.partner)
    if is_last_contact(membership):
        raise Refusal(_("Dit is de laatste contactpersoon. Draag het eerst over aan een collega."))
    entry = move(membership, "end", actor=actor, remark=remark)
    roles.forget(membership.user)
    notify(entry, [membership.user])
    return membership


def successors(membership: Membership):
    """Who can take the role over at once: the other active members, students aside."""
    active = MembershipStatus.ACTIVE
    staying = membership.partner.memberships.filter(status=active).exclude(role=roles.STUDENT)
    return (
        User.objects.filter(pk__in=staying.values("user")).exclude(pk=membership.user_id).order_by("first_name", "pk")
    )


@transaction.atomic
def hand_over_role(*, membership: Membership, successor: User, actor: User) -> Membership:
    """Give the role to a colleague at once and end this membership; both hear it. Answers the colleague's."""
    if membership.role not in PASSED_ON or not actor.has_perm("partners.end_membership", membership):
        raise PermissionDenied
    lock(membership.partner)
    lock(membership)
    if membership.status != MembershipStatus.ACTIVE:
        raise NotNow(_("Dit lidmaatschap is al gestopt."))
    if not successors(membership).filter(pk=successor.pk).exists():
        raise Refusal(_("Kies een collega die er nu bij hoort, of nodig iemand uit."))
    what = {"user": successor, "partner": membership.partner, "role": membership.role}
    theirs = Membership.objects.filter(**what, status__in=LIVE_MEMBERSHIP).first() or Membership(**what)
    if theirs.status != MembershipStatus.ACTIVE:
        activate(theirs, actor=actor)
    entry = move(membership, "end", actor=actor, remark=_("Overgedragen aan %s.") % successor)
    roles.forget(membership.user)
    notify(entry, [membership.user, successor], mail=True)
    return theirs


def let_go(*, leaver: Membership, successor: User) -> None:
    """End the membership of who waited for a successor, now that there is one. In the caller's transaction."""
    lock(leaver)
    if leaver.status != MembershipStatus.ACTIVE or leaver.user_id == successor.pk:
        return
    entry = move(leaver, "end", actor=None, remark=_("Overgedragen aan %s.") % successor)
    roles.forget(leaver.user)
    notify(entry, [leaver.user], mail=True)


def colleagues(membership: Membership):
    """The other active teachers of the same school, its labs included."""
    school = membership.partner.school
    there = Membership.objects.active().filter(role=roles.TEACHER)
    there = there.filter(Q(partner=school) | Q(partner__parent=school))
    return User.objects.filter(pk__in=there.values("user")).exclude(pk=membership.user_id).order_by("first_name", "pk")


def check_colleague(membership: Membership, successor: User, actor: User) -> None:
    """Raises PermissionDenied or Refusal unless `actor` may hand a teacher's work over to `successor`."""
    if membership.role != roles.TEACHER or not actor.has_perm("partners.end_membership", membership):
        raise PermissionDenied
    if not colleagues(membership).filter(pk=successor.pk).exists():
        raise Refusal(_("Kies een docent van dezelfde school."))
