"""What the solver answers: proposals, clashes and their rules, all as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from projects.matching.instance import Id


@dataclass(frozen=True)
class Rule:
    """A rule by kind and subject, and its numbers: `limit` is what it asks, `found` what a seating has.

    Kinds: minimum, maximum, must_run, seats_minimum, seats_maximum (project, the last two with tag), friends
    (students), coach (coach), lab (lab, block; places), locked, forbidden (student, project), level, modules, load,
    unranked (student, project: the student is not eligible), unknown (student or project that is not in the round).
    Two rules are equal when they are the same rule, whatever was found.
    """

    kind: str
    project: Id | None = None
    students: tuple[Id, ...] = ()
    coach: Id | None = None
    lab: Id | None = None
    block: str | None = None
    tag: str | None = None
    limit: int | None = None
    found: float | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Stage:
    """One goal of the lexicographic order, given that the goals before it keep their values.

    `value` is what the proposal reaches and `bound` what nothing can better: a maximum for placed, favourites and fit,
    a minimum for harm, rank_k, moved and mixing. Harm is in steps without favourites and in steps/300 with them.
    `method`: exact (solver, bound is honest whether or not proven) or local (improvement without a bound of its own).
    """

    name: str
    value: int
    bound: float
    proven: bool
    seconds: float
    method: str = "exact"

    @property
    def gap(self) -> float:
        """The distance to the bound, as a share of the value; 0 when proven."""
        return 0.0 if self.proven else abs(self.value - self.bound) / max(1, abs(self.value))


@dataclass(frozen=True)
class Proposal:
    """Who sits where (students without a place are absent), and how good each goal was proven to be."""

    seats: Mapping[Id, Id] = field(hash=False)
    closed: tuple[Id, ...]
    stages: tuple[Stage, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether every goal that the solver treats exactly is proven optimal."""
        return all(stage.proven for stage in self.stages if stage.method == "exact")


@dataclass(frozen=True)
class Clash:
    """The smallest set of rules that cannot hold together, given who is eligible for what.

    `relaxed`: per rule the proposal without it, None where other rules still clash. `smallest` is False when time ran
    out: then no rule can be left out of the set, but a smaller set may exist.
    """

    rules: tuple[Rule, ...]
    relaxed: tuple[tuple[Rule, Proposal | None], ...] = ()
    smallest: bool = True


@dataclass(frozen=True)
class Progress:
    """Where a running solve is; value and bound as in Stage, gap as a share."""

    stage: str
    seconds: float
    value: float
    bound: float
    gap: float
