"""One walk: its instruments, and what a step is: an action of an account, the facts it must cause, their times.

Must not know which steps there are.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from rich.console import Console

from deploy.sample.client import Call, Client, RefusedError
from deploy.sample.company import Company
from deploy.sample.demo.clocks import Clocks
from deploy.sample.demo.watching import Expected, Seen, Watcher, read_topics
from deploy.sample.loader import files, prepare
from deploy.sample.suite import SampleError, read_suite
from shared.kernel.dates import business_date

_LOOK_AGAIN = 0.05


class Printer:
    """The walk in words, or as JSON lines."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._console = Console()

    def step(self, number: int, account: str, title: str, told: str) -> None:
        """The heading of a step, in words."""
        if not self._as_json:
            self._say(f"[bold]{number:>2}[/] [cyan]{account:<22}[/] {title}" + (f"  [dim]{told}[/]" if told else ""))

    def fact(self, number: int, account: str, title: str, seen: Seen, times: dict[str, float | None]) -> None:
        """A fact with its place on Kafka and its times; ``ms`` in JSON is until the last of its readers had it."""
        if self._as_json:
            known = [ms for ms in times.values() if ms is not None]
            place = {"topic": seen.topic, "partition": seen.partition, "type": seen.type, "offset": seen.offset}
            took = {"ms": round(max(known), 3) if known else None, "to": times}
            self._line({"step": number, "account": account, "title": title, **place, **took})
            return
        arrows = "".join(f"  → {group} {_ms(ms)}" for group, ms in times.items())
        self._say(f"      [green]{seen.type}[/] [dim]{seen.topic}\\[{seen.partition}]@{seen.offset}[/]{arrows}")

    def factless(self, number: int, account: str, title: str, told: str) -> None:
        """A step that changes nothing that others may know."""
        if self._as_json:
            nothing: dict[str, Any] = {
                "topic": None,
                "partition": None,
                "type": None,
                "offset": None,
                "ms": None,
                "to": {},
            }
            self._line({"step": number, "account": account, "title": title, "told": told, **nothing})

    def say(self, text: str) -> None:
        """A line for people only."""
        if not self._as_json:
            self._say(text)

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)

    def _line(self, entry: dict[str, Any]) -> None:
        print(json.dumps(entry, ensure_ascii=False), flush=True)


def _ms(ms: float | None) -> str:
    return "–" if ms is None else f"{ms:.1f} ms"


@dataclass(slots=True)
class Walk:
    """A walk under way. ``code`` is its own part of every business key; ``today`` the Shanghai day."""

    client: Client
    watcher: Watcher
    clocks: Clocks
    printer: Printer
    company: Company
    code: str
    today: date
    number: int = 0

    async def step(
        self, title: str, call: Call, expects: Sequence[str | Expected] = (), told: Callable[[Any], str] | None = None
    ) -> Any:
        """Send the call, then show the facts that must follow from it; the answer's JSON."""
        correlation = self._next()
        answer = await self.client.send(self._marked(call, correlation))
        words = told(answer) if told else ""
        self.printer.step(self.number, call.account, title, words)
        expected = [Expected(want) if isinstance(want, str) else want for want in expects]
        for seen in await self.watcher.caused(correlation, expected):
            times = await self.clocks.passed(seen)
            self.printer.fact(self.number, call.account, title, seen, times)
        if not expected:
            self.printer.factless(self.number, call.account, title, words)
        return answer

    async def refused(self, title: str, call: Call, code: str) -> None:
        """A call that must be refused with problem ``code``; anything else is an error."""
        correlation = self._next()
        try:
            await self.client.send(self._marked(call, correlation))
        except RefusedError as refusal:
            if refusal.code != code:
                raise
            words = f"refused: {refusal.status} {refusal.code}: {refusal.problem.get('detail', '')}"
            self.printer.step(self.number, call.account, title, words)
            self.printer.factless(self.number, call.account, title, words)
            return
        raise SampleError(f"{call} as {call.account} was let through; {code} was expected.")

    async def until(
        self, title: str, call: Call, good: Callable[[Any], bool], told: Callable[[Any], str], seconds: float = 15
    ) -> Any:
        """Look until the answer is good; SampleError with the last one when it is not in time."""
        self._next()
        ends = time.monotonic() + seconds
        while not good(answer := await self.client.send(call)):
            if time.monotonic() > ends:
                last = json.dumps(answer, ensure_ascii=False)[:500]
                raise SampleError(f"{title}: not seen after {seconds:.0f} s. {call.path} last answered {last}")
            await asyncio.sleep(_LOOK_AGAIN)
        self.printer.step(self.number, call.account, title, told(answer))
        self.printer.factless(self.number, call.account, title, told(answer))
        return answer

    def _next(self) -> str:
        self.number += 1
        return f"demo-{self.code}-{self.number:02d}"

    @staticmethod
    def _marked(call: Call, correlation: str) -> Call:
        body = {} if call.body is None and call.method == "POST" else call.body
        return replace(call, body=body, key=correlation if call.method == "POST" else None, correlation=correlation)


async def run(as_json: bool) -> None:
    """Walk the whole path; SampleError where it does not go on."""
    from deploy.sample.demo.path import walk_path

    suite = read_suite()
    if not files().marker.exists():
        raise SampleError("The sample company is not loaded; `make run` loads it.")
    company = prepare()
    now = datetime.now(UTC)
    printer, topics = Printer(as_json), read_topics()
    async with (
        Client(suite, files().passwords) as client,
        Watcher(suite.kafka, topics) as watcher,
        Clocks(suite.databases, topics) as clocks,
    ):
        code = f"{now:%y%m%d%H%M%S}"
        walk = Walk(client, watcher, clocks, printer, company, code, business_date(now))
        began = time.monotonic()
        await _walked(walk_path, walk)
        printer.say(f"\n{walk.number} steps in {time.monotonic() - began:.1f} s.")


async def _walked(path: Callable[[Walk], Awaitable[None]], walk: Walk) -> None:
    try:
        await path(walk)
    except SampleError as error:
        raise SampleError(f"The walk ended at step {walk.number}. {error}") from error
