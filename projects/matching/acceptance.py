"""Deferred acceptance by any tastes, until every rule holds: for stable matching, and to round what is not whole."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from projects.matching.instance import Id, Instance, Student, choices
from projects.matching.rules import shared_breaks, team_breaks

Group = tuple[Id, ...]


@dataclass(frozen=True)
class Tastes:
    """How a group orders projects and a project orders groups: lower comes first."""

    of_group: Callable[[Group, Id], Any]
    of_project: Callable[[Id, Group], Any]


def accept(instance: Instance, tastes: Tastes, demanded: Mapping[Id, Id]) -> dict[Id, Id]:
    """A seating by these tastes that breaks no rule. `demanded` is one that holds what must run and is locked.

    A project that falls short closes, the emptiest first, and its students go on to their next choice; also where a
    coach or a lab has too much. A project that may not close and falls short gets its students of `demanded`, as if
    locked; if that is not enough, only those.
    """
    kept: set[Id] = set()
    sealed: set[Id] = set()
    while True:
        run = Acceptance(instance, tastes, {s: p for s, p in demanded.items() if p in kept}, sealed)
        short = run.settle()
        if short is None:
            return run.seats()
        if short in kept:
            sealed.add(short)
        kept.add(short)


class Acceptance:
    """One run: groups apply in their order, projects keep the best of who applied."""

    def __init__(self, instance: Instance, tastes: Tastes, kept: Mapping[Id, Id], sealed: set[Id]) -> None:
        self.instance, self.tastes, self.kept, self.sealed = instance, tastes, kept, sealed
        self.locked = {**kept, **{student: projects[0] for student, projects in instance.locks.items()}}
        self.needed = {p.id for p in instance.project.values() if p.must_run} | set(self.locked.values())
        self.wishes = {group: self._wishes(group) for group in instance.groups}
        self.teams: dict[Id, list[Group]] = {project: [] for project in instance.project}
        self.closed: set[Id] = set()
        self.changed, self.failing = set(instance.project), set()

    def settle(self) -> Id | None:
        """Apply and close until every rule holds; answers a project that falls short and may not close."""
        waiting = sorted(self.wishes, reverse=True)
        while True:
            while waiting:
                waiting += self._apply(waiting.pop())
            failing = self._failing() or self._crowding()
            if not failing:
                return None
            closable = failing - self.needed
            if not closable:
                return min(
                    failing, key=lambda project: (project in self.kept.values(), project in self.sealed, project)
                )
            project = min(closable, key=lambda project: (self._size(project), project))
            self.closed.add(project)
            self.failing.discard(project)
            waiting, self.teams[project] = self.teams[project], []

    def seats(self) -> dict[Id, Id]:
        return {student: project for project, team in self.teams.items() for group in team for student in group}

    def _wishes(self, group: Group) -> list[Id]:
        """Where the group may go, its best choice last."""
        for student in group:
            if student in self.locked:
                return [self.locked[student]]
        common = set.intersection(*(set(choices(self.instance, student)) for student in group)) - self.sealed
        return sorted(common, key=lambda project: (self.tastes.of_group(group, project), project), reverse=True)

    def _apply(self, group: Group) -> list[Group]:
        """The groups that lose a seat, or do not get one, by this application."""
        while self.wishes[group]:
            project = self.wishes[group].pop()
            if project not in self.closed:
                taken, refused = self._best_of(project, [*self.teams[project], group])
                self.teams[project] = taken
                self.changed.add(project)
                return refused
        return []

    def _best_of(self, project: Id, groups: list[Group]) -> tuple[list[Group], list[Group]]:
        taken: list[Group] = []
        refused = []
        for group in sorted(groups, key=lambda group: self._liking(project, group)):
            (taken if self._fits(project, [*taken, group]) else refused).append(group)
        return taken, refused

    def _liking(self, project: Id, group: Group) -> tuple:
        held = any(self.locked.get(student) == project for student in group)
        return not held, self.tastes.of_project(project, group)

    def _fits(self, project: Id, team: list[Group]) -> bool:
        what, people = self.instance.project[project], self._people(team)
        return all(rule.kind not in ("maximum", "seats_maximum") for rule in team_breaks(what, people))

    def _failing(self) -> set[Id]:
        """Projects that break a rule of their own; only teams that changed are looked at again."""
        for project in self.changed:
            breaks = any(team_breaks(self.instance.project[project], self._people(self.teams[project])))
            (self.failing.add if breaks else self.failing.discard)(project)
        self.changed.clear()
        return self.failing

    def _crowding(self) -> set[Id]:
        """Projects with a coach or a lab that has too much."""
        teams = {project: self._people(team) for project, team in self.teams.items() if team}
        rules = list(shared_breaks(self.instance, teams))
        coaches = {rule.coach for rule in rules if rule.kind == "coach"}
        labs = {(rule.lab, rule.block) for rule in rules if rule.kind == "lab"}
        running = (self.instance.project[project] for project in teams)
        return {project.id for project in running if project.coach in coaches or (project.lab, project.block) in labs}

    def _people(self, team: list[Group]) -> list[Student]:
        return [self.instance.student[student] for group in team for student in group]

    def _size(self, project: Id) -> int:
        return sum(len(group) for group in self.teams[project])
