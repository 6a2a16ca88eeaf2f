"""What a company gives to a project and what both sides say afterwards: hours and feedback."""

from decimal import Decimal

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from partners.models import Partner
from projects.models.project import Project


@pghistory.track()
class HoursEntry(models.Model):
    """Hours that a partner gave to a project on a day."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="hours_entries")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="hours_entries")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    day = models.DateField(_("dag"))
    hours = models.DecimalField(
        _("uren"),
        max_digits=4,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.25")), MaxValueValidator(Decimal(24))],
    )
    note = models.CharField(_("waaraan?"), max_length=120, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-day", "-pk"]

    def __str__(self) -> str:
        return f"{self.partner}: {self.hours} uur op {self.day}"


@pghistory.track()
class Feedback(models.Model):
    """What one side says of the other after a project; a side reads the other's only after giving its own.

    `student` is the team member who speaks; None is the company, which speaks to the whole team.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="feedback")
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    good = models.TextField(_("wat ging goed?"), max_length=1000)
    better = models.TextField(_("wat kan de volgende keer beter?"), max_length=1000, blank=True)
    again = models.BooleanField(_("zou je dit nog een keer doen?"))
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "student"], nulls_distinct=False, name="one_feedback_per_side")
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.student_id or 'company'}"
