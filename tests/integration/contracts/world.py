"""Contracts' own corner of the company: two units, their customers, products, and people with tokens.

Copies are written as the copier would; everything else goes through HTTP, as the units do it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import httpx

from services.contracts.agreement.commands.counting import apply_merges
from services.contracts.app import SERVICE
from shared.database import Context, Database, Transaction
from shared.events.customers import CustomerState
from shared.kernel.ids import stable_id
from shared.testing.api import api, headers, token

EAST, WEST = stable_id("department", "U-EAST"), stable_id("department", "U-WEST")
SPACE = UUID(int=11)
Json = dict[str, Any]


def customer_id(code: str) -> UUID:
    """The id of a test customer."""
    return uuid5(SPACE, code)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Person:
    """Somebody with a token."""

    id: UUID
    token: str


def person(*roles: str, unit: UUID | None = None) -> Person:
    """A person of a unit or another department."""
    made = uuid4()
    return Person(made, token(person=made, roles=roles, unit=unit))


class World:
    """The service, its people, and short words for what they do."""

    def __init__(self, client: httpx.AsyncClient, url: str, clock: Clock) -> None:
        self.client = client
        self.url = url
        self.clock = clock
        self.clerk, self.clerk2 = person("unit-clerk", unit=EAST), person("unit-clerk", unit=EAST)
        self.head, self.west_clerk = person("unit-head", unit=EAST), person("unit-clerk", unit=WEST)
        self.west_head, self.market = person("unit-head", unit=WEST), person("market")
        self.logistics, self.finance = person("logistics"), person("finance")
        self.leader = person("leadership")

    async def ask(self, who: Person, path: str, **query: Any) -> httpx.Response:
        """GET."""
        return await self.client.get(path, params=query, headers=headers(who.token))

    async def do(
        self, who: Person, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None, **kw: Any
    ) -> httpx.Response:
        """POST; an empty object where nothing need be said."""
        return await self.client.post(path, json=dict(body or {}), headers=headers(who.token, key, **kw))

    async def put(self, who: Person, path: str, body: Mapping[str, Any], version: int) -> httpx.Response:
        """PUT from a version."""
        return await self.client.put(path, json=dict(body), headers=headers(who.token, if_match=version))

    async def draft(self, *prices: str, customer: str = "C1", number: str | None = None) -> Json:
        """A draft of the customer's unit's clerk: one piece of P1 a price."""
        who = self.west_clerk if customer.startswith("W") else self.clerk
        body = {
            "number": number or f"HT-{uuid4().hex[:8]}",
            "customer_code": customer,
            "lines": [line(number, price) for number, price in enumerate(prices, 1)],
        }
        return dict(ok(await self.do(who, "/agreements", body), 201))

    async def submit(self, *prices: str, customer: str = "C1") -> Json:
        """A submitted contract."""
        drafted = await self.draft(*prices, customer=customer)
        return await self.move(drafted, "submit", who=self.west_clerk if customer.startswith("W") else self.clerk)

    async def move(self, agreement: Json, step: str, who: Person | None = None, **body: Any) -> Json:
        """A step that succeeds."""
        return dict(ok(await self.do(who or self.clerk, f"/agreements/{agreement['id']}/{step}", body)))

    async def signed(self, *prices: str, customer: str = "C1") -> Json:
        """A signed contract, approved by market where that is needed."""
        agreement = await self.submit(*prices, customer=customer)
        if agreement["approval_needed"]:
            agreement = await self.move(agreement, "approve", self.market)
        return await self.move(agreement, "sign", self.west_clerk if customer.startswith("W") else self.clerk)

    async def total(self, customer: str = "C1", year: int = 2026) -> str:
        """The customer's total as market sees it."""
        found = ok(await self.ask(self.market, f"/exposures/{customer}", year=year))
        return str(found["years"][0]["total"])

    async def rows(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """A look into the database."""
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    async def execute(self, query: str, *arguments: Any) -> None:
        """What the copier would have written."""
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(query, *arguments)
        finally:
            await connection.close()

    async def published(self, *types: str) -> list[Json]:
        """Outbox rows of these types, in order: type, subject and data."""
        import json

        found = await self.rows("SELECT type, aggregateid, payload FROM outbox ORDER BY position")
        return [
            {"type": row["type"], "subject": row["aggregateid"], **json.loads(row["payload"])}
            for row in found
            if not types or row["type"] in types
        ]

    async def merge(self, double: str, survivor: str) -> None:
        """Contracts hears that a customer was a double, as its copier tells it."""
        state = CustomerState(
            customer_id=customer_id(double),
            code=double,
            name="",
            unit_id=EAST,
            tier="general",
            kind="company",
            merged_into=customer_id(survivor),
        )
        database = Database(self.url, clock=self.clock)

        async def work(tx: Transaction) -> None:
            await tx.raw.execute(
                "UPDATE customer_copy SET merged_into = $2 WHERE customer_id = $1", state.customer_id, state.merged_into
            )
            await apply_merges(tx, [state])

        try:
            await database.run(work, Context("test"))
        finally:
            await database.close()

    async def policy(self, **values: str) -> None:
        """The approval policy, from now on."""
        import json

        versions = [{"version": 2, "effective_from": "2000-01-01", "values": values}]
        await self.execute(
            """INSERT INTO policy_copy (policy, versions, sequence) VALUES ('approval', $1, '1')
               ON CONFLICT (policy) DO UPDATE SET versions = excluded.versions""",
            json.dumps(versions),
        )


def line(number: int, price: str, quantity: str = "1", product: str = "P1", day: str = "2026-09-01") -> Json:
    """A line of a request."""
    return {
        "line_no": number,
        "product_code": product,
        "quantity": quantity,
        "unit_of_measure": "件",
        "unit_price": price,
        "requested_on": day,
    }


def ok(answer: httpx.Response, status: int = 200) -> Any:
    """The body of an answer that must be this."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    return answer.json()


def refused(answer: httpx.Response, status: int, code: str) -> Json:
    """The problem of an answer that must be this refusal."""
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{code}"), answer.text
    return dict(answer.json())


CUSTOMERS: Sequence[tuple[str, UUID]] = [("C1", EAST), ("C2", EAST), ("C3", EAST), ("C4", EAST), ("W1", WEST)]


async def fill(url: str) -> None:
    """What the copies hold."""
    connection = await asyncpg.connect(url)
    await connection.executemany(
        """INSERT INTO customer_copy (customer_id, code, name, unit_id, tier, kind, sequence)
           VALUES ($1, $2, $3, $4, 'general', 'company', '1')""",
        [(customer_id(code), code, f"{code}机械有限公司", unit) for code, unit in CUSTOMERS],
    )
    await connection.executemany(
        """INSERT INTO product_copy (product_id, code, name, unit_of_measure, active, sequence)
           VALUES ($1, $2, $2, '件', $3, '1')""",
        [(customer_id(code), code, active) for code, active in (("P1", True), ("P2", True), ("P-OLD", False))],
    )
    await connection.close()


@asynccontextmanager
async def made(url: str, pool: int = 10) -> AsyncIterator[World]:
    """A world on a fresh database, at noon of a June day in Shanghai."""
    await fill(url)
    clock = Clock(datetime(2026, 6, 1, 4, 0, tzinfo=UTC))
    async with api(SERVICE, url, clock=clock, pool=pool) as client:
        yield World(client, url, clock)


TODAY = date(2026, 6, 1)
