"""Faults 1, 2, 3 and 21: processes killed where it hurts, and two relays at once. The ledger must find nothing."""

import asyncio
import random
import uuid

import pytest

from tests.faults.conftest import Street
from tests.faults.ledger import topic_violations, violations
from tests.support import street as tools


async def settled(street: Street, count: int) -> list[str]:
    """Wait for all effects, then ask the ledger."""
    await street.effects_are(count)
    found = await violations(street.ledger, street.sender_database, street.receiver_database)
    return found + await topic_violations(street.kafka, street.topic)


def some_lines(count: int) -> list[uuid.UUID]:
    return [uuid.uuid4() for _ in range(count)]


@pytest.mark.fault(1)
@pytest.mark.parametrize("point", ["before-commit", "after-commit"])
async def test_an_api_killed_around_its_commit_loses_and_doubles_nothing(probe_street: Street, point: str) -> None:
    """Killed before the commit nothing happened; after it the fact goes out although nobody woke the relay, and the
    client's second try with the same key finds the first one's answer. Without the outbox: see the next test."""
    lines = some_lines(4)
    await probe_street.api.start(FAILPOINT=f"{point}:25:kill")
    await probe_street.relay.start()
    await probe_street.receiver.start()
    for process in (probe_street.api, probe_street.relay, probe_street.receiver):
        await process.ready()
    again = asyncio.create_task(probe_street.restart_when_dead(probe_street.api))
    await probe_street.ledger.drive(lines, range(1, 21))
    await again
    assert await settled(probe_street, 80) == []


@pytest.mark.fault(1)
async def test_without_the_outbox_a_kill_is_noticed(probe_street: Street) -> None:
    """The guard taken out: the request publishes by itself, before its commit; killed in between, a fact is out
    for a transaction that never was (I4), and the receiver gets records that no ledger explains."""
    line = uuid.uuid4()
    await probe_street.api.start(FAILPOINT="before-commit:5:kill", PROBE_WITHOUT="outbox")
    await probe_street.api.ready()
    again = asyncio.create_task(probe_street.restart_when_dead(probe_street.api, PROBE_WITHOUT="outbox"))
    await probe_street.ledger.drive([line], range(1, 11))
    await again
    stored = await tools.rows(probe_street.sender_database, "SELECT count(*) FROM sent")
    records = await tools.read_topic(probe_street.kafka, probe_street.topic)
    assert len(records) > stored[0][0], "a published fact without a committed row must show"


@pytest.mark.fault(1)
async def test_random_kills_of_every_process_lose_and_double_nothing(probe_street: Street) -> None:
    """Every second some process dies; a supervisor starts it again. The seed is fixed."""
    dice = random.Random(21)
    await probe_street.start()
    done = asyncio.Event()

    async def murder() -> None:
        while not done.is_set():
            victim = dice.choice([probe_street.api, probe_street.relay, probe_street.receiver])
            await victim.kill()
            await victim.start()
            await victim.ready("/health/live")
            await asyncio.sleep(dice.uniform(0.2, 1.0))

    killer = asyncio.create_task(murder())
    await probe_street.ledger.drive(some_lines(6), range(1, 61), pause=0.02)
    done.set()
    await killer
    assert await settled(probe_street, 360) == []


@pytest.mark.fault(2)
async def test_a_relay_killed_between_ack_and_mark_publishes_again_and_has_one_effect(probe_street: Street) -> None:
    """The batch is in the topic twice; the inbox lets it count once."""
    assert await _relay_killed_after_ack(probe_street) == []


@pytest.mark.fault(2)
async def test_without_the_inbox_the_doubles_are_noticed(probe_street: Street) -> None:
    """The guard taken out: inbox and cursors off, so the second copy counts again."""
    found = await _relay_killed_after_ack(probe_street, PROBE_WITHOUT="inbox")
    assert any("I2" in line for line in found), found


