"""How a challenge draws students, week by week: seen, saved, applied, placed. Counts only, never a name."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from challenges.models import Challenge, Interest
from oil_portal.core.prepared import prepared
from projects.models import Application

STAGES = ("seen", "saved", "applied", "placed")
MOST_WEEKS = 26  # in the picture and the table; the totals count everything


@dataclass(frozen=True)
class Week:
    """Distinct students by stage in the week that begins on `monday`, each in the week of their first time."""

    monday: date
    counts: tuple[int, int, int, int]


@dataclass(frozen=True)
class Funnel:
    """`weeks` without a gap, oldest first, at most MOST_WEEKS; `totals` over all of time, in the order of STAGES."""

    weeks: tuple[Week, ...]
    totals: tuple[int, int, int, int]

    @cached_property
    def most(self) -> int:
        """The highest count of one week: the height of the picture; at least 1."""
        return max((count for week in self.weeks for count in week.counts), default=0) or 1


def monday_of(moment: datetime) -> date:
    """The Monday of a moment's week, in the portal's time zone."""
    day = timezone.localtime(moment).date()
    return day - timedelta(days=day.weekday())


@prepared
def _interests(challenge: int) -> QuerySet:
    return Interest.objects.filter(challenge=challenge).values_list("seen_at", "saved_at")


@prepared
def _firsts(challenge: int) -> QuerySet:
    applications = Application.objects.filter(project__assignment__challenge=challenge).order_by()
    return applications.values("student").annotate(
        applied=Min("created_at"), placed=Min("decided_at", filter=Q(status="placed"))
    )


def funnel_reads(challenge: int) -> list[tuple]:
    """What a funnel asks, for `ahead`."""
    return [(_interests, challenge), (_firsts, challenge)]


def first_times(challenge: Challenge) -> list[list[date]]:
    """Per stage the Monday of each student's first time; two queries."""
    seen, saved = [], []
    for seen_at, saved_at in _interests(challenge.pk):
        seen.append(monday_of(seen_at))
        if saved_at:
            saved.append(monday_of(saved_at))
    applied, placed = [], []
    for first in _firsts(challenge.pk):
        applied.append(monday_of(first["applied"]))
        if first["placed"]:
            placed.append(monday_of(first["placed"]))
    return [seen, saved, applied, placed]


def funnel(challenge: Challenge) -> Funnel:
    """The funnel of one challenge over all of its projects."""
    stages = first_times(challenge)
    mondays = sorted({monday for stage in stages for monday in stage})
    weeks = []
    if mondays:
        number = (mondays[-1] - mondays[0]).days // 7 + 1
        every = [mondays[0] + timedelta(weeks=index) for index in range(number)]
        weeks = [Week(monday, tuple(stage.count(monday) for stage in stages)) for monday in every[-MOST_WEEKS:]]
    return Funnel(tuple(weeks), tuple(len(stage) for stage in stages))
