"""Keeping a version of the business case."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from partners.models import User
from reports.business_case import Assumptions, compute
from reports.business_case_figures import Figure
from reports.models import BusinessCase


@transaction.atomic
def save_business_case(
    *, actor: User, name: str, assumptions: Assumptions, figures: Mapping[str, Figure], remark: str = ""
) -> BusinessCase:
    """Keep a version: the assumptions, the own figures that stood beside them, and what comes out.

    Raises ValidationError by field when the name is missing or taken.
    """
    if not actor.has_perm("reports.change_businesscase"):
        raise PermissionDenied
    if not name.strip():
        raise ValidationError({"name": _("Geef de versie een naam, zodat je haar terugvindt.")})
    made = BusinessCase(
        name=name.strip(),
        remark=remark.strip(),
        assumptions=assumptions.flat(),
        figures={each: figure.plain() for each, figure in figures.items()},
        outcome=compute(assumptions).plain(),
        made_by=actor,
    )
    made.clean_fields()
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise ValidationError({"name": _("Er is al een versie met deze naam. Kies een andere naam.")}) from None
    return made
