"""A street of a test's own, all in this process: an owner's database with a relay, consumers with theirs."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from shared import outbox
from shared.consuming import Copy, Facts
from shared.database import Context, Database, Transaction
from shared.events.customers import CustomerState, Tier
from shared.events.planning import PromiseMade
from shared.kernel.ids import new_id
from shared.messaging.broker import groups_of, make_broker, subscribe
from shared.messaging.guard import Guard, Limits
from shared.publishing import Producer
from shared.relay import Relay

CONTEXT = Context("test")
EFFECTS = "CREATE TABLE effect (n bigint GENERATED ALWAYS AS IDENTITY, line uuid NOT NULL, version int NOT NULL)"
COPY = """CREATE TABLE customer_copy (customer_id uuid PRIMARY KEY, code text NOT NULL, tier text NOT NULL,
          sequence text NOT NULL, deleted boolean NOT NULL DEFAULT false)"""

metadata = sa.MetaData()
customer_copy = sa.Table(
    "customer_copy",
    metadata,
    sa.Column("customer_id", sa.UUID, primary_key=True),
    sa.Column("code", sa.Text),
    sa.Column("tier", sa.Text),
    sa.Column("sequence", sa.Text),
    sa.Column("deleted", sa.Boolean),
)


def promise(line: UUID, version: int) -> PromiseMade:
    """A fact to send; ``version`` tells one from the next."""
    return PromiseMade(
        line_id=line, line_version=version, plan_id=new_id(), plan_version=version, promised_on=date(2027, 1, 8)
    )


def state(customer: UUID, tier: Tier) -> CustomerState:
    """A state to send."""
    return CustomerState(
        customer_id=customer, code=f"C-{str(customer)[-6:]}", name="", unit_id=new_id(), tier=tier, kind="company"
    )


async def record_effect(tx: Transaction, fact: PromiseMade) -> None:
    """The plain effect: one row a fact."""
    await tx.raw.execute("INSERT INTO effect (line, version) VALUES ($1, $2)", fact.line_id, fact.line_version)


def facts(handler: Callable[[Transaction, PromiseMade], Awaitable[None]] = record_effect) -> Facts:
    """A consumer of promises."""
    return Facts(group="contracts.promise", topic="planning.promise.v1", handlers={PromiseMade: handler})


def copy() -> Copy:
    """A consumer of customers' states."""
    return Copy(
        group="contracts.customer-copy",
        topic="customers.customer.state.v1",
        event=CustomerState,
        table=customer_copy,
        row=lambda s: {"customer_id": s.customer_id, "code": s.code, "tier": s.tier},
    )


async def send(database: Database, *facts: object, states: Sequence[object] = ()) -> None:
    """One committed transaction with these facts and states."""

    async def work(tx: Transaction) -> None:
        await outbox.append(tx, facts, states=states)

    await database.run(work, CONTEXT)


@asynccontextmanager
async def relaying(database: Database, kafka: str, prefix: str, *, batch: int = 1000) -> AsyncIterator[Relay]:
    """A relay at work."""
    producer = Producer(kafka, prefix=prefix)
    relay = Relay(database.url, "/services/planning", producer)
    relay.batch = batch
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await producer.discard()


@asynccontextmanager
async def consuming(
    database: Database, kafka: str, prefix: str, *consumers: Facts | Copy, limits: Limits | None = None
) -> AsyncIterator[list[Guard]]:
    """Consumers at work, one guard a group."""
    producer = Producer(kafka, prefix=prefix)
    broker = make_broker(kafka, "test")
    guards = []
    for group in groups_of(consumers):
        guard = Guard(database, group.name, group.specs, producer, limits or Limits())
        subscribe(broker, group, guard, prefix=prefix, instance="0")
        guards.append(guard)
    await broker.start()
    try:
        yield guards
    finally:
        await broker.stop()
        await producer.discard()


async def until(check: Callable[[], Awaitable[object]], seconds: float = 30) -> None:
    """Wait until the check holds; AssertionError with what it last said otherwise."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        found = await check()
        if found is True:
            return
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {seconds} s: {found!r}")
        await asyncio.sleep(0.02)


async def rows(url: str, query: str, *arguments: object) -> list[asyncpg.Record]:
    """Read with a connection of the test's own."""
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(query, *arguments))
    finally:
        await connection.close()


async def prepare(url: str, *statements: str) -> None:
    """Run DDL."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def read_topic(kafka: str, topic: str) -> list[ConsumerRecord]:
    """Everything in a topic, per partition in order, with a bare client of the test's own."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = sorted(consumer.assignment())
        assert partitions, f"there is no topic {topic}"
        ends = await consumer.end_offsets(partitions)
        found: list[ConsumerRecord] = []
        while any([await consumer.position(p) < ends[p] for p in partitions]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                found += batch
        return found
    finally:
        await consumer.stop()


async def write_topic(kafka: str, topic: str, *raw: tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]) -> None:
    """Write raw records (key, value, headers), as a stranger could."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, max_request_size=4_000_000)
    await producer.start()
    try:
        for key, value, headers in raw:
            await producer.send_and_wait(topic, value, key=key, headers=headers)
    finally:
        await producer.stop()


def header(record: ConsumerRecord, name: str) -> str:
    """A header's text."""
    return str(dict(record.headers)[name].decode())


def again(record: ConsumerRecord) -> tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]:
    """The same record, to be written once more."""
    return record.key, record.value, list(record.headers)


def fact_headers(subject: UUID, number: int, **other: str) -> list[tuple[str, bytes]]:
    """Headers of a promise made by hand."""
    wanted = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": str(new_id()),
        "ce_source": "/services/planning",
        "ce_type": "planning.promise.made.v1",
        "ce_subject": str(subject),
        "ce_time": "2026-12-01T00:00:00Z",
        "ce_sequence": f"{number:020d}",
        **other,
    }
    return [(name, text.encode()) for name, text in wanted.items()]


def fact_value(line: UUID, version: int) -> bytes:
    """Data of a promise made by hand."""
    body = {"line_id": str(line), "line_version": version, "plan_id": str(new_id()), "plan_version": version}
    return json.dumps(body | {"promised_on": "2027-01-08"}).encode()
