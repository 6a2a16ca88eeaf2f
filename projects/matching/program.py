"""A thin coat over HiGHS: binary columns, rows, linear relaxation and integer solve. Knows nothing of students.

One thread and a fixed seed: the same program gives the same answer every time.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import highspy
import numpy as np

INFINITE = highspy.kHighsInf
EPSILON = 1e-5
Watch = Callable[[float, float], None]  # (value, bound) of a running solve


@dataclass(frozen=True)
class Row:
    """lower <= sum of coefficient x column <= upper."""

    columns: Sequence[int]
    coefficients: Sequence[float]
    lower: float = -INFINITE
    upper: float = INFINITE


@dataclass(frozen=True)
class Relaxed:
    """An optimum of the linear relaxation."""

    columns: np.ndarray
    value: float
    reduced: np.ndarray
    duals: np.ndarray
    rows: np.ndarray


@dataclass(frozen=True)
class Solved:
    """The best integer point found (None: none) and the bound below which none can be. Infeasible: bound is inf."""

    columns: np.ndarray | None
    bound: float


@dataclass
class Program:
    """Columns lie between 0 and `upper`; the last `continuous` ones need not be integer in an integer solve."""

    upper: np.ndarray
    rows: list[Row]
    continuous: int = 0
    _highs: highspy.Highs = field(init=False)

    def __post_init__(self) -> None:
        self.lower = np.zeros(len(self.upper))
        self._highs = _quiet()
        self._highs.passModel(self._as_lp())

    def add(self, rows: list[Row]) -> None:
        self.rows += rows
        starts, indices, values = _packed(rows)
        lower, upper = _limits(rows)
        self._highs.addRows(len(rows), lower, upper, len(indices), starts[:-1], indices, values)

    def fix(self, columns: np.ndarray, values: np.ndarray) -> None:
        """Hold these columns at these values."""
        self.lower[columns] = self.upper[columns] = values
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), values, values)

    def tighten(self, rows: np.ndarray, values: np.ndarray) -> None:
        """Turn these rows into equations."""
        for row, value in zip(rows.tolist(), values.tolist(), strict=True):
            self.rows[row] = replace(self.rows[row], lower=value, upper=value)
            self._highs.changeRowBounds(row, value, value)

    def extended(self, columns: int, rows: list[Row]) -> "Program":
        """A new program with this many continuous columns more, from 0 to 1, and these rows."""
        larger = Program(np.concatenate([self.upper, np.ones(columns)]), [*self.rows, *rows], columns)
        fixed = np.flatnonzero(self.lower)
        larger.fix(fixed, self.upper[fixed])
        return larger

    def relax(self, costs: np.ndarray, seconds: float) -> Relaxed | None:
        """Minimise without asking for integers; None when there is no solution or no time. Starts where it last was."""
        highs = self._highs
        highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        highs.setOptionValue("time_limit", highs.getRunTime() + max(seconds, 0.01))
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        found = highs.getSolution()
        values, reduced = np.array(found.col_value), np.array(found.col_dual)
        value = highs.getInfo().objective_function_value
        return Relaxed(values, value, reduced, np.array(found.row_dual), np.array(found.row_value))

    def solve(
        self, costs: np.ndarray, seconds: float, start: np.ndarray | None = None,
        watch: Watch | None = None, nodes: int | None = None,
    ) -> Solved:  # fmt: skip
        """Minimise over integers; costs are whole numbers, so a distance below 1 to the bound is a proof.

        HiGHS 1.16 sometimes reports the value of an optimum but hands back the start; then once more without a start.
        """
        until = time.monotonic() + seconds
        for first in (start, None):
            highs = self._integer(costs, until - time.monotonic(), first)
            if nodes is not None:
                highs.setOptionValue("mip_max_nodes", nodes)
            failure = _listen(highs, watch) if watch else []
            highs.run()
            if failure:
                raise failure[0]
            solved = _outcome(highs, start)
            told = highs.getInfo().objective_function_value
            if solved.columns is None or solved.columns is start or abs(solved.columns @ costs - told) < 0.5:
                break
        return solved

    def _integer(self, costs: np.ndarray, seconds: float, start: np.ndarray | None) -> highspy.Highs:
        highs, lp, kinds = _quiet(), self._as_lp(), highspy.HighsVarType
        lp.col_cost_ = costs
        lp.integrality_ = [kinds.kInteger] * (len(costs) - self.continuous) + [kinds.kContinuous] * self.continuous
        highs.passModel(lp)
        highs.setOptionValue("time_limit", max(seconds, 0.01))
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = start.tolist()
            highs.setSolution(solution)
        return highs

    def _as_lp(self) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.upper), len(self.rows)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = np.zeros(len(self.upper)), self.lower, self.upper
        lp.row_lower_, lp.row_upper_ = _limits(self.rows)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = _packed(self.rows)
        return lp


def _limits(rows: list[Row]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([row.lower for row in rows], dtype=float), np.array([row.upper for row in rows], dtype=float)


def _packed(rows: list[Row]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    starts = np.zeros(len(rows) + 1, dtype=np.int32)
    np.cumsum([len(row.columns) for row in rows], out=starts[1:])
    indices = np.array([column for row in rows for column in row.columns], dtype=np.int32)
    values = np.array([value for row in rows for value in row.coefficients], dtype=float)
    return starts, indices, values


class _Silent(highspy.Highs):
    """HiGHS greets on standard output while it is being made, before an option can be set."""

    def enableCallbacks(self) -> None:
        self.silent()
        super().enableCallbacks()


def _quiet() -> highspy.Highs:
    highs = _Silent()
    for option, value in (
        ("threads", 1), ("random_seed", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.999),
    ):  # fmt: skip
        highs.setOptionValue(option, value)
    return highs


def _listen(highs: highspy.Highs, watch: Watch) -> list[Exception]:
    """Let watch hear the bounds twice a second. What it raises stops HiGHS, which no exception may cross."""
    failure: list[Exception] = []
    last = time.monotonic()

    def heard(event: highspy.highs.HighsCallbackEvent) -> None:
        nonlocal last
        if failure or time.monotonic() - last < 0.5:
            return
        last = time.monotonic()
        try:
            watch(event.data_out.mip_primal_bound, event.data_out.mip_dual_bound)
        except Exception as problem:
            failure.append(problem)
            event.data_in.user_interrupt = True

    highs.cbMipInterrupt += heard
    return failure


def _outcome(highs: highspy.Highs, start: np.ndarray | None) -> Solved:
    info = highs.getInfo()
    if highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return Solved(None, math.inf)
    bound = info.mip_dual_bound if highs.getModelStatus() != highspy.HighsModelStatus.kModelEmpty else 0.0
    if info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
        return Solved(start, bound)
    return Solved(np.array(highs.getSolution().col_value), bound)
