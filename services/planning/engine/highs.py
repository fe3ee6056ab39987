"""A thin, typed door to HiGHS: columns and rows in, values, bound and duals out; one thread, seeded, stoppable.

It knows nothing of planning. HiGHS keeps the only clock of the engine (its own time limit and run time).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import highspy
import numpy as np
from highspy import HighsModelStatus as Status
from highspy.highs import HighsCallbackEvent

_new: Callable[[], highspy.Highs] = highspy.Highs  # its constructor is untyped
INFINITY = highspy.kHighsInf
PRIMAL = 4  # HiGHS' number of the primal simplex: changed costs leave its basis feasible
HEURISTICS = ("rins", "rens", "root_reduced_cost", "feasibility_jump")

Ended = Literal["gap", "work", "time", "stop"]
Terms = Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the search stands: best objective and proved bound so far (infinite while unknown), HiGHS' own seconds."""

    seconds: float
    objective: float
    bound: float
    nodes: int


@dataclass(frozen=True, slots=True)
class Run:
    """How one run may end, and whom to tell: relative gap, node limit, seconds (None: no limit), seed, stop,
    progress.
    """

    gap: float = 1e-4
    nodes: int | None = None
    seconds: float | None = None
    seed: int = 0
    should_stop: Callable[[], bool] | None = None
    on_progress: Callable[[Progress], None] | None = None
    dives: bool = False
    """With HiGHS' own sub-problem heuristics: better plans where there is no good start, but they overrun seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Column values (empty when none were found), objective and bound, row duals (of linear programs), and effort
    spent.
    """

    values: list[float]
    objective: float
    bound: float
    row_duals: list[float]
    ended: Ended
    seconds: float
    nodes: int
    iterations: int


class Program:
    """A linear or mixed-integer program, minimised, built column by column and row by row."""

    def __init__(self) -> None:
        self._cost: list[float] = []
        self._low: list[float] = []
        self._high: list[float] = []
        self._integer: list[int] = []
        self._row_low: list[float] = []
        self._row_high: list[float] = []
        self._starts: list[int] = []
        self._index: list[int] = []
        self._value: list[float] = []
        self.offset = 0.0

    def column(self, cost: float = 0.0, *, low: float = 0.0, high: float = INFINITY, integer: bool = False) -> int:
        """Add a variable; returns its index."""
        self._cost.append(cost)
        self._low.append(low)
        self._high.append(high)
        self._integer.append(1 if integer else 0)
        return len(self._cost) - 1

    def row(self, terms: Terms, *, low: float = -INFINITY, high: float = INFINITY) -> int:
        """Add ``low ≤ Σ value × column ≤ high``; returns its index."""
        self._starts.append(len(self._index))
        for column, value in terms:
            self._index.append(column)
            self._value.append(value)
        self._row_low.append(low)
        self._row_high.append(high)
        return len(self._row_low) - 1

    @property
    def size(self) -> tuple[int, int, int]:
        """Columns, rows, integer columns."""
        return len(self._cost), len(self._row_low), sum(self._integer)

    def solve(
        self,
        run: Run,
        start: Mapping[int, float] | None = None,
        *,
        fixed: Mapping[int, float] | None = None,
        relaxed: bool = False,
    ) -> Answer:
        """Run HiGHS, from the values of ``start`` (column → value, partial) where given, with ``fixed`` columns held at
        their values; ``relaxed`` drops the integrality."""
        if not self._cost:
            return Answer([], self.offset, self.offset, [0.0] * len(self._row_low), "gap", 0.0, 0, 0)
        highs = _new()
        whole = relaxed or not any(self._integer)
        self.load(highs, run, fixed, relaxed=whole)
        start = {column: value for column, value in (start or {}).items() if column not in (fixed or {})}
        if start and not whole:
            highs.setSolution(
                len(start), np.array(list(start), dtype=np.int32), np.array(list(start.values()), dtype=np.float64)
            )
        _listen(highs, run)
        highs.run()
        return _answer(highs, whole=whole)

    def load(
        self, highs: highspy.Highs, run: Run, fixed: Mapping[int, float] | None = None, *, relaxed: bool = True
    ) -> None:
        """Hand the program to HiGHS."""
        self._options(highs, run)
        self._load(highs, fixed or {}, relaxed=relaxed)

    def _options(self, highs: highspy.Highs, run: Run) -> None:
        options: dict[str, bool | int | float | str] = {
            "output_flag": False,
            "threads": 1,
            "parallel": "off",
            "random_seed": run.seed % 2**31,
            "mip_rel_gap": run.gap,
            "mip_abs_gap": 1e-6,
        }
        if run.nodes is not None:
            options["mip_max_nodes"] = run.nodes
        if run.seconds is not None:
            options["time_limit"] = max(0.0, run.seconds)
        if not run.dives:
            options |= {f"mip_heuristic_run_{name}": False for name in HEURISTICS} | {"mip_heuristic_effort": 0.0}
        for name, value in options.items():
            if highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
                raise ValueError(f"HiGHS refuses the option {name}={value}")

    def _load(self, highs: highspy.Highs, fixed: Mapping[int, float], *, relaxed: bool) -> None:
        columns, rows, _ = self.size
        low, high = np.array(self._low, dtype=np.float64), np.array(self._high, dtype=np.float64)
        for column, value in fixed.items():
            low[column] = high[column] = value
        status = highs.passModel(
            columns,
            rows,
            len(self._index),
            int(highspy.MatrixFormat.kRowwise),
            int(highspy.ObjSense.kMinimize),
            self.offset,
            np.array(self._cost, dtype=np.float64),
            low,
            high,
            np.array(self._row_low, dtype=np.float64),
            np.array(self._row_high, dtype=np.float64),
            np.array([*self._starts, len(self._index)], dtype=np.int32),
            np.array(self._index, dtype=np.int32),
            np.array(self._value, dtype=np.float64),
            np.array([0] * columns if relaxed else self._integer, dtype=np.int32),
        )
        if status == highspy.HighsStatus.kError:
            raise ValueError("HiGHS refuses the model")


