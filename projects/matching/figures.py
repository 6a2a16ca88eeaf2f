"""A seating in figures, and what one move by hand does to them. No solver here: quick enough for every drag."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from projects.matching.answers import Proposal, Rule
from projects.matching.instance import Id, Instance
from projects.matching.mixing import alike_in
from projects.matching.rules import broken
from projects.matching.stability import blocking_pairs


@dataclass(frozen=True)
class Figures:
    """`ranks`: students per rank, 1 for a first choice, None for a project that they did not rank.

    `harm`: summed steps below the first choice (squared if the settings say so), without favourites; `favour`: the
    summed favourites. `fit`: open goals met, summed over students; `goals`: different ones among them. `mean_rank`: per
    programme, over students with a ranked project. `unplaced_of`: per programme. `alike`: pairs in one team with the
    same programme, plus those with a tag in common. `blocking`: pairs that would rather have each other.
    """

    placed: int
    unplaced: int
    ranks: Mapping[int | None, int]
    harm: int
    favour: int
    fit: int
    goals: int
    mean_rank: Mapping[str, float]
    unplaced_of: Mapping[str, int]
    alike: int
    blocking: int


@dataclass(frozen=True)
class MoveCost:
    """The figures after a move minus those before, the rules it newly breaks and those it mends."""

    placed: int
    harm: int
    favour: int
    fit: int
    breaks: tuple[Rule, ...]
    mends: tuple[Rule, ...]


def figures(instance: Instance, proposal: Proposal) -> Figures:
    """Everything to compare one proposal with another."""
    seats = proposal.seats
    ranks = {student: rank(instance, student, project) for student, project in seats.items()}
    by_programme: dict[str, list[int]] = defaultdict(list)
    for student, place in ranks.items():
        if place is not None:
            by_programme[instance.student[student].programme].append(place)
    met = [instance.student[student].goals & instance.project[project].goals for student, project in seats.items()]
    return Figures(
        placed=len(seats),
        unplaced=len(instance.student) - len(seats),
        ranks=dict(sorted(Counter(ranks.values()).items(), key=lambda item: (item[0] is None, item[0]))),
        harm=sum(harm_of(instance, *pair) for pair in seats.items()),
        favour=sum(instance.favour(*pair) for pair in seats.items()),
        fit=sum(map(len, met)),
        goals=len(frozenset().union(*met)),
        mean_rank={programme: fmean(places) for programme, places in sorted(by_programme.items())},
        unplaced_of=dict(sorted(Counter(s.programme for s in instance.student.values() if s.id not in seats).items())),
        alike=alike_in(instance, seats),
        blocking=len(blocking_pairs(instance, seats)),
    )


def move_cost(instance: Instance, proposal: Proposal, student: Id, project: Id | None) -> MoveCost:
    """What moving this one student there (None: nowhere) changes; friends stay behind, and then show as a rule."""
    before = dict(proposal.seats)
    after = {**before, student: project} if project is not None else {s: p for s, p in before.items() if s != student}
    return seats_cost(instance, before, after)


def seats_cost(instance: Instance, before: Mapping[Id, Id], after: Mapping[Id, Id]) -> MoveCost:
    old, new = broken(instance, before), broken(instance, after)
    changed = [student for student in {**before, **after} if before.get(student) != after.get(student)]

    def change(worth) -> int:
        gained = sum(worth(student, after[student]) for student in changed if student in after)
        return gained - sum(worth(student, before[student]) for student in changed if student in before)

    return MoveCost(
        placed=len(after) - len(before),
        harm=change(lambda s, p: harm_of(instance, s, p)),
        favour=change(instance.favour),
        fit=change(instance.fit),
        breaks=tuple(rule for rule in new if rule not in old),
        mends=tuple(rule for rule in old if rule not in new),
    )


def rank(instance: Instance, student: Id, project: Id) -> int | None:
    """1 for a first choice; None when not ranked."""
    place = instance.positions[student].get(project)
    return None if place is None else place + 1


def harm_of(instance: Instance, student: Id, project: Id) -> int:
    """Steps below the first choice, squared with quadratic harm; favourites left out."""
    return instance.position(student, project) ** (2 if instance.settings.harm == "quadratic" else 1)
