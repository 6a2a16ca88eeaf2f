"""Projects, who applied and was placed, what was achieved and what came of it."""

from collections.abc import Iterable

import pghistory
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from challenges.models import Assignment, Challenge, GoalLink, Location, Theme
from modules.models import Level, ModuleRun
from oil_portal.core import clock
from oil_portal.core.models import OneOf, Worded
from oil_portal.core.prepared import address, prepared
from partners import roles
from partners.lexicon import SEARCH_CONFIG, Mark, searchable
from partners.models import Partner
from partners.search import Asked, ask, matching
from projects.models.copied import COPIES, copying
from projects.workflow import LIVE_APPLICATION, LIVE_ROUND, OVER, ApplicationStatus, ProjectStatus

MAX_TEAM = 12
NARROWED = ("theme", "level", "location", "lab")  # what lists are narrowed by
WEIGHED = ("status", "closing_date", "created_at", "assignment", *NARROWED, "run", "starts")
IS_OPEN = models.Q(open_until__isnull=False)


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ProjectQuerySet":
        """Everything but what closed without a team: that is for its applicants and the sides."""
        if roles.has(user, roles.BROKER, roles.TEACHER) or getattr(user, "is_superuser", False):
            return self
        seen = ~models.Q(status=ProjectStatus.CANCELLED)
        if getattr(user, "pk", None):
            seen |= asked_by(user) | led_by(user)
            seen |= models.Q(pk__in=Application.objects.filter(student=user).values("project"))
        return self.filter(seen)

    def open(self) -> "ProjectQuerySet":
        """Projects that students can apply to today."""
        return self.filter(open_until__gte=clock.today())

    def search(self, text: str) -> "ProjectQuerySet":
        """Projects that have each word, or what looks like it, in their text or their company's name; best first."""
        asked = self.asked(text)
        return matching(self, asked) if asked else self

    def asked(self, text: str) -> Asked | None:
        return ask(text, "projects")

    def with_fit(self, goal_ids: Iterable[int]) -> "ProjectQuerySet":
        """Add `fit`: how many of the project's goals are among `goal_ids`."""
        links = GoalLink.objects.filter(assignment=models.OuterRef("assignment"), goal__among=goal_ids).order_by()
        count = links.values("assignment").annotate(count=models.Count("*")).values("count")  # an index has all
        return self.annotate(fit=Coalesce(models.Subquery(count), 0))

    def with_goal_ids(self) -> "ProjectQuerySet":
        """Read `goal_ids` along, for pages that draw keys and name no goal."""
        links = GoalLink.objects.filter(assignment=models.OuterRef("assignment")).order_by("position", "pk")
        return self.annotate(goal_ids=ArraySubquery(links.values("goal")))

    def with_counts(self) -> "ProjectQuerySet":
        """Add `placed` and `waiting`: applications that are placed, or not answered yet."""
        return self.annotate(
            placed=_applications(ApplicationStatus.PLACED), waiting=_applications(ApplicationStatus.SUBMITTED)
        )

    def for_cards(self) -> "ProjectQuerySet":
        """With all that a card draws: host, lab, level and the goals in the teacher's order."""
        return (
            self.select_related(
                "assignment__challenge__partner", "lab", "run__module__school", "run__module__elective", "entry__round"
            )
            .prefetch_related(models.Prefetch("assignment__links", GoalLink.objects.select_related("goal")))
            .with_counts()
        )

    def for_tiles(self) -> "ProjectQuerySet":
        """With what a list shows of each, and nothing more: two long texts a row are left where they are."""
        found = self.select_related("assignment__challenge__partner", "lab", "run__module__school", "entry__round")
        shown = [
            "title", "summary", "status", "max_size", "closing_date", "starts", "ends", "assignment__level",
            "assignment__challenge__theme", "assignment__challenge__confidential",
            "assignment__challenge__partner__name", "lab__name", "lab__kind", "lab__glyph", "run__module__school__name",
            "run__module__school__kind", "run__module__school__glyph", "entry__round__status",
        ]  # fmt: skip
        return found.only(*shown).with_goal_ids().annotate(placed=_applications(ApplicationStatus.PLACED))


def asked_by(user) -> models.Q:
    """Projects that answer a question of a partner of which `user` is a contact."""
    return models.Q(host__in=roles.partner_ids(user, roles.CONTACT))


def in_hand_of(users: Iterable[int]) -> models.Q:
    """Projects that one of these users coaches, or whose assignment one of these wrote."""
    projects = Project.objects.order_by().values("pk")
    found = projects.filter(coach__among=users).union(projects.filter(assignment__challenge__translator__among=users))
    return models.Q(OneOf("pk", ArraySubquery(found)))


def led_by(user) -> models.Q:
    """Projects that `user` answers for; says the same as `projects.permissions.leads`."""
    schools = roles.school_ids(user, roles.COORDINATOR)
    runs = ModuleRun.objects.filter(module__school__in=schools)
    return in_hand_of([user.pk]) | models.Q(run__in=runs) if schools else in_hand_of([user.pk])


