"""Made-up rounds of any size: popular and unpopular projects, levels, minimum sizes. The same seed, the same round."""

from dataclasses import replace
from itertools import product

import numpy as np

from projects.matching import Instance, Project, Seats, Settings, Student

PROGRAMMES = ("Software", "Media", "Bouw", "Zorg", "Techniek", "Handel")
LEVELS = (3, 4, 6)
RANKED = 5
TAGS = ("bio", "data", "hbo", "web")
LABS, BLOCKS = ("noord", "oost", "zuid"), ("ma", "di", "wo", "do", "vr")


def made_up(students: int, projects: int, seed: int = 1, settings: Settings | None = None) -> Instance:
    """Everyone ranks five projects of their level; three projects in four ask one level, the rest take any."""
    chance = np.random.default_rng(seed)
    teams = tuple(_project(number, chance) for number in range(projects))
    appeal = 1 / (chance.permutation(projects) + 10) ** 0.8
    by_level = {}
    for level in LEVELS:
        open_to = np.array([team.id for team in teams if not team.levels or level in team.levels])
        by_level[level] = open_to, appeal[open_to] / appeal[open_to].sum()
    people = tuple(_student(number, by_level, chance) for number in range(students))
    return Instance(people, teams, settings=settings or Settings())


def _project(number: int, chance: np.random.Generator) -> Project:
    level = int(chance.integers(0, 4))
    return Project(
        id=number,
        minimum=int(chance.integers(2, 4)),
        maximum=int(chance.integers(4, 7)),
        goals=frozenset(chance.choice(60, 6, replace=False).tolist()),
        levels=frozenset(LEVELS[level : level + 1]),
    )


def _student(number: int, by_level: dict, chance: np.random.Generator) -> Student:
    level = int(chance.choice(LEVELS))
    open_to, appeal = by_level[level]
    ranking = chance.choice(open_to, min(RANKED, len(open_to)), replace=False, p=appeal).tolist()
    return Student(
        id=number,
        level=level,
        programme=str(chance.choice(PROGRAMMES)),
        ranking=tuple((project,) for project in ranking),
        goals=frozenset(chance.choice(60, 12, replace=False).tolist()),
    )


def with_every_rule(plain: Instance, seed: int = 1) -> Instance:
    """The same round with friends, quotas, coaches, labs, half loads and favourites."""
    chance = np.random.default_rng(seed)
    students = {student.id: _tagged(student, chance) for student in plain.students}
    friends = []
    for level in LEVELS:
        mates = chance.permutation([s.id for s in students.values() if s.level == level]).tolist()
        for one, other in zip(mates[0 : len(mates) // 5 : 2], mates[1 : len(mates) // 5 : 2], strict=False):
            students[other] = replace(students[other], ranking=students[one].ranking)
            friends.append(frozenset({one, other}))
    coaches = max(1, len(plain.projects) // 4)
    places = len(students) // len(LABS) // len(BLOCKS) + 1
    return replace(
        plain,
        students=tuple(students.values()),
        projects=tuple(_with_rules(project, coaches, len(students), chance) for project in plain.projects),
        friends=tuple(friends),
        coach_limits=dict.fromkeys(range(coaches), 3),
        lab_places=dict.fromkeys(product(LABS, BLOCKS), places),
    )


def _tagged(student: Student, chance: np.random.Generator) -> Student:
    tags = frozenset(chance.choice(TAGS, chance.integers(0, 3), replace=False).tolist())
    return replace(student, tags=tags, load=int(chance.choice([1, 2, 2, 2])))


def _with_rules(project: Project, coaches: int, students: int, chance: np.random.Generator) -> Project:
    quota = (Seats(str(chance.choice(TAGS)), 1, 3),) if chance.random() < 0.3 else ()
    liked = chance.choice(students, min(5, students), replace=False).tolist()
    return replace(
        project,
        seats=quota,
        coach=project.id % coaches,
        lab=LABS[project.id % len(LABS)],
        block=BLOCKS[project.id % len(BLOCKS)],
        favourites={student: int(chance.integers(1, 4)) for student in liked},
    )
