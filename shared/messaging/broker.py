"""Wires FastStream: one batch subscriber per consumer group, raw records to the group's guard.

FastStream's own parsing is stepped over, because an error in it would skip a record silently: our parser is total and
hands the client's records on as they are. The guard's HandedBack becomes a nack, which rewinds every partition of the
batch.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiokafka import ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import BatchSubscriber
from faststream.message import StreamMessage

from shared.consuming import Copy, Facts
from shared.messaging.dead_letters import Specs
from shared.messaging.guard import Guard
from shared.messaging.record import Record

MAX_RECORDS = 500
IDLE_MS = 500  # how long an idle poll waits; a record ends the wait at once
MAX_POLL_MS = 300_000
Batch = StreamMessage[tuple[ConsumerRecord, ...]]


@dataclass(frozen=True, slots=True)
class Group:
    """One consumer group: what it listens to and how that is applied."""

    name: str
    topic: str
    specs: Specs


def groups_of(consumers: Sequence[Facts | Copy]) -> list[Group]:
    """Consumers by group: a facts group stands alone, copies of one topic share theirs."""
    found: dict[str, Group] = {}
    for consumer in consumers:
        known = found.get(consumer.group)
        if isinstance(consumer, Facts):
            if known is not None:
                raise ValueError(f"group {consumer.group} is declared twice")
            found[consumer.group] = Group(consumer.group, consumer.topic, consumer)
        elif known is None:
            found[consumer.group] = Group(consumer.group, consumer.topic, (consumer,))
        elif isinstance(known.specs, Facts) or known.topic != consumer.topic:
            raise ValueError(f"group {consumer.group} may hold copies of one topic only")
        else:
            found[consumer.group] = replace(known, specs=(*known.specs, consumer))
    return list(found.values())


async def _parse(records: Any, original: Callable[[Any], Awaitable[Batch]]) -> Batch:
    bare = tuple(replace(record, headers=()) for record in records)
    message = await original(bare)
    message.raw_message = records
    return message


async def _decode(message: Batch, _: object) -> tuple[ConsumerRecord, ...]:
    return message.raw_message


class _Waiting(BatchSubscriber):
    """FastStream's batch subscriber polls shortly and sleeps blindly between: idle, that is either slow or busy.
    This one waits in the client, which answers as soon as a record is there."""

    __slots__ = ()

    async def get_msg(self, consumer: Any) -> tuple[ConsumerRecord, ...]:
        """The next records, or none after a while."""
        found = await consumer.getmany(timeout_ms=IDLE_MS, max_records=self.max_records)
        return tuple(record for records in found.values() for record in records)


def make_broker(bootstrap: str, client: str) -> KafkaBroker:
    """A FastStream broker for consuming; publishing is the relay's."""
    return KafkaBroker(
        bootstrap,
        client_id=client,
        acks="all",
        enable_idempotence=True,
        allow_auto_create_topics=False,
        apply_types=False,
        graceful_timeout=10,
        logger=None,
    )


def subscribe(broker: KafkaBroker, group: Group, guard: Guard, *, prefix: str, instance: str) -> Any:
    """Subscribe one group; returns FastStream's subscriber, whose consumer the watchdog looks at."""
    subscriber = broker.subscriber(
        prefix + group.topic,
        batch=True,
        group_id=prefix + group.name,
        group_instance_id=f"{prefix}{group.name}.{instance}",
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        max_records=MAX_RECORDS,
        max_poll_interval_ms=MAX_POLL_MS,
        session_timeout_ms=10_000,
        heartbeat_interval_ms=1_000,
        fetch_max_wait_ms=IDLE_MS,
        parser=_parse,
        decoder=_decode,
    )

    subscriber.__class__ = _Waiting  # same layout; the factory offers no way to choose the class

    async def handle(records: tuple[ConsumerRecord, ...]) -> None:
        await guard.handle([Record.of(record, prefix) for record in records])

    subscriber(handle)
    return subscriber