def _applications(status: str) -> Coalesce:
    """How many applications of a project have this status; a subquery, so that it joins and groups nothing."""
    found = Application.objects.filter(project=models.OuterRef("pk"), status=status).order_by()
    return Coalesce(models.Subquery(found.values("project").annotate(count=models.Count("pk")).values("count")), 0)


@searchable("projects", public="one.status <> 'cancelled'")
@pghistory.track(exclude=["document", "open_until", *COPIES])
class Project(Worded):
    """An agreed assignment that students of a module run work on, with a coach, a lab and a number of seats."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="projects")
    run = models.ForeignKey(
        ModuleRun, on_delete=models.PROTECT, related_name="projects", verbose_name=_("module en periode"),
        db_index=False,  # `project_of_run` begins with it
    )  # fmt: skip
    lab = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="lab_projects",
        limit_choices_to={"kind": Partner.Kind.LAB}, verbose_name=_("lab"),
    )  # fmt: skip
    coach = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="coached", verbose_name=_("begeleider")
    )
    # Copied from the assignment at opening: what students applied to does not change behind their backs.
    title = models.CharField(_("titel"), max_length=90)
    summary = models.CharField(max_length=250)
    text = models.TextField()
    min_size = models.PositiveSmallIntegerField(
        _("minste aantal studenten"), validators=[MinValueValidator(1), MaxValueValidator(MAX_TEAM)], default=2
    )
    max_size = models.PositiveSmallIntegerField(
        _("meeste aantal studenten"), validators=[MinValueValidator(1), MaxValueValidator(MAX_TEAM)], default=4
    )
    closing_date = models.DateField(_("aanmelden kan tot en met"))
    starts = models.DateField(_("het team begint op"))
    ends = models.DateField(_("het team is klaar op"))
    status = models.CharField(max_length=10, choices=ProjectStatus.choices, default=ProjectStatus.OPEN)
    # From then on the company may reach the team by mail; the coach says when.
    contact_opened_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    # Copied from the challenge and the assignment by triggers; closed where none ran.
    confidential = models.BooleanField(default=True, editable=False)
    host = models.BigIntegerField(null=True, editable=False)  # the partner's number
    theme = models.CharField(max_length=20, choices=Theme.choices, blank=True, editable=False)
    location = models.CharField(max_length=7, choices=Location.choices, blank=True, editable=False)
    level = models.PositiveSmallIntegerField(choices=Level.choices, null=True, editable=False)
    # One column, so that the database knows how many are open: of two it takes the one share of the other.
    open_until = models.GeneratedField(
        expression=models.Case(models.When(status=ProjectStatus.OPEN, then="closing_date")),
        output_field=models.DateField(null=True),
        db_persist=True,
    )
    document = models.GeneratedField(
        expression=models.Case(
            models.When(confidential=True, then=SearchVector("title", weight="A", config=SEARCH_CONFIG) + Mark("host")),
            default=SearchVector("title", weight="A", config=SEARCH_CONFIG)
            + SearchVector("summary", weight="B", config=SEARCH_CONFIG)
            + SearchVector("text", weight="C", config=SEARCH_CONFIG)
            + Mark("host"),
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["closing_date", "pk"]
        indexes = [
            GinIndex(fields=["document"], fastupdate=False),
            # What the many open projects are narrowed, weighed and ordered by: of what drops out no row is read.
            models.Index(fields=["open_until", "id"], include=WEIGHED, condition=IS_OPEN, name="project_open"),
            models.Index(
                fields=["-created_at", "-id"],
                include=["status", "open_until", *NARROWED],
                condition=IS_OPEN,
                name="project_open_newest",
            ),
            models.Index(fields=["run"], condition=IS_OPEN, name="project_open_of_run"),
            # A rare word is found by the one, the newest with a common word along the other.
            GinIndex(fields=["document"], fastupdate=False, condition=IS_OPEN, name="project_open_document"),
            models.Index(fields=["-id"], condition=IS_OPEN, name="project_open_last"),
            models.Index(
                fields=["status", "-created_at", "-id"],
                include=["closing_date", *NARROWED],
                name="project_newest",
            ),
            models.Index(fields=["host"], name="project_host"),
            models.Index(fields=["run", "-starts", "-id"], include=["status"], name="project_of_run"),
            models.Index(
                fields=["status", "run"],
                include=["id", "host"],
                condition=models.Q(confidential=True),
                name="project_confidential",
            ),
            models.Index(fields=["status", "-ends", "-id"], name="project_ended"),
            models.Index(fields=["-closing_date", "-id"], condition=models.Q(status__in=OVER), name="project_over"),
            models.Index(
                fields=["-closing_date", "-id"],
                include=["status", "run"],
                condition=~models.Q(status__in=OVER),
                name="project_now",
            ),
        ]
        triggers = [copying]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(min_size__lte=models.F("max_size")),
                name="min_size_fits_max_size",
                violation_error_message=_("Het minste aantal is niet groter dan het meeste aantal."),
            ),
            models.CheckConstraint(
                condition=models.Q(closing_date__lte=models.F("starts")),
                name="closes_before_start",
                violation_error_message=_("Sluit de aanmelding voordat het team begint."),
            ),
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts")),
                name="project_ends_after_start",
                violation_error_message=_("De einddatum ligt na de begindatum."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("projects:detail", self.pk)

    @property
    def challenge(self) -> Challenge:
        return self.assignment.challenge

    @cached_property
    def goal_ids(self) -> list[int]:
        """Its learning goals in the teacher's order; `with_goal_ids` and `for_cards` read them along."""
        return [link.goal_id for link in self.assignment.links.all()]

    @property
    def is_open(self) -> bool:
        return self.status == ProjectStatus.OPEN and self.closing_date >= clock.today()

    @property
    def live_round(self):
        """The matching round that fills this team, as long as it is not published or called off; else None."""
        entry = getattr(self, "entry", None)
        return entry.round if entry and entry.round.status in LIVE_ROUND else None

    @property
    def days_left(self) -> int:
        """How many days students can still apply; 0 on the last day, negative after it."""
        return (self.closing_date - clock.today()).days

    @property
    def free(self) -> int:
        """Seats that nobody has; expects `with_counts`."""
        return self.max_size - self.placed

    @property
    def still_open(self) -> int:
        """How many of the teeth are open to the reader; expects `projects.goals.Reader.dress`."""
        return self.states.count("open")

    @property
    def hue(self) -> str:
        """The design's `data-kind`: the lab's, else the school's."""
        return self.lab.hue if self.lab_id else "school"

    tile = "projects/project_tile.html"

    def tile_facts(self) -> dict:
        """What a list shows of it; expects `for_tiles`, dressed by `projects.goals.Reader` or by a taste."""
        challenge, place = self.challenge, self.lab or self.run.module.school
        return {
            "url": self.get_absolute_url(), "title": self.title, "summary": self.summary, "hue": self.hue,
            "states": tuple(self.states), "open": self.still_open, "for_student": self.for_student,
            "partner": challenge.partner.name, "confidential": challenge.confidential,
            "status": "" if self.status == ProjectStatus.OPEN else self.get_status_display(),
            "place": place.name, "place_hue": place.hue,
            "theme": challenge.get_theme_display(), "level": self.assignment.get_level_display(),
            "reasons": tuple(getattr(self, "reasons", ())), "free": self.free, "in_round": bool(self.live_round),
            "closed": self.days_left < 0, "closing_date": self.closing_date, "starts": self.starts, "ends": self.ends,
        }  # fmt: skip

    def team(self) -> models.QuerySet:
        """The applications that are placed, in order of name."""
        placed = self.applications.filter(status=ApplicationStatus.PLACED).select_related("student")
        return placed.order_by("student__first_name", "student__last_name", "pk")

    def read_team(self, seats: list["Application"] | None = None) -> list["Application"]:
        """The team, each student with their profile, read once (or given) since a page asks at several places."""
        if seats is not None or not hasattr(self, "_team"):
            self._team = team_of(self.pk) if seats is None else seats
            for seat in self._team:
                seat.project = self
        return self._team

    def has_placed(self, student: int) -> bool:
        """Whether this student has a seat; who read the team asks what it read."""
        if hasattr(self, "_team"):
            return any(seat.student_id == student for seat in self._team)
        return self.team().filter(student_id=student).exists()


