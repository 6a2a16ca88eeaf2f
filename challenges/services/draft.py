"""The verbs for drafts: keep what was typed, letter by letter, and hand it in when it is complete."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from challenges.forms.draft import MULTIPLE, NAMES, details_of, errors_by_step
from challenges.models import Challenge, Draft
from challenges.services.challenge import edit_challenge, hand_in, submit_challenge
from oil_portal.core import clock
from oil_portal.core.mail import absolute
from oil_portal.core.prepared import prepared
from oil_portal.core.tasks import post
from oil_portal.core.workflow import NotNow, Refusal, lock
from partners import roles
from partners.models import Partner, User
from partners.services import proven_addresses, register_partner
from partners.workflow import LIVE_PARTNER

KEPT_DAYS = 60  # a draft that no account claimed; we keep no more of a visitor than is needed
LONGEST = 20_000  # characters of one field; more than any field may hold, so that too much is kept and told
# Chosen beforehand, because they are right for most and can be changed in step 3.
USUAL = {"confidential": "False", "secrecy": "False", "rights": "use", "photos": "ask"}


@dataclass
class Saved:
    """What became of a saving. `clashes` maps a field that somebody else changed too to (theirs, ours)."""

    draft: Draft
    clashes: dict[str, tuple] = field(default_factory=dict)


def tidy(text: str) -> str:
    """Newlines as LF, no control characters (PostgreSQL cannot keep NUL), at most LONGEST characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")[:LONGEST]


def typed(data: Mapping, *, prefix: str = "") -> dict:
    """The draft's fields that stand in a QueryDict, as `Draft.values` keeps them; `prefix` as Django's `initial-`."""
    found = {}
    for name in NAMES:
        key = f"{prefix}{name}"
        if name in MULTIPLE:
            if key in data or f"{prefix}has-{name}" in data:  # a group without a tick sends nothing
                found[name] = [tidy(value) for value in data.getlist(key)]
        elif key in data:
            found[name] = tidy(data.get(key))
    return found


def may_write(draft: Draft, user) -> bool:
    """Whether `user` (None: a visitor who holds the token) may read and write this draft."""
    if draft.pk is None or (draft.author_id is None and draft.written_by_id is None and draft.challenge_id is None):
        return True
    return user is not None and bool(_open_to(user, draft.pk))


@prepared
def _open_to(user, pk: int) -> QuerySet:
    return Draft.objects.filter(pk=pk).open_to(user).values_list("pk", flat=True)


# --- Beginning --------------------------------------------------------------------------------------------------
def own_partner(user) -> Partner | None:
    """The one organisation that `user` writes for; None without one or with several."""
    own = Partner.objects.filter(pk__in=roles.partner_ids(user, roles.CONTACT), status__in=LIVE_PARTNER)[:2]
    return own[0] if len(own) == 1 else None


def begin(*, actor: User | None, **fields) -> Draft:
    """A draft that is not in the database yet; a visitor's has no author, and a company's that others write neither."""
    values = USUAL | fields.pop("values", {})
    if writes_for_others(actor):
        return Draft(written_by=actor, saved_by=actor, values=values, **fields)
    partner = fields.pop("partner", None) or own_partner(actor)
    return Draft(author=actor, saved_by=actor, partner=partner, values=values, **fields)


def writes_for_others(user: User | None) -> bool:
    """Brokers and teachers without an organisation of their own write on behalf of a company."""
    return roles.has(user, roles.BROKER, roles.TEACHER) and not roles.has(user, roles.CONTACT)


def values_of(challenge: Challenge) -> dict:
    """A challenge as somebody would have typed it."""
    values = {name: getattr(challenge, name) for name in NAMES if hasattr(challenge, name)}
    return {
        name: value if name in MULTIPLE else str(value if value is not None else "") for name, value in values.items()
    }


@transaction.atomic
def begin_copy(*, challenge: Challenge, actor: User) -> Draft:
    """The next question, filled in from this one; dates are for the company to choose again."""
    if challenge.partner_id not in roles.partner_ids(actor, roles.CONTACT):
        raise PermissionDenied
    values = values_of(challenge) | {"start_from": ""}
    draft = begin(actor=actor, partner=challenge.partner, copied_from=challenge, values=values)
    draft.save()
    return draft


@transaction.atomic
def begin_edit(*, challenge: Challenge, actor: User) -> Draft:
    """The working copy of a challenge that was handed in; nobody else reads it until it is handed in again."""
    if not actor.has_perm("challenges.edit_challenge", challenge):
        raise PermissionDenied
    lock(challenge)
    draft = Draft.objects.filter(challenge=challenge).first() or begin(
        actor=actor, challenge=challenge, partner=challenge.partner
    )
    if draft.version == 0:  # nobody typed anything yet
        draft.values = values_of(challenge)
        draft.save()
    return draft


