"""When a digest is due: on working days, at a chosen hour and day, as the clocks on the wall of the portal say.

Pure. A day's digest belongs to that day; a week's to its ISO week, from the chosen day on (or the first working day
after it, else the last one before). What is due stays due until the period ends, so that a late beat still plans it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from oil_portal.core.clock import is_working_day


@dataclass(frozen=True)
class Due:
    """What is due at one moment; on a day off `day` and `week` are "".

    `weekdays` maps each chosen weekday (0 is Monday) that has come to (its day, the hour from which it counts).
    """

    day: str
    week: str
    hour: int
    today: date
    weekdays: dict[int, tuple[date, int]]

    def __bool__(self) -> bool:
        return bool(self.day)


def due_at(moment: datetime) -> Due:
    """What is due at `moment`, an aware datetime. On a day off nothing is: the next working day tells it."""
    local = timezone.localtime(moment)
    today = local.date()
    if not is_working_day(today):
        return Due("", "", local.hour, today, {})
    weekdays = {}
    for weekday in range(5):
        day = day_of_week(today, weekday)
        if day and day <= today:
            weekdays[weekday] = (day, 0 if day < today else local.hour)
    return Due(f"{today}", f"{today:%G-W%V}", local.hour, today, weekdays)


def day_of_week(today: date, weekday: int) -> date | None:
    """The day in the week of `today` on which a digest for `weekday` leaves; None in a week without working days."""
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(days=number) for number in range(5)]
    working = [day for day in days if is_working_day(day)]
    later = [day for day in working if day >= days[weekday]]
    return (later or working[-1:] or [None])[0]
