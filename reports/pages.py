"""What a page of the report draws: each number with where it opens, and what it was or is beside a frozen quarter."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from reports.report import Line, Report, Section

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
    head: list[str]
    rows: list[tuple[str, list[Shown]]]


@dataclass(frozen=True)
class ShownSection:
    section: Section
    lines: list[Shown]
    tables: list[ShownTable]


@dataclass(frozen=True)
class Page:
    first: list[Shown]
    sections: list[ShownSection]


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

    sections = [
        ShownSection(
            section,
            [shown(line) for line in section.lines],
            [
                ShownTable(
                    table.key,
                    table.caption,
                    table.head,
                    [(label, [shown(line) for line in lines]) for label, lines in table.rows],
                )
                for table in section.tables
            ],
        )
        for section in book.report.sections
    ]
    lines = {one.line.key: one for section in sections for one in section.lines}
    return Page([lines[key] for key in FIRST if key in lines], sections)
