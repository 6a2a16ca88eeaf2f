"""A report with the rows behind its figures: live, from the tables of now, or frozen, from a snapshot.

Pages and exports know only these methods, so a frozen quarter looks, opens and exports like the live one.
"""

from functools import cached_property, partial
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language

from reports.counting import Counted, count
from reports.facts import Column
from reports.making import fact_numbers, make_report, people_numbers
from reports.models import Snapshot
from reports.people import People, count_people
from reports.period import Period
from reports.report import Line, Report
from reports.rows import Source, copy, fetch, source_of


def column_data(columns: list[Column]) -> list[dict]:
    """Columns as a snapshot keeps them, in the active language."""
    return [
        {
            "name": column.name,
            "label": str(column.label),
            "kind": column.kind,
            "to": column.to[0],
            "words": {code: str(label) for code, label in column.words().items()},
        }
        for column in columns
    ]


def parent_of(book, line: Line) -> Line | None:
    """The figure that a group is a part of; None for a figure itself."""
    source = source_of(line.key)
    return book.line(source.figure.key) if source and (source.breakdown or line.group) else None


class Live:
    """The report of a period as it stands now; counted once, and only what is asked for."""

    def __init__(self, period: Period) -> None:
        self.period = period
        self._lines: dict[str, list[Line]] = {}  # of a fact

    @cached_property
    def report(self) -> Report:
        return self.written()

    def written(self) -> Report:
        """The report in the active language."""
        return make_report(self.period, self.people, self.counted)

    @cached_property
    def counted(self) -> dict[tuple[str, str], Counted]:
        return count(self.period)

    @cached_property
    def people(self) -> People:
        """The numbers of people of its whole year: what one quarter shows depends on the others, and on what was
        published of them."""
        marks: dict[str, str] = {}
        for snapshot in Snapshot.objects.newest().filter(year=self.period.year).only("year", "quarter", "marks"):
            marks |= snapshot.marks
        shown = frozenset(key for key, mark in marks.items() if not mark)
        return count_people(self.period.year, {key: mark for key, mark in marks.items() if mark}, shown)

    def line(self, key: str, group: str = "") -> Line | None:
        """One number that opens to rows, without counting the rest of the report."""
        source = source_of(key)
        if source is None:
            return None
        fact = source.figure.fact
        if fact not in self._lines:
            self._lines[fact] = (
                people_numbers(self.people, self.period) if source.about_people else fact_numbers(fact, self.period)
            )
        return next((line for line in self._lines[fact] if (line.key, line.group) == (key, group)), None)

    def columns(self, key: str) -> list[Column]:
        source = source_of(key)
        return source.columns if source else []

    def parent(self, line: Line) -> Line | None:
        return parent_of(self, line)

    def rows(self, line: Line, limit: int | None = None, offset: int = 0) -> list[list]:
        """The raw rows behind a number; nothing for one that does not open."""
        source = source_of(line.key)
        return fetch(source, self._asking(source, line.group), line.group, limit, offset) if line.rows else []

    def copy_rows(self, snapshot: int, key: str, group: str) -> None:
        """Keep the rows behind a number in a snapshot."""
        source = source_of(key)
        copy(source, self._asking(source, group), snapshot, key, group)

    def _asking(self, source: Source, group: str) -> dict:
        asking = self.people.asking(self.period.quarter, group) if source.about_people else {}
        return self.period.days | asking

    def address(self, name: str) -> str:
        """Where a page or export of this report is: `name` is report, csv, xlsx or pdf."""
        return f"{reverse(f'reports:{name}')}?{urlencode({'periode': str(self.period)})}"

    def rows_address(self, line: Line, csv: bool = False) -> str:
        path = reverse("reports:rows_csv" if csv else "reports:rows", args=[line.key])
        query = {"periode": str(self.period)} | ({"groep": line.group} if line.group else {})
        return f"{path}?{urlencode(query)}"


class Frozen:
    """A snapshot: what was counted when it was frozen, in the active language."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot, self.period = snapshot, Period(snapshot.year, snapshot.quarter)
        content = snapshot.content
        self.content = content.get((get_language() or "")[:2]) or next(iter(content.values()))

    @cached_property
    def report(self) -> Report:
        return Report.of_data(self.content)

    def line(self, key: str, group: str = "") -> Line | None:
        return self.report.line(key, group)

    def columns(self, key: str) -> list[Column]:
        return [
            Column(
                each["name"], each["label"], kind=each["kind"], to=(each["to"], ""), words=partial(dict, each["words"])
            )
            for each in self.content["columns"].get(key, [])
        ]

    def parent(self, line: Line) -> Line | None:
        return parent_of(self, line)

    def rows(self, line: Line, limit: int | None = None, offset: int = 0) -> list[list]:
        kept = (
            self.snapshot.rows.filter(key=line.key, group=line.group).order_by("number").values_list("cells", flat=True)
        )
        return list(kept[offset : None if limit is None else offset + limit])

    def address(self, name: str) -> str:
        where = "reports:snapshot" if name == "report" else f"reports:snapshot_{name}"
        return reverse(where, args=[self.snapshot.pk])

    def rows_address(self, line: Line, csv: bool = False) -> str:
        path = reverse(f"reports:snapshot_rows{'_csv' if csv else ''}", args=[self.snapshot.pk, line.key])
        return f"{path}?{urlencode({'groep': line.group})}" if line.group else path