# --- Keeping ----------------------------------------------------------------------------------------------------
@transaction.atomic
def save(*, draft: Draft, actor: User | None, now: dict, was: dict) -> Saved:
    """Keep what a window typed. `now` is what stands in it, `was` what stood there when it last heard from us.

    A field that this window changed and another one did too is not overwritten: it comes back in `clashes`.
    """
    if draft.pk:
        lock(draft)
    if not may_write(draft, actor):
        raise PermissionDenied
    clashes, changed = {}, {}
    for name, ours in now.items():
        theirs = draft.values.get(name, [] if name in MULTIPLE else "")
        if ours == was.get(name, theirs) or ours == theirs:
            continue
        if name in was and theirs != was[name] and draft.version:
            clashes[name] = (theirs, ours)
        else:
            changed[name] = ours
    if changed or not draft.pk:
        draft.values = draft.values | changed
        draft.version += 1
        draft.saved_at, draft.saved_by = clock.now(), actor
        read_address(draft)
        draft.save()
    return Saved(draft, clashes)


def read_address(draft: Draft) -> None:
    """A valid address of a draft without an author is where it can be claimed."""
    address = draft.values.get("email", "").strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        return
    if draft.author_id is None:
        draft.email = address


def adopt(user: User) -> int:
    """Give `user` the drafts that wait for one of their proven addresses; returns how many."""
    return sum(take(draft=draft, actor=user) for draft in _waiting_for(user.pk))


@prepared
def _waiting_for(user: int) -> QuerySet[Draft]:
    proven = EmailAddress.objects.filter(user=user, verified=True).values(address=Lower("email"))
    return Draft.objects.filter(author=None, email__in=proven)


@transaction.atomic
def take(*, draft: Draft, actor: User) -> bool:
    """A draft without an author becomes the actor's: a visitor's by its token, another's by a proven address."""
    lock(draft)
    proven = draft.email and draft.email in [address.lower() for address in proven_addresses(actor)]
    if draft.author_id is not None or not (proven or draft.written_by_id is None):
        return False
    draft.author = actor
    draft.partner = draft.partner or own_partner(actor)
    draft.save(update_fields=["author", "partner"])
    return True


@transaction.atomic
def share(*, draft: Draft, actor: User, shared: bool) -> None:
    """Let the colleagues of the organisation read and write along, or no longer."""
    lock(draft)
    if draft.author_id != actor.pk:
        raise PermissionDenied
    if shared and draft.partner_id is None:
        raise Refusal(_("Kies eerst namens welke organisatie je schrijft. Dan kun je delen."))
    draft.shared = shared
    draft.save(update_fields=["shared"])


@transaction.atomic
def choose_partner(*, draft: Draft, actor: User, partner: Partner) -> None:
    """For which of their organisations somebody writes."""
    if partner.pk not in roles.partner_ids(actor, roles.CONTACT) or not may_write(draft, actor) or draft.challenge_id:
        raise PermissionDenied
    draft.partner = partner
    draft.save(update_fields=["partner"])


@transaction.atomic
def discard(*, draft: Draft, actor: User | None) -> None:
    """Throw a draft away; of a change, the challenge stays as it was."""
    if not may_write(draft, actor):
        raise PermissionDenied
    draft.delete()


def drop_forgotten() -> int:
    """Delete visitors' drafts that nobody saved for KEPT_DAYS; returns how many. Their files go along."""
    last = clock.now() - timedelta(days=KEPT_DAYS)
    forgotten = Draft.objects.filter(author=None, written_by=None, challenge=None, saved_at__lt=last)
    return sum(draft.delete()[0] > 0 for draft in forgotten)


# --- On behalf of a company -------------------------------------------------------------------------------------
@transaction.atomic
def invite_company(*, draft: Draft, actor: User) -> None:
    """Mail the company that a broker or teacher wrote this for; it claims the draft by proving the address."""
    lock(draft)
    if draft.written_by_id != actor.pk or draft.author_id is not None:
        raise PermissionDenied
    if not draft.email:
        raise Refusal(_("Vul eerst het e-mailadres van het bedrijf in."))
    draft.invited_at = clock.now()
    draft.save(update_fields=["invited_at"])
    context = {"inviter": str(actor), "title": str(draft), "url": absolute(draft.get_absolute_url())}
    post("challenges/email/claim", to=draft.email, language=actor.language, context=context)


# --- Handing in -------------------------------------------------------------------------------------------------
@transaction.atomic
def finish(*, draft: Draft, actor: User, remark: str = "") -> Challenge:
    """Hand in a complete draft, or put a change into its challenge. Raises ValidationError by field."""
    try:
        lock(draft)
    except Draft.DoesNotExist:
        raise NotNow(_("Dit concept is al ingediend of weggegooid.")) from None
    if not may_write(draft, actor):
        raise PermissionDenied
    if errors := errors_by_step(draft.values):
        raise ValidationError({name: messages for step in errors.values() for name, messages in step.items()})
    details = details_of(draft.values)
    if draft.challenge_id:
        challenge = edit_challenge(challenge=draft.challenge, actor=actor, **details)
        if challenge.status == "returned":
            submit_challenge(challenge=challenge, actor=actor, remark=remark)
    else:
        challenge = hand_in(actor=actor, partner=draft.partner or _register(draft, actor), **details)
    draft.attachments.update(draft=None, challenge=challenge)
    draft.delete()
    return challenge


def _register(draft: Draft, actor: User) -> Partner:
    """The organisation of somebody who has none yet, from the two lines of the last step."""
    name = draft.values.get("organisation", "").strip()
    if not name:
        raise ValidationError({"organisation": _("Vul de naam van je organisatie in.")})
    municipality = draft.values.get("municipality", "").strip()
    return register_partner(actor=actor, kind=Partner.Kind.COMPANY, name=name, municipality=municipality)
