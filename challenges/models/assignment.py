"""The assignment that a teacher makes of a challenge, and the learning goals it works on."""

import pghistory
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from challenges.models.challenge import Challenge
from challenges.workflow import AssignmentStatus
from modules.models import LearningGoal, Level
from oil_portal.core import clock
from oil_portal.core.models import Worded
from oil_portal.core.prepared import address
from partners import roles


class AssignmentQuerySet(models.QuerySet):
    def visible_to(self, user) -> "AssignmentQuerySet":
        """For the partner that asked, teachers, coordinators and brokers; students read its project."""
        if roles.has(user, roles.BROKER, roles.TEACHER) or getattr(user, "is_superuser", False):
            return self
        mine = models.Q(challenge__partner__in=roles.partner_ids(user, roles.CONTACT))
        if getattr(user, "pk", None):
            mine |= models.Q(challenge__translator=user)
        if roles.has(user, roles.COORDINATOR):
            mine |= models.Q(challenge__confidential=False)
        return self.filter(mine)

    def with_rejected(self) -> "AssignmentQuerySet":
        """Add `rejected`: the titles of goals that do not fit its challenge."""
        verdicts = GoalVerdict.objects.filter(challenge=models.OuterRef("challenge"), fits=False).order_by()
        return self.annotate(rejected=ArraySubquery(verdicts.values_list("goal__title", flat=True)))


@pghistory.track()
class Assignment(Worded):
    """The *opdracht*: a challenge in words for students, which the company signs off by version."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="assignments")
    title = models.CharField(_("titel"), max_length=90)
    summary = models.CharField(_("in één of twee zinnen"), max_length=250)
    text = models.TextField(_("de opdracht"), max_length=6000)
    result = models.TextField(_("wat ligt er aan het eind?"), max_length=2000, blank=True)
    level = models.PositiveSmallIntegerField(_("niveau"), choices=Level.choices, default=Level.MBO4)
    hours = models.PositiveSmallIntegerField(
        _("uren per student"), validators=[MinValueValidator(8), MaxValueValidator(1680)], default=80
    )
    version = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=16, choices=AssignmentStatus.choices, default=AssignmentStatus.DRAFT)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    goals = models.ManyToManyField(LearningGoal, through="GoalLink", related_name="assignments")

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("challenges:assignment", self.pk)

    @property
    def hue(self) -> str:
        """The design's `data-kind` of its newest project; "" as long as there is none."""
        newest = max(self.projects.all(), key=lambda project: project.pk, default=None)
        return newest.hue if newest else ""

    @property
    def teeth(self) -> list[str]:
        """A tooth per linked goal, for a reader who is no student of them."""
        return ["plain" for _link in self.links.all()]


@pghistory.track()
class GoalLink(models.Model):
    """A learning goal that an assignment works on, in the teacher's order: a tooth of the key."""

    assignment = models.ForeignKey(  # `goal_linked_once` begins with it
        Assignment, on_delete=models.CASCADE, related_name="links", db_index=False
    )
    goal = models.ForeignKey(LearningGoal, on_delete=models.PROTECT, related_name="links")
    position = models.PositiveSmallIntegerField()
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["assignment", "goal"], name="goal_linked_once")]

    def __str__(self) -> str:
        return f"{self.assignment}: {self.goal}"


class AssignmentVersion(Worded):
    """An assignment as it was sent to the company: what a signature is about. It never changes but for that."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=90)
    summary = models.CharField(max_length=250)
    text = models.TextField()
    result = models.TextField(blank=True)
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    hours = models.PositiveSmallIntegerField()
    goals = models.JSONField(default=list)  # titles with their code, in the teacher's order
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(default=clock.now)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["assignment", "number"], name="one_text_per_version")]

    def __str__(self) -> str:
        return f"{self.assignment}, {self.number}"


class GoalVerdict(models.Model):
    """Whether a goal fits a challenge, as a teacher said: what does not fit is not offered there again."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="verdicts")
    goal = models.ForeignKey(LearningGoal, on_delete=models.CASCADE, related_name="verdicts")
    fits = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["challenge", "goal"], name="one_verdict_per_goal")]

    def __str__(self) -> str:
        return f"{self.challenge}: {self.goal}"
