"""What fits a student, and why, in words: open goals, level, period, lab and stated interests. Reads only.

The weights are ours: an open goal counts most, because there are several; a stated interest outweighs one goal.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modules.models import Module
from oil_portal.core.prepared import Many, Some, prepared
from oil_portal.core.views import MOST_COUNTED
from partners.models import User
from projects.goals import Reader
from projects.models import Achievement, Application, MatchingRound, Preference, Project, RoundProject
from projects.workflow import LIVE_ROUND, RoundStatus

GOAL, INTEREST, LEVEL, PERIOD, LAB = 10, 15, 8, 6, 4
# Projects that are weighed for a student beside those in their own modules: as many as a list has, and one to know that
# there are more.
MOST = MOST_COUNTED + 1
FIRST_FEW = 400  # the same for what the portal itself proposes: a handful
FIRST = ("open_until", "pk")  # of very many, those that close first are weighed
BEST = ("-weight", "closing_date", "pk")


@dataclass(frozen=True)
class Taste:
    """What is known of a student: open goals by the reader, and of the modules followed their level, dates and lab."""

    reader: Reader
    levels: frozenset
    runs: frozenset  # (primary key, first day, last day)
    labs: frozenset
    interests: frozenset
    modules: frozenset = frozenset()

    @property
    def wishes(self) -> tuple:
        """What the database is asked with: open goals, levels, labs, interests and runs."""
        levels = tuple(map(str, sorted(self.levels)))  # as texts: which they are may make other SQL
        goals, labs = Many(sorted(self.reader.open)), Many(sorted(self.labs))
        return Some((goals, levels, labs, tuple(sorted(self.interests)), tuple(sorted(self.runs))))

    def is_mine(self, project: Project) -> bool:
        """Whether the project begins within a module that the student follows."""
        return any(pk == project.run_id or starts <= project.starts <= ends for pk, starts, ends in self.runs)

    def weight(self, project: Project) -> int:
        """The sum by which `weighed` orders, for a project that is at hand."""
        return (
            GOAL * self.reader.fit(project)
            + INTEREST * (project.assignment.challenge.theme in self.interests)
            + LEVEL * (project.assignment.level in self.levels)
            + PERIOD * self.is_mine(project)
            + LAB * (project.lab_id in self.labs)
        )

    def may_choose(self, project: Project) -> bool:
        """Whether `not_for` leaves it out; expects `for_runs` of its round and `for_modules` of its entry."""
        round_ = project.live_round
        if round_ is None:
            return True
        runs = {pk for pk, *_dates in self.runs}.intersection(project.for_runs)
        levels = not project.entry.levels or self.levels.intersection(project.entry.levels)
        modules = not project.for_modules or self.modules.intersection(project.for_modules)
        return bool(round_.status == RoundStatus.OPEN and runs and levels and modules)

    def why(self, project: Project) -> list[str]:
        """The reasons that a project fits, the weightiest kind first; expects `for_cards`. Asks no query."""
        theme = project.assignment.challenge.theme
        count = self.reader.fit(project)
        said = [
            (
                count,
                lambda: (
                    ngettext("%(count)s leerdoel open in je modules", "%(count)s leerdoelen open in je modules", count)
                    % {"count": count}
                ),
            ),
            (
                theme in self.interests,
                lambda: _("je koos %(theme)s") % {"theme": project.assignment.challenge.get_theme_display()},
            ),
            (project.assignment.level in self.levels, lambda: _("jouw niveau")),
            (self.is_mine(project), lambda: _("valt in je periode")),
            (project.lab_id in self.labs, lambda: _("lab van je module")),
        ]
        return [word() for holds, word in said if holds]

    def dress(self, projects: Iterable[Project]) -> list[Project]:
        """Give each project its teeth, its fit and its `reasons`; expects `for_cards`."""
        projects = self.reader.dress(projects)
        for project in projects:
            project.reasons = self.why(project)
        return projects


def taste_of(user) -> Taste:
    """One query."""
    return tastes_of([user.pk])[user.pk]


def tastes_of(students: Collection[int]) -> dict[int, Taste]:
    """{student: taste}, in one query for all."""
    known: dict[int, list[tuple]] = defaultdict(list)
    for student, *row in _followed_by(Many(students)):
        known[student].append(row)
    return {student: _taste(mine) for student, mine in known.items()}


@prepared
def _followed_by(students: Many) -> QuerySet:
    """(student, ..) for each module that is followed, with what `_taste` reads of it."""
    taught = Module.goals.through.objects.filter(module=OuterRef("enrolments__run__module"))
    reached = Achievement.objects.filter(student=OuterRef("pk"), achieved=True).order_by()
    return User.objects.filter(pk__among=students).order_by().values_list(
        "pk", "profile__interests", ArraySubquery(reached.values("goal")), ArraySubquery(taught.values("learninggoal")),
        "enrolments__run", "enrolments__run__starts", "enrolments__run__ends", "enrolments__run__module__level",
        "enrolments__run__module__lab", "enrolments__run__module",
    )  # fmt: skip


def _taste(rows: list[list]) -> Taste:
    """Of the rows of one student: one per module that is followed, or one for who follows none."""
    interests, achieved, *_followed = rows[0]
    followed = [row[3:] for row in rows if row[3]]
    return Taste(
        reader=Reader.knowing(achieved, (goal for row in rows for goal in row[2])),
        levels=frozenset(row[3] for row in followed),
        runs=frozenset(tuple(row[:3]) for row in followed),
        labs=frozenset(row[4] for row in followed if row[4]),
        interests=frozenset(interests or ()),
        modules=frozenset(row[5] for row in followed),
    )


def best_of(projects: QuerySet, wishes: tuple, order: Sequence[str] = FIRST, most: int = 0, only=None) -> QuerySet:
    """(number, weight, closing date) of these projects, the best for this student first.

    Of very many those are weighed that are in the own modules, and `most` others (else MOST), the first in `order`.
    What `only`, a Q, does not hold for comes last, with -1. An index has all that is asked of open projects.
    """
    *_others, runs = wishes
    found = weighed(projects, wishes)
    if only is not None:
        found = found.annotate(weight=Case(When(only, then=F("weight")), default=Value(-1)))
    found = found.values_list("pk", "weight", "closing_date")
    own = found.filter(run__in=[pk for pk, *_dates in runs]).order_by()
    return found.order_by(*order)[: most or MOST].union(own).order_by(*BEST)


def weighed(projects: QuerySet[Project], wishes: tuple) -> QuerySet[Project]:
    """Add `fit`, the open goals, and `weight`, by which projects are ordered for a student with these wishes."""
    goals, levels, labs, interests, runs = wishes
    mine = Q(run__in=[pk for pk, *_dates in runs])
    for _pk, starts, ends in runs:
        mine |= Q(starts__range=(starts, ends))
    weights = [
        (INTEREST, Q(theme__in=interests)),
        (LEVEL, Q(level__in=levels)),
        (PERIOD, mine),
        (LAB, Q(lab__among=labs)),
    ]
    projects = projects.with_fit(goals)
    total = F("fit") * Value(GOAL)
    for points, holds in weights:
        total += Case(When(holds, then=Value(points)), default=Value(0), output_field=IntegerField())
    return projects.annotate(weight=total)


def not_for(user, levels: Sequence[str]) -> QuerySet[Project]:
    """What a student of these levels cannot choose: in a round that is not open, or not for them."""
    for_me = Q(entry__round__status=RoundStatus.OPEN, entry__round__runs__enrolments__student=user)
    for_me &= Q(entry__levels=[]) | Q(entry__levels__overlap=list(map(int, levels)))
    for_me &= Q(entry__modules=None) | Q(entry__modules__runs__enrolments__student=user)
    live = Project.objects.filter(entry__round__status__in=LIVE_ROUND)
    return live.exclude(pk__in=Project.objects.filter(for_me).values("pk")).values("pk")


def fitting(user, taste: Taste, limit: int, beside: Collection[int] = ()) -> tuple[list[Project], dict[int, Project]]:
    """Open projects with an open goal or a stated interest, best first; and those of `beside` by key. Two queries.

    What the student applied to or ranked fits no more. All have their teeth, fit and `reasons`.
    """
    best = [pk for pk, weight, _closing in _best(user, taste.wishes, limit) if weight >= 0]
    found = taste.dress(_chosen(Many([*best, *beside]), taste.wishes))
    fits = [project for project in found if project.pk not in beside]
    fits.sort(key=lambda project: (-project.weight, project.closing_date, project.pk))
    return fits, {project.pk: project for project in found if project.pk in beside}


@prepared
def _best(user, wishes: tuple, limit: int) -> QuerySet:
    _goals, levels, _labs, interests, _runs = wishes
    fits = Q(fit__gt=0) | Q(theme__in=interests)
    fits &= ~Q(pk__in=not_for(user, levels))
    fits &= ~Q(pk__in=Application.objects.filter(student=user).values("project"))
    fits &= ~Q(pk__in=Preference.objects.filter(participant__student=user).values("project"))
    return best_of(Project.objects.open(), wishes, most=FIRST_FEW, only=fits)[:limit]


@prepared
def _chosen(projects: Many, wishes: tuple) -> QuerySet[Project]:
    return weighed(Project.objects.filter(pk__among=projects), wishes).for_tiles()


def fitting_for(students: Collection[int], limit: int) -> Iterator[tuple[int, list[Project]]]:
    """What `fitting` chooses for each of many students, without reasons, in three queries for all.

    The projects are shared: their teeth are this student's until the next one is asked for.
    """
    tastes = tastes_of(students)
    projects = {project.pk: project for project in _candidates()}
    by_goal, by_theme, by_run = defaultdict(set), defaultdict(set), defaultdict(set)
    first = {one.pk for one in nsmallest(FIRST_FEW, projects.values(), key=lambda one: (one.closing_date, one.pk))}
    for project in projects.values():
        by_run[project.run_id].add(project.pk)
        by_theme[project.assignment.challenge.theme].add(project.pk)
        for goal in project.goal_ids:
            by_goal[goal].add(project.pk)
    known = _known(students)
    for student, taste in tastes.items():
        hits = set().union(*(by_goal[goal] for goal in taste.reader.open & by_goal.keys()))
        hits |= set().union(*(by_theme[theme] for theme in taste.interests & by_theme.keys()))
        hits &= first.union(*(by_run[pk] for pk, *_dates in taste.runs if pk in by_run))  # as `best_of` says
        mine = (projects[pk] for pk in hits - known[student])
        order = lambda project, taste=taste: (-taste.weight(project), project.closing_date, project.pk)
        best = nsmallest(limit, (project for project in mine if taste.may_choose(project)), key=order)
        yield student, taste.reader.dress(best)


def _candidates() -> QuerySet[Project]:
    """Every open project with what a fit asks and a mail says, and no more; one query."""
    found = Project.objects.open().select_related("assignment__challenge__partner", "lab", "entry__round")
    modules = RoundProject.modules.through.objects.filter(roundproject=OuterRef("entry")).values("module")
    runs = MatchingRound.runs.through.objects.filter(matchinground=OuterRef("entry__round")).values("modulerun")
    found = found.with_goal_ids().annotate(for_modules=ArraySubquery(modules), for_runs=ArraySubquery(runs))
    return found.only(
        "title", "closing_date", "starts", "run", "assignment__level", "assignment__challenge__theme",
        "assignment__challenge__partner__name", "lab__kind", "lab__glyph", "entry__levels", "entry__round__status",
        "entry__round__closes_on",
    )  # fmt: skip


def _known(students: Collection[int]) -> dict[int, set[int]]:
    """{student: projects that they applied to or ranked}; one query."""
    found = defaultdict(set)
    applied = Application.objects.filter(student__in=students).order_by().values_list("student", "project")
    ranked = Preference.objects.filter(participant__student__in=students).order_by()
    for student, project in applied.union(ranked.values_list("participant__student", "project")):
        found[student].add(project)
    return found
