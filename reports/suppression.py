"""Hide small numbers of people, and as many others as it takes to keep them from being worked out. Knows no Django.

A number from 1 to 4 is shown as "<5". Whoever reads a report may add and subtract what it shows, and knows how the
numbers hang together: totals, numbers of different people, numbers that are never more than another. So for each
hidden number there must be a second value that fits everything that is shown. Where there is none, one more number is
hidden ("×"): the least that helps. Whether there is a second value is asked of a solver in whole numbers (HiGHS).

What is assumed of a reader: that "<5" is 1 to 4, and, against ourselves, that "×" is five or more. With more values
for "×" there are only more ways to fit.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import highspy
import numpy as np

Key = Hashable
SMALL = 5
SHOWN, LOW, HIDDEN = "", "low", "hidden"


@dataclass(frozen=True)
class Ties:
    """How numbers hang together, as everybody may know it.

    `sums`: a total and the parts that add up to it. `unions`: a number of different people and the numbers it is the
    union of: at least the largest, at most their sum. `within`: a number that is never more than another.
    """

    sums: tuple[tuple[Key, tuple[Key, ...]], ...] = ()
    unions: tuple[tuple[Key, tuple[Key, ...]], ...] = ()
    within: tuple[tuple[Key, Key], ...] = ()


@dataclass(frozen=True)
class _Row:
    """lower <= sum of weight × number <= 0, where an equality has lower 0."""

    weights: tuple[tuple[Key, int], ...]
    equal: bool

    @property
    def names(self) -> set[Key]:
        return {name for name, _weight in self.weights}


@dataclass
class _Program:
    """What a reader knows, over the numbers that are hidden."""

    values: Mapping[Key, int]
    rows: list[_Row]
    domain: dict[Key, tuple[int, int]]

    def other(self, key: Key) -> dict[Key, int] | None:
        """Values for all hidden numbers that fit, in which `key` has another one; None when it can only be one."""
        for sign in (1, -1):
            found = self._extreme(key, sign)
            if found and found[key] != self.values[key]:
                return found
        return None

    def _extreme(self, key: Key, sign: int) -> dict[Key, int] | None:
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        place = {}
        for name, (low, high) in self.domain.items():
            place[name] = len(place)
            solver.addVar(low, high)
            solver.changeColIntegrality(place[name], highspy.HighsVarType.kInteger)
        for row in self.rows:
            known = sum(weight * self.values[name] for name, weight in row.weights if name not in place)
            left = [(place[name], weight) for name, weight in row.weights if name in place]
            if left:
                columns = np.array([column for column, _weight in left], dtype=np.int32)
                weights = np.array([weight for _column, weight in left], dtype=float)
                lower = -known if row.equal else -highspy.kHighsInf
                solver.addRow(lower, -known, len(left), columns, weights)
        solver.changeColCost(place[key], -sign)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        values = solver.getSolution().col_value
        return {name: round(values[column]) for name, column in place.items()}


def protect(
    values: Mapping[Key, int], ties: Ties, given: Mapping[Key, str] | None = None, fixed: Iterable[Key] = ()
) -> dict[Key, str]:
    """{key: SHOWN, LOW or HIDDEN}. `given` are marks of what was published before, which stay at least as hidden;
    `fixed` are keys that were published as they are, and are hidden last of all, since that helps little.

    A number that no tie names and that is not small is shown.
    """  # fmt: skip
    frozen = (tuple(sorted(values.items(), key=repr)), ties, tuple(sorted((given or {}).items(), key=repr)))
    return dict(_protect(*frozen, frozenset(fixed)))


@lru_cache(maxsize=64)
def _protect(values: tuple, ties: Ties, given: tuple, fixed: frozenset) -> tuple:
    numbers, marks = dict(values), {}
    for key, number in numbers.items():
        marks[key] = LOW if 0 < number < SMALL else SHOWN
    for key, mark in given:
        if mark and numbers.get(key):
            marks[key] = mark if mark == HIDDEN or marks[key] == LOW else HIDDEN
    rows = _rows(ties, numbers)
    while open_ := _open(numbers, rows, marks):
        if not _hide_one_more(open_, numbers, rows, marks, fixed):
            break  # everything that could help is hidden
    return tuple(marks.items())


def _rows(ties: Ties, numbers: Mapping[Key, int]) -> list[_Row]:
    found = [_Row(((total, -1), *((part, 1) for part in parts)), True) for total, parts in ties.sums]
    for whole, parts in ties.unions:
        found.append(_Row(((whole, 1), *((part, -1) for part in parts)), False))
        found += [_Row(((part, 1), (whole, -1)), False) for part in parts]
    found += [_Row(((less, 1), (more, -1)), False) for less, more in ties.within]
    return [row for row in found if all(name in numbers for name, _weight in row.weights)]


def _open(numbers: dict, rows: list[_Row], marks: dict) -> list[Key]:
    """The hidden numbers that a reader can work out. One other solution vouches for every number it changes."""
    domain = {key: _domain(numbers[key], mark, numbers) for key, mark in marks.items() if mark}
    program, unsure, found = _Program(numbers, rows, domain), set(domain), []
    for key in sorted(domain, key=lambda one: (numbers[one], repr(one))):
        if key in unsure:
            other = program.other(key)
            if other is None:
                found.append(key)
            else:
                unsure -= {one for one, value in other.items() if value != numbers[one]}
    return found


def _domain(number: int, mark: str, numbers: dict) -> tuple[int, int]:
    most = 2 * sum(numbers.values()) + 10
    if mark == LOW:
        return 1, SMALL - 1
    return (SMALL, most) if number >= SMALL else (1, most)


def _hide_one_more(open_: list[Key], numbers: dict, rows: list[_Row], marks: dict, fixed: frozenset) -> bool:
    """Hide the smallest shown number in a tie of one that is open, else of one that is hidden; else let a small one
    read "×", a total first."""
    hidden = [key for key, mark in marks.items() if mark]
    for around in ([key] for key in open_), (hidden,):
        for keys in around:
            near = {name for row in rows if row.names & set(keys) for name in row.names}
            shown = [name for name in near if marks[name] == SHOWN and numbers[name]]
            if shown:
                marks[min(shown, key=lambda name: (name in fixed, numbers[name], repr(name)))] = HIDDEN
                return True
    totals = {name for row in rows for name, weight in row.weights if row.equal and weight < 0}
    low = [key for key in hidden if marks[key] == LOW and key in totals]
    low = low or [key for key in open_ if marks[key] == LOW]
    if low:
        marks[max(low, key=lambda name: (numbers[name], repr(name)))] = HIDDEN
        return True
    return False
