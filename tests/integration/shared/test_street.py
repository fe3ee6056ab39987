"""The street on real servers: outbox, relay, facts in sequence, copies by version."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from cloudevents.core.formats.json import JSONFormat

from shared.database import Database, Transaction
from shared.kernel.ids import new_id
from tests.support import street, topics
from tests.support.servers import Addresses

PROMISES = "planning.promise.v1"
CUSTOMERS = "customers.customer.state.v1"


@pytest.fixture
async def database(street_database: str) -> AsyncIterator[Database]:
    await street.prepare(street_database, street.EFFECTS, street.COPY)
    database = Database(street_database)
    yield database
    await database.close()


@pytest.fixture
async def prefix(servers: Addresses, topic_prefix: str) -> str:
    await topics.create(servers.kafka, topic_prefix, {PROMISES, CUSTOMERS, "contracts.promise.dlq"})
    return topic_prefix


async def test_facts_reach_the_other_side_once_and_in_sequence(
    database: Database, servers: Addresses, prefix: str
) -> None:
    lines = [new_id() for _ in range(5)]
    async with (
        street.relaying(database, servers.kafka, prefix),
        street.consuming(database, servers.kafka, prefix, street.facts()),
    ):
        for version in range(1, 41):
            await asyncio.gather(*(street.send(database, street.promise(line, version)) for line in lines))

        async def applied() -> object:
            count = (await street.rows(database.url, "SELECT count(*) FROM effect"))[0][0]
            return count == 200 or count

        await street.until(applied)
    for line in lines:
        found = await street.rows(database.url, "SELECT version FROM effect WHERE line = $1 ORDER BY n", line)
        assert [row["version"] for row in found] == list(range(1, 41))
    assert await street.rows(database.url, "SELECT 1 FROM outbox") == []


async def test_nothing_is_published_for_a_transaction_that_rolled_back(
    database: Database, servers: Addresses, prefix: str
) -> None:
    from shared import outbox

    line = new_id()

    async def fails(tx: Transaction) -> None:
        await outbox.append(tx, [street.promise(line, 1)])
        raise RuntimeError("changed its mind")

    with pytest.raises(RuntimeError):
        await database.run(fails, street.CONTEXT)
    async with street.relaying(database, servers.kafka, prefix) as relay:
        await street.send(database, street.promise(line, 2))

        async def published() -> object:
            return relay.state.published == 1

        await street.until(published)
    records = await street.read_topic(servers.kafka, prefix + PROMISES)
    assert [street.header(r, "ce_sequence") for r in records] == ["00000000000000000001"]
    assert b'"line_version":2' in (records[0].value or b"")


async def test_the_wire_is_cloudevents_binary_mode(database: Database, servers: Addresses, prefix: str) -> None:
    line = new_id()
    async with street.relaying(database, servers.kafka, prefix) as relay:
        await street.send(database, street.promise(line, 1))

        async def published() -> object:
            return relay.state.published == 1

        await street.until(published)
    (record,) = await street.read_topic(servers.kafka, prefix + PROMISES)
    raw = dict(record.headers)
    assert raw["ce_specversion"] == b"1.0"
    assert raw["content-type"] == b"application/json"
    assert record.key == str(line).encode() == raw["ce_partitionkey"] == raw["ce_subject"]
    assert raw["ce_correlationid"] == b"test"
    event = from_binary_event(KafkaMessage(headers=raw, key=record.key, value=record.value), JSONFormat())
    assert event.get_type() == "planning.promise.made.v1"
    assert event.get_source() == "/services/planning"
    assert event.get_subject() == str(line)
    data = event.get_data()
    assert isinstance(data, dict)
    assert data["line_version"] == 1


async def test_copies_take_the_newest_state_and_drop_what_is_stale(
    database: Database, servers: Addresses, prefix: str
) -> None:
    customer, other = new_id(), new_id()
    async with (
        street.relaying(database, servers.kafka, prefix),
        street.consuming(database, servers.kafka, prefix, street.copy()),
    ):
        await street.send(database, states=[street.state(customer, "general")])
        await street.send(database, states=[street.state(customer, "key"), street.state(other, "reserve")])

        async def copied() -> object:
            found = await street.rows(database.url, "SELECT tier FROM customer_copy ORDER BY tier")
            return [row["tier"] for row in found] == ["key", "reserve"]

        await street.until(copied)
        old = [
            r for r in await street.read_topic(servers.kafka, prefix + CUSTOMERS) if b'"general"' in (r.value or b"")
        ]
        await street.write_topic(servers.kafka, prefix + CUSTOMERS, street.again(old[0]))
        await street.send(database, states=[street.state(other, "strategic")])

        async def after() -> object:
            found = await street.rows(database.url, "SELECT tier FROM customer_copy ORDER BY tier")
            return [row["tier"] for row in found] == ["key", "strategic"]

        await street.until(after)
    sequences = await street.rows(database.url, "SELECT sequence FROM customer_copy WHERE customer_id = $1", customer)
    assert sequences[0]["sequence"] == "0001-00000000000000000002"


async def test_the_outbox_stays_small_however_much_went_through_it(
    database: Database, servers: Addresses, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cleared rows are dead rows until a VACUUM; the relay runs it by count, whatever the server's settings."""
    from shared import outbox, relay

    monkeypatch.setattr(relay, "VACUUM_EVERY", 1_000)
    await street.prepare(database.url, "ALTER TABLE outbox SET (autovacuum_enabled = off)")
    line = new_id()

    async def many(tx: Transaction) -> None:
        await outbox.append(tx, [street.promise(line, version) for version in range(1, 501)])

    async with street.relaying(database, servers.kafka, prefix) as at_work:
        for round_ in range(1, 13):
            await database.run(many, street.CONTEXT)

            async def published(wanted: int = round_ * 500) -> object:
                return at_work.state.published == wanted or at_work.state.published

            await street.until(published)
    one_round = 500 * 700  # bytes: a row of this size, five hundred times
    size = (await street.rows(database.url, "SELECT pg_relation_size('outbox')"))[0][0]
    assert size < 5 * one_round, "twelve rounds went through; the room of a few must do"


