"""What a report is about: a calendar quarter or a calendar year, and nothing else.

Any two days would let somebody subtract one report from another and read a number that each of them hides.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock

FIRST_YEAR = 2000
LABELS = (
    _("heel %(year)s"), _("eerste kwartaal %(year)s"), _("tweede kwartaal %(year)s"), _("derde kwartaal %(year)s"),
    _("vierde kwartaal %(year)s"),
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Period:
    """`quarter` is 1 to 4, or 0 for the whole year."""

    year: int
    quarter: int = 0

    @classmethod
    def read(cls, text: str) -> "Period | None":
        """The period of an address, '2026-K3' or '2026'; None for anything else and for what has not begun."""
        found = re.fullmatch(r"([0-9]{4})(?:-K([1-4]))?", text)
        if not found:
            return None
        period = cls(int(found[1]), int(found[2] or 0))
        return period if period.year >= FIRST_YEAR and period.first <= clock.today() else None

    @classmethod
    def of(cls, day: date) -> "Period":
        """The quarter of a day."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def last_full(cls) -> "Period":
        """The last quarter that has ended."""
        return cls.of(cls.of(clock.today()).first - timedelta(days=1))

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.quarter - 2 if self.quarter else 1, 1)

    @property
    def last(self) -> date:
        """The last day, which belongs to it."""
        if self.quarter in (0, 4):
            return date(self.year, 12, 31)
        return date(self.year, 3 * self.quarter + 1, 1) - timedelta(days=1)

    @property
    def ended(self) -> bool:
        return self.last < clock.today()

    @property
    def quarters(self) -> list["Period"]:
        """The quarters of its year, also those to come."""
        return [Period(self.year, quarter) for quarter in (1, 2, 3, 4)]

    @property
    def days(self) -> dict[str, date]:
        """What the queries are asked with."""
        return {"first": self.first, "last": self.last}

    @property
    def label(self) -> str:
        """'derde kwartaal 2026' or 'heel 2026'."""
        return str(LABELS[self.quarter]) % {"year": self.year}

    def __str__(self) -> str:
        return f"{self.year}-K{self.quarter}" if self.quarter else str(self.year)
