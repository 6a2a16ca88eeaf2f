"""What a partner gives to a project, in hours, in kind or in money: stated by one side, confirmed by the other."""

from decimal import Decimal
from functools import reduce
from hashlib import sha256
from operator import or_

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from oil_portal.core.models import OneOf, Worded
from oil_portal.core.prepared import address
from partners import roles
from partners.models import Partner
from projects.models.project import Project, asked_by, led_by
from projects.workflow import ContributionStatus

STANDS = ("project", "kind", "day", "hours", "amount", "note", "side")  # what a confirmation is about
LEAST_HOURS, MOST_HOURS = Decimal("0.25"), Decimal(24)
LEAST_AMOUNT, MOST_AMOUNT = Decimal("0.01"), Decimal(100_000)  # euros


class Kind(models.TextChoices):
    HOURS = "hours", _("Uren")
    IN_KIND = "in_kind", _("In natura")  # material, a machine or a room: what it is worth in euros
    CASH = "cash", _("Geld")


class Side(models.TextChoices):
    COMPANY = "company", _("bedrijf")
    SCHOOL = "school", _("school")


class ContributionQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ContributionQuerySet":
        """What was given to projects that `user` asked for or leads, or in the name of a partner of theirs."""
        if not getattr(user, "pk", None):
            return self.none()
        if user.is_superuser or roles.has(user, roles.BROKER):
            return self
        given = models.Q(partner__in=roles.partner_ids(user, roles.CONTACT))
        return self.filter(given | among(asked_by(user) | led_by(user)))

    def confirmed(self) -> "ContributionQuerySet":
        """What both sides agree on."""
        return self.filter(status=ContributionStatus.CONFIRMED)

    def given(self) -> "ContributionQuerySet":
        """What was stated and nobody disputes, confirmed or not yet."""
        return self.exclude(status=ContributionStatus.DISPUTED)

    def waiting_for(self, user) -> "ContributionQuerySet":
        """Stated by the other side of a project of `user`, who has not answered yet; never their own."""
        if not getattr(user, "pk", None):
            return self.none()
        theirs = models.Q(side=Side.SCHOOL) & among(asked_by(user)) | models.Q(side=Side.COMPANY) & among(led_by(user))
        return self.filter(theirs, status=ContributionStatus.STATED).exclude(by=user)


def among(projects: models.Q) -> models.Q:
    """What was given to one of these projects."""
    return models.Q(OneOf("project", ArraySubquery(Project.objects.filter(projects).order_by().values("pk"))))


class Told:
    """How what was given reads, of a row as of the values that a list reads of it."""

    __slots__ = ()

    def __str__(self) -> str:
        # Without the partner: news names many of these, and would ask for one each.
        return gettext("%(what)s op %(day)s") % {"what": self.what, "day": date_format(self.day, "j F Y")}

    @property
    def fingerprint(self) -> str:
        """Of what it says; another one when it was corrected."""
        said = f"{self.partner_id} {self.kind} {self.day} {self.hours or 0:.2f} {self.amount or 0:.2f} {self.note}"
        return sha256(said.encode()).hexdigest()[:12]

    @property
    def what(self) -> str:
        """How much, in words: '1,5 uur', '€ 250,00 in natura'."""
        if self.kind == Kind.HOURS:
            said = {"hours": number_format(f"{self.hours.normalize():f}", use_l10n=True)}
            return ngettext("%(hours)s uur", "%(hours)s uur", 1 if self.hours == 1 else 2) % said
        amount = number_format(self.amount, 2, use_l10n=True, force_grouping=True)
        return (gettext("€ %(amount)s in natura") if self.kind == Kind.IN_KIND else "€ %(amount)s") % {"amount": amount}


@pghistory.track()
class Contribution(Told, Worded):
    """What a partner gave to a project on a day. `by` entered it for `side`; the other side answers."""

    Kind = Kind
    Side = Side
    Status = ContributionStatus

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="contributions")
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="contributions", verbose_name=_("wie geeft het?")
    )
    kind = models.CharField(_("wat?"), max_length=8, choices=Kind.choices, default=Kind.HOURS)
    day = models.DateField(_("dag"))
    hours = models.DecimalField(
        _("uren"),
        max_digits=4,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(LEAST_HOURS), MaxValueValidator(MOST_HOURS)],
    )
    amount = models.DecimalField(
        _("bedrag"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(LEAST_AMOUNT), MaxValueValidator(MOST_AMOUNT)],
    )  # euros
    note = models.CharField(_("waaraan?"), max_length=120, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    side = models.CharField(max_length=7, choices=Side.choices)
    status = models.CharField(max_length=9, choices=ContributionStatus.choices, default=ContributionStatus.STATED)
    reason = models.CharField(max_length=400, blank=True)  # why it is disputed
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                # A comparison with NULL is no refusal to the database, so that a number is there is said apart.
                condition=models.Q(kind="hours", hours__isnull=False, amount=None)
                | models.Q(kind__in=["in_kind", "cash"], amount__isnull=False, hours=None),
                name="hours_or_amount",
                violation_error_message=_("Vul uren in, of een bedrag."),
            ),
            models.CheckConstraint(
                condition=models.Q(hours=None) | models.Q(hours__gte=LEAST_HOURS, hours__lte=MOST_HOURS),
                name="contribution_hours_fit_a_day",
                violation_error_message=_("Een dag heeft 24 uur. Vul minder in."),
            ),
            models.CheckConstraint(
                condition=models.Q(amount=None) | models.Q(amount__gte=LEAST_AMOUNT, amount__lte=MOST_AMOUNT),
                name="contribution_amount_is_sensible",
                violation_error_message=_("Vul een bedrag in tot 100.000 euro."),
            ),
            models.CheckConstraint(
                condition=models.Q(status="stated", reason="", answered_at=None, answered_by=None)
                | models.Q(status="confirmed", reason="", answered_at__isnull=False)
                | (models.Q(status="disputed", answered_at__isnull=False) & ~models.Q(reason="")),
                name="contribution_answer_fits_status",
            ),
            models.CheckConstraint(condition=models.Q(side__in=Side.values), name="contribution_side_known"),
        ]
        # Merging two partners may still move what was confirmed; what it says stands.
        triggers = [
            pgtrigger.Protect(
                name="confirmed_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="confirmed", new__status="confirmed")
                & reduce(or_, (pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in STANDS)),
            )
        ]

    def get_absolute_url(self) -> str:
        return address("projects:contribution", self.pk)
