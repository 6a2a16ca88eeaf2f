"""A quarter as it was when a broker froze it: figures, definitions and the rows behind them. Nothing changes it."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock


class SnapshotQuerySet(models.QuerySet):
    def newest(self) -> "SnapshotQuerySet":
        """Of each quarter the last version."""
        return self.order_by("year", "quarter", "-version").distinct("year", "quarter")


class Snapshot(models.Model):
    """One version of one quarter. A mistake is put right by a next version, which names this one."""

    year = models.PositiveSmallIntegerField()
    quarter = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    remark = models.TextField(_("opmerking"), blank=True, max_length=1000)
    content = models.JSONField()  # {language: the report as data}
    marks = models.JSONField(default=dict)  # which numbers of people are hidden, and how
    sources = models.JSONField()  # {table: [how many rows, highest number]}
    definitions = models.CharField(max_length=64)  # which version of the definitions counted
    digest = models.CharField(max_length=64)  # SHA-256 of content and rows
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_by_name = models.CharField(max_length=200)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-quarter", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["year", "quarter", "version"], name="one_snapshot_per_version"),
            models.CheckConstraint(
                condition=models.Q(version=1, replaces=None) | models.Q(version__gt=1, replaces__isnull=False),
                name="correction_names_what_it_corrects",
            ),
            models.CheckConstraint(condition=models.Q(quarter__gte=1, quarter__lte=4), name="snapshot_of_a_quarter"),
        ]
        triggers = [
            pgtrigger.Protect(name="snapshot_stays", operation=pgtrigger.Delete),
            # Who made it may leave the portal; their name stays.
            pgtrigger.Protect(
                name="snapshot_stands", operation=pgtrigger.Update, condition=pgtrigger.AnyChange(exclude=["made_by"])
            ),
            pgtrigger.Protect(
                name="snapshot_maker", operation=pgtrigger.Update, condition=pgtrigger.Q(new__made_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}-K{self.quarter}, {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("reports:snapshot", args=[self.pk])


class SnapshotRow(models.Model):
    """A row behind a frozen figure: its cells as JSON in the order of the figure's columns."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="rows")
    key = models.CharField(max_length=60)
    group = models.CharField(max_length=120, blank=True)
    number = models.PositiveIntegerField()
    cells = models.JSONField()

    class Meta:
        ordering = ["snapshot", "key", "number"]
        indexes = [models.Index(fields=["snapshot", "key", "group", "number"])]
        triggers = [pgtrigger.Protect(name="row_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.key} {self.number}"
