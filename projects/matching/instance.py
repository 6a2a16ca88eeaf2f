"""What a matching round is about: students, projects and rules. An Instance that exists is sound."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Id = int | str
Pair = tuple[Id, Id]  # (student, project)
Problem = tuple[str, object]  # (code, subject)
TOP_FAVOURITE = 3
FULL_LOAD = 2


class BadInstance(ValueError):
    """The input contradicts itself; `problems` is a list of (code, subject), all of them at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(", ".join(f"{code}: {subject}" for code, subject in self.problems))


@dataclass(frozen=True)
class Student:
    """Someone to place. `ranking`: tie groups of project ids, best first. `load`: 2 is full study load, 1 is half."""

    id: Id
    level: int
    programme: str
    ranking: tuple[tuple[Id, ...], ...] = ()
    goals: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()
    load: int = FULL_LOAD
    modules: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Seats:
    """Quota within a team: how many of its students have this tag."""

    tag: str
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True)
class Project:
    """A project runs with minimum to maximum students (at least one) or is closed with none.

    Empty `levels` and `modules` mean any. `favourites` is the preference of the teacher or company, 0 to 3 per student.
    """

    id: Id
    minimum: int
    maximum: int
    goals: frozenset[int] = frozenset()
    coach: Id | None = None
    lab: Id | None = None
    block: str | None = None
    levels: frozenset[int] = frozenset()
    modules: frozenset[int] = frozenset()
    loads: frozenset[int] = frozenset({1, 2})
    seats: tuple[Seats, ...] = ()
    favourites: Mapping[Id, int] = field(default_factory=dict, hash=False)
    must_run: bool = False

    @property
    def least(self) -> int:
        """The fewest students with which it runs: a team of nobody is a closed project."""
        return max(1, self.minimum)


@dataclass(frozen=True)
class Settings:
    """How places are weighed.

    `harm` of a place at position r of a student's ranking (0 is the first choice, ties share a position): `linear` r,
    `quadratic` r², `worst_first` as few as possible at the last position, then at the one before, and so on.

    `favourite_weight` in percent: at 100 a favourite of 3 weighs exactly as much as one step of harm (a favourite of 1
    a third of that), at 50 half a step, at 0 nothing. With `worst_first`, where harm is no sum, any weight above 0 puts
    the favourites (their sum, as high as possible) after harm and before goals.

    `unranked`: students may also get an eligible project that they did not rank, one position below their last.
    Someone who ranked nothing then gets any project at position 0: nothing is known to be worse.

    `seconds`: time for the whole solve.
    """

    harm: Literal["linear", "quadratic", "worst_first"] = "linear"
    favourite_weight: int = 0
    unranked: bool = False
    seconds: float = 60


@dataclass(frozen=True)
class Instance:
    """One round. Raises BadInstance when it contradicts itself.

    `coach_limits`: teams per coach. `lab_places`: places per (lab, block), where a half-load student takes half a
    place; a missing key means no limit. `locked` pairs hold by hand: they override eligibility and ranking, not
    `forbidden`. Overlapping groups of friends are one group.
    """

    students: tuple[Student, ...]
    projects: tuple[Project, ...]
    friends: tuple[frozenset[Id], ...] = ()
    coach_limits: Mapping[Id, int] = field(default_factory=dict, hash=False)
    lab_places: Mapping[tuple[Id, str | None], int] = field(default_factory=dict, hash=False)
    locked: frozenset[Pair] = frozenset()
    forbidden: frozenset[Pair] = frozenset()
    settings: Settings = Settings()

    def __post_init__(self) -> None:
        if problems := list(_problems(self)):
            raise BadInstance(problems)

    @cached_property
    def student(self) -> dict[Id, Student]:
        """Students by id, in the order of their ids: nothing depends on the order in which they were given."""
        return {student.id: student for student in sorted(self.students, key=lambda student: student.id)}

    @cached_property
    def project(self) -> dict[Id, Project]:
        return {project.id: project for project in sorted(self.projects, key=lambda project: project.id)}

    @cached_property
    def positions(self) -> dict[Id, dict[Id, int]]:
        return {
            student.id: {project: place for place, group in enumerate(student.ranking) for project in group}
            for student in self.students
        }

    def position(self, student: Id, project: Id) -> int:
        """0 for a first choice; what was not ranked comes right after the last."""
        return self.positions[student].get(project, len(self.student[student].ranking))

    @cached_property
    def locks(self) -> dict[Id, list[Id]]:
        """Per student the projects to which the coordinator locked them."""
        locks: dict[Id, list[Id]] = {}
        for student, project in sorted(self.locked):
            locks.setdefault(student, []).append(project)
        return locks

    def fit(self, student: Id, project: Id) -> int:
        """How many of the student's open goals the project is about."""
        return len(self.student[student].goals & self.project[project].goals)

    def favour(self, student: Id, project: Id) -> int:
        return self.project[project].favourites.get(student, 0)

    @cached_property
    def groups(self) -> tuple[tuple[Id, ...], ...]:
        """Who goes together: friends joined over overlaps, everyone else alone; in a fixed order."""
        group_of: dict[Id, set[Id]] = {student: {student} for student in self.student}
        for friends in self.friends:
            joined = set().union(*(group_of[student] for student in friends))
            group_of.update(dict.fromkeys(joined, joined))
        return tuple(sorted({tuple(sorted(group)) for group in group_of.values()}))


