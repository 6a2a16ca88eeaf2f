"""Why it became this: as codes and numbers, which the reader's language words."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from projects.matching.answers import Proposal, Rule
from projects.matching.clash import smallest_clash
from projects.matching.figures import MoveCost, rank, seats_cost
from projects.matching.goals import fit, harm, moved, placed
from projects.matching.instance import FULL_LOAD, Id, Instance, Project, barriers, choices
from projects.matching.rules import team_breaks
from projects.matching.solving import best

# What kept a student from a project, the first that applies: by the rules that the move would break.
CODES = {
    "maximum": "full",
    "seats_minimum": "quota",
    "seats_maximum": "quota",
    "coach": "coach",
    "lab": "lab",
    "locked": "locked",
    "minimum": "short",
    "must_run": "short",
}


@dataclass(frozen=True)
class Reason:
    """Why a student did not get a project that they ranked higher.

    Codes: not_eligible (`barriers` says which), friends (`barriers` of the friend in `people` who may not go there),
    closed (`wished`: how many eligible students ranked it, against `project.minimum`), full (`people` has the seats),
    quota, coach, lab, locked (the student is locked elsewhere), short (the team left behind would fall below its
    minimum or quota), others (no rule forbids it; `cost` says what it does to the figures).
    `cost`: what moving the student, with their friends, would change; None when not eligible.
    """

    project: Id
    rank: int
    code: str
    barriers: tuple[str, ...] = ()
    people: tuple[Id, ...] = ()
    wished: int = 0
    cost: MoveCost | None = None


@dataclass(frozen=True)
class Explanation:
    """`rank` 1 is a first choice, None unranked. `goals`: open goals that the project meets. `reasons`: per better
    ranked project. `room`: for who is unplaced, the running projects with a seat that they may take, breaking no rule.
    """

    student: Id
    project: Id | None
    rank: int | None
    goals: frozenset[int]
    reasons: tuple[Reason, ...]
    room: tuple[Id, ...] = ()


@dataclass(frozen=True)
class ProjectExplanation:
    """How the seats filled. `students` with the rank they gave it; `wishes`: per rank how many eligible students gave
    it that; `elsewhere`: how many of those sit at a project they rank at least as high.

    `closed`: None when it runs, else the first that applies of too_few (fewer eligible students than its minimum),
    quota (too few of them with a tag), coach, lab (no places left for its minimum), elsewhere (its candidates serve the
    goals better elsewhere). `rules`: the rules behind that, with what was found.
    """

    project: Id
    students: tuple[tuple[Id, int | None], ...]
    room: int
    wishes: Mapping[int, int] = field(hash=False)
    elsewhere: int
    closed: str | None
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class WhatIf:
    """The best proposal with one pair forced, and its price against the proposal asked about.

    `proposal` is None when rules block the pair: `blocked` is the smallest set of those. `barriers`: why the student is
    not eligible; forcing overrides that, except what is forbidden. `moves`: (student, from, to), None is no place.
    """

    proposal: Proposal | None
    barriers: tuple[str, ...]
    blocked: tuple[Rule, ...] = ()
    cost: MoveCost | None = None
    moves: tuple[tuple[Id, Id | None, Id | None], ...] = ()


def what_if(instance: Instance, proposal: Proposal, student: Id, project: Id) -> WhatIf:
    """Solve again with the student at the project: most placed, least harm, most goals met, fewest others moved."""
    why_not = barriers(instance, student, project)
    forced = replace(instance, locked=instance.locked | {(student, project)})
    goals = [placed(), *harm(forced), fit(forced), moved(proposal.seats)]
    answer = best(forced, goals, proposal.seats, mixed=False)
    if answer is None:
        return WhatIf(None, why_not, smallest_clash(forced, instance.settings.seconds)[0])
    before, after = proposal.seats, answer.seats
    moves = tuple((s, before.get(s), after.get(s)) for s in instance.student if before.get(s) != after.get(s))
    return WhatIf(answer, why_not, cost=seats_cost(instance, before, after), moves=moves)


def explain(instance: Instance, proposal: Proposal, student: Id) -> Explanation:
    """Why this student has this project, or none."""
    here = proposal.seats.get(student)
    worst = len(instance.student[student].ranking) if here is None else instance.position(student, here)
    better = [p for group in instance.student[student].ranking[:worst] for p in group]
    reasons = tuple(_reason(instance, proposal, student, project) for project in better)
    if here is None:
        open_to = [p for p in choices(instance, student) if p not in proposal.closed]
        room = tuple(p for p in open_to if not _move(instance, proposal, student, p).breaks)
        return Explanation(student, None, None, frozenset(), reasons, room)
    met = instance.student[student].goals & instance.project[here].goals
    return Explanation(student, here, rank(instance, student, here), met, reasons)


def _reason(instance: Instance, proposal: Proposal, student: Id, project: Id) -> Reason:
    place = rank(instance, student, project)
    if why_not := barriers(instance, student, project):
        return Reason(project, place, "not_eligible", why_not)
    for friend in _group(instance, student):
        if why_not := barriers(instance, friend, project):
            return Reason(project, place, "friends", why_not, (friend,))
    cost = _move(instance, proposal, student, project)
    people = tuple(other for other, where in proposal.seats.items() if where == project)
    kinds = {rule.kind for rule in cost.breaks}
    code = next((code for kind, code in CODES.items() if kind in kinds), "others")
    if not people and code not in ("coach", "lab", "locked"):
        code = "closed"
    wished = len(_candidates(instance, project))
    return Reason(project, place, code, people=people, wished=wished, cost=cost)


def explain_project(instance: Instance, proposal: Proposal, project: Id) -> ProjectExplanation:
    """How this project's seats filled, or why it is closed."""
    team = [student for student, where in proposal.seats.items() if where == project]
    candidates = _candidates(instance, project)
    wishes: dict[int, int] = {}
    for student in candidates:
        if (place := rank(instance, student, project)) is not None:
            wishes[place] = wishes.get(place, 0) + 1
    elsewhere = [
        s for s in candidates if proposal.seats.get(s, project) != project and _content(instance, proposal, s, project)
    ]
    closed, rules = (None, ()) if team else _closed(instance, proposal, instance.project[project], candidates)
    return ProjectExplanation(
        project,
        tuple((student, rank(instance, student, project)) for student in team),
        max(0, instance.project[project].maximum - len(team)),
        dict(sorted(wishes.items())),
        len(elsewhere),
        closed,
        rules,
    )