@prepared
def team_of(project: int) -> models.QuerySet:
    return Project(pk=project).team().select_related("student__profile")


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ApplicationQuerySet":
        """The student's own, and those that `user` answers."""
        if not getattr(user, "pk", None):
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(models.Q(student=user) | models.Q(project__in=Project.objects.filter(led_by(user))))

    def live(self) -> "ApplicationQuerySet":
        return self.filter(status__in=LIVE_APPLICATION)


@pghistory.track()
class Application(Worded):
    """A student asks for a seat in a project; once placed, it is the seat."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="applications")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="applications")
    motivation = models.TextField(_("waarom past dit bij jou?"), max_length=2000)
    status = models.CharField(max_length=10, choices=ApplicationStatus.choices, default=ApplicationStatus.SUBMITTED)
    created_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    # The matching round that gave the seat; None for who applied directly.
    matching_round = models.ForeignKey(
        "projects.MatchingRound", null=True, blank=True, on_delete=models.SET_NULL, related_name="placements"
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "student"],
                condition=models.Q(status__in=LIVE_APPLICATION),
                name="one_live_application",
            )
        ]
        indexes = [models.Index(fields=["student", "status"])]

    def __str__(self) -> str:
        return self.project.title

    def get_absolute_url(self) -> str:
        return self.project.get_absolute_url()
