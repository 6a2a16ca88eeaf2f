"""The verbs for people and organisations. Keyword-only, atomic; they check, lock, save, record and notify."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from oil_portal.core import clock
from oil_portal.core.mail import absolute
from oil_portal.core.tasks import send_template
from oil_portal.core.timeline import changed_fields, notify, record
from oil_portal.core.workflow import NotNow, Refusal, lock, move
from partners import roles
from partners.models import Invitation, Membership, Partner, User
from partners.permissions import roles_to_invite
from partners.workflow import LIVE_MEMBERSHIP, InvitationStatus, MembershipStatus, PartnerStatus

LONGEST_PAUSE_DAYS = 183


def people(partner: Partner, *wanted: str):
    """The active members of a partner with one of these roles."""
    return User.objects.filter(
        memberships__partner=partner, memberships__status=MembershipStatus.ACTIVE, memberships__role__in=wanted
    ).distinct()


def brokers():
    """Everybody who reviews: the active brokers of the network."""
    return User.objects.filter(memberships__role=roles.BROKER, memberships__status=MembershipStatus.ACTIVE).distinct()


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


def _save_partner(partner: Partner) -> None:
    """Check and save; raises ValidationError, also when somebody else saved the same KvK number this very moment."""
    partner.full_clean()
    try:
        with transaction.atomic():
            partner.save()
    except IntegrityError as error:
        raise ValidationError({"kvk": _("Dit KvK-nummer is al bekend. Vraag of je mee mag doen.")}) from error


# --- Partners ---------------------------------------------------------------------------------------------------
@transaction.atomic
def register_partner(*, actor: User, **details) -> Partner:
    """Add an organisation; `actor` becomes its contact and the brokers review it."""
    partner = Partner(status=PartnerStatus.SUBMITTED, **details)
    _save_partner(partner)
    Membership.objects.create(user=actor, partner=partner, role=roles.CONTACT, status=MembershipStatus.ACTIVE)
    roles.forget(actor)
    notify(record(partner, "register", actor=actor, to_status=partner.status), brokers())
    return partner


@transaction.atomic
def change_partner(*, partner: Partner, actor: User, **details) -> Partner:
    """Change the details of an organisation; the timeline shows what was there before."""
    if not actor.has_perm("partners.change_details_partner", partner):
        raise PermissionDenied
    lock(partner)
    changes = changed_fields(partner, **details)
    for name, value in details.items():
        setattr(partner, name, value)
    _save_partner(partner)
    if changes:
        record(partner, "edit", actor=actor, changes=changes)
    return partner


@transaction.atomic
def pause_partner(*, partner: Partner, actor: User, until: date | None) -> Partner:
    """No new interest up to and including a day; what runs goes on. `until` None ends the pause."""
    if not actor.has_perm("partners.pause_partner", partner):
        raise PermissionDenied
    lock(partner)
    if until is not None and not clock.today() <= until <= clock.today() + timedelta(days=LONGEST_PAUSE_DAYS):
        raise ValidationError({"until": _("Kies een dag die nog komt, binnen een half jaar.")})
    partner.paused_until = until
    partner.save(update_fields=["paused_until"])
    record(partner, "pause" if until else "resume", actor=actor, remark=date_format(until, "j F Y") if until else "")
    return partner


@transaction.atomic
def review_partner(*, partner: Partner, actor: User, action: str, remark: str = "") -> Partner:
    """A broker accepts, returns or declines; `action` is the transition's name. The contacts hear it."""
    entry = move(partner, action, actor=actor, remark=remark)
    notify(entry, people(partner, roles.CONTACT), mail=True)
    return partner


@transaction.atomic
def resubmit_partner(*, partner: Partner, actor: User, remark: str = "") -> Partner:
    """The contact sends a returned organisation back to the brokers."""
    notify(move(partner, "resubmit", actor=actor, remark=remark), brokers())
    return partner


# --- Memberships ------------------------------------------------------------------------------------------------
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
        return _activate(membership, actor=actor)
    membership.save()
    notify(record(membership, "request", actor=actor, to_status=membership.status), confirmers(membership), mail=True)
    return membership


def _activate(membership: Membership, *, actor: User) -> Membership:
    membership.status = MembershipStatus.ACTIVE
    membership.save()
    roles.forget(membership.user)
    record(membership, "join", actor=actor, to_status=membership.status)
    return membership


