"""Complaints on the street: what others publish arrives in its copies, what it decides leaves in order. Real Kafka."""

from collections.abc import Awaitable, Callable

import pytest

from services.complaints.app import SERVICE
from shared.database import Database
from shared.events.contracts import LineState
from shared.events.customers import CustomerState
from tests.integration.complaints import world
from tests.integration.complaints.world import Desk, offered
from tests.support import street, topics
from tests.support.servers import Addresses

TOPICS = {consumer.topic for consumer in SERVICE.consumers}
DEAD = {f"{consumer.group}.dlq" for consumer in SERVICE.consumers}
OUT = "complaints.complaint.v1"


@pytest.mark.rule("Q1")
async def test_states_arrive_over_kafka_and_the_complaints_facts_leave_in_order(
    servers: Addresses,
    topic_prefix: str,
    street_database: str,
    service_database: Callable[[str], Awaitable[str]],
) -> None:
    await topics.create(servers.kafka, topic_prefix, {*TOPICS, *DEAD, OUT})
    url = await service_database("complaints")
    others, mine = Database(street_database, pool=2), Database(url, pool=4)
    try:
        await street.send(others, states=[*world.organisation(), *world.trade()])
        async with (
            street.relaying(others, servers.kafka, topic_prefix),
            street.consuming(mine, servers.kafka, topic_prefix, *SERVICE.consumers),
        ):

            async def heard() -> object:
                counts = await street.rows(
                    url,
                    "SELECT (SELECT count(*) FROM customer_copy) + (SELECT count(*) FROM line_copy) "
                    "+ (SELECT count(*) FROM shipment_copy) + (SELECT count(*) FROM department_copy) "
                    "+ (SELECT count(*) FROM person_copy)",
                )
                return counts[0][0] == len(world.organisation()) + len(world.trade()) or counts[0][0]

            await street.until(heard)
        async with world.opened_desk(url) as desk:
            found = await desk.record()
            await desk.post("clerk", f"/complaints/{found['id']}/escalate", {})
            await desk.post("inspector", f"/complaints/{found['id']}/accept", {})
        async with street.relaying(mine, servers.kafka, topic_prefix) as relay:

            async def published() -> object:
                return relay.state.published == 3 or relay.state.published

            await street.until(published)
        records = await street.read_topic(servers.kafka, topic_prefix + OUT)
        assert [street.header(record, "ce_type").split(".")[2] for record in records] == [
            "received",
            "escalated",
            "accepted",
        ]
        assert [int(street.header(record, "ce_sequence")) for record in records] == [1, 2, 3]
        assert {record.key for record in records} == {found["id"].encode()}
        assert street.header(records[2], "ce_actorid") == str(world.person("inspector"))
    finally:
        await others.close()
        await mine.close()


@pytest.mark.rule("Q1")
async def test_a_stale_state_changes_no_copy_and_a_tombstone_makes_the_thing_unknown(desk: Desk) -> None:
    await world.hear(desk.database, [world.customer_state("C-1", unit="DY-2")], sequence=5)
    await world.hear(desk.database, [world.customer_state("C-1", unit="DY-1")], sequence=4)
    assert (await desk.post("clerk", "/complaints", offered())).json()["type"] == "/problems/not-yet-known"
    await world.hear(desk.database, [world.customer_state("C-1", unit="DY-1")], sequence=6)
    assert (await desk.post("clerk", "/complaints", offered())).status_code == 201
    await world.forget(desk.database, CustomerState, world.customer("C-1"), sequence=7)
    await world.forget(desk.database, LineState, world.line_id("HT-2", 1), sequence=7)
    assert (await desk.post("clerk", "/complaints", offered())).json()["field"] == "customer_code"
    second = offered(customer_code="C-2", agreement_number="HT-2", batch_number="B-3")
    assert (await desk.post("clerk", "/complaints", second)).json()["field"] == "line_no"


async def test_a_refused_step_publishes_nothing(desk: Desk) -> None:
    found = await desk.record()
    before = len(await desk.facts())
    await desk.post("clerk", f"/complaints/{found['id']}/close", {})
    await desk.post("inspector", f"/complaints/{found['id']}/accept", {})
    assert len(await desk.facts()) == before


async def test_a_state_in_structured_mode_is_taken_too(desk: Desk) -> None:
    await world.hear_structured(desk.database, world.customer_state("C-5"), sequence=1)
    new = offered(customer_code="C-5", agreement_number=None, line_no=None, batch_number=None)
    assert (await desk.post("clerk", "/complaints", new)).status_code == 201
