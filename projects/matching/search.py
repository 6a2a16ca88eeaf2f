"""Lexicographic search: one goal after the other, each without giving up what the goals before it reached."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from projects.matching.acceptance import Group, Tastes, accept
from projects.matching.answers import Progress, Stage
from projects.matching.goals import Goal
from projects.matching.instance import Id, Instance
from projects.matching.model import Model
from projects.matching.program import EPSILON, Relaxed, Row, Watch
from projects.matching.rules import broken

Report = Callable[[Progress], None]
HEAVIEST = 1e6  # coefficients above this meet the solver's tolerances
FIRST_WEIGHT = 100
SHARE = 0.6  # of the time that is left, for one goal: a hard goal leaves some for the next


@dataclass(frozen=True)
class Found:
    """What one goal's search proved: weighted costs of these goals are nowhere below `bound`."""

    goal: Goal
    weights: dict[str, int]
    bound: float
    seconds: float


@dataclass
class Search:
    """Holds the best seating so far; `run` takes it through the goals.

    Per goal the linear relaxation comes first. Its optimum is nearly always whole, for what remains once projects are
    chosen is a transport problem; then it is also proven. Every seating that is optimal so far then lies on one face of
    the program, and the next goal searches that face only (complementary slackness: a column with reduced costs keeps
    its value, a row with a dual stays tight). Otherwise it is rounded, the integer solver goes on from there, and
    earlier goals stay in the costs with a weight. A weight can be too light; that is seen, and cut-off rows replace it.
    """

    instance: Instance
    goals: list[Goal]
    seats: Mapping[Id, Id]
    report: Report | None = None
    model: Model = field(init=False)
    found: list[Found] = field(default_factory=list)
    tight: bool = False
    slipped: bool = False

    def __post_init__(self) -> None:
        self.began = time.monotonic()
        self.end = self.until = self.began + self.instance.settings.seconds
        self.model = Model(self.instance)
        self._free()

    @property
    def left(self) -> float:
        """Seconds for the goal at hand; after `run`, for whatever follows."""
        return self.until - time.monotonic()

    def run(self) -> None:
        for place, goal in enumerate(self.goals):
            began = time.monotonic()
            self.until = began + (self.end - began) * SHARE
            bound, weights = self._pursue(place)
            self.found.append(Found(goal, weights, bound, time.monotonic() - began))
            if self.report:
                stage = self.stages()[-1]
                self.report(Progress(goal.name, self._spent(), stage.value, stage.bound, stage.gap))
        self.until = self.end

    def stages(self) -> list[Stage]:
        """Every goal so far with its honest bound, given the values of the goals before it."""
        costs = {goal.name: _cost(goal, self.seats) for goal in self.goals}
        stages = []
        for found in self.found:
            goal, cost = found.goal, costs[found.goal.name]
            others = sum(weight * costs[name] for name, weight in found.weights.items() if name != goal.name)
            bound = min(max(found.bound - others, self.model.lowest(self.model.costs(goal))), cost)
            value, best = goal.value(self.seats), goal.constant + goal.sign * bound
            stages.append(Stage(goal.name, value, float(best), bound == cost, found.seconds))
        return stages

    def cut_offs(self, place: int) -> list[Row]:
        """Rows that hold the goals before this place at what they reached."""
        rows = []
        for goal in self.goals[:place]:
            costs = self.model.costs(goal)
            used = np.flatnonzero(costs)
            rows.append(Row(used.tolist(), costs[used].tolist(), upper=_cost(goal, self.seats)))
        return rows

    def holds(self, seats: Mapping[Id, Id]) -> bool:
        """Whether a seating breaks no rule and is as good for every goal."""
        same = all(_cost(goal, seats) == _cost(goal, self.seats) for goal in self.goals)
        return same and not broken(self.instance, seats)

    def _spent(self) -> float:
        return time.monotonic() - self.began

    def _free(self) -> None:
        """Earlier goals hold by themselves from here: nothing of them is needed in the costs."""
        self.base = np.zeros(len(self.model.program.upper))
        self.weights: dict[str, int] = {}

    def _pursue(self, place: int) -> tuple[float, dict[str, int]]:
        """The bound that this goal reached, and the weights of the goals in it."""
        costs = self.model.costs(self.goals[place])
        weight = min(FIRST_WEIGHT, 1 + int(self.model.highest(costs) - self.model.lowest(costs)))
        if weight * np.abs(self.base).max(initial=0) > HEAVIEST:
            self._cut_off(place)
        for _attempt in ("weighted", "cut off"):
            objective = weight * self.base + costs
            weights = {name: weight * times for name, times in self.weights.items()} | {self.goals[place].name: 1}
            bound = self._improve(objective, place)
            if not self.slipped:
                break
            self._cut_off(place)
        self.base, self.weights = objective, weights
        if self.tight:
            self._free()
        return bound, weights

    def _improve(self, objective: np.ndarray, place: int) -> float:
        """Offer the best seating by these costs; answers the bound that was proven for them."""
        self.tight = self.slipped = False
        bound = self.model.lowest(objective)
        relaxed = self._relax(objective)
        if relaxed:
            bound = max(bound, rounded_up(relaxed.value))
            if self._is_whole(relaxed):
                self.slipped = self._offer(self.model.seats(relaxed.columns), place)
            else:
                self._offer(self._rounded(relaxed, objective, place), place)
        if not self.slipped and self._reached(objective) > bound and self.left > 0:
            self._look_ahead(objective, place)
        if not self.slipped and self._reached(objective) > bound and self.left > 0:
            start = self.model.columns(self.seats)
            solved = self.model.program.solve(objective, self.left, start, self._watch(objective, place))
            bound = max(bound, rounded_up(solved.bound))
            self.slipped = self._offer(self.model.seats(solved.columns), place)
        if relaxed and not self.slipped:
            self._restrict(relaxed, self._reached(objective) - relaxed.value)
        return bound

    def _relax(self, objective: np.ndarray) -> Relaxed | None:
        """The linear optimum with every row it needs, or None when time ran out."""
        relaxed = None
        while self.left > 0:
            relaxed = self.model.program.relax(objective, self.left)
            rows = self.model.loose(relaxed.columns) if relaxed else []
            if not rows:
                return relaxed
            self.model.program.add(rows)
        return None

    def _offer(self, seats: Mapping[Id, Id], place: int) -> bool:
        """Take a seating that is no worse up to this goal; answers whether it gave up an earlier goal."""
        if broken(self.instance, seats):
            return False
        new, old = ([_cost(goal, these) for goal in self.goals[: place + 1]] for these in (seats, self.seats))
        if new <= old:
            self.seats = seats
        return new[:-1] > old[:-1]

    def _ahead(self, objective: np.ndarray, place: int) -> np.ndarray:
        """The same costs, and among equals what the next goal likes."""
        return FIRST_WEIGHT * objective + self.model.costs(self.goals[place + 1])

    def _look_ahead(self, objective: np.ndarray, place: int) -> None:
        """Offer what is best for this goal and the next together: often it reaches the bound, else it serves both."""
        if place + 1 < len(self.goals):
            costs = self._ahead(objective, place)
            if np.abs(costs).max(initial=0) <= HEAVIEST:
                start, watch = self.model.columns(self.seats), self._watch(costs, place + 1)
                solved = self.model.program.solve(costs, self.left / 2, start, watch)
                self._offer(self.model.seats(solved.columns), place)

    def _rounded(self, relaxed: Relaxed, objective: np.ndarray, place: int) -> Mapping[Id, Id]:
        """A seating near a fractional optimum, preferably one that the next goal likes best: larger shares go first."""
        if place + 1 < len(self.goals):
            objective = self._ahead(objective, place)
            relaxed = self._relax(objective) or relaxed
            if self._is_whole(relaxed):
                return self.model.seats(relaxed.columns)
        likes = {
            cell: (-round(share, 6), cost, cell[0])
            for cell, share, cost in zip(self.model.cells, relaxed.columns.tolist(), objective.tolist(), strict=False)
        }

        def taste(group: Group, project: Id) -> tuple:
            return likes.get((group, project), (0, 0, group))  # no column: it cannot reach its minimum anyway

        return accept(self.instance, Tastes(taste, lambda project, group: taste(group, project)), self.seats)

    def _is_whole(self, relaxed: Relaxed) -> bool:
        seats = relaxed.columns[: len(self.model.cells)]
        return bool(np.all(np.abs(seats - np.round(seats)) < EPSILON))

    def _reached(self, objective: np.ndarray) -> float:
        return float(objective @ self.model.columns(self.seats))

    def _restrict(self, relaxed: Relaxed, gap: float) -> None:
        """Fix what no seating as good as this one can have otherwise; without a gap the rest is one face."""
        columns = np.flatnonzero(np.abs(relaxed.reduced) > gap + EPSILON)
        self.model.program.fix(columns, np.round(relaxed.columns[columns]))
        self.tight = gap < EPSILON
        if self.tight:
            rows = np.flatnonzero(np.abs(relaxed.duals) > EPSILON)
            self.model.program.tighten(rows, np.round(relaxed.rows[rows]))

    def _cut_off(self, place: int) -> None:
        self.model.program.add(self.cut_offs(place))
        self._free()

    def _watch(self, objective: np.ndarray, place: int) -> Watch | None:
        if not self.report:
            return None
        goal = self.goals[place]
        others = self._reached(objective) - _cost(goal, self.seats)

        def heard(value: float, bound: float) -> None:
            value, bound = (goal.constant + goal.sign * (cost - others) for cost in (value, bound))
            gap = abs(value - bound) / max(1, abs(value))
            self.report(Progress(goal.name, self._spent(), value, bound, gap))

        return heard


def _cost(goal: Goal, seats: Mapping[Id, Id]) -> int:
    """The goal's sum, to be minimised."""
    return goal.sign * (goal.value(seats) - goal.constant)


def rounded_up(bound: float) -> float:
    """Costs are whole numbers, so a bound may go up to the next one; a solver out of time may have none."""
    return math.ceil(bound - EPSILON) if math.isfinite(bound) else -math.inf
