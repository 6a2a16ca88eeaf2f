"""A report with the rows behind its figures: live, from the tables of now, or frozen, from a snapshot.

Pages and exports know only these methods, so a frozen quarter looks, opens and exports like the live one.
"""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from reports.facts import Column
from reports.making import make_report
from reports.people import People, count_people
from reports.period import Period
from reports.report import Line, Report
from reports.rows import fetch, source_of


@dataclass
class Live:
    """The report of a period as it stands now."""

    period: Period

    @cached_property
    def report(self) -> Report:
        return make_report(self.period, self.people)

    @cached_property
    def people(self) -> People:
        """The numbers of people of its whole year: what one quarter shows depends on the others."""
        return count_people(self.period.year)

    def columns(self, key: str) -> list[Column]:
        source = source_of(key)
        return source.columns if source else []

    def parent(self, line: Line) -> Line | None:
        """The figure that a group is a part of; None for a figure itself."""
        source = source_of(line.key)
        return self.report.line(source.figure.key) if source and source.breakdown else None

    def rows(self, line: Line, limit: int | None = None, offset: int = 0) -> list[list]:
        """The raw rows behind a number; nothing for one that does not open."""
        source = source_of(line.key)
        if source is None or not line.rows:
            return []
        asking = self.people.asking(self.period.quarter, line.group) if source.about_people else {}
        return fetch(source, self.period.days | asking, line.group, limit, offset)

    def address(self, name: str, **query) -> str:
        """Where a page or export of this report is: `name` is report, csv, xlsx or pdf."""
        return f"{reverse(f'reports:{name}')}?{urlencode({'periode': str(self.period)} | query)}"

    def rows_address(self, line: Line, csv: bool = False) -> str:
        path = reverse("reports:rows_csv" if csv else "reports:rows", args=[line.key])
        query = {"periode": str(self.period)} | ({"groep": line.group} if line.group else {})
        return f"{path}?{urlencode(query)}"
