"""The verbs for organisations: register, change, pause and review. And whom to tell."""

import secrets
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from oil_portal.core import clock, promises
from oil_portal.core.timeline import changed_fields, notify, record, timeline_of
from oil_portal.core.workflow import NotNow, lock, move
from partners import files, roles
from partners.models import Membership, Partner, PartnerNote, User
from partners.workflow import MembershipStatus, PartnerStatus

LONGEST_PAUSE_DAYS = 183
QUARTER = timedelta(days=91)  # in which a partner is asked once whether it wants a pause
MOST_LOGO_BYTES = 2 * 1024 * 1024
LOGO = (480, 480)  # pixels that a kept logo fits in


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
    before, partner.paused_until = partner.paused_until, until
    partner.save(update_fields=["paused_until"])
    promises.postpone(partner=partner, before=before, until=until)
    record(partner, "pause" if until else "pause_end", actor=actor, remark=date_format(until, "j F Y") if until else "")
    return partner


@transaction.atomic
def check_partner(*, partner: Partner, actor: User) -> Partner:
    """Say that the details are right: for a year nobody is asked again. Saying it twice is no harm."""
    if not actor.has_perm("partners.check_partner", partner):
        raise PermissionDenied
    lock(partner)
    if partner.status != PartnerStatus.ACCEPTED:
        raise NotNow(_("Nakijken kan als de organisatie partner is."))
    partner.checked_at = clock.now()
    partner.save(update_fields=["checked_at"])
    record(partner, "check", actor=actor)
    return partner


@transaction.atomic
def set_logo(*, partner: Partner, actor: User, upload) -> Partner:
    """Give an organisation a logo, drawn anew as a PNG; `upload` None takes it away. Raises ValidationError."""
    if not actor.has_perm("partners.change_details_partner", partner):
        raise PermissionDenied
    content = _logo(upload) if upload else None
    lock(partner)
    partner.logo = ContentFile(content, name=f"{secrets.token_hex(12)}.png") if content else ""
    partner.save(update_fields=["logo"])  # django-cleanup takes the old file along on commit
    record(partner, "logo", actor=actor)
    return partner


def _logo(upload) -> bytes:
    def refuse(message: str) -> ValidationError:
        return ValidationError({"logo": message})

    if upload.size > MOST_LOGO_BYTES:
        raise refuse(_("Dit bestand is groter dan 2 MB. Kies een kleiner bestand."))
    try:
        _kind, picture = files.read(upload.read())
    except files.TooLarge as error:
        raise refuse(_("Dit logo heeft te veel beeldpunten. Maak het kleiner.")) from error
    except files.Unreadable as error:
        raise refuse(_("Dit is geen jpg of png die wij kunnen lezen. Kies een ander bestand.")) from error
    picture.thumbnail(LOGO)
    return files.written(picture, "png")


@transaction.atomic
def review_partner(*, partner: Partner, actor: User, action: str, remark: str = "") -> Partner:
    """A broker accepts, returns, declines, suspends or resumes; `action` is the transition's name.

    Who answers for the organisation hears it: its contacts, and the coordinators of a school.
    """
    checked = {"checked_at": clock.now()} if action == "accept" else {}
    entry = move(partner, action, actor=actor, remark=remark, **checked)
    notify(entry, people(partner, roles.CONTACT, roles.COORDINATOR), mail=True)
    return partner


@transaction.atomic
def apologize(*, partner: Partner) -> None:
    """The brokers let their term pass: nothing closes, all of them hear it, and the organisation gets a new day."""
    lock(partner)
    if partner.status != PartnerStatus.SUBMITTED:
        return
    day = promises.ask_again(partner, partner.status).due
    told = _("Sorry, dit duurt te lang. Je krijgt uiterlijk %(day)s antwoord.") % {"day": date_format(day, "j F")}
    notify(record(partner, "late", actor=None, remark=told), [*people(partner, roles.CONTACT), *brokers()], mail=True)


@transaction.atomic
def ask_to_pause(*, partner: Partner) -> bool:
    """Ask a partner that lets people wait whether it wants a pause, once per quarter; the brokers read that it was."""
    lock(partner)
    asked = timeline_of(partner).filter(event="ask_pause", created_at__gte=clock.now() - QUARTER)
    if partner.is_paused or asked.exists():
        return False
    said = _("Er kwamen de laatste tijd weinig antwoorden op tijd. Hebben jullie het druk? Neem dan pauze.")
    entry = record(partner, "ask_pause", actor=None, remark=said)
    notify(entry, people(partner, roles.CONTACT), mail=True)
    notify(entry, brokers())
    return True


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
