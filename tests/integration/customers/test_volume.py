"""C1 on the street: what contracts sign reaches the customer's volume over Kafka, once and in its year."""

import asyncio
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from services.customers.app import announce_policies
from services.customers.volume.consumers import CONSUMERS
from shared.database import Database
from shared.events.contracts import AGREEMENT, AgreementCancelled, AgreementSigned
from shared.events.registry import BY_CLASS
from shared.kernel.ids import new_id
from shared.service import Running
from shared.settings import ServiceSettings
from shared.telemetry import logger
from tests.integration.customers.conftest import Company
from tests.support import street, topics
from tests.support.servers import Addresses


@pytest.mark.rule("C1")
async def test_what_contracts_sign_and_cancel_reaches_the_volume(
    company: Company, street_database: str, servers: Addresses, topic_prefix: str
) -> None:
    await topics.create(servers.kafka, topic_prefix, {AGREEMENT, "customers.volume.dlq"})
    made = await company.register()
    key, agreements = UUID(made["customer_id"]), [new_id() for _ in range(20)]
    contracts, customers = Database(street_database), Database(company.url)
    try:
        async with (
            street.relaying(contracts, servers.kafka, topic_prefix),
            street.consuming(customers, servers.kafka, topic_prefix, *CONSUMERS),
        ):
            for number, agreement in enumerate(agreements):
                signed = AgreementSigned(
                    agreement_id=agreement,
                    number=f"HT{number}",
                    customer_id=key,
                    unit_id=new_id(),
                    signed_on=date(2026, 1, 5),
                    amount=Decimal("100.10"),
                )
                await street.send(contracts, signed)
            gone = AgreementCancelled(
                agreement_id=agreements[0],
                customer_id=key,
                signed_amounts={"2026": Decimal("100.10")},
            )
            await street.send(contracts, gone)

            async def counted() -> object:
                rows = await company.rows("SELECT year, signed FROM volume")
                return rows == [{"year": 2026, "signed": Decimal("1901.90")}] or rows

            await street.until(counted)
    finally:
        await contracts.close()
        await customers.close()
    recorded = [data for type_, data in await company.published() if "volume" in type_]
    assert (len(recorded), recorded[-1]["signed"]) == (21, "1901.90")


async def test_the_worker_announces_the_policies_that_nobody_was_told_of(company: Company) -> None:
    connection = await company.rows("UPDATE policy SET announced = (policy <> 'approval') RETURNING policy")
    assert len(connection) == 5
    before = await company.position()
    database = Database(company.url)
    settings = ServiceSettings(name="customers", database=company.url)
    job = asyncio.create_task(
        announce_policies(Running(database=database, settings=settings, clock=company.time, log=logger("test")))
    )
    try:

        async def told() -> object:
            return [data["policy"] for _, data in await company.published(before)] == ["approval"]

        await street.until(told)
        assert not job.done()
    finally:
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        await database.close()


def test_only_what_is_published_is_consumed() -> None:
    for consumer in CONSUMERS:
        assert {BY_CLASS[event].topic for event in consumer.handlers} == {consumer.topic}
