"""Brokers write down which subsidy counts when."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from partners.models import User
from reports.models import Grant

FIELDS = ("funder", "starts", "ends", "amount", "hour_rate", "share")


@transaction.atomic
def save_grant(*, actor: User, grant: Grant | None = None, **values) -> Grant:
    """Make a grant or change one. Raises ValidationError, by field or because another grant covers these days."""
    if not actor.has_perm("reports.change_grant"):
        raise PermissionDenied
    made = grant or Grant()
    for name in FIELDS:
        setattr(made, name, values[name])
    made.full_clean()
    made.save()
    return made
