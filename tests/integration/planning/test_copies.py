"""P1: what other services publish on Kafka reaches planning's copies, the newest state winning."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.planning.app import SERVICE
from shared.database import Database
from shared.events.customers import DepartmentState, PersonState, PolicyState, PolicyVersion
from shared.kernel.ids import new_id
from tests.integration.planning.world import a_customer, a_line, unit_id
from tests.support import topics
from tests.support.servers import Addresses
from tests.support.street import consuming, relaying, rows, send, until

pytestmark = pytest.mark.rule("P1")


async def test_public_states_become_copies(
    servers: Addresses, topic_prefix: str, street_database: str, service_database: Callable[[str], Awaitable[str]]
) -> None:
    heard = {spec.topic for spec in SERVICE.consumers} | {f"{spec.group}.dlq" for spec in SERVICE.consumers}
    await topics.create(servers.kafka, topic_prefix, heard)
    owner = Database(street_database, name="test-owner", pool=2)
    planning = Database(await service_database("planning"), name="test-planning", pool=4)
    line = a_line(1, "P-A", "30", "2026-12-18")
    policy = PolicyVersion(version=1, effective_from=date(2000, 1, 1), values={"due_day": "20"})
    states = [
        line,
        replace(line, version=2, shipped=Decimal("12.5")),
        a_customer("key"),
        DepartmentState(department_id=unit_id("HB"), code="HB", name="华北业务部", kind="unit"),
        PersonState(person_id=new_id(), department_id=unit_id("HB"), roles=("unit-clerk",)),
        PolicyState(policy="demand-plan", versions=(policy,)),
    ]
    for state in states:
        await send(owner, states=[state])

    async def all_there() -> object:
        found = await rows(
            planning.url,
            "SELECT (SELECT array_agg((version, shipped)) FROM firm_line) AS lines, "
            "(SELECT array_agg(tier) FROM customer_copy) AS tiers, "
            "(SELECT array_agg(code) FROM department_copy) AS units, "
            "(SELECT array_agg(policy) FROM policy_copy) AS policies",
        )
        wanted = ([(2, Decimal("12.5"))], ["key"], ["HB"], ["demand-plan"])
        return tuple(found[0]) == wanted or tuple(found[0])

    async with relaying(owner, servers.kafka, topic_prefix):
        async with consuming(planning, servers.kafka, topic_prefix, *SERVICE.consumers):
            await until(all_there)
    await owner.close()
    await planning.close()
