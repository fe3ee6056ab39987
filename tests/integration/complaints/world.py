"""A small company as complaints hears of it, fed through the service's own table of copies; its people's clients."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import msgspec

from services.complaints.app import SERVICE
from shared.consuming import Copy
from shared.database import Context, Database, Transaction
from shared.envelope import Outgoing, encode
from shared.events.contracts import LineState, ShipmentState
from shared.events.customers import CustomerState, DepartmentState, PersonState
from shared.events.registry import BY_CLASS, Published, describe
from shared.kernel.ids import new_id, stable_id
from shared.messaging.copies import apply_batch
from shared.messaging.facts import Tally
from shared.messaging.record import Record
from shared.testing import api as testing

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
KINDS = {
    "DY-1": "unit",
    "DY-2": "unit",
    "SC": "market",
    "ZJ": "quality",
    "SCB": "production",
    "WL": "logistics",
    "QG": "enterprise-management",
    "LD": "leadership",
}
PEOPLE = {
    "clerk": ("DY-1", "unit-clerk"),
    "colleague": ("DY-1", "unit-clerk"),
    "stranger": ("DY-2", "unit-clerk"),
    "market": ("SC", "market"),
    "inspector": ("ZJ", "quality"),
    "maker": ("SCB", "production"),
    "shipper": ("WL", "logistics"),
    "assessor": ("QG", "enterprise-management"),
    "director": ("LD", "leadership"),
}


def department(code: str) -> UUID:
    """A department's id."""
    return stable_id("department", code)


def person(name: str) -> UUID:
    """A person's id."""
    return stable_id("person", name)


def customer(code: str) -> UUID:
    """A customer's id."""
    return stable_id("customer", code)


def line_id(agreement: str, number: int) -> UUID:
    """A contract line's id."""
    return stable_id("line", f"{agreement}/{number}")


def customer_state(code: str, unit: str = "DY-1", merged_into: str | None = None) -> CustomerState:
    """A customer of a unit."""
    return CustomerState(
        customer_id=customer(code),
        code=code,
        name=f"{code}机械有限公司",
        unit_id=department(unit),
        tier="key",
        kind="company",
        merged_into=customer(merged_into) if merged_into else None,
    )


def line_state(agreement: str, number: int, of: str, unit: str = "DY-1") -> LineState:
    """A signed line of a customer's contract."""
    return LineState(
        line_id=line_id(agreement, number),
        version=1,
        agreement_id=stable_id("agreement", agreement),
        agreement_number=agreement,
        line_no=number,
        customer_id=customer(of),
        unit_id=department(unit),
        product_code="P-01",
        quantity=Decimal("10"),
        unit_of_measure="件",
        requested_on=date(2026, 10, 20),
        shipped=Decimal("0"),
        status="signed",
    )


def shipment_state(agreement: str, number: int, of: str, batch: str) -> ShipmentState:
    """Goods that left on a line."""
    return ShipmentState(
        shipment_id=stable_id("shipment", f"{agreement}/{number}/{batch}"),
        line_id=line_id(agreement, number),
        agreement_id=stable_id("agreement", agreement),
        customer_id=customer(of),
        unit_id=department("DY-1"),
        product_code="P-01",
        batch_number=batch,
        quantity=Decimal("5"),
        shipped_on=date(2026, 10, 18),
        recorded_at=NOW,
    )


def organisation() -> list[object]:
    """Departments and people."""
    units = [
        DepartmentState(department_id=department(code), code=code, name=code, kind=kind) for code, kind in KINDS.items()
    ]
    people = [
        PersonState(person_id=person(name), department_id=department(code), roles=(role,))
        for name, (code, role) in PEOPLE.items()
    ]
    return [*units, *people]


def trade() -> list[object]:
    """Two units' customers, their lines, and what was shipped."""
    return [
        customer_state("C-1"),
        customer_state("C-2"),
        customer_state("C-9", unit="DY-2"),
        line_state("HT-1", 1, "C-1"),
        line_state("HT-1", 2, "C-1"),
        line_state("HT-2", 1, "C-2"),
        line_state("HT-9", 1, "C-9", unit="DY-2"),
        shipment_state("HT-1", 1, "C-1", "B-1"),
        shipment_state("HT-1", 1, "C-1", "B-2"),
        shipment_state("HT-2", 1, "C-2", "B-3"),
    ]


async def hear(database: Database, states: Sequence[object], sequence: int = 1) -> None:
    """Let the service's copies take these states, as its consumers would from the topics."""
    for topic in {describe(state).topic for state in states}:
        specs = [one for one in SERVICE.consumers if isinstance(one, Copy) and one.topic == topic]
        records = [_record(state, sequence) for state in states if describe(state).topic == topic]

        async def work(tx: Transaction, specs: Sequence[Copy] = specs, records: Sequence[Record] = records) -> None:
            await apply_batch(tx, specs, records, Tally())

        await database.run(work, Context("test"))


