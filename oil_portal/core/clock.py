"""The one place that says what time it is, so that the demo and the tests can live through a school year."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.utils import timezone

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The present moment as an aware datetime, or the moment set by `at`."""
    return _moment.get() or timezone.now()


def today() -> date:
    """The present day in the portal's time zone."""
    return timezone.localtime(now()).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let `now` answer `moment` inside the block."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)


def working_days_after(day: date, count: int) -> date:
    """The date `count` working days (Monday to Friday) after `day`."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day
