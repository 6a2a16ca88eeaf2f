"""How often and how fast a partner answers, of all that was asked in a year. Reads only.

What is open and not late does not count, and neither does what was taken back.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from django.db.models import F, QuerySet
from django.db.models.functions import TruncDate

from oil_portal.core import clock
from oil_portal.core.models import Promise, Side
from oil_portal.core.prepared import Many, prepared

YEAR, HALF_YEAR = timedelta(days=365), timedelta(days=183)
MOST_LATE = 3  # in half a year; from there on, and below LEAST_PERCENT, a partner is asked to pause
LEAST_PERCENT = 60


@dataclass(frozen=True)
class Rate:
    """`median` is in working days, of what was answered; None as long as nothing was. `late` is of half a year."""

    in_time: int
    asked: int
    late: int
    median: float | None

    @property
    def percent(self) -> int:
        return round(100 * self.in_time / self.asked)

    @property
    def lets_wait(self) -> bool:
        return self.late >= MOST_LATE and self.percent < LEAST_PERCENT


@dataclass(frozen=True)
class Asked:
    """One question that counts or may count."""

    partner: int
    asked: date
    due: date
    answered: date | None
    lapsed: bool
    side: str

    def counts(self, today: date) -> bool:
        return bool(self.answered) or self.lapsed or self.due < today

    @property
    def in_time(self) -> bool:
        return self.answered is not None and self.answered <= self.due

    @property
    def days(self) -> int:
        """Working days from question to answer."""
        return clock.working_days_between(self.asked, self.answered, school=self.side == Side.SCHOOL)


def rates_of(partners: Iterable[int] | None = None) -> dict[int, Rate]:
    """{partner: rate} of those that were asked something that counts; of all without `partners`. One query."""
    today, found = clock.today(), defaultdict(list)
    rows = _asked(partners is None, Many(partners or ()))
    for partner, asked, due, answered, lapsed, side in rows:
        one = Asked(partner, asked, due, answered, lapsed is not None, side)
        if one.counts(today):
            found[partner].append(one)
    return {partner: rate(questions, today) for partner, questions in found.items()}


def rates_read(partners: Iterable[int]) -> tuple:
    """What `rates_of` these asks, for `ahead`."""
    return _asked, False, Many(partners)


@prepared
def _asked(everybody: bool, partners: Many) -> QuerySet:
    """What was asked of these partners, or of all, since this day a year ago."""
    rows = Promise.objects.filter(partner__isnull=False, dropped_at=None, asked_at__gte=clock.beginning(YEAR.days))
    rows = rows if everybody else rows.filter(partner__among=partners)
    named = rows.annotate(asked=TruncDate("asked_at"), answered=TruncDate("answered_at"), lapsed=F("lapsed_at"))
    return named.order_by().values_list("partner", "asked", "due", "answered", "lapsed", "side")


def rate(questions: list[Asked], today: date) -> Rate:
    answered = [one.days for one in questions if one.answered]
    return Rate(
        in_time=sum(one.in_time for one in questions),
        asked=len(questions),
        late=sum(not one.in_time and one.due >= today - HALF_YEAR for one in questions),
        median=median(answered) if answered else None,
    )
