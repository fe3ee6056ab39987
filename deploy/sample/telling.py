"""Progress for people: a bar on a terminal, now and then a line elsewhere (a log, the runner)."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_LINE_SECONDS = 0.5


class Telling:
    """Counts of what is done, by name. Use it as a context manager around the work."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live = console.is_terminal
        columns = (TextColumn("{task.description:<28}"), BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, disable=not self._live)
        self._tasks: dict[str, TaskID] = {}
        self._counts: dict[str, list[int]] = {}
        self._last = 0.0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def begin(self, name: str, whole: int) -> None:
        """A piece of work of ``whole`` parts starts."""
        self._tasks[name] = self._progress.add_task(name, total=whole)
        self._counts[name] = [0, whole]

    def step(self, name: str) -> None:
        """One part more is done."""
        done = self._counts[name]
        done[0] += 1
        self._progress.advance(self._tasks[name])
        whole = done[0] == done[1]
        if not self._live and (whole or time.monotonic() - self._last > _LINE_SECONDS):
            self._last = time.monotonic()
            self.say(f"{name}: {done[0]} of {done[1]}")

    def say(self, text: str) -> None:
        """A line of its own."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)
