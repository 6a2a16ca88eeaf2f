"""What a page of the report draws: each number with where it opens, and what it was or is beside a frozen quarter."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from reports.report import Line, Report, Table

FIRST = (  # what stands large above the rest
    "bedrijven",
    "studenten",
    "vraagstukken-ingediend",
    "projecten-begonnen",
    "projecten-afgerond",
    "uren-bevestigd",
)


@dataclass(frozen=True)
class Shown:
    """A number on the page; `beside` is the same number in the other report, where that reads otherwise."""

    line: Line
    url: str
    beside: Line | None = None


@dataclass(frozen=True)
class ShownTable:
    key: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Shown, ...]], ...]


@dataclass(frozen=True)
class ShownSection:
    key: str
    title: str
    notes: tuple[str, ...]
    lines: tuple[Shown, ...]
    tables: tuple[ShownTable, ...]


@dataclass(frozen=True)
class Page:
    """All of it, hashable: what reads the same is drawn once (`part`)."""

    first: tuple[Shown, ...]
    sections: tuple[ShownSection, ...]


def changed(moment: datetime, told: Line, now: Line) -> str:
    """What a reader should know when the rows of now are not those of the report that was counted at that moment; ""
    when they are as many and as much."""
    then = date_format(localtime(moment), "j F, H.i")
    if told.shown != now.shown:
        words = _("In het rapport van %(then)s uur staat %(told)s. Sindsdien veranderde dat: nu is het %(now)s.")
        return words % {"then": then, "told": told.shown, "now": now.shown}
    if told.rows != now.rows:
        words = _("In het rapport van %(then)s uur waren er %(told)s rijen. Sindsdien veranderde dat: nu %(now)s.")
        return words % {"then": then, "told": told.rows, "now": now.rows}
    return ""


def page_of(book, other: Report | None = None) -> Page:
    """The report of `book` drawn, with what `other` says differently beside it."""
    others = {(line.key, line.group): line for line in other.lines()} if other else {}

    def shown(line: Line) -> Shown:
        beside = others.get((line.key, line.group))
        changed = beside if beside and (beside.value, beside.mark) != (line.value, line.mark) else None
        return Shown(line, book.rows_address(line) if line.rows else "", changed)

    def table(one: Table) -> ShownTable:
        rows = tuple((label, tuple(map(shown, lines))) for label, lines in one.rows)
        return ShownTable(one.key, one.caption, tuple(one.head), rows)

    sections = tuple(
        ShownSection(
            each.key, each.title, tuple(each.notes), tuple(map(shown, each.lines)), tuple(map(table, each.tables))
        )
        for each in book.report.sections
    )
    lines = {one.line.key: one for section in sections for one in section.lines}
    return Page(tuple(lines[key] for key in FIRST if key in lines), sections)