async def test_many_commits_wake_the_relay_by_few_notifications(database: Database) -> None:
    """NOTIFY takes a lock over all commits of the cluster, so one stands for those of the last milliseconds."""
    import asyncpg

    heard: list[object] = []
    listener = await asyncpg.connect(database.url)
    await listener.add_listener("outbox", lambda *args: heard.append(args))
    try:
        for _ in range(10):
            await asyncio.gather(*(street.send(database, street.promise(new_id(), 1)) for _ in range(20)))

        async def woken() -> object:
            await listener.execute("SELECT 1")
            return len(heard) > 0

        await street.until(woken)
    finally:
        await listener.close()
    assert len(heard) < 100, "200 commits must not be 200 notifications"


async def test_the_stored_trace_goes_with_the_fact(database: Database, servers: Addresses, prefix: str) -> None:
    """What asked for it decides the trace, not when or by which relay it is published."""
    from shared import outbox
    from shared.database import Context

    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    line, actor, unit = new_id(), new_id(), new_id()

    async def work(tx: Transaction) -> None:
        await outbox.append(tx, [street.promise(line, 1)])

    context = Context("asked-42", causation_id="cause", actor_id=actor, unit_id=unit, traceparent=trace)
    await database.run(work, context)
    async with street.relaying(database, servers.kafka, prefix) as relay:

        async def published() -> object:
            return relay.state.published == 1

        await street.until(published)
    (record,) = await street.read_topic(servers.kafka, prefix + PROMISES)
    assert street.header(record, "traceparent") == trace
    assert street.header(record, "ce_correlationid") == "asked-42"
    assert street.header(record, "ce_causationid") == "cause"
    assert street.header(record, "ce_actorid") == str(actor)
    assert street.header(record, "ce_unitid") == str(unit)
