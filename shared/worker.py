"""A service's second process: relay, consumers, timers and the service's own jobs, each a role that can run apart.

It serves its own health: live while the event loop turns; ready when database and broker answer, no consumer is
stopped and every role runs.
"""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from faststream.kafka import KafkaBroker

from shared import idempotency, inbox
from shared.database import Context, Database, Transaction
from shared.kernel.dates import system_clock
from shared.messaging import watchdog as watching
from shared.messaging.broker import groups_of, make_broker, subscribe
from shared.messaging.guard import Guard
from shared.publishing import Producer
from shared.relay import Relay
from shared.service import Running, Service
from shared.settings import ServiceSettings

log = logging.getLogger(__name__)
ROLES = ("relay", "consumers", "timers")
KEEP_INBOX = timedelta(days=60)  # twice the facts' retention of 30 days
KEEP_KEYS = timedelta(days=7)


@dataclass(slots=True)
class Worker:
    """One worker process of a service."""

    service: Service
    settings: ServiceSettings
    database: Database
    roles: Sequence[str]
    guards: list[Guard] = field(default_factory=list)
    relays: list[Relay] = field(default_factory=list)
    watchdog: "watching.Watchdog | None" = None
    broker: KafkaBroker | None = None
    failed: BaseException | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Run the roles until ``stop`` is set or one of them fails; a failure is raised after the others ended."""
        tasks = [asyncio.create_task(role(), name=name) for name, role in self._roles()]
        waiter = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([*tasks, waiter], return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done() and not stop.is_set():
                    self.failed = task.exception() or RuntimeError(f"{task.get_name()} ended by itself")
                    raise self.failed
        finally:
            waiter.cancel()
            await self._end(tasks)

    async def _end(self, tasks: "Sequence[asyncio.Task[None]]") -> None:
        if self.broker is not None:  # the batch in hand is finished before anything else goes
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self.broker.stop(), 15)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _roles(self) -> list[tuple[str, Callable[[], Coroutine[Any, Any, None]]]]:
        wanted: list[tuple[str, Any]] = []
        if "relay" in self.roles:
            for shard in range(self.settings.shards):
                wanted.append((f"relay-{shard}", self._relay(shard).run))
        if "consumers" in self.roles and self.service.consumers:
            wanted.append(("consumers", self._consume))
        if "timers" in self.roles:
            wanted.append(("timers", self._timers))
        running = Running(self.database, self.settings, self.database.clock, log)
        for name, job in self.service.jobs.items():
            if name in self.roles:
                wanted.append((name, lambda job=job: job(running)))
        return wanted

    def _producer(self) -> Producer:
        return Producer(self.settings.kafka, prefix=self.settings.topic_prefix)

    def _relay(self, shard: int) -> Relay:
        source = f"/services/{self.service.name}"
        relay = Relay(self.settings.database, source, self._producer(), shard=shard, shards=self.settings.shards)
        self.relays.append(relay)
        return relay

    async def _consume(self) -> None:
        settings = self.settings
        client = f"{self.service.name}.{settings.instance}"
        producer = self._producer()
        groups = groups_of(self.service.consumers)
        self.guards = [Guard(self.database, group.name, group.specs, producer) for group in groups]
        watched = list(zip(groups, self.guards, strict=True))
        self.watchdog = watching.Watchdog(settings.kafka, settings.topic_prefix, watched)
        self.broker = await self._connected(client)
        for group, guard in watched:
            subscribe(self.broker, group, guard, prefix=settings.topic_prefix, instance=settings.instance)
        await self.broker.start()
        settling = [asyncio.create_task(_settle(guard)) for guard in self.guards]
        try:
            await self.watchdog.run()
        finally:
            for task in settling:
                task.cancel()
            await producer.discard()

    async def _connected(self, client: str) -> KafkaBroker:
        """A broker whose servers answer; waits for them as long as it takes."""
        while True:
            broker = make_broker(self.settings.kafka, client)
            try:
                await asyncio.wait_for(broker.connect(), 20)
            except Exception as error:
                log.warning("no broker yet: %s", type(error).__name__)
                await asyncio.sleep(1)
            else:
                return broker

    async def _timers(self) -> None:
        async def work(tx: Transaction) -> None:
            await inbox.prune(tx, KEEP_INBOX)
            await idempotency.prune(tx, KEEP_KEYS)

        while True:
            try:
                await self.database.run(work, Context("housekeeping"))
            except Exception as error:
                log.warning("housekeeping failed, will again: %s", type(error).__name__)
            await asyncio.sleep(600)

    def health(self) -> tuple[bool, dict[str, object]]:
        """Ready or not, and what there is to see. The database is asked by the caller."""
        stopped = [guard.group for guard in self.guards if guard.stopped_for_good]
        seen = self.watchdog.lag.answered_at if self.watchdog else None
        broker = seen is None or time.monotonic() - seen < 10 * watching.EVERY
        body: dict[str, object] = {
            "broker": broker if "consumers" in self.roles else None,
            "stopped": stopped,
            "lag": dict(self.watchdog.lag.behind) if self.watchdog else {},
            "leading": [relay.state.leading for relay in self.relays],
            "published": sum(relay.state.published for relay in self.relays),
            "failures": [relay.state.failures for relay in self.relays],
        }
        return broker and not stopped and self.failed is None, body


async def _settle(guard: Guard) -> None:
    """Held facts and unpublished dead letters must not wait for the next record."""
    while True:
        try:
            await guard.settle_alone()
        except Exception as error:
            log.warning("%s could not settle, will again: %s", guard.group, type(error).__name__)
        await asyncio.sleep(2)


def stop_on_signals() -> asyncio.Event:
    """Set by SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def make_worker(service: Service, settings: ServiceSettings, roles: Sequence[str]) -> Worker:
    """The worker of a service with these roles; ValueError for a role that it does not have."""
    known = (*ROLES, *service.jobs)
    unknown = [role for role in roles if role not in known]
    if unknown:
        raise ValueError(f"no such role: {', '.join(unknown)}; there are {', '.join(known)}")
    database = Database(settings.database, clock=system_clock, name=f"{service.name}-worker")
    return Worker(service, settings, database, roles or known)
