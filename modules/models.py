"""Programmes, their learning goals, and the modules in which students work on them."""

from collections.abc import Iterable

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from oil_portal.core.models import Worded
from oil_portal.core.prepared import address
from partners import roles
from partners.models import Partner


class Level(models.IntegerChoices):
    """Levels of the Dutch qualification framework that our schools teach."""

    MBO2 = 2, _("Niveau 2")
    MBO3 = 3, _("Niveau 3")
    MBO4 = 4, _("Niveau 4")
    HBO = 6, _("Hbo")


class Programme(Worded):
    """A qualification (mbo: crebo of five digits) or a programme of a university of applied sciences."""

    code = models.CharField(_("crebo of code"), max_length=10)
    edition = models.CharField(_("editie"), max_length=10, blank=True)
    name = models.CharField(_("naam"), max_length=120)
    level = models.PositiveSmallIntegerField(_("niveau"), choices=Level.choices)
    learning_path = models.CharField(_("leerweg"), max_length=20, blank=True)
    dossier_code = models.CharField(max_length=10, blank=True)
    dossier = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["code", "edition"], name="one_programme_per_code_edition")]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class LearningGoalQuerySet(models.QuerySet):
    def current(self) -> "LearningGoalQuerySet":
        """Goals that can be linked: those that are not retired."""
        return self.filter(retired_at=None)

    def unexplained(self) -> "LearningGoalQuerySet":
        """The editors' list: current goals that nobody has put in plain language yet."""
        return self.current().filter(explanation="")

    def search(self, text: str) -> "LearningGoalQuerySet":
        """Goals that have each word of `text` in their title, code, programme, explanation or keywords."""
        found = self
        for word in text.split():
            found = found.filter(
                models.Q(title__icontains=word)
                | models.Q(code__icontains=word)
                | models.Q(programme__name__icontains=word)
                | models.Q(programme__code__startswith=word)
                | models.Q(explanation__icontains=word)
                | models.Q(keywords__icontains=word)
            )
        return found


