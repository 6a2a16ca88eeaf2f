"""Which rules cannot hold together: the smallest such set.

Rules only clash over projects that are demanded (they must run, or someone is locked to them): every other project can
stay closed. So the program here is small, however large the round. Who is eligible for what is taken as given.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from projects.matching.answers import Rule
from projects.matching.instance import FULL_LOAD, Id, Instance, Pair, barriers, choices
from projects.matching.program import Program, Row

Entries = Mapping[int, float]
Rules = tuple[Rule, ...]


class Demands:
    """The demanded projects as a program in which every rule has a column that drops it."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.demanded = sorted(
            {p.id for p in instance.project.values() if p.must_run} | {p for _s, p in instance.locked}
        )
        self.column = {pair: number for number, pair in enumerate(self._pairs())}
        self.teams: dict[Id, list[tuple[Id, int]]] = defaultdict(list)
        for (student, project), number in self.column.items():
            self.teams[project].append((student, number))
        self.runs = {project: len(self.column) + number for number, project in enumerate(self.demanded)}
        self.first = len(self.column) + len(self.runs)
        self.rules: list[Rule] = []
        self.rows = self._fixed()
        self._of_projects()
        self._of_pairs()
        self._of_places()
        self.program = Program(np.ones(self.first + len(self.rules)), self.rows)

    def seating(self, kept: Iterable[Rule] | None = None, costs: Mapping[Rule, int] | None = None):
        """A seating of the demanded projects that keeps these rules (default: all), and the rules that it drops.

        None when there is none. Dropped rules cost 1 unless `costs` says otherwise; as little as possible is dropped.
        """
        kept = set(self.rules if kept is None else kept)
        objective = np.zeros(len(self.program.upper))
        for number, rule in enumerate(self.rules, self.first):
            self.program.upper[number] = rule not in kept
            objective[number] = (costs or {}).get(rule, 1)
        solved = self.program.solve(objective, float("inf"))
        if solved.columns is None:
            return None
        seats = {student: project for (student, project), number in self.column.items() if solved.columns[number] > 0.5}
        return seats, [rule for number, rule in enumerate(self.rules, self.first) if solved.columns[number] > 0.5]

    def _pairs(self) -> list[Pair]:
        """Who may get a demanded project, were it not forbidden."""
        demanded, instance = set(self.demanded), self.instance
        pairs = {(s, p) for s in instance.student for p in choices(instance, s) if p in demanded}
        barred = (pair for pair in instance.forbidden if pair[1] in demanded)
        return sorted(pairs | {pair for pair in barred if barriers(instance, *pair) == ("forbidden",)})

    def _fixed(self) -> list[Row]:
        """What is no rule but what seating means: one project each, and a project runs when it has someone."""
        mine: dict[Id, list[int]] = defaultdict(list)
        for (student, _project), number in self.column.items():
            mine[student].append(number)
        rows = [Row(numbers, [1] * len(numbers), upper=1) for numbers in mine.values()]
        for project in self.demanded:
            team, runs = self._count(project), self.runs[project]
            rows.append(Row([*team, runs], [1] * len(team) + [-1], lower=0))
            rows += [Row([number, runs], [1, -1], upper=0) for number in team]
        return rows

    def _rule(self, rule: Rule, *sides: tuple[Entries, float, float]) -> None:
        """Each side is (entries, lower, upper), one of them infinite: it holds unless the rule is dropped."""
        number = self.first + len(self.rules)
        self.rules.append(rule)
        for entries, lower, upper in sides:
            most = sum(abs(value) for value in entries.values()) + 1
            slack = most + lower if np.isfinite(lower) else -most
            self.rows.append(Row([*entries, number], [*entries.values(), slack], lower, upper))

    def _of_projects(self) -> None:
        for name in self.demanded:
            project, runs, team = self.instance.project[name], self.runs[name], self._count(name)
            if project.must_run:
                self._rule(Rule("must_run", project=name), ({runs: 1}, 1, np.inf))
            if project.least > 1:
                rule = Rule("minimum", project=name, limit=project.least, found=len(team))
                self._rule(rule, (team | {runs: -project.least}, 0, np.inf))
            self._rule(Rule("maximum", project=name, limit=project.maximum), (team, -np.inf, project.maximum))
            for seats in project.seats:
                tagged = self._count(name, lambda s, tag=seats.tag: int(tag in self.instance.student[s].tags))
                if seats.minimum:
                    rule = Rule("seats_minimum", project=name, tag=seats.tag, limit=seats.minimum, found=len(tagged))
                    self._rule(rule, (tagged | {runs: -seats.minimum}, 0, np.inf))
                if seats.maximum is not None:
                    rule = Rule("seats_maximum", project=name, tag=seats.tag, limit=seats.maximum)
                    self._rule(rule, (tagged, -np.inf, seats.maximum))

    def _of_pairs(self) -> None:
        for student, project in sorted(self.instance.locked):
            number = self.column[student, project]
            self._rule(Rule("locked", project=project, students=(student,)), ({number: 1}, 1, np.inf))
        for student, project in sorted(self.instance.forbidden & self.column.keys()):
            number = self.column[student, project]
            self._rule(Rule("forbidden", project=project, students=(student,)), ({number: 1}, -np.inf, 0))
        for group in (group for group in self.instance.groups if len(group) > 1):
            sides = [side for project in self.demanded for side in self._together(group, project)]
            if sides:
                self._rule(Rule("friends", students=group), *sides)

    def _together(self, group: tuple[Id, ...], project: Id) -> list[tuple[Entries, float, float]]:
        """Each is there when the next one is, all the way round."""
        sides = []
        for one, other in zip(group, group[1:] + group[:1], strict=True):
            if (one, project) in self.column:
                rest = {self.column[other, project]: -1} if (other, project) in self.column else {}
                sides.append(({self.column[one, project]: 1} | rest, -np.inf, 0))
        return sides

    def _of_places(self) -> None:
        for coach, limit in sorted(self.instance.coach_limits.items(), key=str):
            teams = {self.runs[p]: 1 for p in self.demanded if self.instance.project[p].coach == coach}
            if teams:
                self._rule(Rule("coach", coach=coach, limit=limit, found=len(teams)), (teams, -np.inf, limit))
        for (lab, block), places in sorted(self.instance.lab_places.items(), key=str):
            load: dict[int, float] = {}
            for project in self.demanded:
                if (self.instance.project[project].lab, self.instance.project[project].block) == (lab, block):
                    load |= self._count(project, lambda student: self.instance.student[student].load)
            if load:
                rule = Rule("lab", lab=lab, block=block, limit=places)
                self._rule(rule, (load, -np.inf, FULL_LOAD * places))

    def _count(self, project: Id, of: Callable[[Id], int] = lambda _student: 1) -> dict[int, float]:
        counted = {number: of(student) for student, number in self.teams[project]}
        return {number: count for number, count in counted.items() if count}


