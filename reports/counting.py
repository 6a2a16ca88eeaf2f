"""Count the declared figures with their breakdowns: one query for as many facts as somebody asks for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from django.db import connection

from reports.definitions import BREAKDOWNS, COUNTED, Breakdown, Figure
from reports.facts import DAYS, FACTS
from reports.period import Period


@dataclass(frozen=True)
class Counted:
    """A number and how many rows stand behind it; None is the median of nothing."""

    value: Decimal | None
    rows: int


# For these queries alone: room to group a whole year in memory, and no compiling, which takes longer than it saves.
WITH_ROOM = "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; "


PARAM = re.compile(r"%\((\w+)\)s")


@lru_cache(maxsize=200)
def _pieces(sql: str) -> tuple[str, ...]:
    """The SQL between its parameters, and their names, in turn."""
    texts = PARAM.split(sql)
    return tuple(text if at % 2 else text.replace("%%", "%") for at, text in enumerate(texts))


def ask(sql: str, params: dict) -> list[tuple]:
    """The rows of a query of our own. psycopg would cut up these 20 kB anew each time."""
    written = {name: connection.ops.compose_sql("%s", [value]) for name, value in params.items()}
    pieces = [written[piece] if at % 2 else piece for at, piece in enumerate(_pieces(sql))]
    with connection.cursor() as cursor:
        cursor.execute(WITH_ROOM + "".join(pieces))
        while cursor.nextset():
            pass
        return cursor.fetchall()


def count(period: Period, facts: Iterable[str] = tuple(FACTS)) -> dict[tuple[str, str], Counted]:
    """{(key, group): what was counted} of every figure of these facts; the group of a figure itself is "", of a
    breakdown what it groups by."""
    found = {}
    for fact, which, labels, numbers in ask(DAYS + " UNION ALL ".join(map(_sql, facts)), period.days):
        pairs = [Counted(value, int(rows)) for value, rows in zip(numbers[::2], numbers[1::2], strict=True)]
        counted = dict(zip(_figures(fact), pairs, strict=True))
        groups = _groups(fact)
        if which == _level(groups, None):
            found |= {(key, ""): pair for key, pair in counted.items()}
        for label, each in zip(labels, groups, strict=True):
            pair = counted[each.figure]
            if which == _level(groups, each) and pair.rows:
                found[each.key, label or ""] = pair
    return found


@cache
def _figures(fact: str) -> dict[str, Figure]:
    return {figure.key: figure for figure in COUNTED if figure.fact == fact}


@cache
def _groups(fact: str) -> list[Breakdown]:
    return [each for each in BREAKDOWNS if each.figure in _figures(fact)]


def _level(groups: list[Breakdown], one: Breakdown | None) -> int:
    """What GROUPING() answers for the rows of one breakdown, or of none: a bit for each column that is not grouped."""
    return sum(1 << (len(groups) - 1 - place) for place, each in enumerate(groups) if each is not one)


@cache
def _sql(fact: str) -> str:
    """Rows of: fact, level, the labels of its breakdowns, and of each figure its value and its rows in turn."""
    numbers = [f"{measure(one)}, count(*) FILTER (WHERE {one.where})" for one in _figures(fact).values()]
    names = [each.by for each in _groups(fact)]
    level = f"grouping({', '.join(names)})" if names else "0"
    sets = ", ".join(["()", *(f"({name})" for name in names)])
    return (
        f"SELECT '{fact}', {level}, ARRAY[{', '.join(names)}]::text[], "  # noqa: S608  our own names
        f"ARRAY[{', '.join(numbers)}]::numeric[] FROM ({FACTS[fact].sql}) AS fact GROUP BY GROUPING SETS ({sets})"
    )


def measure(figure: Figure) -> str:
    """What a figure says of its rows, in SQL over its fact."""
    how, _colon, column = figure.measure.partition(":")
    if how == "sum":
        return f"coalesce(sum({column}) FILTER (WHERE {figure.where}), 0)"
    if how == "median":
        return f"(percentile_cont(0.5) WITHIN GROUP (ORDER BY {column}) FILTER (WHERE {figure.where}))::numeric"
    return f"count(*) FILTER (WHERE {figure.where})"
