"""A subsidy that asks for co-financing, and what an hour counts for under it."""

from decimal import Decimal

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Value
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock

OVERLAP = _("In deze periode is er al een subsidie. Kies andere dagen.")
CENT = Decimal("0.01")


class DateRange(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


@pghistory.track()
class Grant(models.Model):
    """Money of a funder for some years. One at a time, so that an hour is never counted for two."""

    funder = models.CharField(_("wie geeft de subsidie?"), max_length=120)
    starts = models.DateField(_("eerste dag"))
    ends = models.DateField(_("laatste dag"))
    amount = models.DecimalField(
        _("bedrag in euro"), max_digits=11, decimal_places=2, validators=[MinValueValidator(CENT)]
    )
    hour_rate = models.DecimalField(
        _("wat telt een uur, in euro?"),
        max_digits=6,
        decimal_places=2,
        validators=[MinValueValidator(CENT), MaxValueValidator(Decimal(500))],
    )
    # Of all money and value together, what others than the funder have to bring.
    share = models.DecimalField(
        _("welk deel komt van anderen, in procent?"),
        max_digits=5,
        decimal_places=2,
        default=Decimal("66.67"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal("99.99"))],
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-starts", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts")),
                name="grant_ends_after_start",
                violation_error_message=_("De laatste dag ligt na de eerste."),
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, hour_rate__gt=0, share__gte=0, share__lt=100), name="grant_sensible"
            ),
            ExclusionConstraint(
                name="one_grant_at_a_time",
                expressions=[(DateRange(F("starts"), F("ends"), Value("[]")), RangeOperators.OVERLAPS)],
                violation_error_message=OVERLAP,
            ),
        ]

    def __str__(self) -> str:
        return self.funder
