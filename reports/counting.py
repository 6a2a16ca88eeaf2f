"""Count the declared figures: one query a fact, for all its figures and their breakdowns together."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from reports.definitions import BREAKDOWNS, COUNTED, Breakdown, Figure
from reports.facts import FACTS
from reports.period import Period


@dataclass(frozen=True)
class Counted:
    """A number and how many rows stand behind it; None is the median of nothing."""

    value: Decimal | int | float | None
    rows: int


# For these queries alone: room to group a whole year in memory; no compiling, which takes longer than it saves; and no
# loop over what the planner takes for a few rows, since it cannot know how many first days lie in a period.
WITH_ROOM = "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; SET LOCAL enable_nestloop = off; "


def ask(sql: str, params: dict) -> list[tuple]:
    """The rows of a query of our own."""
    with connection.cursor() as cursor:
        cursor.execute(WITH_ROOM + sql, params)
        while cursor.nextset():
            pass
        return cursor.fetchall()


def count(period: Period) -> dict[tuple[str, str], Counted]:
    """{(key, group): what was counted}; the group of a figure itself is "", of a breakdown what it groups by."""
    found = {}
    for fact in FACTS:
        found |= _of_fact(fact, period)
    return found


def _of_fact(fact: str, period: Period) -> dict[tuple[str, str], Counted]:
    figures = [figure for figure in COUNTED if figure.fact == fact]
    keys = {figure.key: place for place, figure in enumerate(figures)}
    groups = [each for each in BREAKDOWNS if each.figure in keys]
    found = {}
    for which, *row in ask(_sql(fact, figures, groups), period.days):
        labels, numbers = row[: len(groups)], row[len(groups) :]
        pairs = [Counted(*numbers[2 * place : 2 * place + 2]) for place in range(len(figures))]
        if which == _level(groups, None):
            found |= {(figure.key, ""): pair for figure, pair in zip(figures, pairs, strict=True)}
        for place, each in enumerate(groups):
            pair = pairs[keys[each.figure]]
            if which == _level(groups, each) and pair.rows:
                found[each.key, labels[place] or ""] = pair
    return found


def _level(groups: list[Breakdown], one: Breakdown | None) -> int:
    """What GROUPING() answers for the rows of one breakdown, or of none: a bit for each column that is not grouped."""
    return sum(1 << (len(groups) - 1 - place) for place, each in enumerate(groups) if each is not one)


def _sql(fact: str, figures: list[Figure], groups: list[Breakdown]) -> str:
    columns = [f"{_measure(figure)}, count(*) FILTER (WHERE {figure.where})" for figure in figures]
    names = [each.by for each in groups]
    level = f"grouping({', '.join(names)})" if names else "0"
    sets = ", ".join(["()", *(f"({name})" for name in names)])
    return (
        f"SELECT {', '.join([level, *names, *columns])} FROM ({FACTS[fact].sql}) AS fact "  # noqa: S608  our own names
        f"GROUP BY GROUPING SETS ({sets})"
    )


def _measure(figure: Figure) -> str:
    how, _colon, column = figure.measure.partition(":")
    if how == "sum":
        return f"coalesce(sum({column}) FILTER (WHERE {figure.where}), 0)"
    if how == "median":
        return f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {column}) FILTER (WHERE {figure.where})"
    return f"count(*) FILTER (WHERE {figure.where})"
