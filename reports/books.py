"""A report with the rows behind its figures: live, from the tables of now, or frozen, from a snapshot.

Pages and exports know only these methods, so a frozen quarter looks, opens and exports like the live one.
"""

from dataclasses import replace
from functools import cached_property, partial
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import get_language

from oil_portal.core.prepared import address, prepared
from reports.counting import Counted, count
from reports.definitions import Figure, texts
from reports.facts import FACTS, Column
from reports.making import fact_numbers, make_report, people_numbers
from reports.models import Snapshot
from reports.money import all_grants
from reports.pages import changed
from reports.people import People, protected, tell
from reports.period import Period
from reports.readings import Readings
from reports.report import Line, Report
from reports.rows import Source, copy, count_one, fetch, source_of

STAMP = "geteld"  # in an address: of which readings the page was that led there


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


def figure_of(line: Line) -> Figure | None:
    """The figure that a group is a part of; None for a figure itself."""
    source = source_of(line.key)
    return source.figure if source and (source.breakdown or line.group) else None


def gone(line: Line) -> Line:
    """A number behind which nothing is any more."""
    return replace(line, value="0", mark="", rows=0)


def hidden(people: People, *before: dict[str, str]) -> People:
    """The numbers with what must be hidden hidden, and what was hidden before with them."""
    given = {key: mark for marks in before for key, mark in marks.items() if mark}
    return protected(people, given, frozenset(key for marks in before for key in marks) - given.keys())


@prepared
def marks_of(year: str) -> QuerySet:
    """What each snapshot of a year shows or hides of people; an older one of the same quarter counts no more. A year is
    a text here, since a small number has no stand-in."""
    return Snapshot.objects.newest().filter(year=year).values_list("marks", flat=True)


class Live:
    """The report of a period as it stands now; counted once, and only what is asked for.

    `told` is what a page of it told before: what that hides of people stays hidden here.
    """

    def __init__(self, period: Period, told: Readings | None = None) -> None:
        self.period, self.told = period, told
        self._lines: dict[str, list[Line]] = {}  # of a fact
        self._asked: set[str] = set()  # facts of which one number was counted

    @cached_property
    def report(self) -> Report:
        return self.written()

    def written(self) -> Report:
        """The report in the active language."""
        return make_report(self.period, self.people, self.counted, all_grants())

    @cached_property
    def counted(self) -> dict[tuple[str, str], Counted]:
        return count(self.period)

    @cached_property
    def people(self) -> People:
        """The numbers of people of its whole year: what one quarter shows depends on the others, and on what was
        published of them."""
        told = Told(self.period, self.told).people.marks if self.told and self.told.held[1] else {}
        return hidden(tell(self.period.year), self.published, told)

    @cached_property
    def published(self) -> dict[str, str]:
        """The numbers of people that snapshots of its year show or hide."""
        marks: dict[str, str] = {}
        for one in marks_of(str(self.period.year)):
            marks |= one
        return marks

    def line(self, key: str, group: str = "") -> Line | None:
        """One number that opens to rows, without counting the rest of the report."""
        source = source_of(key)
        lines = self._lines_with(source, group) if source else []
        return next((line for line in lines if (line.key, line.group) == (key, group)), None)

    def _lines_with(self, source: Source, group: str) -> list[Line]:
        """The numbers of a fact; who asks for one is told that one, who asks for a second all of them."""
        fact = source.figure.fact
        if fact not in self._lines:
            if source.about_people:
                self._lines[fact] = people_numbers(self.people, self.period)
            elif fact in self._asked:
                self._lines[fact] = self._counted_lines(fact)
            else:
                self._asked.add(fact)
                return fact_numbers(count_one(source, self.period.days, group))
        return self._lines[fact]

    def _counted_lines(self, fact: str) -> list[Line]:
        return fact_numbers(count(self.period, [fact]))

    def before(self, key: str, group: str = "") -> Line | None:
        """The same number as a page told it before; None when nothing was kept of it."""
        source = source_of(key)
        if source is None or self.told is None or not self.told.held[source.about_people]:
            return None
        return Told(self.period, self.told).line(key, group)

    def changed(self, line: Line) -> str:
        """What a reader should know when a page told another number than this one of now."""
        before = self.before(line.key, line.group)
        return changed(self.told.moment(source_of(line.key).about_people), before, line) if before else ""

    def columns(self, key: str) -> list[Column]:
        source = source_of(key)
        return source.columns if source else []

    def parent(self, line: Line) -> Line | None:
        """The figure that a group is a part of, in words; it is not counted for that."""
        figure = figure_of(line)
        if figure is None:
            return None
        label, definition = texts(figure)
        return Line(figure.key, label, definition=definition)

    def opened(self, line: Line) -> Line:
        """The number of which `rows` gives the rows."""
        return line

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
        return f"{reverse(f'reports:{name}')}?{urlencode(self._query({} if name == 'report' else self._stamp))}"

    def rows_address(self, line: Line, csv: bool = False) -> str:
        path = address("reports:rows_csv" if csv else "reports:rows", line.key)
        if not line.group:
            return f"{path}?{self._ungrouped}"
        return f"{path}?{urlencode(self._query({'groep': line.group} | self._stamp))}"

    @cached_property
    def _ungrouped(self) -> str:
        return urlencode(self._query(self._stamp))

    def _query(self, more: dict) -> dict:
        return {"periode": str(self.period)} | more

    @property
    def _stamp(self) -> dict:
        return {STAMP: self.told.asked} if self.told and self.told.asked else {}


class Told(Live):
    """The report as its page and exports tell it: what takes long to count is of some minutes ago. Behind a figure are
    the rows of now."""

    def __init__(self, period: Period, told: Readings | None = None) -> None:
        super().__init__(period, told or Readings(period))
        self._asked = set(FACTS)  # all is counted, or kept

    def written(self) -> Report:
        return make_report(self.period, self.people, self.counted, self.told.grants, self.told.whole.at)

    @cached_property
    def counted(self) -> dict[tuple[str, str], Counted]:
        return self.told.figures.value

    @cached_property
    def people(self) -> People:
        return hidden(self.told.people.value, self.published)

    @cached_property
    def now(self) -> Live:
        return Live(self.period, self.told)

    def _counted_lines(self, fact: str) -> list[Line]:
        return fact_numbers(self.counted)

    def opened(self, line: Line) -> Line:
        about_people = source_of(line.key).about_people
        if not (self.told.people if about_people else self.told.figures).at:
            return line
        return self.now.line(line.key, line.group) or gone(line)

    def changed(self, line: Line) -> str:
        opened = self.opened(line)
        return self.now.changed(opened) if opened is not line else ""

    def rows(self, line: Line, limit: int | None = None, offset: int = 0) -> list[list]:
        opened = self.opened(line)
        return super().rows(line, limit, offset) if opened is line else self.now.rows(opened, limit, offset)

    @property
    def _stamp(self) -> dict:
        return {STAMP: self.told.stamp} if self.told.stamp else {}


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

    def opened(self, line: Line) -> Line:
        return line

    def changed(self, _line: Line) -> str:
        return ""

    def before(self, _key: str, _group: str = "") -> None:
        return None

    def columns(self, key: str) -> list[Column]:
        return [
            Column(
                each["name"], each["label"], kind=each["kind"], to=(each["to"], ""), words=partial(dict, each["words"])
            )
            for each in self.content["columns"].get(key, [])
        ]

    def parent(self, line: Line) -> Line | None:
        figure = figure_of(line)
        return self.line(figure.key) if figure else None

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
