"""Runs the solver as a process of its own: question in, progress while it works, answer out. Must not know tables.

The search gets a process so that it can be killed, starves no event loop, and takes its memory with it. The process
dies with its worker: nobody would read its answer.
"""

import asyncio
import contextlib
import ctypes
import json
import os
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec

from services.planning.engine.explain import Cause
from services.planning.engine.plan import Plan
from services.planning.engine.problem import Refusal

ROOT = Path(__file__).resolve().parents[3]
MODULE = "services.planning.solver"
PLANNED, REFUSED = 0, 2  # exit codes of the solver that come with an answer
GRACE = 60.0  # seconds beyond the search for building, rounding and explaining
LARGEST_LINE = 1 << 20
TAIL = 500  # characters of the last words that are kept
_PR_SET_PDEATHSIG = 1

OnProgress = Callable[[dict[str, object]], Awaitable[bool]]


class SolverError(Exception):
    """The solver ended without an answer. Trying again may help: the machine may have run out of memory."""


class SolverTimeout(SolverError):
    """The solver went on long after its time; it was killed."""


class LostLease(Exception):
    """Somebody else has the plan now, or nobody may solve it any more."""


class Answer(msgspec.Struct, frozen=True):
    """What the solver wrote: a plan with its causes, or refusals."""

    outcome: Literal["planned", "refused"]
    plan: Plan | None
    causes: list[Cause]
    refusals: list[Refusal]


@dataclass(frozen=True, slots=True)
class Task:
    """One search: the problem's JSON, and when to stop."""

    problem: str
    seconds: float
    gap: float


async def solve(task: Task, on_progress: OnProgress) -> Answer:
    """Solve in a process. ``on_progress`` says whether to go on.

    Raises LostLease when it does not, SolverTimeout, or SolverError with the solver's last words. However this ends,
    cancelled too, the process is gone and its folder removed."""
    with tempfile.TemporaryDirectory(prefix="shouwen-plan-") as name:
        folder = Path(name)
        await asyncio.to_thread((folder / "problem.json").write_text, task.problem, "utf-8")
        await _run(_command(folder, task), folder / "errors", task.seconds * 1.5 + GRACE, on_progress)
        return await asyncio.to_thread(_answer, folder / "result.json")


def _command(folder: Path, task: Task) -> list[str]:
    arguments = [str(folder / "problem.json"), str(folder / "result.json")]
    limits = ["--seconds", str(task.seconds), "--gap", str(task.gap)]
    return [sys.executable, "-m", MODULE, *arguments, *limits]


async def _run(command: list[str], errors: Path, seconds: float, on_progress: OnProgress) -> None:
    with errors.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            cwd=ROOT,
            limit=LARGEST_LINE,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
    try:
        async with asyncio.timeout(seconds):
            await _follow(process, on_progress)
            code = await process.wait()
    except TimeoutError:
        raise SolverTimeout(f"the solver did not end within {seconds:.0f} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())
    if code not in (PLANNED, REFUSED):
        words = (await asyncio.to_thread(errors.read_text, "utf-8", "replace"))[-TAIL:].strip()
        raise SolverError(f"the solver ended with {code}: {words}")


async def _follow(process: asyncio.subprocess.Process, on_progress: OnProgress) -> None:
    if process.stdout is None:
        raise SolverError("the solver has no output")
    async for line in process.stdout:
        with contextlib.suppress(ValueError):  # a solver library may print words of its own
            told = json.loads(line, parse_constant=lambda _: None)
            if isinstance(told, dict) and not await on_progress(told):
                raise LostLease


def _answer(path: Path) -> Answer:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Answer)
    except (OSError, msgspec.DecodeError) as error:
        raise SolverError(f"the solver left no readable answer: {error}") from error


def _die_with_parent() -> None:
    """In the new process, before the solver: the kernel ends it when the worker is gone, however that died."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def explained(cause: Cause, week: str | None) -> str:
    """A cause in words; ``week`` is the Monday of its week."""
    when = f" in the week of {week}" if week else ""
    of = "" if cause.needed is None else f": {_plain(cause.needed)} needed, {_plain(cause.available)} there"
    match cause.code:
        case "material":
            return f"material: {cause.material} runs out{when}{of}"
        case "line":
            return f"line: the hours of {cause.line} are used up{when}{of}"
        case "frozen":
            return f"frozen: the weeks in time are frozen{when}"
        case _:
            where = f" on {cause.line}" if cause.line else ""
            return f"{cause.code}: the search ended before room{where}{when} was used"


def _plain(value: Decimal | None) -> str:
    if value is None:
        return "0"
    text = format(value.quantize(Decimal("0.001")), "f")
    return text.rstrip("0").rstrip(".")