class Session:
    """A linear program that is solved again and again as its bounds and costs change, each time from the last basis."""

    def __init__(self, program: Program, run: Run) -> None:
        self._highs = _new()
        program.load(self._highs, run)
        self._highs.setOptionValue("presolve", "off")
        self._highs.setOptionValue("simplex_strategy", PRIMAL)
        _listen(self._highs, run)

    def bound(self, column: int, low: float, high: float) -> None:
        """Change a column's bounds."""
        self._highs.changeColBounds(column, low, high)

    def cost(self, column: int, cost: float) -> None:
        """Change a column's cost."""
        self._highs.changeColCost(column, cost)

    def limit(self, row: int, low: float, high: float) -> None:
        """Change a row's bounds."""
        self._highs.changeRowBounds(row, low, high)

    def solve(self) -> Answer:
        """Solve as it stands now; once more from nothing where the last basis leads nowhere."""
        self._highs.run()
        if self._highs.getModelStatus() not in (Status.kOptimal, Status.kInterrupt, Status.kTimeLimit):
            self._highs.clearSolver()
            self._highs.run()
        return _answer(self._highs, whole=True)


def _answer(highs: highspy.Highs, *, whole: bool) -> Answer:
    info, status = highs.getInfo(), highs.getModelStatus()
    if status in (Status.kUnbounded, Status.kUnboundedOrInfeasible):
        raise ValueError(f"the model is {highs.modelStatusToString(status)}")
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    solution = highs.getSolution()
    optimal = status == Status.kOptimal
    bound = info.mip_dual_bound if not whole else (info.objective_function_value if optimal else -INFINITY)
    return Answer(
        values=list(solution.col_value) if found else [],
        objective=info.objective_function_value if found else INFINITY,
        bound=bound,
        row_duals=list(solution.row_dual) if whole and optimal else [],
        ended=_ended(status),
        seconds=highs.getRunTime(),
        nodes=max(0, info.mip_node_count),
        iterations=max(0, info.simplex_iteration_count),
    )


def _ended(status: Status) -> Ended:
    if status == Status.kOptimal:
        return "gap"
    if status == Status.kTimeLimit:
        return "time"
    return "stop" if status == Status.kInterrupt else "work"


def _listen(highs: highspy.Highs, run: Run) -> None:
    stop, tell = run.should_stop, run.on_progress
    if stop is not None:

        def interrupt(event: HighsCallbackEvent) -> None:
            if stop():
                event.interrupt()

        highs.cbMipInterrupt.subscribe(interrupt)
        highs.cbSimplexInterrupt.subscribe(interrupt)
        highs.cbIpmInterrupt.subscribe(interrupt)
    if tell is not None:
        last = [INFINITY, -INFINITY]

        def report(event: HighsCallbackEvent) -> None:
            out = event.data_out
            if out.mip_primal_bound < last[0] or out.mip_dual_bound > last[1]:
                last[:] = [out.mip_primal_bound, out.mip_dual_bound]
                tell(Progress(out.running_time, out.mip_primal_bound, out.mip_dual_bound, out.mip_node_count))

        highs.cbMipInterrupt.subscribe(report)
