"""The verbs for organisations: register, change, pause and review. And whom to tell."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from oil_portal.core import clock
from oil_portal.core.timeline import changed_fields, notify, record
from oil_portal.core.workflow import lock, move
from partners import roles
from partners.models import Membership, Partner, PartnerNote, User
from partners.workflow import MembershipStatus, PartnerStatus

LONGEST_PAUSE_DAYS = 183


def people(partner: Partner, *wanted: str):
    """The active members of a partner with one of these roles."""
    return User.objects.filter(
        memberships__partner=partner, memberships__status=MembershipStatus.ACTIVE, memberships__role__in=wanted
    ).distinct()


def brokers():
    """Everybody who reviews: the active brokers of the network."""
    return User.objects.filter(memberships__role=roles.BROKER, memberships__status=MembershipStatus.ACTIVE).distinct()


def save_partner(partner: Partner) -> None:
    """Check and save; raises ValidationError, also when somebody else saved the same KvK number this very moment."""
    partner.full_clean()
    try:
        with transaction.atomic():
            partner.save()
    except IntegrityError as error:
        raise ValidationError({"kvk": _("Dit KvK-nummer is al bekend. Vraag of je mee mag doen.")}) from error


@transaction.atomic
def register_partner(*, actor: User, **details) -> Partner:
    """Add an organisation; `actor` becomes its contact and the brokers review it."""
    partner = Partner(status=PartnerStatus.SUBMITTED, **details)
    save_partner(partner)
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
    save_partner(partner)
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
    record(partner, "pause" if until else "pause_end", actor=actor, remark=date_format(until, "j F Y") if until else "")
    return partner


@transaction.atomic
def review_partner(*, partner: Partner, actor: User, action: str, remark: str = "") -> Partner:
    """A broker accepts, returns, declines, suspends or resumes; `action` is the transition's name.

    Who answers for the organisation hears it: its contacts, and the coordinators of a school.
    """
    entry = move(partner, action, actor=actor, remark=remark)
    notify(entry, people(partner, roles.CONTACT, roles.COORDINATOR), mail=True)
    return partner


@transaction.atomic
def resubmit_partner(*, partner: Partner, actor: User, remark: str = "") -> Partner:
    """The contact sends a returned organisation back to the brokers."""
    notify(move(partner, "resubmit", actor=actor, remark=remark), brokers())
    return partner


@transaction.atomic
def note_partner(*, partner: Partner, actor: User, text: str) -> PartnerNote:
    """Write an internal note. Nothing is recorded or told: the partner reads its own timeline and mail."""
    if not actor.has_perm("partners.note_partner", partner):
        raise PermissionDenied
    note = PartnerNote(partner=partner, by=actor, text=text.strip())
    note.full_clean()
    note.save()
    return note