def first_seating(instance: Instance) -> dict[Id, Id] | None:
    """Seats for what is demanded and nobody else, or None when the rules clash."""
    if not instance.locked and not any(project.must_run for project in instance.projects):
        return {}
    found = Demands(instance).seating()
    return found and found[0]


def smallest_clash(instance: Instance, seconds: float) -> tuple[Rules, bool]:
    """The fewest rules that clash, and whether they are proven the fewest (else no rule can be left out of them).

    Implicit hitting sets (Ignatiev and others, 2015): every clash contains a rule of each set whose dropping mends all.
    A clash found by halving says when to stop.
    """
    demands, until = Demands(instance), time.monotonic() + seconds
    smallest = _irreducible(demands, [], demands.rules, False)
    mends: list[list[Rule]] = []
    while time.monotonic() < until:
        hitting = _hitting(demands.rules, mends)
        if len(hitting) == len(smallest):
            return tuple(smallest), True
        used = defaultdict(lambda: 1, {rule: 1 + 100 * sum(rule in mend for mend in mends) for rule in demands.rules})
        found = demands.seating(hitting, used)
        if found is None:
            return tuple(hitting), True
        mends.append(found[1])
    return tuple(smallest), False


def _irreducible(demands: Demands, kept: list[Rule], rules: list[Rule], check: bool) -> list[Rule]:
    """Rules of these that clash with the kept ones, none of them idle (QuickXplain; Junker, 2004)."""
    if check and demands.seating(kept) is None:
        return []
    if len(rules) == 1:
        return rules
    half = len(rules) // 2
    second = _irreducible(demands, kept + rules[:half], rules[half:], True)
    return _irreducible(demands, kept + second, rules[:half], bool(second)) + second


def _hitting(rules: list[Rule], sets: list[list[Rule]]) -> list[Rule]:
    """The fewest rules of which every set has one."""
    number = {rule: place for place, rule in enumerate(rules)}
    rows = [Row([number[rule] for rule in one], [1] * len(one), lower=1) for one in sets]
    chosen = Program(np.ones(len(rules)), rows).solve(np.ones(len(rules)), float("inf")).columns
    return [rule for rule in rules if chosen[number[rule]] > 0.5]


def without(instance: Instance, rule: Rule) -> Instance:
    """The same round with this one rule dropped."""
    if rule.kind in ("locked", "forbidden"):
        return replace(instance, **{rule.kind: getattr(instance, rule.kind) - {(rule.students[0], rule.project)}})
    if rule.kind == "friends":
        return replace(instance, friends=tuple(f for f in instance.friends if not f <= set(rule.students)))
    if rule.kind == "coach":
        return replace(instance, coach_limits={c: n for c, n in instance.coach_limits.items() if c != rule.coach})
    if rule.kind == "lab":
        places = {where: n for where, n in instance.lab_places.items() if where != (rule.lab, rule.block)}
        return replace(instance, lab_places=places)
    project = instance.project[rule.project]
    changes = {
        "must_run": {"must_run": False},
        "minimum": {"minimum": 0},
        "maximum": {"maximum": len(instance.students) + project.minimum},
        "seats_minimum": {"seats": tuple(_eased(seats, rule, "minimum", 0) for seats in project.seats)},
        "seats_maximum": {"seats": tuple(_eased(seats, rule, "maximum", None) for seats in project.seats)},
    }[rule.kind]
    eased = replace(project, **changes)
    return replace(instance, projects=tuple(eased if p.id == project.id else p for p in instance.projects))


def _eased(seats, rule: Rule, side: str, value):
    return replace(seats, **{side: value}) if seats.tag == rule.tag else seats
