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
from functools import cached_property, lru_cache

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

    @cached_property
    def names(self) -> frozenset[Key]:
        return frozenset(name for name, _weight in self.weights)


class _Search:
    """What is hidden so far, and for each hidden number another value that fits, as far as one was found."""

    def __init__(self, numbers: dict[Key, int], rows: list[_Row], marks: dict[Key, str], worth: dict) -> None:
        self.numbers, self.rows, self.marks, self.worth = numbers, rows, marks, worth
        self.most = 2 * sum(numbers.values()) + 10
        self.others: list[dict[Key, int]] = []  # the numbers that differ, per solution that was found

    def first_open(self) -> Key | None:
        """A hidden number that a reader can work out; None when there is none."""
        hidden = [key for key, mark in self.marks.items() if mark]
        fitting = [each for each in self.others if all(self.marks[key] for key in each)]
        vouched = {key for each in fitting for key in each}
        for key in sorted(hidden, key=lambda one: (self.numbers[one], repr(one))):
            if key in vouched:
                continue
            other = self._other(key, hidden)
            if other is None:
                return key
            self.others.append(other)
            vouched |= set(other)
        return None

    def hide_near(self, key: Key) -> bool:
        """Hide the shown number of least worth in a tie of this one, else of any that is hidden; else let a small one
        read "×", a total first. False when nothing is left."""
        hidden = [one for one, mark in self.marks.items() if mark]
        for keys in ({key}, set(hidden)):
            near = {name for row in self.rows if row.names & keys for name in row.names}
            shown = [name for name in near if not self.marks[name] and self.numbers[name]]
            if shown:
                self.marks[min(shown, key=self._worth)] = HIDDEN
                return True
        totals = {name for row in self.rows for name, weight in row.weights if row.equal and weight < 0}
        low = [one for one in hidden if self.marks[one] == LOW]
        if low:
            best = max(low, key=lambda one: (one in totals, self.numbers[one], repr(one)))
            self.marks[best] = HIDDEN
        return bool(low)

    def show_again(self, keys: Iterable[Key]) -> None:
        """What was hidden on the way and turns out not to be needed is shown after all, what is worth most first."""
        for key in sorted(keys, key=self._worth, reverse=True):
            self.marks[key] = SHOWN
            if self.first_open() is not None:
                self.marks[key] = HIDDEN

    def _worth(self, key: Key) -> tuple:
        return self.worth.get(key, 0), self.numbers[key], repr(key)

    def _other(self, key: Key, hidden: list[Key]) -> dict[Key, int] | None:
        """The numbers that differ in a solution in which `key` has another value; None when it can only have one."""
        for sign in (1, -1):
            found = self._extreme(key, hidden, sign)
            if found and found[key] != self.numbers[key]:
                return {name: value for name, value in found.items() if value != self.numbers[name]}
        return None

    def _extreme(self, key: Key, hidden: list[Key], sign: int) -> dict[Key, int] | None:
        solver = highspy.Highs()
        solver.silent()
        solver.setOptionValue("threads", 1)
        place = {name: column for column, name in enumerate(hidden)}
        bounds = np.array([self._domain(name) for name in hidden], dtype=float)
        solver.addVars(len(hidden), bounds[:, 0], bounds[:, 1])
        columns = np.arange(len(hidden), dtype=np.int32)
        solver.changeColsIntegrality(len(hidden), columns, np.ones(len(hidden), dtype=np.uint8))
        for row in self.rows:
            left = [(place[name], weight) for name, weight in row.weights if name in place]
            if left:
                known = sum(weight * self.numbers[name] for name, weight in row.weights if name not in place)
                lower = -known if row.equal else -highspy.kHighsInf
                indices = np.array([column for column, _weight in left], dtype=np.int32)
                weights = np.array([weight for _column, weight in left], dtype=float)
                solver.addRow(lower, -known, len(left), indices, weights)
        solver.changeColCost(place[key], -sign)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        values = solver.getSolution().col_value
        return {name: round(values[column]) for name, column in place.items()}

    def _domain(self, key: Key) -> tuple[int, int]:
        if self.marks[key] == LOW:
            return 1, SMALL - 1
        return (SMALL if self.numbers[key] >= SMALL else 1), self.most


def protect(
    values: Mapping[Key, int],
    ties: Ties,
    given: Mapping[Key, str] | None = None,
    worth: Mapping[Key, int] | None = None,
) -> dict[Key, str]:
    """{key: SHOWN, LOW or HIDDEN}. `given` are marks of what was published before, which stay at least as hidden;
    `worth` says which numbers to hide last: where it is higher, and of equals the larger number.

    A number that no tie names and that is not small is shown.
    """
    plain = [tuple(sorted(each.items(), key=repr)) for each in (values, given or {}, worth or {})]
    return dict(_protect(ties, *plain))


@lru_cache(maxsize=64)
def _protect(ties: Ties, values: tuple, given: tuple, worth: tuple) -> tuple:
    numbers = dict(values)
    marks = {key: LOW if 0 < number < SMALL else SHOWN for key, number in numbers.items()}
    for key, mark in given:
        if mark and numbers.get(key):
            marks[key] = mark if mark == HIDDEN or marks[key] == LOW else HIDDEN
    for together, rows in _apart(_rows(ties, numbers)):
        part = {key: marks[key] for key in together}
        before = {key for key, mark in part.items() if mark}
        search = _Search({key: numbers[key] for key in together}, rows, part, dict(worth))
        while (key := search.first_open()) is not None and search.hide_near(key):
            pass
        search.show_again(key for key, mark in part.items() if mark == HIDDEN and key not in before)
        marks |= part
    return tuple(marks.items())


def _apart(rows: list[_Row]) -> list[tuple[list[Key], list[_Row]]]:
    """The numbers that hang together by some tie, with their ties; each is a question of its own."""
    found: list[tuple[set[Key], list[_Row]]] = []
    for row in rows:
        touched = [each for each in found if each[0] & row.names]
        found = [each for each in found if each not in touched]
        names = set(row.names).union(*(each[0] for each in touched))
        found.append((names, [one for each in touched for one in each[1]] + [row]))
    return [(sorted(names, key=repr), ties) for names, ties in found]


def _rows(ties: Ties, numbers: Mapping[Key, int]) -> list[_Row]:
    found = [_Row(((total, -1), *((part, 1) for part in parts)), True) for total, parts in ties.sums]
    for whole, parts in ties.unions:
        found.append(_Row(((whole, 1), *((part, -1) for part in parts)), False))
        found += [_Row(((part, 1), (whole, -1)), False) for part in parts]
    found += [_Row(((less, 1), (more, -1)), False) for less, more in ties.within]
    return [row for row in found if all(name in numbers for name, _weight in row.weights)]
