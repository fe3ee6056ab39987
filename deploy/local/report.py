"""Progress while servers start: a live picture on a terminal, plain lines elsewhere. Knows steps as words only."""

import threading
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table

_LINE_SECONDS = 3.0


class Report:
    """Steps that begin, tell what they do, and end. Safe to call from several threads."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._steps: dict[str, tuple[str, str, float]] = {}  # name -> mark, text, moment
        self._told: dict[str, float] = {}  # name -> moment of its latest line
        self._live = Live(console=console, get_renderable=self._picture, refresh_per_second=8)
        self._shown = False

    @property
    def seconds(self) -> float:
        """Since the report began."""
        return time.monotonic() - self._began

    def __enter__(self) -> Self:
        self._shown = self.console.is_terminal
        if self._shown:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._live.stop()
            self._shown = False

    def begin(self, step: str, text: str = "") -> None:
        """A step has begun, or goes on with another text."""
        with self._lock:
            began = self._steps.get(step)
            self._steps[step] = ("…", text, began[2] if began else self.seconds)
            tell = began is None or (text != began[1] and self.seconds - self._told.get(step, 0) > _LINE_SECONDS)
            if tell:
                self._told[step] = self.seconds
        if tell:
            self._line(step, text or "…")

    def done(self, step: str, text: str = "ready") -> None:
        """A step has ended well."""
        with self._lock:
            began = self._steps.get(step, ("", "", self.seconds))[2]
            self._steps[step] = ("✓", f"{text}  {self.seconds - began:.1f} s", began)
        self._line(step, f"{text} ({self.seconds - began:.1f} s)")

    def failed(self, step: str, text: str) -> None:
        """A step has ended badly."""
        with self._lock:
            self._steps[step] = ("✗", text.splitlines()[0] if text else "", self.seconds)
        self._line(step, f"failed: {text}")

    def say(self, text: str) -> None:
        """One line that belongs to no step, with the time of day."""
        self.console.print(f"{time.strftime('%H:%M:%S')} {text}", markup=False, highlight=False, soft_wrap=True)

    def _line(self, step: str, text: str) -> None:
        if not self._shown:
            line = f"[{self.seconds:6.1f} s] {step}: {text}"
            self.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _picture(self) -> Table:
        table = Table.grid(padding=(0, 1))
        with self._lock:
            steps = list(self._steps.items())
        for step, (mark, text, began) in steps:
            if mark == "…":
                elapsed = f"{text}  {self.seconds - began:.0f} s"
                table.add_row(Spinner("dots"), step, f"[dim]{escape(elapsed)}[/]")
            else:
                colour = "green" if mark == "✓" else "red"
                table.add_row(f"[{colour}]{mark}[/]", step, f"[dim]{escape(text)}[/]")
        return table