async def hear_structured(database: Database, state: object, sequence: int) -> None:
    """Let the copies take a state in CloudEvents' structured mode, as a stranger may send it."""
    binary = _record(state, sequence)
    attributes = {name[3:]: raw.decode() for name, raw in binary.headers if name.startswith("ce_") and raw}
    whole = msgspec.json.encode(attributes | {"data": state})
    content = (("content-type", b"application/cloudevents+json"),)
    specs = [one for one in SERVICE.consumers if isinstance(one, Copy) and one.topic == binary.topic]

    async def work(tx: Transaction) -> None:
        record = Record(binary.topic, 0, sequence, binary.key, whole, content)
        await apply_batch(tx, specs, [record], Tally())

    await database.run(work, Context("test"))


async def forget(database: Database, cls: type, key: UUID, sequence: int) -> None:
    """Let the copies take a tombstone."""
    published = BY_CLASS[cls]
    specs = [one for one in SERVICE.consumers if isinstance(one, Copy) and one.topic == published.topic]

    async def work(tx: Transaction) -> None:
        await apply_batch(tx, specs, [_raw(published, str(key), None, sequence)], Tally())

    await database.run(work, Context("test"))


def _record(state: object, sequence: int) -> Record:
    published = describe(state)
    return _raw(published, str(getattr(state, published.key)), msgspec.json.encode(state), sequence)


def _raw(published: Published, subject: str, value: bytes | None, sequence: int) -> Record:
    headers = encode(
        Outgoing(
            id=str(new_id()),
            source="/services/test",
            type=published.type,
            subject=subject,
            time=NOW.isoformat(),
            sequence=f"0001-{sequence:020d}",
            extensions={},
        )
    )
    return Record(published.topic, 0, sequence, subject.encode(), value, tuple(headers))


class Desk:
    """One client for everybody: ``await desk.post("clerk", "/complaints", {...})``."""

    def __init__(self, client: httpx.AsyncClient, database: Database) -> None:
        self.client = client
        self.database = database

    def headers(self, who: str, key: str | None = None, if_match: int | None = None) -> dict[str, str]:
        """Token, idempotency key and If-Match of a person's request."""
        code, role = PEOPLE[who]
        token = testing.token(person=person(who), account=who, roles=[role], unit=department(code))
        return testing.headers(token, key, if_match=if_match)

    async def post(
        self, who: str, path: str, body: object, *, key: str | None = None, if_match: int | None = None
    ) -> httpx.Response:
        """A POST in a person's name."""
        return await self.client.post(path, json=body, headers=self.headers(who, key, if_match))

    async def get(self, who: str, path: str, **query: str) -> httpx.Response:
        """A GET in a person's name."""
        return await self.client.get(path, params=query, headers=self.headers(who))

    async def send_book(self, who: str, book: bytes, on_error: str = "nothing") -> httpx.Response:
        """An import in a person's name."""
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return await self.client.post(
            "/imports/complaints",
            params={"on_error": on_error},
            content=book,
            headers=self.headers(who) | {"Content-Type": kind},
        )

    async def record(self, who: str = "clerk", **other: object) -> dict[str, Any]:
        """A complaint about quality on the first line, recorded."""
        answer = await self.post(who, "/complaints", offered(**other))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def facts(self) -> list[tuple[str, dict[str, Any]]]:
        """What waits in the outbox, as (type, data)."""
        async with self.database.reading() as tx:
            rows = await tx.raw.fetch("SELECT type, payload FROM outbox ORDER BY position")
        return [(row["type"], msgspec.json.decode(row["payload"])) for row in rows]


def offered(**other: object) -> dict[str, object]:
    """The body of a new complaint; None leaves a field out."""
    body: dict[str, object] = {
        "customer_code": "C-1",
        "agreement_number": "HT-1",
        "line_no": 1,
        "batch_number": "B-1",
        "category": "quality",
        "description": "轴承运转异响",
        "reported_on": "2026-11-01",
        **other,
    }
    return {name: value for name, value in body.items() if value is not None}


@asynccontextmanager
async def desk(url: str) -> AsyncIterator[Desk]:
    """The service's API on a database that has heard of the company."""
    async with opened_desk(url) as found:
        await hear(found.database, [*organisation(), *trade()])
        yield found


@asynccontextmanager
async def opened_desk(url: str) -> AsyncIterator[Desk]:
    """The service's API on a database as it is."""
    database = Database(url, clock=lambda: NOW, name="test-world", pool=2)
    try:
        async with testing.api(SERVICE, url, clock=lambda: NOW) as client:
            yield Desk(client, database)
    finally:
        await database.close()
