"""When a digest is due: on working days, at a chosen hour and day, as the clocks on the wall of the portal say.

Pure. A day's digest belongs to that day. A week's leaves on the chosen day (or the first working day after it in that
week, else the last one before) and belongs to that day's ISO week; it stays due until the next one is, so that an
outage on that day costs nobody their mail.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from oil_portal.core.clock import is_working_day

LAST_HOUR = 23


@dataclass(frozen=True)
class Turn:
    """People who chose this weekday (0 is Monday) and an hour from `first` to `last`: theirs is the week of `day`."""

    weekday: int
    first: int
    last: int
    day: date

    @property
    def week(self) -> str:
        return f"{self.day:%G-W%V}"


@dataclass(frozen=True)
class Due:
    """What is due at one moment: the `day` for those whose hour has come, and whose week; nothing on a day off."""

    today: date
    hour: int
    turns: tuple[Turn, ...]

    def __bool__(self) -> bool:
        return bool(self.turns)

    @property
    def day(self) -> str:
        return f"{self.today}"

    @property
    def weeks(self) -> list[str]:
        """Each week that is due for somebody, once, the oldest first."""
        return sorted({turn.week for turn in self.turns})


def due_at(moment: datetime) -> Due:
    """What is due at `moment`, an aware datetime."""
    local = timezone.localtime(moment)
    today, hour = local.date(), local.hour
    found = []
    for weekday in range(5) if is_working_day(today) else ():
        last = day_of_week(today - timedelta(weeks=1), weekday)
        this = day_of_week(today, weekday)
        if this < today:
            found.append(Turn(weekday, 0, LAST_HOUR, this))
            continue
        if this == today:
            found.append(Turn(weekday, 0, hour, this))
        if last:
            found.append(Turn(weekday, hour + 1 if this == today else 0, LAST_HOUR, last))
    return Due(today, hour, tuple(found))


def day_of_week(today: date, weekday: int) -> date | None:
    """The day in the week of `today` on which a digest for `weekday` leaves; None in a week without working days."""
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(days=number) for number in range(5)]
    working = [day for day in days if is_working_day(day)]
    later = [day for day in working if day >= days[weekday]]
    return (later or working[-1:] or [None])[0]
