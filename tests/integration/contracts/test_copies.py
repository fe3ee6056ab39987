"""What contracts hears over a real Kafka: customers and their merges, products, policies, promises."""

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID, uuid4

import pytest

from services.contracts.app import SERVICE
from shared.consuming import Facts
from shared.database import Database
from shared.events.customers import CustomerState, DepartmentState, PolicyState, PolicyVersion
from shared.events.planning import ProductState, PromiseMade
from shared.events.registry import BY_CLASS
from tests.integration.contracts.world import EAST, World, customer_id, made, ok, refused
from tests.support import street, topics
from tests.support.servers import Addresses


def customer(code: str, into: str | None = None) -> CustomerState:
    return CustomerState(
        customer_id=customer_id(code),
        code=code,
        name=code,
        unit_id=EAST,
        tier="general",
        kind="company",
        merged_into=customer_id(into) if into else None,
    )


STATES = (
    DepartmentState(department_id=EAST, code="U-EAST", name="华东", kind="unit"),
    PolicyState(
        policy="approval",
        versions=(
            PolicyVersion(
                version=4, effective_from=date(2026, 1, 1), values={"limit": "100.00", "approver_roles": "market"}
            ),
        ),
    ),
    ProductState(product_id=uuid4(), code="P-NEW", name="新产品", unit_of_measure="台"),
    customer("N1"),
    customer("N2"),
)


@pytest.mark.rule("K1")
async def test_customers_products_policies_and_promises_arrive_and_merges_are_applied(
    servers: Addresses, topic_prefix: str, street_database: str, service_database: Callable[[str], Awaitable[str]]
) -> None:
    url = await service_database("contracts")
    heard = {spec.topic for spec in SERVICE.consumers} | {f"{spec.group}.dlq" for spec in SERVICE.consumers}
    await topics.create(servers.kafka, topic_prefix, heard)
    others, mine = Database(street_database), Database(url)
    try:
        async with (
            made(url) as world,
            street.relaying(others, servers.kafka, topic_prefix),
            street.consuming(mine, servers.kafka, topic_prefix, *SERVICE.consumers),
        ):
            await street.send(others, states=STATES)
            await street.until(lambda: _known(world, "SELECT count(*) = 2 FROM customer_copy WHERE code LIKE 'N_'"))
            await street.until(lambda: _known(world, "SELECT count(*) = 1 FROM product_copy WHERE code = 'P-NEW'"))
            await street.until(lambda: _known(world, "SELECT count(*) = 1 FROM department_copy"))
            await street.until(lambda: _known(world, "SELECT count(*) = 1 FROM policy_copy"))
            one, two = await world.submit("60.00", customer="N1"), await world.submit("60.00", customer="N2")
            assert (one["approval_needed"], one["policy_version"]) == (False, 4)
            await street.send(others, states=[customer("N2", "N1")])
            await street.until(lambda: _known(world, "SELECT count(*) = 1 FROM exposure WHERE total = 120"))
            refused(await world.do(world.clerk, f"/agreements/{two['id']}/sign"), 409, "approval-needed")
            await world.move(one, "approve", world.market)
            signed = await world.move(one, "sign")
            await _promised(world, others, signed["lines"][0]["id"])
    finally:
        await others.close()
        await mine.close()


async def _known(world: World, question: str) -> object:
    return (await world.rows(question))[0][0]


async def _promised(world: World, planning: Database, line_id: str) -> None:
    """Two plans speak of the line; the copy of the older one, come late, changes nothing."""
    facts = [
        PromiseMade(
            line_id=UUID(line_id),
            line_version=2,
            plan_id=uuid4(),
            plan_version=plan,
            promised_on=date(2026, 9, day),
        )
        for plan, day in ((2, 8), (1, 4))
    ]
    await street.send(planning, *facts)
    await street.until(lambda: _known(world, "SELECT count(*) = 2 FROM promise_history WHERE plan_id IS NOT NULL"))
    detail = ok(await world.ask(world.clerk, f"/lines/{line_id}"))
    assert detail["promised_on"] == "2026-09-08"
    assert [entry["outcome"] for entry in detail["dates"]] == ["requested", "applied", "superseded-plan"]


def test_every_consumer_reads_the_topic_of_its_event() -> None:
    for spec in SERVICE.consumers:
        events = spec.handlers if isinstance(spec, Facts) else [spec.event]
        assert {BY_CLASS[event].topic for event in events} == {spec.topic}
