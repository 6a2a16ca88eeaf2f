"""The verbs for who belongs where: asking, answering, leaving; and what a person says of themselves."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from oil_portal.core import promises
from oil_portal.core.models import Consent, Side
from oil_portal.core.timeline import notify, record, take_back
from oil_portal.core.workflow import Refusal, lock, move
from partners import roles
from partners.models import Membership, Partner, User
from partners.services.partner import brokers, people
from partners.workflow import LIVE_MEMBERSHIP, MembershipStatus, PartnerStatus


def confirmers(membership: Membership):
    """The people who can answer a request for this membership; the brokers when nobody nearer can."""
    if membership.role in (roles.TEACHER, roles.STUDENT):
        schools = [membership.partner_id, membership.partner.parent_id]
        return User.objects.filter(
            memberships__partner__in=[pk for pk in schools if pk],
            memberships__role=roles.COORDINATOR,
            memberships__status=MembershipStatus.ACTIVE,
        ).distinct()
    return people(membership.partner, roles.CONTACT) or brokers()


def proven_addresses(user: User) -> list[str]:
    """The addresses that the user has shown to be theirs."""
    return list(user.emailaddress_set.filter(verified=True).values_list("email", flat=True))


def verified_domains(user: User) -> set[str]:
    """The mail domains of the addresses that the user has proven to be theirs."""
    return {address.rsplit("@", 1)[1].lower() for address in proven_addresses(user)}


def role_by_address(user: User, school: Partner) -> str:
    """The role that a verified institution address proves: student, teacher, or "" for none.

    Schools give students a domain that starts with `student.`, such as student.mborijnland.nl.
    """
    matching = verified_domains(user) & set(school.email_domains)
    if not matching:
        return ""
    return roles.STUDENT if any(domain.startswith("student.") for domain in matching) else roles.TEACHER


def schools_by_address(user: User) -> list[tuple[Partner, str]]:
    """The accepted schools of the user's proven addresses that they do not belong to, each with the role it proves."""
    domains = list(verified_domains(user))
    schools = Partner.objects.filter(
        kind=Partner.Kind.SCHOOL, status=PartnerStatus.ACCEPTED, email_domains__overlap=domains
    ).exclude(memberships__in=user.memberships.filter(status__in=LIVE_MEMBERSHIP))
    return [(school, role_by_address(user, school)) for school in schools] if domains else []


@transaction.atomic
def request_membership(*, actor: User, partner: Partner, role: str) -> Membership:
    """Ask to join. A student with the school's own address is in at once; everybody else is confirmed by a person."""
    if role not in (roles.CONTACT, roles.TEACHER, roles.STUDENT):
        raise PermissionDenied
    education = partner.kind in (Partner.Kind.SCHOOL, Partner.Kind.LAB)
    if education != (role in (roles.TEACHER, roles.STUDENT)):
        raise Refusal(_("Deze rol past niet bij deze organisatie."))
    User.objects.select_for_update().get(pk=actor.pk)
    if Membership.objects.filter(user=actor, partner=partner, role=role, status__in=LIVE_MEMBERSHIP).exists():
        raise Refusal(_("Je hebt dit al gevraagd, of je hoort er al bij."))
    membership = Membership(user=actor, partner=partner, role=role)
    if role == roles.STUDENT and role_by_address(actor, partner.school) == roles.STUDENT:
        return activate(membership, actor=actor)
    membership.save()
    entry = record(membership, "request", actor=actor, to_status=membership.status)
    notify(entry, confirmers(membership), mail=True, promise=promises.open_of(membership))
    return membership


@transaction.atomic
def join_by_school(*, user: User, school: Partner, role: str) -> Membership | None:
    """What the school's own log-in says: a student is in at once, a teacher asks once and waits for a coordinator.

    No other role comes from a log-in. None when nothing changed.
    """
    if role not in (roles.TEACHER, roles.STUDENT):
        raise PermissionDenied
    User.objects.select_for_update().get(pk=user.pk)
    there = user.memberships.filter(Q(partner=school) | Q(partner__parent=school), role=role)
    if role == roles.TEACHER:
        return None if there.exists() else request_membership(actor=user, partner=school, role=role)
    if there.active().exists():
        return None
    asked = there.filter(partner=school, status=MembershipStatus.REQUESTED).first()
    return activate(asked or Membership(user=user, partner=school, role=role), actor=user)


def activate(membership: Membership, *, actor: User) -> Membership:
    membership.status = MembershipStatus.ACTIVE
    membership.save()
    roles.forget(membership.user)
    record(membership, "join", actor=actor, to_status=membership.status)
    return membership


@transaction.atomic
def appoint(*, user: User, partner: Partner, role: str) -> Membership:
    """Give a role without a request: for `manage.py appoint`, which makes the first broker and coordinators."""
    same = Membership.objects.filter(user=user, partner=partner, role=role, status=MembershipStatus.ACTIVE).first()
    return same or activate(Membership(user=user, partner=partner, role=role), actor=None)


@transaction.atomic
def answer_membership(*, membership: Membership, actor: User, action: str, remark: str = "") -> Membership:
    """Confirm or decline a request; the person hears it by mail."""
    entry = move(membership, action, actor=actor, remark=remark)
    roles.forget(membership.user)
    notify(entry, [membership.user], mail=True)
    return membership


@transaction.atomic
def take_back_request(*, membership: Membership, actor: User, remark: str = "") -> Membership:
    """Who asked does so no longer; who did not hear of it yet hears of none of it."""
    move(membership, "take_back", actor=actor, remark=remark)
    take_back(membership, "request", "pass_on")
    return membership


@transaction.atomic
def pass_request_on(*, membership: Membership) -> None:
    """Nobody answered in the term: brokers answer for a company, and coordinators of the school are asked once more."""
    lock(membership)
    if membership.status != MembershipStatus.REQUESTED:
        return
    of_school = membership.role in (roles.TEACHER, roles.STUDENT)
    promise = promises.ask_again(membership, membership.status, side="" if of_school else Side.BROKER)
    said = _("Er kwam geen antwoord. Nu kijkt iemand anders mee. Uiterlijk %(day)s hoor je meer.")
    entry = record(membership, "pass_on", actor=None, remark=said % {"day": date_format(promise.due, "j F")})
    notify(entry, [membership.user, *(confirmers(membership) if of_school else brokers())], mail=True)


@transaction.atomic
def let_request_lapse(*, membership: Membership) -> None:
    """Nobody answered, twice: the request closes, and the person reads whom to call."""
    said = _("Er kwam ook nu geen antwoord, en dat ligt niet aan jou. Bel het projectbureau; dan regelen we het samen.")
    entry = move(membership, "lapse", actor=None, remark=said)
    notify(entry, [membership.user, *brokers()], mail=True)


@transaction.atomic
def change_preferences(*, user: User, by_partner: dict[int, str] | None = None, **values) -> User:
    """Set name, language and digest; `by_partner` says how often they hear of an organisation, "" as of the rest."""
    for name, value in values.items():
        setattr(user, name, value)
    user.save(update_fields=list(values))
    if "digest" in values:  # that somebody wants it is kept with its date
        Consent.objects.say(user=user, kind=Consent.Kind.DIGEST, yes=user.digest != User.Digest.NEVER)
    for partner, digest in (by_partner or {}).items():
        for membership in user.memberships.active().filter(partner=partner).exclude(digest=digest):
            membership.digest = digest
            membership.save(update_fields=["digest"])
    return user
