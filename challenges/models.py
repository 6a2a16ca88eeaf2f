"""A company's question, and the assignment that a teacher makes of it."""

import pghistory
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from challenges.workflow import ASSIGNMENT, CHALLENGE, PUBLIC, AssignmentStatus, ChallengeStatus
from modules.models import LearningGoal, Level
from oil_portal.core import clock
from partners import roles
from partners.models import Partner

SEARCH_CONFIG = "dutch"


def full_text(queryset: models.QuerySet, text: str, *, named: str) -> models.QuerySet:
    """Rows whose `document` matches every word of `text` (Dutch stems, the last word as typed so far), best first.

    `named` is the path to a name that is on the card too, such as the partner's: it is searched as it stands.
    """
    words = ["".join(filter(str.isalnum, word)) for word in text.split()]
    words = [word for word in words if word]
    if not words:
        return queryset
    raw = " & ".join([*words[:-1], f"{words[-1]}:*"])
    query = SearchQuery(raw, search_type="raw", config=SEARCH_CONFIG)
    rank = SearchRank(models.F("document"), query)  # F keeps the weights: a word in the title counts most
    found = models.Q(document=query) | models.Q(**{f"{named}__icontains": text.strip()})
    return queryset.filter(found).annotate(rank=rank).order_by("-rank", "-pk")


class Theme(models.TextChoices):
    SUSTAINABLE_BUILDING = "sustainable_building", _("Duurzaam bouwen")
    ENERGY = "energy", _("Energie")
    HEALTH = "health", _("Gezondheid")
    MOBILITY = "mobility", _("Mobiliteit")
    SMART_TECHNOLOGY = "smart_technology", _("Slimme techniek")
    FOOD = "food", _("Voeding")


class Location(models.TextChoices):
    LAB = "lab", _("In het lab of op school")
    COMPANY = "company", _("Bij het bedrijf")
    BOTH = "both", _("In het lab en bij het bedrijf")


class ChallengeQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ChallengeQuerySet":
        """From acceptance on for everybody; before that for the partner, the brokers and the translator."""
        if roles.has(user, roles.BROKER) or getattr(user, "is_superuser", False):
            return self.exclude(~models.Q(partner__in=roles.partner_ids(user)), status=ChallengeStatus.DRAFT)
        mine = models.Q(partner__in=roles.partner_ids(user, roles.CONTACT))
        if getattr(user, "pk", None):
            mine |= models.Q(translator=user)
        return self.filter(models.Q(status__in=PUBLIC) | mine)

    def public(self) -> "ChallengeQuerySet":
        return self.filter(status__in=PUBLIC)

    def search(self, text: str) -> "ChallengeQuerySet":
        return full_text(self, text, named="partner__name")

    def for_cards(self) -> "ChallengeQuerySet":
        """With all that a card draws: the partner, and in `agreed` the assignments the company agreed to."""
        agreed = Assignment.objects.filter(status=AssignmentStatus.AGREED).prefetch_related("links", "projects__lab")
        return self.select_related("partner").prefetch_related(
            models.Prefetch("assignments", queryset=agreed, to_attr="agreed")
        )


@pghistory.track(exclude=["document"])
class Challenge(models.Model):
    """A *vraagstuk*: what a partner asks, in its own words."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="challenges")
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="challenges"
    )
    translator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="translations",
        verbose_name=_("vertaler"),
    )
    title = models.CharField(_("titel"), max_length=90)
    question = models.TextField(_("wat is je vraag?"), max_length=6000)
    result = models.TextField(_("wat moet er aan het eind liggen?"), max_length=2000, blank=True)
    theme = models.CharField(_("thema"), max_length=20, choices=Theme.choices)
    location = models.CharField(_("waar werkt het team?"), max_length=7, choices=Location.choices)
    confidential = models.BooleanField(_("alleen docenten en het gekozen team lezen de details"), default=False)
    status = models.CharField(max_length=10, choices=ChallengeStatus.choices, default=ChallengeStatus.DRAFT)
    created_at = models.DateTimeField(default=clock.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    document = models.GeneratedField(
        # A confidential text can't be found by its words: the title alone is public.
        expression=models.Case(
            models.When(confidential=True, then=SearchVector("title", weight="A", config=SEARCH_CONFIG)),
            default=SearchVector("title", weight="A", config=SEARCH_CONFIG)
            + SearchVector("question", weight="B", config=SEARCH_CONFIG)
            + SearchVector("result", weight="C", config=SEARCH_CONFIG),
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [GinIndex(fields=["document"]), models.Index(fields=["status", "-created_at"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("challenges:detail", args=[self.pk])

    @property
    def waits(self) -> str:
        """Who is to act now, in a sentence for the sides: an accepted challenge waits for its newest assignment."""
        newest = next(iter(self.assignments.all()), None)
        if self.status == ChallengeStatus.ACCEPTED and newest:
            return ASSIGNMENT.waiting[newest.status]
        if self.status == ChallengeStatus.ACCEPTED and not self.translator_id:
            return _("Een docent kan dit vraagstuk nu nemen.")
        return CHALLENGE.waiting.get(self.status, "")

    @property
    def days(self) -> int:
        """Whole days since it was handed in, or else since it was begun."""
        return (clock.now() - (self.submitted_at or self.created_at)).days


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


@pghistory.track()
class Assignment(models.Model):
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
        return reverse("challenges:assignment", args=[self.pk])

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

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="links")
    goal = models.ForeignKey(LearningGoal, on_delete=models.PROTECT, related_name="links")
    position = models.PositiveSmallIntegerField()
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["assignment", "goal"], name="goal_linked_once")]

    def __str__(self) -> str:
        return f"{self.assignment}: {self.goal}"
