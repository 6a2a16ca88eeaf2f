"""The verbs for challenges. Keyword-only, atomic; they check, lock, save, record and notify."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from challenges.models import Assignment, Challenge
from challenges.workflow import EDITABLE, ChallengeStatus
from oil_portal.core import clock, promises
from oil_portal.core.timeline import changed_fields, notify, record, take_back
from oil_portal.core.workflow import NotNow, Refusal, lock, move
from partners import roles
from partners.models import Partner, User
from partners.services import brokers, people
from partners.workflow import PartnerStatus


def owners(challenge: Challenge):
    """The contacts of the partner that asks."""
    return people(challenge.partner, roles.CONTACT)


def _takes_part(partner: Partner) -> None:
    """Refusal while the partner is suspended, as it stands now; a suspension waits for who is busy here."""
    lock(partner)
    if not partner.takes_part:
        raise Refusal(_("Deze organisatie is geschorst. Een vraagstuk indienen kan nu niet."))


@transaction.atomic
def hand_in(*, actor: User, partner: Partner, **details) -> Challenge:
    """A contact of the partner hands in a question; the brokers review it. Raises ValidationError on bad fields."""
    if partner.pk not in roles.partner_ids(actor, roles.CONTACT):
        raise PermissionDenied
    _takes_part(partner)
    challenge = Challenge(partner=partner, contact=actor, submitted_at=clock.now(), **details)
    challenge.full_clean()
    challenge.save()
    notify(record(challenge, "submit", actor=actor, to_status=challenge.status), brokers())
    return challenge


@transaction.atomic
def edit_challenge(*, challenge: Challenge, actor: User, **details) -> Challenge:
    """Change the text; the timeline keeps what stood there, and whoever is at work on it hears of the change."""
    lock(challenge)
    # The status counts for an administrator too, who has every permission.
    if challenge.status not in EDITABLE or not actor.has_perm("challenges.edit_challenge", challenge):
        raise NotNow(_("Je kunt deze tekst nu niet wijzigen. Vraag het de makelaar."))
    changes = changed_fields(challenge, **details)
    if not changes:
        return challenge
    for name, value in details.items():
        setattr(challenge, name, value)
    challenge.full_clean()
    challenge.save()
    entry = record(challenge, "edit", actor=actor, changes=changes)
    if challenge.status == ChallengeStatus.ACCEPTED and challenge.translator:
        notify(entry, [challenge.translator], mail=True)
    return challenge


@transaction.atomic
def submit_challenge(*, challenge: Challenge, actor: User, remark: str = "") -> Challenge:
    """Hand a question that came back in again; the brokers review it."""
    _takes_part(challenge.partner)
    entry = move(challenge, "submit", actor=actor, remark=remark, submitted_at=clock.now())
    notify(entry, brokers())
    return challenge


@transaction.atomic
def withdraw_challenge(*, challenge: Challenge, actor: User, remark: str = "") -> Challenge:
    """The company takes its question back before a project opened."""
    translator = challenge.translator
    entry = move(challenge, "withdraw", actor=actor, remark=remark)
    take_back(challenge, "submit", "edit", "assign", "accept")
    notify(entry, [translator])
    return challenge


@transaction.atomic
def accept_challenge(*, challenge: Challenge, actor: User, remark: str = "", translator: User | None = None):
    """A broker accepts the question of an accepted partner and may name the translator at once."""
    if challenge.partner.status != PartnerStatus.ACCEPTED:
        raise NotNow(_("Keur eerst de organisatie goed. Daarna kan het vraagstuk door."))
    notify(move(challenge, "accept", actor=actor, remark=remark), owners(challenge), mail=True)
    if translator is not None:
        assign_translator(challenge=challenge, actor=actor, translator=translator)
    return challenge


@transaction.atomic
def turn_down_challenge(*, challenge: Challenge, actor: User, action: str, remark: str) -> Challenge:
    """A broker returns or declines; `action` is the transition's name, and the company reads the remark."""
    translator = challenge.translator
    notify(move(challenge, action, actor=actor, remark=remark), [*owners(challenge), translator], mail=True)
    return challenge


@transaction.atomic
def assign_translator(*, challenge: Challenge, actor: User, translator: User) -> Challenge:
    """A broker names the teacher who translates; a teacher may take a challenge that nobody has yet."""
    lock(challenge)
    if challenge.translator == translator:
        return challenge
    claims = translator == actor and roles.has(actor, roles.TEACHER)
    if claims and challenge.translator_id and not actor.has_perm("challenges.assign_challenge", challenge):
        raise NotNow(_("Een andere docent heeft dit vraagstuk al."))
    if not claims and not actor.has_perm("challenges.assign_challenge", challenge):
        raise PermissionDenied
    if challenge.status != ChallengeStatus.ACCEPTED:
        raise NotNow(_("Een vertaler kies je als het vraagstuk is goedgekeurd."))
    if not roles.has(translator, roles.TEACHER):
        raise Refusal(_("Kies een docent als vertaler."))
    challenge.translator = translator
    challenge.save(update_fields=["translator"])
    entry = record(challenge, "assign", actor=actor, remark=str(translator))
    notify(entry, [translator], mail=True)
    notify(entry, owners(challenge))
    return challenge


SETTLED = {"published": "publish", "running": "start", "completed": "complete", "accepted": "reopen"}


def settle(*, challenge: Challenge, statuses: set[str], actor: User | None) -> None:
    """Let a challenge follow its projects, whose statuses these are; call in the transaction of the project.

    Open projects win over running ones, those over completed ones; without any it waits for a project again.
    """
    if "open" in statuses:
        target = "published"
    elif statuses & {"running", "confirming"}:
        target = "running"
    else:
        target = "completed" if "completed" in statuses else "accepted"
    lock(challenge)
    if challenge.status != target:
        notify(move(challenge, SETTLED[target], actor=actor), owners(challenge))


@transaction.atomic
def apologize(*, challenge: Challenge) -> None:
    """The brokers let their term pass: nothing closes, all of them hear it, and the company gets a new day."""
    lock(challenge)
    if challenge.status != ChallengeStatus.SUBMITTED:
        return
    day = promises.ask_again(challenge, challenge.status).due
    told = _("Sorry, dit duurt te lang. Je krijgt uiterlijk %(day)s antwoord.") % {"day": date_format(day, "j F")}
    entry = record(challenge, "late", actor=None, remark=told)
    notify(entry, [*owners(challenge), *brokers()], mail=True)


LATE = {
    "returned": gettext_lazy("Het bedrijf vulde dit nog niet aan. Vul het aan, trek het in, of bel de makelaar."),
    "accepted": gettext_lazy("Er is nog geen opdracht. De makelaar kijkt of een andere docent het kan overnemen."),
    "draft": gettext_lazy("De opdracht is nog niet klaar. De makelaar belt de docent."),
    "change_requested": gettext_lazy("De wijziging is nog niet klaar. De makelaar belt de docent."),
}


@transaction.atomic
def tell_late(*, obj: Challenge | Assignment) -> None:
    """Who was to act let the term pass. Nothing closes on anybody: both sides and the brokers hear what comes next."""
    challenge = getattr(obj, "challenge", obj)
    entry = record(obj, "late", actor=None, remark=str(LATE[obj.status]))
    notify(entry, [*owners(challenge), challenge.translator, *brokers()])
