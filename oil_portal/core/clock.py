"""The one place that says what time it is, so that the demo and the tests can live through a school year."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from pathlib import Path

import holidays
from django.utils import timezone

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The present moment as an aware datetime, or the moment set by `at`."""
    return _moment.get() or timezone.now()


def today() -> date:
    """The present day in the portal's time zone."""
    return _day_of(now().replace(second=0, microsecond=0))


def day_of(moment: datetime) -> date:
    """The day of a moment in the portal's time zone."""
    return timezone.localtime(moment).date()


def beginning(days_ago: int = 0) -> datetime:
    """When the day of so many days ago began. For what need not be known to the second, so that SQL is the day's."""
    return timezone.make_aware(datetime.combine(today() - timedelta(days=days_ago), time()))


_day_of = lru_cache(maxsize=10)(day_of)  # a page asks twenty times within a minute, and no day begins in one


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let `now` answer `moment` inside the block."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)


@cache
def _public_holidays(year: int) -> frozenset[date]:
    """The days on which the Netherlands are closed, Good Friday and every Liberation Day too; source: `holidays`."""
    found = holidays.country_holidays("NL", years=year, categories=("public", "optional"))
    return frozenset(found)


@cache
def _school_breaks() -> tuple[tuple[date, date], ...]:
    """(first day, last day) of the holidays of the schools' region, of the years that school_breaks.json knows."""
    rows = json.loads((Path(__file__).parent / "school_breaks.json").read_text(encoding="utf-8"))["breaks"]
    return tuple((date.fromisoformat(row["first"]), date.fromisoformat(row["last"])) for row in rows)


def is_working_day(day: date, *, school: bool = False) -> bool:
    """Monday to Friday and no public holiday; with `school` no school holiday either."""
    if day.weekday() > 4 or day in _public_holidays(day.year):
        return False
    return not (school and any(first <= day <= last for first, last in _school_breaks()))


def working_days_after(day: date, count: int, *, school: bool = False) -> date:
    """The date `count` working days after `day`."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day, school=school)
    return day


def working_days_between(day: date, last: date, *, school: bool = False) -> int:
    """How many working days come after `day`, up to and including `last`."""
    days = range(1, (last - day).days + 1)
    return sum(is_working_day(day + timedelta(days=number), school=school) for number in days)