def barriers(instance: Instance, student: Id, project: Id) -> tuple[str, ...]:
    """Why this student may not get this project: codes level, modules, load, unranked, forbidden; empty if allowed."""
    pair = (student, project)
    if pair in instance.locked:
        return ("forbidden",) if pair in instance.forbidden else ()
    who, what = instance.student[student], instance.project[project]
    found = {
        "level": what.levels and who.level not in what.levels,
        "modules": what.modules and not what.modules & who.modules,
        "load": who.load not in what.loads,
        "unranked": not instance.settings.unranked and project not in instance.positions[student],
        "forbidden": pair in instance.forbidden,
    }
    return tuple(code for code, applies in found.items() if applies)


def choices(instance: Instance, student: Id) -> list[Id]:
    """The projects this student may get, best first."""
    candidates = set(instance.project) if instance.settings.unranked else set(instance.positions[student])
    candidates.update(instance.locks.get(student, ()))
    allowed = [project for project in candidates if not barriers(instance, student, project)]
    return sorted(allowed, key=lambda project: (instance.position(student, project), project))


def _problems(instance: Instance) -> Iterator[Problem]:
    yield from _twice("duplicate_student", (student.id for student in instance.students))
    yield from _twice("duplicate_project", (project.id for project in instance.projects))
    students, projects = {s.id for s in instance.students}, {p.id for p in instance.projects}
    for student in instance.students:
        yield from _student_problems(student, projects)
    for project in instance.projects:
        yield from _project_problems(project)
    for friends in instance.friends:
        yield from (("unknown_friend", friend) for friend in sorted(friends - students, key=str))
    for kind in ("locked", "forbidden"):
        pairs = sorted(getattr(instance, kind), key=str)
        yield from ((f"unknown_{kind}", pair) for pair in pairs if pair[0] not in students or pair[1] not in projects)
    for limits in (instance.coach_limits, instance.lab_places):
        yield from (("negative", subject) for subject, limit in limits.items() if limit < 0)
    yield from _setting_problems(instance.settings)


def _twice(code: str, subjects: Iterable[Id]) -> Iterator[Problem]:
    yield from ((code, subject) for subject, times in Counter(subjects).items() if times > 1)


def _student_problems(student: Student, projects: set[Id]) -> Iterator[Problem]:
    for project, times in Counter(project for group in student.ranking for project in group).items():
        if project not in projects:
            yield "unknown_ranked", (student.id, project)
        if times > 1:
            yield "ranked_twice", (student.id, project)
    if student.load not in (1, FULL_LOAD):
        yield "load", student.id


def _project_problems(project: Project) -> Iterator[Problem]:
    if min(project.minimum, project.maximum) < 0:
        yield "negative", project.id
    if project.minimum > project.maximum:
        yield "minimum_above_maximum", project.id
    for seats in project.seats:
        if seats.minimum < 0 or (seats.maximum is not None and seats.maximum < 0):
            yield "negative", (project.id, seats.tag)
        if seats.maximum is not None and seats.minimum > seats.maximum:
            yield "minimum_above_maximum", (project.id, seats.tag)
    for student, favour in project.favourites.items():
        if not 0 <= favour <= TOP_FAVOURITE:
            yield "favourite", (student, project.id)


def _setting_problems(settings: Settings) -> Iterator[Problem]:
    if settings.harm not in ("linear", "quadratic", "worst_first"):
        yield "harm", settings.harm
    if not 0 <= settings.favourite_weight <= 100:
        yield "favourite_weight", settings.favourite_weight
    if not settings.seconds >= 0:
        yield "negative", settings.seconds
