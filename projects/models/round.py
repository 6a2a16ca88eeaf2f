"""A matching round: which projects, who may take part, the rules, and what students want."""

import secrets

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from modules.models import Level, Module, ModuleRun
from oil_portal.core import clock
from oil_portal.core.models import Worded
from oil_portal.core.prepared import address
from partners import roles
from partners.models import Partner
from projects.models.project import MAX_TEAM, Project
from projects.workflow import LIVE_ROUND, RoundStatus

MOST_CHOICES = 5  # projects that a student ranks


def new_token() -> str:
    return secrets.token_urlsafe(18)


class RoundQuerySet(models.QuerySet):
    def visible_to(self, user) -> "RoundQuerySet":
        """Coordinators and teachers of its schools, who leads one of its projects, and its students once it opened."""
        if not getattr(user, "pk", None):
            return self.none()
        if user.is_superuser:
            return self
        schools = roles.school_ids(user, roles.COORDINATOR, roles.TEACHER)
        seen = models.Q(school__in=schools) | models.Q(runs__module__school__in=schools)
        seen |= models.Q(entries__project__coach=user)
        if roles.has(user, roles.STUDENT):
            takes = models.Q(participants__student=user) | models.Q(runs__enrolments__student=user)
            seen |= takes & ~models.Q(status=RoundStatus.DRAFT)
        return self.filter(pk__in=self.model.objects.filter(seen).values("pk"))

    def live(self) -> "RoundQuerySet":
        """Rounds that are not published or called off."""
        return self.filter(status__in=LIVE_ROUND)

    def with_counts(self) -> "RoundQuerySet":
        """Add `projects` and `people`: how many are in it."""
        entries = RoundProject.objects.filter(round=models.OuterRef("pk")).order_by().values("round")
        people = Participant.objects.filter(round=models.OuterRef("pk"), left_at=None).order_by().values("round")
        count = lambda rows: Coalesce(models.Subquery(rows.annotate(number=models.Count("pk")).values("number")), 0)
        return self.annotate(projects=count(entries), people=count(people))

    def for_student(self, user) -> "RoundQuerySet":
        """Rounds in which this student may choose, or chose."""
        takes = models.Q(participants__student=user) | models.Q(runs__enrolments__student=user)
        return self.exclude(status=RoundStatus.DRAFT).filter(pk__in=self.model.objects.filter(takes).values("pk"))


