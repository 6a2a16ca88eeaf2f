"""Stable matching: student-optimal deferred acceptance (Gale and Shapley, 1962), and the pairs that block a seating.

A project prefers the higher favourite, then who has more open goals met by it, then a fixed order that a hash of the
two ids gives. Students' ties are broken by goals met, then by that hash.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping

from projects.matching.acceptance import Group, Tastes, accept
from projects.matching.answers import Clash, Proposal
from projects.matching.clash import first_seating
from projects.matching.instance import FULL_LOAD, Id, Instance, Student, choices
from projects.matching.rules import team_breaks
from projects.matching.solving import clash, seated


def lot(student: Id, project: Id) -> bytes:
    """The fixed order of last resort: fair to nobody and everybody, and the same on every machine."""
    return hashlib.sha256(f"{student}/{project}".encode()).digest()


def liking(instance: Instance, project: Id, student: Id) -> tuple:
    """Lower is preferred by the project."""
    return -instance.favour(student, project), -instance.fit(student, project), lot(student, project)


def stable(instance: Instance) -> Proposal | Clash:
    """The stable proposal over the projects that stay open. It breaks no rule, or is a Clash when any seating would.

    A project below its minimum or a quota's minimum closes, the emptiest first, and its students go on to their next
    choice. Without friends, quotas and lab places nothing blocks the outcome. Those are treated so: friends apply as
    one (order: summed positions); a project takes who fits within its size and quotas in its order of preference;
    where a coach or lab has too much, its emptiest team closes. For a project that may not close see `accept`.
    """
    demanded = first_seating(instance)
    if demanded is None:
        return clash(instance)
    return seated(instance, accept(instance, _tastes(instance), demanded))


def _tastes(instance: Instance) -> Tastes:
    def of_group(group: Group, project: Id) -> tuple:
        places = sum(instance.position(student, project) for student in group)
        return places, -sum(instance.fit(student, project) for student in group), lot(group[0], project)

    def of_project(project: Id, group: Group) -> tuple:
        return min(liking(instance, project, student) for student in group)

    return Tastes(of_group, of_project)


def blocking_pairs(instance: Instance, seats: Mapping[Id, Id]) -> list[tuple[Id, Id]]:
    """The (student, project) that would both rather have each other.

    The student strictly prefers the project (or has none), and the project runs and has a free seat or someone whom it
    likes less and who then has none; and no rule breaks by it. Who has friends in the round or is locked never moves
    alone.
    """
    teams: dict[Id, list[Student]] = defaultdict(list)
    for student, project in sorted(seats.items()):
        teams[project].append(instance.student[student])
    free = {group[0] for group in instance.groups if len(group) == 1} - instance.locks.keys()
    swaps = _Swaps(instance, seats, teams, free)
    return [
        (s, p) for s in sorted(free) for p in _preferred(instance, seats, s) if teams.get(p) and swaps.possible(s, p)
    ]


def _preferred(instance: Instance, seats: Mapping[Id, Id], student: Id) -> list[Id]:
    wished = choices(instance, student)
    if student not in seats:
        return wished
    now = instance.position(student, seats[student])
    return [project for project in wished if instance.position(student, project) < now]


class _Swaps:
    def __init__(
        self, instance: Instance, seats: Mapping[Id, Id], teams: dict[Id, list[Student]], free: set[Id]
    ) -> None:
        self.instance, self.seats, self.teams, self.free = instance, seats, teams, free
        self.load: dict[tuple, int] = defaultdict(int)
        for project, team in teams.items():
            self.load[self._lab(project)] += sum(student.load for student in team)

    def possible(self, student: Id, project: Id) -> bool:
        what, team = self.instance.project[project], self.teams[project]
        if len(team) >= what.maximum and not self._weaker(student, project):
            return False
        return self._may_leave(student) and any(
            self._may_join(student, project, leaver) for leaver in [None, *self._weaker(student, project)]
        )

    def _weaker(self, student: Id, project: Id) -> list[Student]:
        """Who is in the team, may leave it and is liked less."""
        mine = liking(self.instance, project, student)
        others = (other for other in self.teams[project] if other.id in self.free)
        return [other for other in others if liking(self.instance, project, other.id) > mine]

    def _may_leave(self, student: Id) -> bool:
        if student not in self.seats:
            return True
        project = self.seats[student]
        rest = [other for other in self.teams[project] if other.id != student]
        return not any(team_breaks(self.instance.project[project], rest))

    def _may_join(self, student: Id, project: Id, leaver: Student | None) -> bool:
        joiner = self.instance.student[student]
        team = [other for other in self.teams[project] if other is not leaver] + [joiner]
        if any(team_breaks(self.instance.project[project], team)):
            return False
        where = self._lab(project)
        places = self.instance.lab_places.get(where)
        gone = (leaver.load if leaver else 0) + (joiner.load if where == self._lab(self.seats.get(student)) else 0)
        return places is None or self.load[where] + joiner.load - gone <= FULL_LOAD * places

    def _lab(self, project: Id | None) -> tuple:
        return (self.instance.project[project].lab, self.instance.project[project].block) if project is not None else ()
