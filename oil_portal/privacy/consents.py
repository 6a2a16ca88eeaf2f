"""What somebody agreed to, since when, and how they take it back."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from oil_portal.core.models import Consent
from partners.models import User
from partners.services import change_preferences

EXPLAINED = {
    Consent.Kind.DIGEST: _("Wij mailen je een overzicht van wat op je wacht en wat bij je past."),
    Consent.Kind.PHOTOS: _("Foto's waar je herkenbaar op staat, mogen bij een project van het lab staan."),
}


@dataclass(frozen=True)
class Said:
    """One thing to agree to: whether it holds now, since when, and what was said before."""

    kind: str
    label: str
    explained: str
    holds: bool
    since: datetime | None
    past: list[Consent]


def consents_of(user: User) -> list[Said]:
    """Everything to agree to, in a fixed order."""
    rows = list(user.consents.all())
    found = []
    for kind in Consent.Kind:
        now = next((row for row in rows if row.kind == kind and row.withdrawn_at is None), None)
        holds = user.digest != User.Digest.NEVER if kind == Consent.Kind.DIGEST else now is not None
        since = now.given_at if now else None
        past = [row for row in rows if row.kind == kind and row.withdrawn_at]
        found.append(Said(kind.value, str(kind.label), str(EXPLAINED[kind]), holds, since, past))
    return found


@transaction.atomic
def set_consent(*, user: User, kind: str, yes: bool) -> None:
    """Give or withdraw; both work at once. Of the digest it is the same as choosing how often it comes."""
    if kind not in Consent.Kind.values:
        raise PermissionDenied
    User.objects.select_for_update().get(pk=user.pk)
    if kind == Consent.Kind.DIGEST:
        change_preferences(user=user, digest=User.Digest.WEEKLY if yes else User.Digest.NEVER)
    else:
        Consent.objects.say(user=user, kind=kind, yes=yes)
