"""Ends a worker that lags without progress: a stuck Kafka client gives no other sign, and a restart cures it.

Committed offsets and ends of topics are asked of the broker by clients of its own, because the stuck one cannot be
believed. A guard's declared back-off counts as life.
"""

import asyncio
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.messaging.broker import Group
from shared.messaging.guard import Guard

log = logging.getLogger(__name__)
EVERY = 5.0
PATIENCE = 60.0
STUCK = 70  # exit code


@dataclass(slots=True)
class Lag:
    """What health shows: records behind, per group, and when the broker last answered (monotonic seconds)."""

    behind: dict[str, int] = field(default_factory=dict)
    answered_at: float = 0.0


@dataclass(slots=True)
class Watchdog:
    """Watches the groups of one worker; ``run`` until cancelled."""

    bootstrap: str
    prefix: str
    watched: Sequence[tuple[Group, Guard]]
    patience: float = PATIENCE
    lag: Lag = field(default_factory=Lag)
    _moved: dict[str, tuple[int, float]] = field(default_factory=dict)

    async def run(self) -> None:
        """Look every few seconds; come back when the broker was away."""
        while True:
            admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=5_000)
            ends = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, enable_auto_commit=False)
            try:
                async with asyncio.timeout(20):
                    await admin.start()
                    await ends.start()
                while True:
                    async with asyncio.timeout(20):
                        await self._look(admin, ends)
                    await asyncio.sleep(EVERY)
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("watchdog cannot see the broker: %s", type(error).__name__)
            finally:
                await _close(admin, ends)
            await asyncio.sleep(EVERY)

    async def _look(self, admin: AIOKafkaAdminClient, ends: AIOKafkaConsumer) -> None:
        for group, guard in self.watched:
            committed = await admin.list_consumer_group_offsets(self.prefix + group.name)
            partitions = await self._partitions(admin, self.prefix + group.topic)
            tops = await ends.end_offsets(partitions)
            starts = await ends.beginning_offsets(partitions)
            done = {p: committed[p].offset if p in committed else starts[p] for p in partitions}
            behind = sum(max(0, tops[p] - max(done[p], starts[p])) for p in partitions)
            self.lag.behind[group.name] = behind
            self._judge(group.name, sum(done.values()), behind, guard)
        self.lag.answered_at = time.monotonic()

    async def _partitions(self, admin: AIOKafkaAdminClient, topic: str) -> list[TopicPartition]:
        (described,) = await admin.describe_topics([topic])
        return [TopicPartition(topic, found["partition"]) for found in described["partitions"]]

    def _judge(self, group: str, position: int, behind: int, guard: Guard) -> None:
        now = time.monotonic()
        known = self._moved.get(group)
        if behind == 0 or known is None or known[0] != position:
            self._moved[group] = (position, now)
            return
        if now - max(known[1], guard.alive_at) > self.patience:
            log.critical("%s is %s records behind and stands still: this worker ends", group, behind)
            logging.shutdown()
            os._exit(STUCK)


async def _close(admin: AIOKafkaAdminClient, ends: AIOKafkaConsumer) -> None:
    for closing in (admin.close(), ends.stop()):
        try:
            await asyncio.wait_for(closing, 3)
        except Exception as error:
            log.debug("watchdog's client did not close: %s", type(error).__name__)
