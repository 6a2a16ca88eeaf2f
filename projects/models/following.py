"""What both sides say after a project."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from projects.models.project import Project


@pghistory.track()
class Feedback(models.Model):
    """What one side says after a project; a side reads the other's only after giving its own.

    `student` is the team member who speaks for itself; company and teacher speak once.
    """

    class Side(models.TextChoices):
        STUDENT = "student", _("student")
        TEACHER = "teacher", _("docent")
        COMPANY = "company", _("bedrijf")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="feedback")
    side = models.CharField(max_length=7, choices=Side.choices)
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
            models.UniqueConstraint(
                fields=["project", "side", "student"], nulls_distinct=False, name="one_feedback_per_side"
            ),
            models.CheckConstraint(
                condition=models.Q(side="student", student__isnull=False)
                | models.Q(side__in=["teacher", "company"], student=None),
                name="students_speak_for_themselves",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.student_id or self.side}"
