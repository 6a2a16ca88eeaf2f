"""Stable matching: student-optimal deferred acceptance (Gale and Shapley, 1962), and the pairs that block a seating.

A project prefers the higher favourite, then who has more open goals met by it, then a fixed order that a hash of the
two ids gives. Students' ties are broken by goals met, then by that hash.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping

from projects.matching.answers import Clash, Proposal
from projects.matching.clash import first_seating
from projects.matching.instance import FULL_LOAD, Id, Instance, Student, choices
from projects.matching.rules import broken, team_breaks
from projects.matching.solving import clash, seated

Group = tuple[Id, ...]


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
    where a coach or lab has too much, its emptiest team closes. A project that may not close and falls short gets the
    students that a seating of all demands gives it, as if locked; if that is not enough, only those.
    """
    demanded = first_seating(instance)
    if demanded is None:
        return clash(instance)
    kept: set[Id] = set()
    sealed: set[Id] = set()
    while True:
        acceptance = Acceptance(instance, {s: p for s, p in demanded.items() if p in kept}, sealed)
        short = acceptance.settle()
        if short is None:
            return seated(instance, acceptance.seats())
        if short in kept:
            sealed.add(short)
        kept.add(short)


class Acceptance:
    """One run: groups apply in their order, projects keep the best of who applied."""

    def __init__(self, instance: Instance, kept: Mapping[Id, Id], sealed: set[Id]) -> None:
        self.instance, self.kept, self.sealed = instance, kept, sealed
        self.locked = {**kept, **{student: projects[0] for student, projects in instance.locks.items()}}
        self.needed = {p.id for p in instance.project.values() if p.must_run} | set(self.locked.values())
        self.wishes = {group: self._wishes(group) for group in instance.groups}
        self.teams: dict[Id, list[Group]] = {project: [] for project in instance.project}
        self.closed: set[Id] = set()

    def settle(self) -> Id | None:
        """Apply and close until every rule holds; answers a project that falls short and may not close."""
        waiting = sorted(self.wishes, reverse=True)
        while True:
            while waiting:
                waiting += self._apply(waiting.pop())
            failing = self._failing()
            if not failing:
                return None
            closable = [project for project in failing if project not in self.needed]
            if not closable:
                return min(
                    failing, key=lambda project: (project in self.kept.values(), project in self.sealed, project)
                )
            project = min(closable, key=lambda project: (self._size(project), project))
            self.closed.add(project)
            waiting, self.teams[project] = self.teams[project], []

    def seats(self) -> dict[Id, Id]:
        return {student: project for project, team in self.teams.items() for group in team for student in group}

    def _wishes(self, group: Group) -> list[Id]:
        """Where the group may go, its best choice last."""
        for student in group:
            if student in self.locked:
                return [self.locked[student]]
        common = set.intersection(*(set(choices(self.instance, student)) for student in group)) - self.sealed

        def order(project: Id) -> tuple:
            places = sum(self.instance.position(student, project) for student in group)
            return places, -sum(self.instance.fit(student, project) for student in group), lot(group[0], project)

        return sorted(common, key=order, reverse=True)

    def _apply(self, group: Group) -> list[Group]:
        """The groups that lose a seat, or do not get one, by this application."""
        while self.wishes[group]:
            project = self.wishes[group].pop()
            if project not in self.closed:
                taken, refused = self._best_of(project, [*self.teams[project], group])
                self.teams[project] = taken
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
        return not held, min(liking(self.instance, project, student) for student in group)

    def _fits(self, project: Id, team: list[Group]) -> bool:
        what, people = self.instance.project[project], self._people(team)
        return all(rule.kind not in ("maximum", "seats_maximum") for rule in team_breaks(what, people))

    def _failing(self) -> list[Id]:
        """Projects of which one must close, or be helped, for the rules to hold."""
        teams = ((self.instance.project[project], self._people(team)) for project, team in self.teams.items())
        return [project.id for project, people in teams if any(team_breaks(project, people))] or self._crowding()

    def _crowding(self) -> list[Id]:
        """Projects with a coach or a lab that has too much."""
        rules = broken(self.instance, self.seats())
        coaches = {rule.coach for rule in rules if rule.kind == "coach"}
        labs = {(rule.lab, rule.block) for rule in rules if rule.kind == "lab"}
        running = (self.instance.project[project] for project, team in self.teams.items() if team)
        return [project.id for project in running if project.coach in coaches or (project.lab, project.block) in labs]

    def _people(self, team: list[Group]) -> list[Student]:
        return [self.instance.student[student] for group in team for student in group]

    def _size(self, project: Id) -> int:
        return sum(len(group) for group in self.teams[project])


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
