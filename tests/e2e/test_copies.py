"""After the path: copies equal their owners, topics are in order, and nothing was left lying. This looks by SQL."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import httpx
import pytest

from services.complaints.app import SERVICE as COMPLAINTS
from services.contracts.app import SERVICE as CONTRACTS
from services.customers.app import SERVICE as CUSTOMERS
from services.planning.app import SERVICE as PLANNING
from shared.consuming import Copy
from tests.e2e.copies import COPIES, OWNERS, Copied, differences
from tests.e2e.path import Path
from tests.e2e.suite import SERVICES, Suite, topics_of
from tests.e2e.waiting import eventually
from tests.faults.ledger import topic_violations
from tests.support.street import header, read_topic, rows

pytestmark = pytest.mark.asyncio(loop_scope="session")
Connections = dict[str, "asyncpg.Connection[asyncpg.Record]"]


@asynccontextmanager
async def connected(suite: Suite) -> AsyncIterator[Connections]:
    """A connection to each service's database."""
    async with AsyncExitStack() as stack:
        made: Connections = {}
        for name, url in suite.databases.items():
            made[name] = await asyncpg.connect(url)
            stack.push_async_callback(made[name].close)
        yield made


async def compare(copied: Copied, databases: Connections) -> list[str]:
    """Where a copy differs from its owner."""
    return await differences(copied, databases[OWNERS[copied.entity][0]], databases[copied.service])


async def test_every_copy_is_compared() -> None:
    declared = {
        (service.name, consumer.table.name)
        for service in (CUSTOMERS, CONTRACTS, PLANNING, COMPLAINTS)
        for consumer in service.consumers
        if isinstance(consumer, Copy)
    }
    assert {(copied.service, copied.table) for copied in COPIES} == declared


async def test_copies_equal_their_owners(path: Path) -> None:
    """I7, entity by entity, once everything has arrived; and a single wrong cell would show."""
    await path.walked()
    async with connected(path.company.suite) as databases:

        async def all_of_them() -> list[str]:
            return [found for copied in COPIES for found in await compare(copied, databases)]

        await eventually(all_of_them, lambda found: not found, what="equality of all copies")
        for copied in COPIES:
            assert await databases[copied.service].fetchval(f"SELECT count(*) FROM {copied.table}"), copied


async def test_a_single_wrong_cell_in_a_copy_is_noticed(path: Path) -> None:
    """The comparison itself is worth something."""
    await path.walked()
    copied = next(one for one in COPIES if one.table == "firm_line")
    async with connected(path.company.suite) as databases:
        keeper = databases[copied.service]
        transaction = keeper.transaction()
        await transaction.start()
        one = "(SELECT line_id FROM firm_line ORDER BY line_id LIMIT 1)"
        line = await keeper.fetchval(
            f"UPDATE firm_line SET shipped = shipped + 1 WHERE line_id = {one} RETURNING line_id"
        )
        assert await compare(copied, databases) == [f"line in planning: {line} differs"]
        await transaction.rollback()


@pytest.mark.parametrize("topic", topics_of("fact"))
async def test_the_numbers_of_a_fact_topics_subjects_have_no_gap(path: Path, topic: str) -> None:
    """I3 in the topic, whatever else was done in the suite before."""
    await path.walked()
    suite = path.company.suite
    assert await suite.facts(topic), "the path leads over every topic"
    assert await topic_violations(suite.kafka, suite.prefix + topic) == []


@pytest.mark.parametrize("topic", topics_of("state"))
async def test_the_states_of_a_topics_subjects_never_go_back(path: Path, topic: str) -> None:
    await path.walked()
    suite, last = path.company.suite, dict[str, str]()
    records = await read_topic(suite.kafka, suite.prefix + topic)
    assert records, "the path leads over every topic"
    for record in records:
        subject, sequence = header(record, "ce_subject"), header(record, "ce_sequence")
        assert last.get(subject, "") <= sequence, subject
        last[subject] = sequence


async def test_nothing_was_left_lying(path: Path, http: httpx.AsyncClient) -> None:
    """No dead letter, nothing held back, nothing unsent, no consumer behind or stopped."""
    await path.walked()
    suite = path.company.suite
    dead = await asyncio.gather(*(read_topic(suite.kafka, suite.prefix + topic) for topic in topics_of("dlq")))
    assert [len(records) for records in dead] == [0] * len(dead)
    for service in SERVICES:
        counts = {
            table: f"SELECT count(*) FROM {table}" for table in ("outbox", "held", "dead_letter", "consumer_stop")
        }

        async def left(service: str = service, counts: dict[str, str] = counts) -> dict[str, int]:
            found = [await rows(suite.databases[service], query) for query in counts.values()]
            return {table: row[0][0] for table, row in zip(counts, found, strict=True) if row[0][0]}

        await eventually(left, lambda found: not found, what=f"rest in {service}")

        async def behind(service: str = service) -> dict[str, int]:
            told = json.loads((await http.get(f"{suite.workers[service].url}/health/ready")).text)
            return {group: lag for group, lag in told["lag"].items() if lag}

        await eventually(behind, lambda found: not found, what=f"consumers of {service}")
