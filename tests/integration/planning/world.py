"""A small company around planning: its people, its books, and the states that other services would have sent."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import asyncpg
import httpx
import msgspec

from services.planning.app import SERVICE
from shared.consuming import Copy
from shared.database import Context, Database, Transaction
from shared.events.contracts import LineState
from shared.events.customers import CustomerState, DepartmentState
from shared.exports import MEDIA_TYPE, Table, workbook
from shared.kernel.ids import new_id, stable_id
from shared.messaging.copies import _upsert
from shared.testing.api import headers, token

Book = Mapping[str, Sequence[Sequence[object]]]
UNITS = {"HB": "华北业务部", "HD": "华东业务部"}
HEADINGS: dict[str, tuple[str, ...]] = {
    "产品": ("产品编码", "产品名称", "计量单位", "库存", "持有成本", "最小批量"),
    "生产线": ("生产线编码", "生产线名称", "每周工时"),
    "工艺": ("产品编码", "生产线编码", "单件工时", "换型工时"),
    "物料": ("物料编码", "物料名称", "计量单位", "库存"),
    "用料": ("产品编码", "物料编码", "单位用量"),
    "到货": ("到货单号", "物料编码", "到货日期", "数量"),
    "需求计划": ("业务单位编码", "月份", "产品编码", "数量"),
}
MASTER: dict[str, list[list[object]]] = {
    "产品": [
        ["P-A", "截止阀 DN50", "台", 20, Decimal("0.5"), 5],
        ["P-B", "球阀 DN25", "台", 0, Decimal("0.2"), None],
        ["P-C", "法兰 DN50", "片", 0, None, None],
    ],
    "生产线": [["L1", "一号线", 40], ["L2", "二号线", 40]],
    "工艺": [["P-A", "L1", Decimal("0.5"), 2], ["P-B", "L1", Decimal("0.25"), 1], ["P-B", "L2", Decimal("0.3"), 1]],
    "物料": [["M-1", "铸件", "千克", 5000]],
    "用料": [["P-A", "M-1", 3], ["P-B", "M-1", Decimal("1.5")]],
    "到货": [["D-1", "M-1", date(2026, 12, 7), 2000]],
}


@dataclass
class Time:
    """A clock that tests set."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 2, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def set(self, text: str) -> None:
        self.now = datetime.fromisoformat(text).replace(tzinfo=UTC)

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Asker:
    """Somebody with a token."""

    client: httpx.AsyncClient
    token: str

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.client.get(path, params=params, headers=headers(self.token))

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        sent = {**headers(self.token, key), "Content-Type": "application/json"}
        content = msgspec.json.encode({} if body is None else body)
        return await self.client.post(path, content=content if body is not None else b"", headers=sent)

    async def put(self, path: str, body: Any, version: int | None) -> httpx.Response:
        sent = {**headers(self.token, if_match=version), "Content-Type": "application/json"}
        return await self.client.put(path, content=msgspec.json.encode(body), headers=sent)

    async def send_book(self, path: str, sheets: Book, on_error: str = "nothing") -> httpx.Response:
        book = workbook({name: Table(HEADINGS[name], rows) for name, rows in sheets.items()})
        sent = {**headers(self.token), "Content-Type": MEDIA_TYPE}
        return await self.client.post(path, params={"on_error": on_error}, content=book, headers=sent)


def unit_id(code: str) -> UUID:
    return stable_id("department", code)


@dataclass
class Company:
    """Planning over HTTP, its time, its people, and what others would send it."""

    url: str
    client: httpx.AsyncClient
    time: Time
    database: Database
    sequence: int = 0

    def asker(self, *roles: str, unit: str | None = None, staff: str = "1") -> Asker:
        made = token(person=stable_id("person", staff), roles=roles, unit=unit_id(unit) if unit else None)
        return Asker(self.client, made)

    @property
    def north(self) -> Asker:
        return self.asker("unit-clerk", unit="HB", staff="n")

    @property
    def east(self) -> Asker:
        return self.asker("unit-head", unit="HD", staff="e")

    @property
    def market(self) -> Asker:
        return self.asker("market", unit="SCB", staff="m")

    @property
    def production(self) -> Asker:
        return self.asker("production", unit="SC", staff="p")

    async def hear(self, *states: object) -> None:
        """Apply public states to the copies, as the consumers do."""
        copies = {spec.event: spec for spec in SERVICE.consumers if isinstance(spec, Copy)}

        async def work(tx: Transaction) -> None:
            for state in states:
                self.sequence += 1
                spec = copies[type(state)]
                row = {**spec.values(state), "sequence": f"0001-{self.sequence:020d}", "deleted": False}
                await tx.raw.fetch(_upsert(spec.table), msgspec.json.encode([row]).decode())

        await self.database.run(work, Context("test"))

    async def settle_in(self) -> None:
        """Units, a customer of each tier, and the master book."""
        await self.hear(
            *(
                DepartmentState(department_id=unit_id(code), code=code, name=name, kind="unit")
                for code, name in UNITS.items()
            ),
            DepartmentState(department_id=unit_id("SC"), code="SC", name="生产部", kind="production"),
            *(a_customer(tier) for tier in ("strategic", "key", "general", "reserve")),
        )
        answer = await self.production.send_book("/imports/master", MASTER)
        assert answer.status_code == 200, answer.text

    async def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    async def published(self, type_: str) -> list[dict[str, Any]]:
        """What stands in the outbox of a type, in order."""
        found = await self.rows("SELECT payload FROM outbox WHERE type = $1 ORDER BY position", type_)
        return [json.loads(row["payload"]) for row in found]

    async def submit(self, asker: Asker, month: str, lines: Mapping[str, object]) -> dict[str, Any]:
        """Save and submit a unit's plan."""
        now = (await asker.get(f"/demand-plans/{month}")).json()
        body = {"lines": [{"product_code": code, "quantity": str(quantity)} for code, quantity in lines.items()]}
        saved = await asker.put(f"/demand-plans/{month}", body, now["version"])
        assert saved.status_code == 200, saved.text
        answer = await asker.post(f"/demand-plans/{month}/submit")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def sales_plan(self, first_month: str = "2026-12", months: int = 2, *, issue: bool = True) -> dict[str, Any]:
        """Balance, and issue."""
        made = await self.market.post("/sales-plans", {"first_month": first_month, "months": months})
        assert made.status_code == 201, made.text
        plan: dict[str, Any] = made.json()
        if issue:
            answer = await self.market.post(f"/sales-plans/{plan['sales_plan_id']}/issue")
            assert answer.status_code == 200, answer.text
            plan = answer.json()
        return plan


def a_customer(tier: Literal["strategic", "key", "general", "reserve"], unit: str = "HB") -> CustomerState:
    """The one customer of that tier."""
    return CustomerState(
        customer_id=stable_id("customer", tier),
        code=f"C-{tier}",
        name="示例公司",
        unit_id=unit_id(unit),
        tier=tier,
        kind="company",
    )


def a_line(number: int, product: str, quantity: str, wanted: str, **other: Any) -> LineState:
    """A signed contract line of the north unit's general customer."""
    made = LineState(
        line_id=new_id(),
        version=1,
        agreement_id=new_id(),
        agreement_number=f"HT-{number:04d}",
        line_no=1,
        customer_id=stable_id("customer", other.pop("tier", "general")),
        unit_id=unit_id(other.pop("unit", "HB")),
        product_code=product,
        quantity=Decimal(quantity),
        unit_of_measure="台",
        requested_on=date.fromisoformat(wanted),
        shipped=Decimal(other.pop("shipped", "0")),
        status="signed",
    )
    return replace(made, **other)