@pghistory.track()
class MatchingRound(Worded):
    """A coordinator matches the students of some module runs with some projects, all at once and explained."""

    class Harm(models.TextChoices):
        """How strongly a lower choice hurts."""

        LINEAR = "linear", _("Gelijkmatig: elke stap lager telt even zwaar")
        QUADRATIC = "quadratic", _("Sterker: een derde keus telt vier keer zo zwaar als een tweede")
        WORST_FIRST = "worst_first", _("Eerst de slechtste: zo weinig mogelijk lage keuzes")

    school = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="rounds", limit_choices_to={"kind": Partner.Kind.SCHOOL},
        verbose_name=_("school"),
    )  # fmt: skip
    title = models.CharField(_("naam"), max_length=90)
    runs = models.ManyToManyField(ModuleRun, related_name="rounds", verbose_name=_("wie mag meedoen"))
    opens_on = models.DateField(_("kiezen kan vanaf"))
    closes_on = models.DateField(_("kiezen kan tot en met"))
    publishes_on = models.DateField(_("studenten horen hun team op"))
    harm = models.CharField(_("hoe zwaar telt een lagere keus?"), max_length=12, choices=Harm.choices, default="linear")
    favourite_weight = models.PositiveSmallIntegerField(
        _("hoe zwaar telt de voorkeur van de docent?"), default=0, validators=[MaxValueValidator(100)]
    )  # percent; 0 is not at all
    unranked = models.BooleanField(_("wie geen plek heeft bij een eigen keus, mag ook ergens anders"), default=False)
    status = models.CharField(max_length=10, choices=RoundStatus.choices, default=RoundStatus.DRAFT)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    chosen = models.ForeignKey("projects.Proposal", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens_on__lte=models.F("closes_on")),
                name="round_opens_before_it_closes",
                violation_error_message=_("Kies een sluitdatum die niet voor de begindatum ligt."),
            ),
            models.CheckConstraint(
                condition=models.Q(closes_on__lt=models.F("publishes_on")),
                name="round_closes_before_publication",
                violation_error_message=_("Publiceer na de dag waarop kiezen sluit."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("projects:round", self.pk)

    @property
    def is_choosing(self) -> bool:
        """Whether students can still change their choices: the round is open and its last day is not over."""
        return self.status == RoundStatus.OPEN and self.closes_on >= clock.today()

    @property
    def days_left(self) -> int:
        """How many days students can still choose; 0 on the last day, negative after it."""
        return (self.closes_on - clock.today()).days


@pghistory.track()
class RoundProject(Worded):
    """A project in a round, with the rules of its own. A project is in one round at a time."""

    class Loads(models.TextChoices):
        BOTH = "both", _("Hele en halve studielast")
        FULL = "full", _("Alleen hele studielast")
        HALF = "half", _("Alleen halve studielast")

    round = models.ForeignKey(MatchingRound, on_delete=models.CASCADE, related_name="entries")
    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="entry")
    must_run = models.BooleanField(_("gaat zeker door"), default=False)
    block = models.CharField(_("dagdeel in het lab"), max_length=30, blank=True)
    loads = models.CharField(_("studielast"), max_length=4, choices=Loads.choices, default=Loads.BOTH)
    levels = ArrayField(
        models.PositiveSmallIntegerField(choices=Level.choices), default=list, blank=True, verbose_name=_("niveaus")
    )  # empty: all
    modules = models.ManyToManyField(Module, blank=True, related_name="+", verbose_name=_("modules"))  # empty: all

    class Meta:
        ordering = ["project__title", "pk"]

    def __str__(self) -> str:
        return self.project.title


class Rule(models.Model):
    """What the rules of a round share: there is one of each."""

    class Meta:
        abstract = True

    def unique_error_message(self, model_class, unique_check) -> ValidationError:
        """Django's own names the fields of the model, which nobody who fills in the form knows."""
        return ValidationError(_("Deze regel is er al. Haal de oude eerst weg."), code="unique_together")


@pghistory.track()
class SeatRule(Rule):
    """How many of one kind of student a team has: 'level:4', 'module:12', 'lab:3'. Of one project, or of all."""

    round = models.ForeignKey(MatchingRound, on_delete=models.CASCADE, related_name="seat_rules")
    entry = models.ForeignKey(
        RoundProject, null=True, blank=True, on_delete=models.CASCADE, related_name="seat_rules",
        verbose_name=_("project"),
    )  # fmt: skip
    tag = models.CharField(_("soort student"), max_length=30)
    minimum = models.PositiveSmallIntegerField(_("minstens"), default=0, validators=[MaxValueValidator(MAX_TEAM)])
    maximum = models.PositiveSmallIntegerField(
        _("hoogstens"), null=True, blank=True, validators=[MaxValueValidator(MAX_TEAM)]
    )

    class Meta:
        ordering = ["entry", "tag", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "entry", "tag"], nulls_distinct=False, name="one_seat_rule"),
            models.CheckConstraint(
                condition=models.Q(maximum=None) | models.Q(maximum__gte=models.F("minimum")),
                name="seat_rule_minimum_fits_maximum",
                violation_error_message=_("Vul bij ‘Hoogstens’ niet minder in dan bij ‘Minstens’."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tag}: {self.minimum}-{self.maximum}"


@pghistory.track()
class CoachLimit(Rule):
    """How many teams one coach takes in this round."""

    round = models.ForeignKey(MatchingRound, on_delete=models.CASCADE, related_name="coach_limits")
    coach = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("begeleider")
    )
    most = models.PositiveSmallIntegerField(_("hoogstens zoveel teams"), validators=[MaxValueValidator(50)])

    class Meta:
        ordering = ["coach__first_name", "pk"]
        constraints = [models.UniqueConstraint(fields=["round", "coach"], name="one_limit_per_coach")]

    def __str__(self) -> str:
        return f"{self.coach}: {self.most}"


