"""The last goal: programmes and tags spread as evenly over the teams as the goals before it leave room for.

It counts the pairs in one team with the same programme, and the pairs with a tag in common, once per tag; that is least
when they are spread evenly. Where few seats are still undecided the solver finds the least (`exact`); elsewhere groups
change places as long as that helps and no other goal changes (`local`).
"""

import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from projects.matching.answers import Stage
from projects.matching.goals import Goal
from projects.matching.instance import Id, Instance, Student
from projects.matching.program import Row
from projects.matching.rules import team_breaks
from projects.matching.search import Search, rounded_up

SMALL = 20_000  # free columns up to which the exact way is tried
NODES = 200  # of its search; a count and not a time, so that every run ends at the same proposal
Group = tuple[Id, ...]


def traits(student: Student) -> list[tuple[str, str]]:
    return [("programme", student.programme), *(("tag", tag) for tag in sorted(student.tags))]


def alike(students: Iterable[Student]) -> int:
    """Pairs of these with the same programme, plus pairs with a tag in common, once per tag."""
    counts = Counter(trait for student in students for trait in traits(student))
    return sum(math.comb(count, 2) for count in counts.values())


def alike_in(instance: Instance, seats: Mapping[Id, Id]) -> int:
    teams = defaultdict(list)
    for student, project in seats.items():
        teams[project].append(instance.student[student])
    return sum(alike(team) for team in teams.values())


def mix(search: Search) -> tuple[Mapping[Id, Id], Stage]:
    """The seats of a finished search, mixed better, and how well."""
    began = time.monotonic()
    seats = Swaps(search).run()
    free = np.count_nonzero(search.model.program.lower < search.model.program.upper)
    exact = free <= SMALL and search.left > 0 and all(stage.proven for stage in search.stages())
    bound = 0
    if exact:
        seats, bound = _exact(search, seats)
    value = alike_in(search.instance, seats)
    bound, method = min(bound, value), "exact" if exact else "local"
    return seats, Stage("mixing", value, float(bound), value == bound, time.monotonic() - began, method)


def _exact(search: Search, seats: Mapping[Id, Id]) -> tuple[Mapping[Id, Id], int]:
    """A column per team, trait and student after the first; the n-th student of a trait makes n - 1 pairs."""
    model, first = search.model, len(search.model.program.upper)
    rows, costs = search.cut_offs(len(search.goals)), [0.0] * first
    start = model.columns(seats).tolist()
    for project, team in model.teams.items():
        counted: dict[tuple, dict[int, int]] = defaultdict(Counter)
        for column in team:
            if model.program.upper[column]:
                for student in model.cells[column][0]:
                    for trait in traits(search.instance.student[student]):
                        counted[trait][column] += 1
        for entries in counted.values():
            most = min(search.instance.project[project].maximum, sum(entries.values()))
            now = sum(times for column, times in entries.items() if start[column])
            if most > 1:
                extra = range(len(costs), len(costs) + most - 1)
                rows.append(Row([*entries, *extra], [*entries.values(), *[-1] * len(extra)], upper=1))
                costs += range(1, most)
                start += [float(number < now) for number in range(1, most)]
    program = model.program.extended(len(costs) - first, rows)
    solved = program.solve(np.array(costs), search.left, np.array(start), nodes=NODES)
    better = model.seats(solved.columns)
    return (better if search.holds(better) else seats), rounded_up(solved.bound)


class Swaps:
    """Groups that move to another running team or change places, one improvement after the other, in a fixed order."""

    def __init__(self, search: Search) -> None:
        self.search, self.instance = search, search.instance
        self.worth = {cell: _worth(search.goals, cell) for cell in search.model.cells}
        self.open_to: dict[Group, list[Id]] = defaultdict(list)
        for group, project in search.model.cells:
            self.open_to[group].append(project)
        self.at: dict[Group, Id] = {}
        self.teams: dict[Id, list[Group]] = defaultdict(list)
        for group in self.instance.groups:
            if group[0] in search.seats:
                self.at[group] = search.seats[group[0]]
                self.teams[self.at[group]].append(group)

    def run(self) -> dict[Id, Id]:
        changed = True
        while changed:
            changed = False
            for group in list(self.at):
                if self.search.left <= 0:
                    return self._seats()
                changed |= any(self._try(group, *change) for change in self._changes(group))
        return self._seats()

    def _seats(self) -> dict[Id, Id]:
        return {student: project for group, project in self.at.items() for student in group}

    def _changes(self, group: Group) -> Iterator[tuple[Id, Group | None]]:
        """Where the group can go at no cost, alone or in exchange for another one."""
        here = self.at[group]
        for there in self.open_to[group]:
            if there == here or not self.teams[there]:
                continue
            change = [new - old for new, old in zip(self.worth[group, there], self.worth[group, here], strict=True)]
            if not any(change):
                yield there, None
            for other in self.teams[there]:
                if (other, here) in self.worth:
                    back = zip(self.worth[other, there], self.worth[other, here], strict=True)
                    if change == [old - new for old, new in back]:
                        yield there, other

    def _try(self, group: Group, there: Id, other: Group | None) -> bool:
        here = self.at[group]
        left = [one for one in self.teams[here] if one != group] + ([other] if other else [])
        joined = [one for one in self.teams[there] if one != other] + [group]
        before, after = (
            self._alike(a) + self._alike(b) for a, b in ((self.teams[here], self.teams[there]), (left, joined))
        )
        if after >= before or not self._allowed(here, left) or not self._allowed(there, joined):
            return False
        self.teams[here], self.teams[there] = left, joined
        self.at[group] = there
        if other:
            self.at[other] = here
        return True

    def _people(self, team: list[Group]) -> list[Student]:
        return [self.instance.student[student] for group in team for student in group]

    def _alike(self, team: list[Group]) -> int:
        return alike(self._people(team))

    def _allowed(self, project: Id, team: list[Group]) -> bool:
        """Whether the team may be so: its own rules, and in a lab with limited places no more load than it had."""
        what, people = self.instance.project[project], self._people(team)
        if not people or any(team_breaks(what, people)):
            return False
        if (what.lab, what.block) not in self.instance.lab_places:
            return True
        return sum(s.load for s in people) <= sum(s.load for s in self._people(self.teams[project]))


def _worth(goals: list[Goal], cell: tuple[Group, Id]) -> tuple[int, ...]:
    return tuple(sum(goal.worth(student, cell[1]) for student in cell[0]) for goal in goals)
