"""Fault 4: the broker dies, freezes and comes back. HTTP goes on answering 2xx, and afterwards nothing is missing."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local import servers as embedded
from tests.faults.conftest import Street, laid
from tests.faults.ledger import violations
from tests.support import street as tools


@pytest.fixture(scope="module")
def own_servers() -> Iterator[embedded.Servers]:
    """Servers that this module may kill."""
    folder = embedded.scratch_folder("faults")
    made = embedded.start(folder)
    try:
        yield made
    finally:
        made.stop()
        embedded.forget(folder)


@pytest.fixture
async def street(own_servers: embedded.Servers, tmp_path: Path) -> AsyncIterator[Street]:
    prefix = f"t{uuid.uuid4().hex[:10]}."
    async with laid(own_servers.kafka, own_servers.database_admin, prefix, tmp_path) as made:
        yield made


async def _driven_over(street: Street, fault: "asyncio.Future[None]") -> list[str]:
    """Drive requests until the fault is over and a little longer; what the ledger finds when all has arrived."""
    driving = True
    count = 0
    lines = [uuid.uuid4() for _ in range(4)]

    async def drive() -> None:
        nonlocal count
        while driving:
            count += 1
            await street.ledger.drive(lines, range(count, count + 1), pause=0.02)

    going = asyncio.create_task(drive())
    await fault
    driving = False
    await going
    await street.effects_are(4 * count, seconds=90)
    assert set(street.ledger.statuses) == {201}, "HTTP must not notice the broker"
    assert street.ledger.slowest < 20, "nothing in a request waits for Kafka"
    return await violations(street.ledger, street.sender_database, street.receiver_database)


@pytest.mark.fault(4)
async def test_http_goes_on_over_a_killed_broker(street: Street, own_servers: embedded.Servers) -> None:
    """kill -9, two seconds of nothing, start. With a relay that published from the request (the outbox taken out, as in
    test_kills) every request in those seconds would fail."""
    await street.start()

    async def fault() -> None:
        await asyncio.sleep(1)
        own_servers.kafka_server.kill()
        await asyncio.sleep(2)
        await asyncio.to_thread(own_servers.kafka_server.start)
        await asyncio.sleep(1)

    assert await _driven_over(street, asyncio.ensure_future(fault())) == []


@pytest.mark.fault(4)
async def test_http_goes_on_over_a_frozen_broker(street: Street, own_servers: embedded.Servers) -> None:
    """SIGSTOP for longer than a session, then SIGCONT: clients hang rather than fail, and recover all the same."""
    await street.start()

    async def fault() -> None:
        await asyncio.sleep(1)
        own_servers.kafka_server.pause()
        await asyncio.sleep(15)
        own_servers.kafka_server.resume()
        await asyncio.sleep(1)

    assert await _driven_over(street, asyncio.ensure_future(fault())) == []


@pytest.mark.fault(4)
async def test_without_the_outbox_a_dead_broker_fails_requests(street: Street, own_servers: embedded.Servers) -> None:
    """The guard taken out: the request publishes by itself, so with the broker down it is not answered 201."""
    await street.api.start(PROBE_WITHOUT="outbox")
    await street.api.ready()
    own_servers.kafka_server.kill()
    try:
        trying = asyncio.create_task(street.ledger.drive([uuid.uuid4()], range(1, 2)))
        done, _ = await asyncio.wait([trying], timeout=5)
        assert street.ledger.acknowledged == set()
        assert not done or trying.exception() is not None
        trying.cancel()
        await asyncio.gather(trying, return_exceptions=True)
    finally:
        await asyncio.to_thread(own_servers.kafka_server.start)
    stored = await tools.rows(street.sender_database, "SELECT count(*) FROM sent")
    assert stored[0][0] == 0
