"""What somebody's next digest would say if it left now, and when it leaves. Sends and marks nothing."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import override

from oil_portal.core import clock
from oil_portal.digests.content import Digest, collect
from oil_portal.digests.letter import message_for
from oil_portal.digests.schedule import day_of_week
from partners.models import User

WEEKS = 3  # ahead; the longest closed time of a year has two weeks without working days


@dataclass(frozen=True)
class Preview:
    """The next mail: when, in local time, or None when nothing is ever sent; and what it tells so far."""

    at: datetime | None
    digest: Digest

    @property
    def html(self) -> str:
        with override(self.digest.user.language):
            return message_for(self.digest, preview=True).alternatives[0][0]


def preview(user: User) -> Preview:
    """The next digest of `user`, in their language."""
    often = {user.digest, *user.memberships.active().exclude(digest="").values_list("digest", flat=True)}
    week = _next(user, _days_of_weeks(user)) if User.Digest.WEEKLY in often else None
    day = _next(user, _working_days(user)) if User.Digest.DAILY in often else None
    with override(user.language):
        # A daily mail tells the week's things too once that day has come.
        weekly = day is None or bool(week and week <= day)
        return Preview(min(filter(None, (day, week)), default=None), collect(user, weekly=weekly))


def _next(user: User, days: list[date]) -> datetime | None:
    """The first of these days on which the chosen hour is still to come."""
    now = timezone.localtime(clock.now())
    for day in days:
        at = timezone.make_aware(datetime.combine(day, time(user.digest_hour)))
        if at > now:
            return at
    return None


def _first_day(user: User) -> date:
    """Today, or the day after somebody was away."""
    return user.away_until + timedelta(days=1) if user.is_away else clock.today()


def _working_days(user: User) -> list[date]:
    days = (_first_day(user) + timedelta(days=number) for number in range(7 * WEEKS))
    return [day for day in days if clock.is_working_day(day)]


def _days_of_weeks(user: User) -> list[date]:
    first = _first_day(user)
    found = (day_of_week(first + timedelta(weeks=number), user.digest_weekday) for number in range(WEEKS))
    return [day for day in found if day and day >= first]