async def _relay_killed_after_ack(street: Street, **receiver: str) -> list[str]:
    lines = some_lines(3)
    await street.api.start()
    await street.api.ready()
    await street.ledger.drive(lines, range(1, 11))
    await street.relay.start(FAILPOINT="relay-acknowledged:1:kill")
    await street.receiver.start(**receiver)
    await street.restart_when_dead(street.relay)
    await street.receiver.ready()
    await street.ledger.drive(lines, range(11, 16))
    records = await _published(street, 75)
    assert len(records) >= 75, "the first batch must be in the topic twice for this test to say anything"
    return await settled(street, 45)


async def _published(street: Street, least: int) -> list[object]:
    records: list[object] = []

    async def enough() -> object:
        nonlocal records
        records = list(await tools.read_topic(street.kafka, street.topic))
        return len(records) >= least or len(records)

    await tools.until(enough)
    return records


@pytest.mark.fault(3)
async def test_a_consumer_killed_between_commit_and_offset_has_one_effect(probe_street: Street) -> None:
    """Kafka delivers the batch again; the inbox knows it."""
    assert await _consumer_killed_after_commit(probe_street) == []


@pytest.mark.fault(3)
async def test_without_the_inbox_the_second_delivery_is_noticed(probe_street: Street) -> None:
    """The guard taken out: what was applied before the kill is applied again after it."""
    found = await _consumer_killed_after_commit(probe_street, PROBE_WITHOUT="inbox")
    assert any("I2" in line for line in found), found


async def _consumer_killed_after_commit(street: Street, **receiver: str) -> list[str]:
    await street.api.start()
    await street.relay.start()
    await street.receiver.start(FAILPOINT="consumer-committed:2:kill", **receiver)
    await street.api.ready()
    again = asyncio.create_task(street.restart_when_dead(street.receiver, **receiver))
    await street.ledger.drive(some_lines(3), range(1, 21), pause=0.02)
    await again
    return await settled(street, 60)


@pytest.mark.fault(21)
async def test_two_relays_at_once_and_a_lost_lock_keep_the_order(probe_street: Street) -> None:
    """One leads, the other waits; the leader's connection is cut again and again, and leadership moves."""
    assert await _two_relays(probe_street) == []


@pytest.mark.fault(21)
async def test_without_the_lock_two_relays_are_noticed(probe_street: Street) -> None:
    """The guard taken out: both lead. One is stopped after it read a batch; what it sends when it wakes is old, so the
    topic holds everything twice although no connection and no broker failed."""
    lines = some_lines(2)
    await probe_street.api.start()
    await probe_street.api.ready()
    await probe_street.ledger.drive(lines, range(1, 11))
    first = probe_street.relay
    second = probe_street.another(first)
    await first.start(PROBE_WITHOUT="lock", FAILPOINT="relay-selected:1:stop")
    try:

        async def stopped() -> object:
            reading = await tools.rows(
                probe_street.sender_database,
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'relay'"
                " AND datname = current_database() AND query LIKE '%FROM outbox%' AND state = 'idle'",
            )
            return reading[0][0] == 1

        await tools.until(stopped)
        await second.start(PROBE_WITHOUT="lock")
        await _published(probe_street, 20)
        first.child.send_signal(18)  # type: ignore[union-attr]  # SIGCONT
        assert len(await _published(probe_street, 40)) == 40
    finally:
        await second.kill()


async def _two_relays(street: Street) -> list[str]:
    second = street.another(street.relay)
    await street.start()
    await second.start()
    try:
        await second.ready("/health/live")
        driving = asyncio.create_task(street.ledger.drive(some_lines(5), range(1, 81), pause=0.02))
        while not driving.done():
            await asyncio.sleep(0.4)
            await tools.rows(
                street.sender_database,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'relay' AND datname = current_database()"
                " AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)",
            )
        await driving
        return await settled(street, 400)
    finally:
        await second.kill()
