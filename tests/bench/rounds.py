"""Made-up rounds of any size: popular and unpopular projects, levels, minimum sizes. The same seed, the same round."""

import numpy as np

from projects.matching import Instance, Project, Settings, Student

PROGRAMMES = ("Software", "Media", "Bouw", "Zorg", "Techniek", "Handel")
LEVELS = (3, 4, 6)
RANKED = 5


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
