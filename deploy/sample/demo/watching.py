"""Watches every topic of the suite from now on, without a consumer group, and finds the facts that a step caused.

A fact belongs to a step by ``ce_correlationid``, which services carry from a request to whatever follows from it.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from deploy.sample.suite import SampleError

_TOPICS = Path(__file__).resolve().parents[2] / "topics.yaml"


@dataclass(frozen=True, slots=True)
class Seen:
    """A record of a topic: where it lies and what it says it is."""

    topic: str
    partition: int
    offset: int
    type: str
    subject: str
    sequence: str


@dataclass(frozen=True, slots=True)
class Expected:
    """A fact or state that a step must cause. ``subject`` None: whoever's."""

    type: str
    subject: str | None = None

    def fits(self, seen: Seen) -> bool:
        """Whether this is it."""
        return seen.type == self.type and self.subject in (None, seen.subject)


def read_topics() -> Mapping[str, Sequence[str]]:
    """Consumer groups by topic, as the suite's topic file says; dead-letter topics left out."""
    document = yaml.safe_load(_TOPICS.read_text(encoding="utf-8"))
    return {name: tuple(t["consumers"]) for name, t in document["topics"].items() if t["kind"] != "dlq"}


class Watcher:
    """Collects records as they come in. Use it as an async context manager around the steps."""

    def __init__(self, bootstrap: str, topics: Iterable[str]) -> None:
        self._bootstrap = bootstrap
        self._topics = list(topics)
        self._found: dict[str, list[Seen]] = defaultdict(list)
        self._news = asyncio.Condition()
        self._consumer: Any = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._consumer = AIOKafkaConsumer(
            *self._topics,
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            fetch_max_wait_ms=50,
            request_timeout_ms=10_000,
        )
        try:
            async with asyncio.timeout(15):
                await self._consumer.start()
                await self._begin_at_the_ends()
        except (KafkaError, TimeoutError) as error:
            with suppress(Exception):
                await self._consumer.stop()
            raise SampleError(f"Kafka at {self._bootstrap} cannot be watched: {error!r}") from error
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading
        await self._consumer.stop()

    async def caused(self, correlation: str, expected: Sequence[Expected], seconds: float = 30) -> list[Seen]:
        """The expected records of a step, in the order asked for; SampleError names what has not come in time."""
        until = time.monotonic() + seconds
        async with self._news:
            while missing := [e for e in expected if not any(map(e.fits, self._found[correlation]))]:
                self._check_reading()
                left = until - time.monotonic()
                if left <= 0:
                    names = ", ".join(e.type for e in missing)
                    raise SampleError(
                        f"After {seconds:.0f} s this is not on Kafka: {names} (correlation {correlation})."
                    )
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(left, 1)):
                        await self._news.wait()
        return [next(seen for seen in self._found[correlation] if e.fits(seen)) for e in expected]

    def count(self, correlation: str) -> int:
        """How many records of a step have come so far."""
        return len(self._found[correlation])

    async def _begin_at_the_ends(self) -> None:
        partitions = list(self._consumer.assignment())
        await self._consumer.seek_to_end(*partitions)
        for partition in partitions:
            await self._consumer.position(partition)

    async def _read(self) -> None:
        while True:
            batches = await self._consumer.getmany(timeout_ms=200)
            async with self._news:
                for records in batches.values():
                    for record in records:
                        self._note(record)
                if batches:
                    self._news.notify_all()

    def _note(self, record: Any) -> None:
        headers = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
        seen = Seen(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            type=headers.get("ce_type", ""),
            subject=headers.get("ce_subject", ""),
            sequence=headers.get("ce_sequence", ""),
        )
        self._found[headers.get("ce_correlationid", "")].append(seen)

    def _check_reading(self) -> None:
        if self._reading is not None and self._reading.done() and (error := self._reading.exception()):
            raise SampleError(f"Watching Kafka failed: {error!r}") from error
