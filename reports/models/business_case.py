"""Versions of the business case, which nobody changes after they were kept."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from reports.business_case import Assumptions, Case
from reports.business_case_figures import Figure


class BusinessCaseQuerySet(models.QuerySet):
    def visible_to(self, user) -> "BusinessCaseQuerySet":
        """All for who works on the business case, nothing for others."""
        return self if user.has_perm("reports.change_businesscase") else self.none()


class BusinessCase(models.Model):
    """One version: what was assumed, what the portal knew then, what came out. The database refuses every change.

    Only `made_by` may become empty, when that person leaves the portal.
    """

    name = models.CharField(_("naam van de versie"), max_length=80)
    remark = models.TextField(_("opmerking"), max_length=1000, blank=True)
    assumptions = models.JSONField()  # Assumptions.flat
    figures = models.JSONField(blank=True)  # {name of the assumption: Figure.plain}
    outcome = models.JSONField()  # Case.plain
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    objects = BusinessCaseQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("versie van de businesscase")
        constraints = [models.UniqueConstraint(fields=["name"], name="one_business_case_per_name")]
        triggers = [
            pgtrigger.Protect(
                name="version_stands", operation=pgtrigger.Update, condition=pgtrigger.AnyChange(exclude=["made_by"])
            ),
            pgtrigger.Protect(
                name="version_maker", operation=pgtrigger.Update, condition=pgtrigger.Q(new__made_by__isnull=False)
            ),
            pgtrigger.Protect(name="version_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reports:business_case_version", args=[self.pk])

    @property
    def assumed(self) -> Assumptions:
        return Assumptions.from_flat(self.assumptions)

    @property
    def case(self) -> Case:
        """What came out at the time: a later arithmetic does not change a version."""
        return Case.from_plain(self.outcome)

    @property
    def own(self) -> dict[str, Figure]:
        return {name: Figure.from_plain(kept) for name, kept in self.figures.items()}
