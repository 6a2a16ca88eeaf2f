"""The rows behind a figure: the same facts and the same condition as the count, a page at a time."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.urls import reverse
from django.utils.formats import date_format, number_format

from reports.counting import WITH_ROOM, Counted, ask, measure
from reports.definitions import BREAKDOWNS, COUNTED, PEOPLE, Breakdown, Figure
from reports.facts import DAYS, FACTS, Column, Fact
from reports.people_facts import PEOPLE_FACTS


@dataclass(frozen=True)
class Cell:
    """What stands in a row: words for people, and where it leads."""

    words: str
    url: str = ""
    numeric: bool = False


@dataclass(frozen=True)
class Source:
    """Where the rows of a figure or of a group of it come from."""

    figure: Figure
    breakdown: Breakdown | None = None

    @property
    def columns(self) -> list[Column]:
        return [*self.fact.columns, *self.figure.columns]

    @property
    def about_people(self) -> bool:
        return self.figure.fact in PEOPLE_FACTS

    @property
    def fact(self) -> Fact:
        return (FACTS | PEOPLE_FACTS)[self.figure.fact]


def source_of(key: str) -> Source | None:
    """What an address names: a figure, or a breakdown of one; None when nothing does."""
    figures = {figure.key: figure for figure in [*COUNTED, *PEOPLE] if figure.opens}
    if key in figures:
        return Source(figures[key])
    return next((Source(figures[each.figure], each) for each in BREAKDOWNS if each.key == key), None)


def fetch(source: Source, asking: dict, group: str = "", limit: int | None = None, offset: int = 0) -> list[list]:
    """The raw rows: of each column its value, and for a link [text, number]. `asking` are the facts' parameters."""
    names = ", ".join(_selected(column) for column in source.columns)
    where, params = condition(source, group)
    fact = source.fact
    cut = "" if limit is None else f" LIMIT {int(limit)} OFFSET {int(offset)}"
    sql = f"{DAYS}SELECT {names} FROM ({fact.sql}) AS fact WHERE {where} ORDER BY {fact.order}{cut}"  # noqa: S608
    return [_paired(source.columns, row) for row in ask(sql, asking | params)]


def count_one(source: Source, asking: dict, group: str = "") -> dict[tuple[str, str], Counted]:
    """The number of which those are the rows, as `counting.count` says it together with all others of its fact, which
    takes three times as long. Nothing for a group without rows."""
    if "\0" in group:  # which the database takes from nobody
        return {}
    where, params = condition(source, group)
    fact, key = source.fact, (source.breakdown or source.figure).key
    sql = f"{DAYS}SELECT {measure(source.figure)}, count(*) FROM ({fact.sql}) AS fact WHERE {where}"  # noqa: S608
    value, rows = ask(sql, asking | params)[0]
    return {(key, group): Counted(value, rows)} if rows or not source.breakdown else {}


def copy(source: Source, asking: dict, snapshot: int, key: str, group: str) -> None:
    """The same rows into a snapshot, in the database itself; a cell of a link is [text, number]."""
    cells = ", ".join(
        f"jsonb_build_array({column.source}, {column.to[1]})" if column.to[0] else column.source
        for column in source.columns
    )
    where, params = condition(source, group)
    sql = (
        f'{DAYS}INSERT INTO reports_snapshotrow (snapshot_id, key, "group", number, cells) '  # noqa: S608  our own names
        f"SELECT %(snapshot)s, %(key)s, %(of)s, row_number() OVER (ORDER BY {source.fact.order}), "
        f"jsonb_build_array({cells}) FROM ({source.fact.sql}) AS fact WHERE {where}"
    )
    with connection.cursor() as cursor:
        cursor.execute(WITH_ROOM + sql, asking | params | {"snapshot": snapshot, "key": key, "of": group})


def condition(source: Source, group: str = "") -> tuple[str, dict]:
    """What chooses the rows, with its parameters."""
    if source.breakdown is None:
        return source.figure.where, {}
    return f"({source.figure.where}) AND coalesce({source.breakdown.by}, '') = %(group)s", {"group": group}


def _selected(column: Column) -> str:
    return f"{column.source}, {column.to[1]}" if column.to[0] else column.source


def _paired(columns: list[Column], row: tuple) -> list:
    found, rest = [], list(row)
    for column in columns:
        value = rest.pop(0)
        found.append([value, rest.pop(0)] if column.to[0] else value)
    return found


def dressed(columns: list[Column], rows: list[list]) -> list[list[Cell]]:
    """Rows as people read them, in the active language; from the database or from a snapshot alike."""
    words = _words(columns)
    return [[_cell(*each) for each in zip(columns, row, words, strict=True)] for row in rows]


def plain(columns: list[Column], rows: list[list]) -> list[list]:
    """Rows as a spreadsheet takes them: days and numbers as such, codes in words, nothing as ""."""
    words = _words(columns)
    return [[_plain(*each) for each in zip(columns, row, words, strict=True)] for row in rows]


def _words(columns: list[Column]) -> list[dict[str, str]]:
    return [{code: str(label) for code, label in column.words().items()} for column in columns]


def _plain(column: Column, value, words: dict[str, str]):
    if column.to[0]:
        return value[0] or ""
    if value is None or value == "":
        return ""
    if column.kind == "date":
        return date.fromisoformat(value) if isinstance(value, str) else value
    if column.kind in ("number", "euros"):
        return value
    if column.kind == "choices":
        return ", ".join(words.get(code, code) for code in str(value).split(","))
    return words.get(str(value), str(value)) if column.kind == "choice" else str(value)


def _cell(column: Column, value, words: dict[str, str]) -> Cell:
    raw = _plain(column, value, words)
    if column.to[0]:
        return Cell(raw or "–", reverse(column.to[0], args=[value[1]]) if value[1] else "")
    if raw == "":
        return Cell("–")
    if column.kind == "date":
        return Cell(date_format(raw, "j F Y"))
    if column.kind in ("number", "euros"):
        places = 2 if column.kind == "euros" else None
        return Cell(number_format(raw, places, use_l10n=True, force_grouping=True), numeric=True)
    return Cell(raw)
