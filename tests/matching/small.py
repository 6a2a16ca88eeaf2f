"""Small random rounds with every rule in them, and what is right for them by trying every seating.

Counts the rules and goals by itself, so that the package is checked against other code than its own.
"""

from dataclasses import replace
from itertools import combinations, product
from random import Random

from projects.matching import Instance, Project, Seats, Settings, Student

TAGS = ("bio", "hbo", "web")


def made(seed: int, students: int = 5, projects: int = 3, rules: bool = True, demands: float = 0.2) -> Instance:
    """`demands`: how often a project must run and a student is locked; without `rules` only sizes, ranks and levels."""
    dice = Random(seed)
    teams = tuple(_project(dice, f"p{n}", students, rules, demands) for n in range(dice.randint(1, projects)))
    names = [team.id for team in teams]
    people = tuple(_student(dice, n, names) for n in range(dice.randint(1, students)))
    pairs = [(person.id, name) for person in people for name in names]
    settings = Settings(
        harm=dice.choice(["linear", "quadratic", "worst_first"]),
        favourite_weight=dice.choice([0, 0, 30, 100]),
        unranked=dice.random() < 0.3,
    )
    if not rules:
        return Instance(people, teams, settings=settings)
    return Instance(
        people,
        teams,
        friends=tuple(frozenset(dice.sample(range(len(people)), 2)) for _ in range(dice.choice([0, 0, 1, 2])))
        if len(people) > 1
        else (),
        coach_limits={"coach": dice.randint(0, 2)} if dice.random() < 0.4 else {},
        lab_places={("lab", block): dice.randint(0, 3) for block in ("mo", "di") if dice.random() < 0.5},
        locked=frozenset(pair for pair in pairs if dice.random() < demands * 0.3),
        forbidden=frozenset(pair for pair in pairs if dice.random() < 0.08),
        settings=settings,
    )


def _project(dice: Random, name: str, students: int, rules: bool, demands: float) -> Project:
    minimum = dice.randint(0, 3)
    return Project(
        name,
        minimum,
        minimum + dice.randint(0, 2),
        goals=frozenset(dice.sample(range(4), 2)),
        coach=dice.choice(["coach", None]),
        lab=dice.choice(["lab", None]),
        block=dice.choice(["mo", "di"]),
        levels=frozenset(dice.choice([(), (), (4,), (3, 4)])),
        modules=frozenset(dice.choice([(), (), (), (1,)])),
        loads=frozenset(dice.choice([(1, 2), (1, 2), (2,)])),
        seats=_seats(dice) if rules else (),
        favourites={student: dice.randint(0, 3) for student in range(students) if dice.random() < 0.4},
        must_run=rules and dice.random() < demands,
    )


def _seats(dice: Random) -> tuple[Seats, ...]:
    quota = []
    for tag in dice.sample(TAGS, dice.choice([0, 0, 1, 2])):
        minimum = dice.randint(0, 1)
        quota.append(Seats(tag, minimum, dice.choice([None, minimum, minimum + 1])))
    return tuple(quota)


def _student(dice: Random, number: int, projects: list[str]) -> Student:
    ranked = dice.sample(projects, dice.randint(0 if dice.random() < 0.2 else 1, len(projects)))
    ranking: list[tuple[str, ...]] = []
    for project in ranked:
        if ranking and dice.random() < 0.3:
            ranking[-1] += (project,)
        else:
            ranking.append((project,))
    return Student(
        number,
        level=dice.choice([3, 4, 4, 4]),
        programme=dice.choice(["a", "b"]),
        ranking=tuple(ranking),
        goals=frozenset(dice.sample(range(4), 2)),
        tags=frozenset(dice.sample(TAGS, dice.randint(0, 2))),
        load=dice.choice([1, 2, 2]),
        modules=frozenset(dice.choice([(), (1,), (1,)])),
    )


def eligible(instance: Instance, student: Student, project: Project) -> bool:
    if (student.id, project.id) in instance.forbidden:
        return False
    if (student.id, project.id) in instance.locked:
        return True
    return (
        (not project.levels or student.level in project.levels)
        and (not project.modules or bool(project.modules & student.modules))
        and student.load in project.loads
        and (instance.settings.unranked or any(project.id in group for group in student.ranking))
    )


def all_seatings(instance: Instance, held: Instance | None = None):
    """Every seating that holds all rules (those of `held` when given), as a dict of the placed students."""
    held = held or instance
    open_to = replace(instance, forbidden=held.forbidden)
    options = [[None, *(p.id for p in instance.projects if eligible(open_to, s, p))] for s in instance.students]
    for chosen in product(*options):
        seats = {s.id: p for s, p in zip(instance.students, chosen, strict=True) if p is not None}
        if holds(held, seats):
            yield seats


def holds(instance: Instance, seats: dict) -> bool:
    """All rules but who may go where."""
    teams = {p.id: [s for s in instance.students if seats.get(s.id) == p.id] for p in instance.projects}
    if any(seats.get(student) != project for student, project in instance.locked):
        return False
    if any(len({seats.get(student) for student in group}) > 1 for group in instance.friends):
        return False
    for coach, limit in instance.coach_limits.items():
        if sum(1 for p in instance.projects if p.coach == coach and teams[p.id]) > limit:
            return False
    for (lab, block), places in instance.lab_places.items():
        where = [p for p in instance.projects if p.lab == lab and p.block == block]
        if sum(s.load / 2 for p in where for s in teams[p.id]) > places:
            return False
    return all(_team_holds(project, teams[project.id]) for project in instance.projects)


def _team_holds(project: Project, team: list[Student]) -> bool:
    if not team:
        return not project.must_run
    if not project.minimum <= len(team) <= project.maximum:
        return False
    for seats in project.seats:
        count = len([student for student in team if seats.tag in student.tags])
        if count < seats.minimum or (seats.maximum is not None and count > seats.maximum):
            return False
    return True


def position(student: Student, project: str) -> int:
    return next((n for n, group in enumerate(student.ranking) if project in group), len(student.ranking))


def score(instance: Instance, seats: dict) -> tuple:
    """The lexicographic goals as a tuple to be minimised, mixing left out."""
    people, teams = {s.id: s for s in instance.students}, {p.id: p for p in instance.projects}
    places = [position(people[s], p) for s, p in seats.items()]
    fit = sum(len(people[s].goals & teams[p].goals) for s, p in seats.items())
    favour = sum(teams[p].favourites.get(s, 0) for s, p in seats.items())
    weight = instance.settings.favourite_weight
    if instance.settings.harm == "worst_first":
        counts = tuple(places.count(place) for place in range(8, 0, -1))
        return (-len(seats), *counts, -favour if weight else 0, -fit)
    harm = sum(place if instance.settings.harm == "linear" else place * place for place in places)
    return (-len(seats), 300 * harm - weight * favour, -fit)


def same_pairs(instance: Instance, seats: dict) -> int:
    """Pairs in one team of the same programme, plus pairs sharing a tag, once per tag."""
    pairs = 0
    for one, other in combinations(instance.students, 2):
        if one.id in seats and seats[one.id] == seats.get(other.id):
            pairs += (one.programme == other.programme) + len(one.tags & other.tags)
    return pairs
