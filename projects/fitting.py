"""What fits a student, and why, in words: open goals, level, period, lab and stated interests. Reads only.

The weights are ours: an open goal counts most, because there are several; a stated interest outweighs one goal.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modules.models import Enrolment
from partners import roles
from projects.goals import Reader
from projects.models import Profile, Project
from projects.workflow import LIVE_ROUND, RoundStatus

GOAL, INTEREST, LEVEL, PERIOD, LAB = 10, 15, 8, 6, 4


@dataclass(frozen=True)
class Taste:
    """What is known of a student: open goals by the reader, and of the modules followed their level, dates and lab."""

    reader: Reader
    levels: frozenset
    runs: frozenset  # (primary key, first day, last day)
    labs: frozenset
    interests: frozenset

    def is_mine(self, project: Project) -> bool:
        """Whether the project begins within a module that the student follows."""
        return any(pk == project.run_id or starts <= project.starts <= ends for pk, starts, ends in self.runs)

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


def taste_of(user, reader: Reader | None = None) -> Taste:
    """Two queries beside those of the reader."""
    rows = list(
        Enrolment.objects.filter(student=user).values_list(
            "run", "run__starts", "run__ends", "run__module__level", "run__module__lab"
        )
    )
    interests = Profile.objects.filter(student=user).values_list("interests", flat=True).first()
    return Taste(
        reader=reader or Reader(user),
        levels=frozenset(level for *_run, level, _lab in rows),
        runs=frozenset(tuple(row[:3]) for row in rows),
        labs=frozenset(row[4] for row in rows if row[4]),
        interests=frozenset(interests or ()),
    )


def weighed(projects: QuerySet[Project], taste: Taste) -> QuerySet[Project]:
    """Add `fit`, the open goals, and `weight`, by which projects are ordered for this student."""
    mine = Q(run__in=[pk for pk, *_dates in taste.runs])
    for _pk, starts, ends in taste.runs:
        mine |= Q(starts__range=(starts, ends))
    weights = [
        (INTEREST, Q(assignment__challenge__theme__in=taste.interests)),
        (LEVEL, Q(assignment__level__in=taste.levels)),
        (PERIOD, mine),
        (LAB, Q(lab__in=taste.labs)),
    ]
    projects = projects.with_fit(taste.reader.open)
    total = F("fit") * Value(GOAL)
    for points, holds in weights:
        total += Case(When(holds, then=Value(points)), default=Value(0), output_field=IntegerField())
    return projects.annotate(weight=total)


def choosable(projects: QuerySet[Project], user, levels: list[int]) -> QuerySet[Project]:
    """Without what a student of these levels cannot choose: in a round that is not open, or not for them."""
    for_me = Q(entry__round__status=RoundStatus.OPEN, entry__round__runs__enrolments__student=user)
    for_me &= Q(entry__levels=[]) | Q(entry__levels__overlap=levels)
    for_me &= Q(entry__modules=None) | Q(entry__modules__runs__enrolments__student=user)
    live = Project.objects.filter(entry__round__status__in=LIVE_ROUND)
    return projects.exclude(pk__in=live.exclude(pk__in=Project.objects.filter(for_me).values("pk")).values("pk"))


def fitting(user, limit: int) -> list[Project]:
    """For a student: open projects with an open goal or a stated interest, best first, each with its `reasons`."""
    if not roles.has(user, roles.STUDENT):
        return []
    taste = taste_of(user)
    found = weighed(choosable(Project.objects.open(), user, list(taste.levels)).for_cards(), taste)
    found = found.filter(Q(fit__gt=0) | Q(assignment__challenge__theme__in=taste.interests))
    found = found.exclude(applications__student=user).exclude(preferences__participant__student=user)
    found = found.order_by("-weight", "closing_date", "pk")
    return taste.dress(found[:limit])