@transaction.atomic
def appoint(*, user: User, partner: Partner, role: str) -> Membership:
    """Give a role without a request: for `manage.py appoint`, which makes the first broker and coordinators."""
    same = Membership.objects.filter(user=user, partner=partner, role=role, status=MembershipStatus.ACTIVE).first()
    return same or _activate(Membership(user=user, partner=partner, role=role), actor=None)


@transaction.atomic
def answer_membership(*, membership: Membership, actor: User, action: str, remark: str = "") -> Membership:
    """Confirm or decline a request; the person hears it by mail."""
    entry = move(membership, action, actor=actor, remark=remark)
    roles.forget(membership.user)
    notify(entry, [membership.user], mail=True)
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, actor: User, remark: str = "") -> Membership:
    """Stop a membership; a partner is never left without an active contact."""
    lock(membership.partner)
    last = not people(membership.partner, roles.CONTACT).exclude(pk=membership.user_id).exists()
    if membership.role == roles.CONTACT and last:
        raise Refusal(_("Dit is de laatste contactpersoon. Nodig eerst een collega uit."))
    entry = move(membership, "end", actor=actor, remark=remark)
    roles.forget(membership.user)
    notify(entry, [membership.user])
    return membership


# --- Invitations ------------------------------------------------------------------------------------------------
@transaction.atomic
def invite(*, actor: User, partner: Partner, email: str, role: str) -> Invitation:
    """Invite an address to a role at a partner; the link goes out by mail. An open invitation is sent again."""
    if role not in roles_to_invite(actor, partner):
        raise PermissionDenied
    lock(partner)
    email = email.lower()
    if Membership.objects.filter(user__email=email, partner=partner, role=role, status="active").exists():
        raise Refusal(_("Deze persoon hoort er al bij."))
    Invitation.objects.filter(email__iexact=email, partner=partner, role=role, status=InvitationStatus.SENT).update(
        status=InvitationStatus.WITHDRAWN
    )
    invitation = Invitation.objects.create(partner=partner, email=email, role=role, invited_by=actor)
    record(partner, "invite", actor=actor)
    context = {
        "inviter": str(actor),
        "partner": str(partner),
        "role": role,
        "url": absolute(invitation.get_absolute_url()),
    }
    transaction.on_commit(lambda: send_template.delay("partners/email/invitation", email, actor.language, context))
    return invitation


def invitations_for(user: User) -> list[Invitation]:
    """The open invitations that were sent to one of the user's proven addresses."""
    addresses = [email.lower() for email in proven_addresses(user)]
    sent = Invitation.objects.filter(email__in=addresses, status=InvitationStatus.SENT)
    return [invitation for invitation in sent.select_related("partner", "invited_by") if invitation.is_open]


@transaction.atomic
def accept_invitation(*, invitation: Invitation, actor: User) -> Membership:
    """Take the role that the invitation gives; whoever holds the link and is logged in may, once."""
    lock(invitation)
    if not invitation.is_open:
        raise NotNow(_("Deze uitnodiging is niet meer geldig. Vraag om een nieuwe."))
    invitation.status = InvitationStatus.ACCEPTED
    invitation.save(update_fields=["status"])
    same = Membership.objects.filter(
        user=actor, partner=invitation.partner, role=invitation.role, status__in=LIVE_MEMBERSHIP
    ).first()
    membership = same or Membership(user=actor, partner=invitation.partner, role=invitation.role)
    if membership.status != MembershipStatus.ACTIVE:
        _activate(membership, actor=actor)
        notify(record(membership, "accept", actor=actor), [invitation.invited_by])
    return membership


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, actor: User) -> None:
    """Make an open invitation worthless."""
    if invitation.role not in roles_to_invite(actor, invitation.partner):
        raise PermissionDenied
    lock(invitation)
    if invitation.status == InvitationStatus.SENT:
        invitation.status = InvitationStatus.WITHDRAWN
        invitation.save(update_fields=["status"])


# --- The person -------------------------------------------------------------------------------------------------
def change_preferences(*, user: User, **values) -> User:
    """Set name, language and digest frequency."""
    for name, value in values.items():
        setattr(user, name, value)
    user.save(update_fields=list(values))
    return user
