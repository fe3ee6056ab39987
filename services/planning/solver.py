"""The solver's own process: a problem in a file, the plan in another, progress on standard output, SIGTERM to stop.

``python -m services.planning.solver PROBLEM.json RESULT.json --seconds N --gap G --seed S --threads 1``

The planning service's worker starts one for each plan run, so that no service process loads a solver and a run can be
stopped or killed alone. The files are described in ``docs/planning.md`` (§ 3). Each line of standard output is one JSON
object: ``{"event": "progress", "seconds", "objective", "bound", "gap", "nodes"}``, at last
``{"event": "done", "outcome", …}``. Exit codes: 0 planned, 2 refused (the result says why), 1 anything else.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Literal

import msgspec

from services.planning.engine.explain import Cause, explain
from services.planning.engine.plan import Plan
from services.planning.engine.problem import Problem, Refusal
from services.planning.engine.solve import Limits, Progress, RefusedProblem, solve

EVERY = 0.2  # seconds between two lines of progress


class Result(msgspec.Struct, forbid_unknown_fields=True):
    """What the process leaves behind: a plan with the causes of what is late or short, or the refusals."""

    outcome: Literal["planned", "refused"]
    plan: Plan | None = None
    causes: list[Cause] = []
    refusals: list[Refusal] = []


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asks for."""

    problem: Path
    result: Path
    limits: Limits
    seed: int


def read_problem(path: Path) -> Problem:
    """The problem in a file. Raises msgspec.DecodeError (with the place) for anything that is not one, OSError."""
    _no_strange_fields(path)
    return msgspec.json.decode(path.read_bytes(), type=Problem)


def plan(problem: Problem, order: Order, should_stop: Callable[[], bool], tell: Callable[[Progress], None]) -> Result:
    """Solve and explain; a refusal is a result too."""
    try:
        found = solve(problem, order.limits, seed=order.seed, should_stop=should_stop, on_progress=tell)
    except RefusedProblem as refused:
        return Result("refused", refusals=refused.refusals)
    return Result("planned", found, explain(problem, found))


def write(path: Path, result: Result) -> None:
    """Write the result in one piece: a reader sees all of it or nothing."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(msgspec.json.encode(result))
    os.replace(part, path)


def _no_strange_fields(path: Path) -> None:
    """Refuse fields that a problem does not have: a misspelt one would be planned as its default."""
    told = msgspec.json.decode(path.read_bytes())
    known = msgspec.to_builtins(msgspec.json.decode(msgspec.json.encode(told), type=Problem))
    strange = sorted(_strange(told, known, "$"))
    if strange:
        raise msgspec.ValidationError(f"unknown fields: {', '.join(strange[:5])}")


def _strange(told: object, known: object, place: str) -> set[str]:
    if isinstance(told, dict) and isinstance(known, dict):
        return {f"{place}.{name}" for name in told.keys() - known.keys()}.union(
            *(_strange(told[name], known[name], f"{place}.{name}") for name in told.keys() & known.keys())
        )
    if isinstance(told, list) and isinstance(known, list):
        return set().union(
            *(_strange(*pair, f"{place}[{at}]") for at, pair in enumerate(zip(told, known, strict=True)))
        )
    return set()


class _Reporter:
    """Progress as JSON lines: the first, and then at most one every ``EVERY`` seconds."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._next = 0.0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic() - self._begun
        if now >= self._next:
            self._next = now + EVERY
            say("progress", **_figures(now, progress.objective, progress.bound), nodes=progress.nodes)

    def done(self, result: Result) -> None:
        """The last line."""
        now = time.monotonic() - self._begun
        if result.plan is None:
            say("done", outcome=result.outcome, refusals=len(result.refusals), seconds=round(now, 3))
            return
        found = result.plan
        figures = _figures(now, float(found.objective), found.bound)
        say("done", outcome=result.outcome, status=found.status, ended_by=found.ended_by, **figures)


def _figures(seconds: float, objective: float, bound: float) -> dict[str, float]:
    gap = (objective - bound) / objective if objective > 0 else 0.0
    return {"seconds": round(seconds, 3), "objective": objective, "bound": bound, "gap": round(gap, 6)}


def say(event: str, **figures: float | str | None) -> None:
    """Write one line of progress."""
    sys.stdout.write(msgspec.json.encode({"event": event, **figures}).decode() + "\n")
    sys.stdout.flush()


def _ordered(arguments: list[str] | None) -> Order:
    parser = argparse.ArgumentParser(prog="services.planning.solver", description="Plan a problem in a file.")
    parser.add_argument("problem", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--seconds", type=float, default=None, help="stop searching after so long (default: no limit)")
    parser.add_argument("--gap", type=float, default=0.01, help="stop at this proved relative gap (default 0.01)")
    parser.add_argument("--nodes", type=int, default=None, help="stop after so many nodes (default: no limit)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, choices=[1], help="the search uses one thread")
    told = parser.parse_args(arguments)
    return Order(told.problem, told.result, Limits(told.gap, told.nodes, told.seconds), told.seed)


def main(arguments: list[str] | None = None) -> int:
    """Run the solver; returns the exit code."""
    order = _ordered(arguments)
    stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True

    signal.signal(signal.SIGTERM, stop)
    reporter = _Reporter()
    try:
        problem = read_problem(order.problem)
    except (OSError, msgspec.DecodeError) as error:
        sys.stderr.write(f"{order.problem}: {error}\n")
        return 1
    result = plan(problem, order, lambda: stopped, reporter)
    write(order.result, result)
    reporter.done(result)
    return 0 if result.outcome == "planned" else 2


if __name__ == "__main__":
    sys.exit(main())
