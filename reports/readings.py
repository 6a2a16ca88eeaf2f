"""What the pages of a report tell: what takes long to count is of a few minutes ago, and says of when.

The numbers of people are read for a whole year, however many of its quarters somebody opens: all of them hang together.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property

from django.conf import settings
from django.core.cache import cache as memory

from oil_portal.core import clock
from oil_portal.core.kept import Reading, beside, kept
from reports.counting import Counted, count
from reports.models import Grant
from reports.money import all_grants
from reports.people import People, tell
from reports.period import Period

REMEMBERED = 3600  # seconds that a page's links lead to what that page told


@kept()
def figures_of(year: int, quarter: int, rates: str) -> dict[tuple[str, str], Counted]:
    """Every figure of a period; `rates` says what an hour was worth, so that another grant makes another reading."""
    return count(Period(year, quarter))


@kept()
def people_of(year: int) -> People:
    """Every number of people of a year; what is hidden of it is not kept, since it depends on what is published."""
    return tell(year)


def rates(grants: list[Grant]) -> str:
    """The days of each grant, with what it counts for an hour."""
    return " ".join(f"{grant.starts}:{grant.ends}:{grant.hour_rate}" for grant in grants)


class Readings:
    """The readings that a page of a period tells; `stamp` names those of an earlier page, for where its links lead."""

    def __init__(self, period: Period, stamp: str = "") -> None:
        self.period, self.asked = period, stamp if re.fullmatch(r"[0-9]{1,10}-[0-9]{1,10}", stamp) else ""

    @cached_property
    def told(self) -> tuple[Reading, Reading]:
        """The figures and the people; counted now where nothing is kept of them."""
        with beside((people_of, (self.period.year,))):
            found = self.figures, self.people
        if any(one.at for one in found) and not self._before:
            told = tuple(replace(one, at=one.at or clock.now()) for one in found)
            memory.add(self._name(_stamp(found)), told, REMEMBERED)
        return found

    @cached_property
    def figures(self) -> Reading:
        return self._before[0] if self._before else figures_of(*self._figures)

    @cached_property
    def people(self) -> Reading:
        return self._before[1] if self._before else people_of(self.period.year)

    @cached_property
    def held(self) -> tuple[Reading | None, Reading | None]:
        """The same without counting: None where nothing is kept."""
        return self._before or (figures_of.held(*self._figures), people_of.held(self.period.year))

    @cached_property
    def stamp(self) -> str:
        """What the links of a page carry; "" when it told everything as it was at that moment."""
        return _stamp(self.told) if self.whole.at else ""

    @cached_property
    def whole(self) -> Reading:
        """Of when the page is: of the oldest of what it tells."""
        moments = [one.at for one in self.told if one.at]
        return Reading(None, min(moments, default=None), any(one.old for one in self.told))

    def moment(self, about_people: bool) -> datetime:
        """When what is held of people, or of the rest, was counted."""
        return self.held[about_people].at

    def forget(self) -> None:
        """The next who opens the report has it counted."""
        figures_of.forget(*self._figures)
        people_of.forget(self.period.year)

    @cached_property
    def grants(self) -> list[Grant]:
        return all_grants()

    @cached_property
    def _figures(self) -> tuple:
        return self.period.year, self.period.quarter, rates(self.grants)

    @cached_property
    def _before(self) -> tuple[Reading, Reading] | None:
        return memory.get(self._name(self.asked)) if self.asked and settings.FIGURES_KEPT else None

    def _name(self, stamp: str) -> str:
        return f"report:{figures_of.key(*self._figures)}:{stamp}"


def _stamp(readings: tuple[Reading, Reading]) -> str:
    return "-".join(str(int((one.at or datetime.fromtimestamp(0, UTC)).timestamp())) for one in readings)
