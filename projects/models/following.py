"""What came of a project, and what both sides say of it."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from challenges.models import Challenge
from modules.models import LearningGoal
from oil_portal.core import clock
from oil_portal.core.models import Worded
from partners.models import Partner
from projects.models.project import Project


@pghistory.track()
class Feedback(Worded):
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


@pghistory.track()
class Outcome(Worded):
    """What came of a project, and where it continues (*vervolg*)."""

    class FollowUp(models.TextChoices):
        LAB = "lab", _("Verder in een lab")
        CHALLENGE = "challenge", _("Een volgend vraagstuk")
        ELSEWHERE = "elsewhere", _("Verder buiten het portaal")
        NONE = "none", _("Geen vervolg")

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="outcome")
    summary = models.CharField(_("de uitkomst in één of twee zinnen"), max_length=400)
    result = models.TextField(_("wat ligt er nu?"), max_length=4000)
    follow_up = models.CharField(_("hoe gaat het verder?"), max_length=10, choices=FollowUp.choices)
    follow_up_lab = models.ForeignKey(
        Partner,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
        limit_choices_to={"kind": Partner.Kind.LAB},
        verbose_name=_("met welk lab?"),
    )
    next_challenge = models.ForeignKey(
        Challenge,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="came_from",
        verbose_name=_("welk vraagstuk volgt?"),
    )
    follow_up_note = models.CharField(_("toelichting"), max_length=400, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    # Half a year later: what became of it, in the company's words.
    later_asked_at = models.DateTimeField(null=True, blank=True)
    later = models.TextField(_("wat is ervan geworden?"), max_length=2000, blank=True)
    later_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(follow_up="lab") | models.Q(follow_up_lab__isnull=False),
                name="follow_up_names_lab",
                violation_error_message=_("Kies het lab waar het verder gaat."),
            )
        ]

    def __str__(self) -> str:
        return self.summary


@pghistory.track(exclude=["achieved"])
class Achievement(models.Model):
    """Whether a placed student reached a goal: it counts when student, teacher and company all say so."""

    SIDES = ("student", "teacher", "company")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="achievements")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="achievements")
    goal = models.ForeignKey(LearningGoal, on_delete=models.PROTECT, related_name="achievements")
    student_says = models.BooleanField(null=True)
    teacher_says = models.BooleanField(null=True)
    company_says = models.BooleanField(null=True)
    achieved = models.GeneratedField(
        expression=models.Case(
            models.When(student_says=True, teacher_says=True, company_says=True, then=models.Value(True)),
            default=models.Value(False),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["student__first_name", "student_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["project", "student", "goal"], name="one_achievement")]
        indexes = [
            models.Index(fields=["student", "goal"], condition=models.Q(achieved=True), name="achieved_goals"),
            models.Index(fields=["project"], condition=models.Q(teacher_says=None), name="teacher_silent"),
            models.Index(fields=["project"], condition=models.Q(company_says=None), name="company_silent"),
        ]

    def __str__(self) -> str:
        return f"{self.student_id}: {self.goal_id}"