@pghistory.track()
class LearningGoal(models.Model):
    """A *werkproces* of a qualification, or a competence of an hbo programme."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="goals")
    code = models.CharField(max_length=20)  # B1-K1-W1
    title = models.CharField(max_length=250)
    core_task_code = models.CharField(max_length=20, blank=True)
    core_task = models.CharField(max_length=250, blank=True)
    # In plain language: what it means, what a company says when its question needs it, and words that go with it.
    explanation = models.TextField(_("uitleg"), max_length=1500, blank=True)
    company_says = ArrayField(
        models.CharField(max_length=300), default=list, blank=True, verbose_name=_("wat een bedrijf zegt")
    )
    keywords = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("trefwoorden"))
    retired_at = models.DateTimeField(null=True, blank=True)  # no longer in the curriculum; links to it stay
    changed_at = models.DateTimeField(default=clock.now)

    objects = LearningGoalQuerySet.as_manager()

    class Meta:
        ordering = ["programme__name", "code"]
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="one_goal_per_code")]
        indexes = [models.Index(fields=["title"]), models.Index(fields=["changed_at"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("modules:goal", self.pk)


class Elective(models.Model):
    """A *keuzedeel*: a nationally defined elective, by its code. Schools offer it as a module."""

    code = models.CharField(
        max_length=5, unique=True, validators=[RegexValidator(r"^K\d{4}$", _("Een keuzedeel is bijvoorbeeld K0072."))]
    )
    title = models.CharField(max_length=150)
    hours = models.PositiveSmallIntegerField(
        _("uren"), default=240, validators=[MinValueValidator(60), MaxValueValidator(1680)]
    )  # room in the curriculum, in units of 240 hours

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class GoalImport(models.Model):
    """A file with a part of the curriculum: what it would change is shown before anything is written."""

    name = models.CharField(max_length=200)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    applied_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)  # once applied: new, changed, same, retired, deleted, wrong

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("modules:import", self.pk)


class ModuleQuerySet(models.QuerySet):
    def search(self, text: str) -> "ModuleQuerySet":
        return self.filter(
            models.Q(title__icontains=text)
            | models.Q(code__icontains=text)
            | models.Q(elective__code__icontains=text)
            | models.Q(elective__title__icontains=text)
        )

    def for_cards(self) -> "ModuleQuerySet":
        """With all that a card draws; adds `goals_total`."""
        return (
            self.select_related("school", "lab", "programme", "elective")
            .annotate(goals_total=models.Count("goals"))
            .order_by("title", "pk")
        )


@pghistory.track()
class Module(Worded):
    """A part of a school's curriculum with room for a project: an elective or a module of its own."""

    school = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="modules", limit_choices_to={"kind": Partner.Kind.SCHOOL}
    )
    lab = models.ForeignKey(
        Partner,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lab_modules",
        limit_choices_to={"kind": Partner.Kind.LAB},
        verbose_name=_("lab"),
    )
    programme = models.ForeignKey(
        Programme, null=True, blank=True, on_delete=models.PROTECT, related_name="modules", verbose_name=_("opleiding")
    )
    elective = models.ForeignKey(
        Elective, null=True, blank=True, on_delete=models.PROTECT, related_name="modules", verbose_name=_("keuzedeel")
    )
    code = models.CharField(_("code"), max_length=20)
    title = models.CharField(_("titel"), max_length=120)
    description = models.TextField(_("omschrijving"), blank=True, max_length=1000)
    level = models.PositiveSmallIntegerField(_("niveau"), choices=Level.choices)
    study_load = models.PositiveIntegerField(
        _("studielast in uren"), validators=[MinValueValidator(20), MaxValueValidator(1680)]
    )
    goals = models.ManyToManyField(LearningGoal, related_name="modules", verbose_name=_("leerdoelen"))

    objects = ModuleQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        constraints = [models.UniqueConstraint(fields=["school", "code"], name="one_module_per_school_code")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("modules:detail", self.pk)

    @property
    def hue(self) -> str:
        """The design's `data-kind`: the lab's, else the school's."""
        return self.lab.hue if self.lab_id else "school"

    @property
    def teeth(self) -> tuple[str, ...]:
        """A plain tooth a goal, for the key; expects `for_cards`."""
        return ("plain",) * self.goals_total

    tile = "modules/module_tile.html"

    def tile_facts(self) -> dict:
        """What a list shows of it; expects `for_cards`."""
        return {
            "url": self.get_absolute_url(), "title": self.title, "hue": self.hue, "school": self.school.name,
            "teeth": self.teeth, "description": self.description, "study_load": self.study_load,
            "lab": self.lab.name if self.lab else "", "elective": self.elective.code if self.elective else "",
            "level": self.get_level_display(),
        }  # fmt: skip


def projects_in(runs: Iterable[int], user, most: int) -> models.QuerySet:
    """The newest projects in these runs that `user` may see, read over the reverse relation of the room above.

    Of each run by itself: an index has those in this order, and a module may have had thousands.
    """
    newest = ModuleRun.projects.rel.related_model.objects.visible_to(user).order_by("-starts", "-pk")
    found = [newest.filter(run=run).values("pk")[:most] for run in runs]
    return newest.filter(pk__in=found[0].union(*found[1:], all=True))[:most] if found else newest.none()


class ModuleRunQuerySet(models.QuerySet):
    def not_ended(self) -> "ModuleRunQuerySet":
        return self.filter(ends__gte=clock.today())


@pghistory.track()
class ModuleRun(models.Model):
    """One time that a module is given, with its teachers."""

    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="runs")
    period = models.CharField(_("periode"), max_length=40)
    starts = models.DateField(_("begint op"))
    ends = models.DateField(_("eindigt op"))
    teachers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="module_runs", blank=True, verbose_name=_("docenten")
    )

    objects = ModuleRunQuerySet.as_manager()

    class Meta:
        ordering = ["starts", "module__title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["module", "starts"], name="one_run_per_start"),
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts")),
                name="run_ends_after_start",
                violation_error_message=_("De einddatum ligt na de begindatum."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module}, {self.period}"

    def get_absolute_url(self) -> str:
        return self.module.get_absolute_url()


@pghistory.track()
class Enrolment(models.Model):
    """A student takes a module in one of its runs, and so has its goals open until they are achieved."""

    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments")
    run = models.ForeignKey(ModuleRun, on_delete=models.PROTECT, related_name="enrolments")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["run__starts", "pk"]
        constraints = [models.UniqueConstraint(fields=["student", "run"], name="enrolled_once")]
        indexes = [models.Index(fields=["run"], include=["student"], name="enrolled_in_run")]

    def __str__(self) -> str:
        return f"{self.student}: {self.run}"


def taught_by(user) -> models.QuerySet[ModuleRun]:
    """The runs a teacher gives, or, for a coordinator, all runs of the school."""
    return ModuleRun.objects.filter(
        models.Q(teachers=user) | models.Q(module__school__in=roles.school_ids(user, roles.COORDINATOR))
    ).distinct()