def _closed(
    instance: Instance, proposal: Proposal, project: Project, candidates: list[Id]
) -> tuple[str, tuple[Rule, ...]]:
    people = [instance.student[student] for student in candidates]
    if len(people) < project.least:
        return "too_few", (Rule("minimum", project=project.id, limit=project.least, found=len(people)),)
    short = tuple(rule for rule in team_breaks(project, people) if rule.kind == "seats_minimum")
    if short:
        return "quota", short
    running = [instance.project[other] for other in set(proposal.seats.values())]
    limit = instance.coach_limits.get(project.coach)
    teams = sum(other.coach == project.coach for other in running)
    if limit is not None and teams >= limit:
        return "coach", (Rule("coach", coach=project.coach, limit=limit, found=teams),)
    where = (project.lab, project.block)
    used = sum(
        instance.student[student].load
        for student, other in proposal.seats.items()
        if (instance.project[other].lab, instance.project[other].block) == where
    )
    lightest = sum(sorted(person.load for person in people)[: project.least])
    places = instance.lab_places.get(where)
    if places is not None and used + lightest > FULL_LOAD * places:
        return "lab", (Rule("lab", lab=project.lab, block=project.block, limit=places, found=used / FULL_LOAD),)
    return "elsewhere", ()


def _candidates(instance: Instance, project: Id) -> list[Id]:
    """Who may get it: with unranked allowed, that may be everyone."""
    wanted = (s for s in instance.student if instance.settings.unranked or project in instance.positions[s])
    locked = {student for student, where in instance.locked if where == project}
    return [s for s in sorted({*wanted, *locked}) if not barriers(instance, s, project)]


def _content(instance: Instance, proposal: Proposal, student: Id, project: Id) -> bool:
    return instance.position(student, proposal.seats[student]) <= instance.position(student, project)


def _group(instance: Instance, student: Id) -> tuple[Id, ...]:
    return next(group for group in instance.groups if student in group)


def _move(instance: Instance, proposal: Proposal, student: Id, project: Id) -> MoveCost:
    """Student and friends together to the project, everyone else staying."""
    group = _group(instance, student)
    return seats_cost(instance, proposal.seats, {**proposal.seats, **dict.fromkeys(group, project)})
