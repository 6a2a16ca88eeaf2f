"""Handing what a teacher translates over to a colleague."""

from collections.abc import Iterable

from django.db import transaction

from challenges.models import Challenge
from challenges.services.challenge import owners
from challenges.workflow import OPEN
from oil_portal.core.timeline import notify, record
from oil_portal.core.workflow import lock
from partners.models import Membership, User
from partners.services import check_colleague


def translated_by(membership: Membership):
    """The challenges that a teacher translates and that still ask for something."""
    return Challenge.objects.filter(translator=membership.user_id, status__in=OPEN)


@transaction.atomic
def hand_over_translations(*, membership: Membership, successor: User, actor: User, pks: Iterable[int]) -> None:
    """Make a colleague the translator of these challenges; the company and the colleague hear it."""
    check_colleague(membership, successor, actor)
    for challenge in translated_by(membership).filter(pk__in=pks).order_by("pk"):
        lock(challenge)
        if challenge.translator_id != membership.user_id:  # a broker chose somebody else this very moment
            continue
        challenge.translator = successor
        challenge.save(update_fields=["translator"])
        entry = record(challenge, "hand_over", actor=actor, remark=f"{membership.user} → {successor}")
        notify(entry, [membership.user, successor, *owners(challenge)])