@pghistory.track()
class LabPlaces(Rule):
    """How many students a lab has room for at one part of the week; half a study load takes half a place."""

    round = models.ForeignKey(MatchingRound, on_delete=models.CASCADE, related_name="lab_places")
    lab = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+", verbose_name=_("lab"))
    block = models.CharField(_("dagdeel"), max_length=30, blank=True)
    places = models.PositiveSmallIntegerField(_("plekken"), validators=[MaxValueValidator(500)])

    class Meta:
        ordering = ["lab__name", "block", "pk"]
        constraints = [models.UniqueConstraint(fields=["round", "lab", "block"], name="one_room_per_lab_and_block")]

    def __str__(self) -> str:
        return f"{self.lab} {self.block}: {self.places}"


@pghistory.track()
class Pair(Rule):
    """A student and a project that belong together whatever the rest, or that never do."""

    class Kind(models.TextChoices):
        LOCKED = "locked", _("Vastgezet")
        FORBIDDEN = "forbidden", _("Nooit samen")

    round = models.ForeignKey(MatchingRound, on_delete=models.CASCADE, related_name="pairs")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["kind", "student__first_name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "student", "project"], name="one_word_per_pair"),
            models.UniqueConstraint(
                fields=["round", "student"], condition=models.Q(kind="locked"), name="locked_to_one_project"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id}-{self.project_id}: {self.kind}"


# --- What students want -----------------------------------------------------------------------------------------
class FriendGroup(models.Model):
    """Students who want to be in one team; who has the link can join as long as the round is open."""

    round = models.ForeignKey(MatchingRound, on_delete=models.CASCADE, related_name="groups")
    token = models.CharField(max_length=40, default=new_token, unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.pk}"

    def get_absolute_url(self) -> str:
        return address("projects:friends_join", self.token)


@pghistory.track()
class Participant(Worded):
    """A student in a round: how much study load, with which friends, and, once published, why this answer."""

    class Load(models.IntegerChoices):
        FULL = 2, _("Hele studielast")
        HALF = 1, _("Halve studielast")

    round = models.ForeignKey(MatchingRound, on_delete=models.CASCADE, related_name="participants")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="participations")
    run = models.ForeignKey(ModuleRun, on_delete=models.PROTECT, related_name="+")  # the one that lets the student in
    load = models.PositiveSmallIntegerField(_("studielast"), choices=Load.choices, default=Load.FULL)
    group = models.ForeignKey(FriendGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="members")
    ranked_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)  # dropped out; keeps no seat
    answer = models.JSONField(default=dict, blank=True)  # at publication: projects.reasons
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["student__first_name", "student__last_name", "pk"]
        constraints = [models.UniqueConstraint(fields=["round", "student"], name="takes_part_once")]

    def __str__(self) -> str:
        return f"{self.student_id} in {self.round_id}"


@pghistory.track()
class Preference(models.Model):
    """A project that a student wants; equal ranks are equally wanted."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="preferences")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="preferences")
    rank = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST_CHOICES)])

    class Meta:
        ordering = ["rank", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["participant", "project"], name="ranked_once"),
            models.CheckConstraint(condition=models.Q(rank__range=(1, MOST_CHOICES)), name="rank_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.project_id}"


@pghistory.track()
class Favourite(models.Model):
    """How much a teacher, or a company through the teacher, would like a student in a team: 1 to 3."""

    entry = models.ForeignKey(RoundProject, on_delete=models.CASCADE, related_name="favourites")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    points = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(3)])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "student"], name="favoured_once"),
            models.CheckConstraint(condition=models.Q(points__range=(1, 3)), name="points_1_to_3"),
        ]

    def __str__(self) -> str:
        return f"{self.student_id}: {self.points}"
