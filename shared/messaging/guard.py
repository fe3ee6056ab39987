"""Decides what a failing record means, so that a bad one costs its own subject only.

A batch is one transaction. Transient faults back off in place and are never dead-lettered; when the budget is spent the
batch is handed back to Kafka. Otherwise the records go one by one: an invalid one is dead at once, a bug after a few
tries. Too many dead in a row stop the consumer until someone resumes it. A batch that killed the process is known by
the marker it left and goes one by one too.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from shared.consuming import Facts
from shared.database import Context, Database, Transaction, is_outage, is_race
from shared.envelope import InvalidEvent
from shared.failpoints import failpoint
from shared.kernel.errors import DomainError
from shared.messaging import copies, dead_letters, facts, markers
from shared.messaging.dead_letters import Specs, Verdict
from shared.messaging.facts import Tally
from shared.messaging.record import Record
from shared.publishing import Producing

log = logging.getLogger(__name__)
CONTEXT = Context("consumer")
T = TypeVar("T")


class HandedBack(Exception):
    """The batch was not applied and goes back to Kafka: the fault lasts, or the consumer is stopped."""


@dataclass(frozen=True, slots=True)
class Limits:
    """tries: attempts at a record before a bug is dead; in_a_row: dead ones before the consumer stops; budget: seconds
    of backing off before a batch is handed back; kills: deaths of the process that make a record dead."""

    tries: int = 3
    in_a_row: int = 20
    budget: float = 60.0
    kills: int = 3
    pause: float = 0.05
    longest_pause: float = 5.0


@dataclass(slots=True)
class Guard:
    """The guard of one consumer group."""

    database: Database
    group: str
    specs: Specs
    producer: Producing
    limits: Limits = field(default_factory=Limits)
    tally: Tally = field(default_factory=Tally)
    dead: int = 0
    alive_at: float = field(default_factory=time.monotonic)
    stopped: bool = True  # until the database says that nobody stopped it
    holding: bool = True  # facts may be waiting for an earlier one
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _row: int = 0
    _checked: bool = False
    _unsettled: bool = True  # what an earlier process left is settled first

    async def handle(self, records: Sequence[Record]) -> None:
        """Apply records, or bury them, or raise HandedBack with nothing of the rest applied."""
        async with self._lock:
            await self._handle(records)

    async def settle_alone(self) -> None:
        """What must not wait for the next record: facts released by a redrive, dead letters not yet published."""
        async with self._lock:
            self.stopped = await markers.is_stopped(self.database, self.group)
            self._checked = True
            if not self.stopped:
                await self.settle()

    @property
    def stopped_for_good(self) -> bool:
        """Too many bad records in a row: consumption stands until someone resumes it."""
        return self._checked and self.stopped

    async def _handle(self, records: Sequence[Record]) -> None:
        if self.stopped:
            await self._unless_stopped()
        suspect = await self._patiently(lambda: markers.begin(self.database, self.group, records))
        failpoint("consumer-marked")
        if suspect or not await self._whole(records):
            await self._each(records)
        failpoint("consumer-committed")
        if self._unsettled:
            await self.settle()

    async def _each(self, records: Sequence[Record]) -> None:
        try:
            for record in records:
                await self._single(record)
                self.alive_at = time.monotonic()  # a long batch is no standstill
        finally:  # handed back or through: the batch did not kill the process
            await self._patiently(lambda: markers.forget(self.database, self.group, records))

    async def settle(self) -> None:
        """Release held facts whose turn has come and publish buried records."""
        if isinstance(self.specs, Facts):
            while await self._release(self.specs):
                self.alive_at = time.monotonic()
            self.holding = await self._patiently(lambda: facts.any_held(self.database, self.group))
        while await self._patiently(lambda: dead_letters.publish_pending(self.database, self.group, self.producer)):
            log.info("dead letters of %s published", self.group)
        self._unsettled = False

    async def _whole(self, records: Sequence[Record]) -> bool:
        async def work(tx: Transaction) -> Tally:
            tally = Tally()
            await self._apply(tx, records, tally)
            await markers.clear(tx, self.group, records)
            return tally

        try:
            tally = await self._patiently(lambda: self.database.run(work, CONTEXT))
        except HandedBack:
            await markers.forget(self.database, self.group, records)
            raise
        except Exception as error:
            log.warning("batch of %s goes one by one: %s", self.group, type(error).__name__)
            return False
        self._add(tally)
        self._row = 0
        return True

    async def _apply(self, tx: Transaction, records: Sequence[Record], tally: Tally) -> None:
        if isinstance(self.specs, Facts):
            await facts.apply_batch(tx, self.specs, records, tally)
        else:
            await copies.apply_batch(tx, self.specs, records, tally)

    async def _single(self, record: Record) -> None:
        deaths = await self._patiently(lambda: markers.single(self.database, self.group, record))
        if deaths >= self.limits.kills:
            await self._bury(record, Verdict("ProcessKilled", "the process died on this record", deaths))
            return

        async def work(tx: Transaction) -> Tally:
            tally = Tally()
            await self._apply(tx, [record], tally)
            await markers.clear_single(tx, self.group, record)
            return tally

        try:
            verdict = await self._try(lambda: self.database.run(work, CONTEXT))
        except HandedBack:
            await markers.forget_single(self.database, self.group, record)
            raise
        if isinstance(verdict, Verdict):
            await self._bury(record, verdict)
        else:
            self._add(verdict)
            self._row = 0

    async def _try(self, attempt: Callable[[], Awaitable[Tally]]) -> "Tally | Verdict":
        for tried in range(1, self.limits.tries + 1):
            try:
                return await self._patiently(attempt)
            except HandedBack:
                raise
            except InvalidEvent as error:
                return Verdict(type(error).__name__, str(error), tried)
            except Exception as error:
                log.exception("a command of %s failed", self.group)
                if tried == self.limits.tries:
                    return Verdict(type(error).__name__, _message(error), tried)
                await asyncio.sleep(self.limits.pause * 2**tried)
        raise AssertionError("the last try returns")

    async def _bury(self, record: Record, verdict: Verdict) -> None:
        async def work(tx: Transaction) -> None:
            await dead_letters.bury(tx, self.group, record, verdict)
            await markers.clear_single(tx, self.group, record)

        failpoint("before-dead-letter")
        await self._patiently(lambda: self.database.run(work, CONTEXT))
        log.error("dead letter in %s at %s/%s: %s", self.group, record.partition, record.offset, verdict.error)
        self.dead += 1
        self._unsettled = True
        self._row += 1
        if self._row > self.limits.in_a_row:
            await self._patiently(
                lambda: markers.stop(self.database, self.group, f"{self._row} dead letters in a row: {verdict.error}")
            )
            self._row = 0
            await self.settle()
            self.stopped = True
            await self._unless_stopped()

    async def _release(self, spec: Facts) -> bool:
        async def work(tx: Transaction) -> tuple[bool, Tally]:
            tally = Tally()
            return await facts.release(tx, spec, tally), tally

        failed: Verdict | None = None
        for tried in range(1, self.limits.tries + 1):
            try:
                went, tally = await self._patiently(lambda: self.database.run(work, CONTEXT))
            except HandedBack:
                raise
            except Exception as error:
                log.exception("a held fact of %s failed", self.group)
                failed = Verdict(type(error).__name__, _message(error), tried)
                continue
            self._add(tally)
            return went
        if failed is not None:
            await self._bury_held(spec, failed)
        return True

    async def _bury_held(self, spec: Facts, verdict: Verdict) -> None:
        async def work(tx: Transaction) -> None:
            due = await facts.next_held(tx, spec)
            if due is not None and due[0] is not None:
                await dead_letters.bury(tx, self.group, due[0], verdict)
                await facts.unhold(tx, spec, due[1], due[2])

        await self._patiently(lambda: self.database.run(work, CONTEXT))
        self.dead += 1

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try until it works or fails for its own reason; HandedBack when a transient fault outlasts the budget."""
        until = time.monotonic() + self.limits.budget
        pause = self.limits.pause
        while True:
            try:
                return await attempt()
            except Exception as error:
                if not _transient(error):
                    raise
                self.alive_at = time.monotonic()  # a declared back-off is life
                if time.monotonic() + pause > until:
                    raise HandedBack(type(error).__name__) from error
                log.warning("%s backs off: %s", self.group, type(error).__name__)
            await asyncio.sleep(pause * random.uniform(0.5, 1))
            pause = min(pause * 2, self.limits.longest_pause)

    async def _unless_stopped(self) -> None:
        self.stopped = await self._patiently(lambda: markers.is_stopped(self.database, self.group))
        self._checked = True
        if self.stopped:
            self.alive_at = time.monotonic()
            await asyncio.sleep(1)
            raise HandedBack("stopped")

    def _add(self, tally: Tally) -> None:
        self.tally.applied += tally.applied
        self.tally.skipped += tally.skipped
        self.tally.repeated += tally.repeated
        self.tally.held += tally.held
        self._unsettled = self._unsettled or self.holding or tally.held > 0
        self.holding = self.holding or tally.held > 0


def _transient(error: Exception) -> bool:
    if isinstance(error, DomainError):
        return error.kind == "unready" or error.code == "not-yet-known"
    return is_outage(error) or is_race(error) or type(error).__module__.startswith("aiokafka")


def _message(error: Exception) -> str:
    return error.message if isinstance(error, DomainError) else str(error) or type(error).__name__
