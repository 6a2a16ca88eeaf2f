"""The round as a program: a column per group and project it may get, a column per project for whether it runs."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

import numpy as np

from projects.matching.goals import Goal
from projects.matching.instance import FULL_LOAD, Id, Instance, Project, choices
from projects.matching.program import EPSILON, Program, Row

Entries = dict[int, float]
Cell = tuple[tuple[Id, ...], Id]  # (group, project)


class Model:
    """Friends are one column, so that they cannot be parted; who goes nowhere simply has no column at 1."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.cells = _cells(instance)
        self.column = {cell: column for column, cell in enumerate(self.cells)}
        self.runs = {project: len(self.cells) + place for place, project in enumerate(instance.project)}
        self.teams: dict[Id, list[int]] = defaultdict(list)
        for column, (_group, project) in enumerate(self.cells):
            self.teams[project].append(column)
        self.sizes = np.array([len(group) for group, _project in self.cells])
        upper = np.ones(len(self.cells) + len(self.runs))
        self.program = Program(upper, [*self._of_groups(), *self._of_projects(), *self._of_coaches(), *self._of_labs()])
        self._run_of = np.array([self.runs[project] for _group, project in self.cells], dtype=int)
        self._least = np.array([self._strong_least(project) for project in instance.project.values()], dtype=float)
        place = {group: number for number, group in enumerate(instance.groups)}
        self._group_of = np.array([place[group] for group, _project in self.cells], dtype=int)
        self._linked: set[int] = set()

    def costs(self, goal: Goal) -> np.ndarray:
        """Per column what it adds to the goal, to be minimised."""
        worth = [sum(goal.worth(student, project) for student in group) for group, project in self.cells]
        return np.array(worth + [0] * len(self.runs), dtype=float) * goal.sign

    def lowest(self, costs: np.ndarray) -> float:
        """What no seating can go below, by every group's cheapest cell."""
        least = np.zeros(len(self.instance.groups))
        np.minimum.at(least, self._group_of, costs[: len(self.cells)])
        return float(least.sum())

    def highest(self, costs: np.ndarray) -> float:
        return -self.lowest(-costs)

    def seats(self, columns: np.ndarray) -> dict[Id, Id]:
        taken = np.flatnonzero(columns[: len(self.cells)] > 0.5)
        return {student: self.cells[column][1] for column in taken.tolist() for student in self.cells[column][0]}

    def columns(self, seats: Mapping[Id, Id]) -> np.ndarray:
        """The columns of a seating that breaks no rule."""
        columns = np.zeros(len(self.program.upper))
        for group in self.instance.groups:
            if group[0] in seats:
                project = seats[group[0]]
                columns[[self.column[group, project], self.runs[project]]] = 1
        return columns

    def loose(self, columns: np.ndarray) -> list[Row]:
        """Rows `seat <= project runs` that this fractional point breaks, each only once.

        They follow from the minimum, yet without them a fraction of a project runs for one student alone. All at once
        they would be most of the program; few are ever needed.
        """
        count = len(self.cells)
        share = columns[:count]
        first = count  # the first column about a running project
        team = np.bincount(self._run_of - first, share * self.sizes, minlength=len(self.runs))
        run = np.where(self._least > 0, np.minimum(1, team / np.maximum(self._least, 1)), columns[first:])
        broken = np.flatnonzero(share > run[self._run_of - first] + EPSILON)
        fresh = [column for column in broken.tolist() if column not in self._linked]
        self._linked.update(fresh)
        return [Row((column, int(self._run_of[column])), (1, -1), upper=0) for column in fresh]

    def _strong_least(self, project: Project) -> int:
        """The minimum when nothing else holds the running column down, else 0: then its own value counts."""
        coupled = project.coach in self.instance.coach_limits or any(seats.minimum for seats in project.seats)
        return 0 if coupled else project.least

    def _of_groups(self) -> list[Row]:
        columns: dict[tuple[Id, ...], list[int]] = {group: [] for group in self.instance.groups}
        for column, (group, _project) in enumerate(self.cells):
            columns[group].append(column)
        held = {student for student, _project in self.instance.locked}
        return [
            Row(mine, [1] * len(mine), lower=int(not held.isdisjoint(group)), upper=1)
            for group, mine in columns.items()
            if mine
        ]

    def _of_projects(self) -> list[Row]:
        rows = []
        for project in self.instance.project.values():
            team, runs = self._count(project.id, lambda _student: 1), self.runs[project.id]
            rows += _between(team, runs, project.least, project.maximum)
            for seats in project.seats:
                tagged = self._count(
                    project.id, lambda student, tag=seats.tag: tag in self.instance.student[student].tags
                )
                rows += _between(tagged, runs, seats.minimum, seats.maximum)
            if project.must_run:
                rows.append(Row([runs], [1], lower=1))
        return rows

    def _of_coaches(self) -> list[Row]:
        teams: dict[Id, list[int]] = defaultdict(list)
        for project in self.instance.project.values():
            if project.coach in self.instance.coach_limits:
                teams[project.coach].append(self.runs[project.id])
        return [Row(runs, [1] * len(runs), upper=self.instance.coach_limits[coach]) for coach, runs in teams.items()]

    def _of_labs(self) -> list[Row]:
        used: dict[tuple, Entries] = defaultdict(dict)
        for project in self.instance.project.values():
            if (where := (project.lab, project.block)) in self.instance.lab_places:
                used[where] |= self._count(project.id, lambda student: self.instance.student[student].load)
        places = self.instance.lab_places
        return [
            Row(list(load), list(load.values()), upper=FULL_LOAD * places[where])
            for where, load in used.items()
            if load
        ]

    def _count(self, project: Id, of: Callable[[Id], int]) -> Entries:
        counted = {column: sum(of(student) for student in self.cells[column][0]) for column in self.teams[project]}
        return {column: count for column, count in counted.items() if count}


def _between(team: Entries, runs: int, minimum: int, maximum: int | None) -> list[Row]:
    """A running project has minimum to maximum of these; a closed one has none."""
    columns, counts = [*team, runs], [*team.values()]
    rows = [Row(columns, [*counts, -minimum], lower=0)] if minimum else []
    return rows + ([Row(columns, [*counts, -maximum], upper=0)] if maximum is not None else [])


def _cells(instance: Instance) -> list[Cell]:
    """Every group with each project that it may get, but for projects that cannot reach their minimum."""
    cells = [(group, project) for group in instance.groups for project in _open_to(instance, group)]
    reach: Counter = Counter()
    for group, project in cells:
        reach[project] += len(group)
    return [cell for cell in cells if reach[cell[1]] >= instance.project[cell[1]].least]


def _open_to(instance: Instance, group: tuple[Id, ...]) -> list[Id]:
    """The projects that every member may get; only the locked ones when a member is locked."""
    common = set.intersection(*(set(choices(instance, student)) for student in group))
    for student in group:
        if locked := instance.locks.get(student):
            common.intersection_update(locked[:1] if len(locked) == 1 else ())
    return sorted(common)
