"""The steps that bring the sample company in, each over a public route with the account of the department that does it.

Every step can be repeated: imports know their business keys, decisions start from the state that the service answers,
and idempotency keys are made of the step and its content. So a load that was killed goes on where it was.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from deploy.sample import workbooks
from deploy.sample.client import Call, Client, key_of
from deploy.sample.company import Agreement, Company
from deploy.sample.organisation import UNIT_CODES, account
from deploy.sample.telling import Telling

_MARKET_DECIDES_FROM = 20_000


@dataclass(frozen=True, slots=True)
class Load:
    """What the steps work with."""

    client: Client
    company: Company
    folder: Path
    telling: Telling

    async def book(self, service: str, route: str, file: str, account_name: str) -> None:
        """Import a workbook, all of it or nothing."""
        data = (self.folder / file).read_bytes()
        key = key_of(f"load-{file}", data)
        await self.client.send(Call(service, "POST", f"/imports/{route}", account_name, body=data, key=key))

    async def decide(self, service: str, path: str, account_name: str, body: Any = None) -> Any:
        """POST a step of a document's life."""
        call = Call(service, "POST", path, account_name, body=body or {}, key=key_of(f"load-{path}", body))
        return await self.client.send(call)

    async def all(self, name: str, work: Iterable[Awaitable[None]]) -> None:
        """Do all of it at once, as far as the client has room, and tell how far it is."""
        jobs = list(work)
        self.telling.begin(name, len(jobs))

        async def one(job: Awaitable[None]) -> None:
            await job
            self.telling.step(name)

        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(one(job))


async def run(load: Load) -> None:
    """Everything, in the order in which one service's data rests on another's."""
    await load.all("organisation", [load.book("customers", "organisation", workbooks.ORGANISATION, "admin")])
    async with asyncio.TaskGroup() as group:
        group.create_task(_customers(load))
        group.create_task(_master(load))
    async with asyncio.TaskGroup() as group:
        group.create_task(_tiers(load))
        group.create_task(_demand(load))
        group.create_task(_contracts(load))
    await load.all("shipments", [load.book("contracts", "shipments", workbooks.SHIPMENTS, "logistics")])
    await _complaints(load)


async def _per_unit(load: Load, name: str, route: tuple[str, str], file: Callable[[str], str], post: str) -> None:
    service, path = route
    await load.all(name, [load.book(service, path, file(unit), account(unit, post)) for unit in UNIT_CODES])


async def _customers(load: Load) -> None:
    await _per_unit(load, "customers", ("customers", "customers"), workbooks.customers_book, "keeper")


async def _master(load: Load) -> None:
    await load.all("master data", [load.book("planning", "master", workbooks.MASTER, "production")])


async def _tiers(load: Load) -> None:
    """Units apply for strategic, market approves (C1). Customers that are strategic already are left alone."""
    wanted = {application.customer_code: application for application in load.company.tier_applications}
    changes = await load.client.everything("customers", "/tier-changes", "market", status="pending")
    open_ones = {change["customer_id"]: change["change_id"] for change in changes}

    async def one(code: str) -> None:
        found = await load.client.get("customers", "/customers", "market", code=code)
        customer = found["items"][0]
        if customer["tier"] == "strategic":
            return
        change = open_ones.get(customer["customer_id"])
        if change is None:
            body = {"tier": "strategic", "reason": wanted[code].reason}
            path = f"/customers/{customer['customer_id']}/tier-changes"
            asked = await load.decide("customers", path, account(wanted[code].unit_code, "head"), body)
            change = asked["change_id"]
        await load.decide("customers", f"/tier-changes/{change}/approve", "market", {"remark": "符合战略合作条件"})

    await load.all("strategic customers", [one(code) for code in wanted])


async def _demand(load: Load) -> None:
    """Each unit brings its plan for three months and submits it (P1); one unit leaves its last month out."""
    await _per_unit(load, "demand plans", ("planning", "demand-plans"), workbooks.demand_book, "clerk")

    async def submit(unit: str, month: str) -> None:
        plan = await load.client.get("planning", f"/demand-plans/{month}", account(unit, "clerk"))
        if plan["changed"]:
            path = f"/demand-plans/{month}/submit"
            key = key_of(f"load-{path}-{unit}", plan["version"])
            await load.client.send(Call("planning", "POST", path, account(unit, "clerk"), body={}, key=key))

    planned = sorted({(row.unit_code, row.month) for row in load.company.forecasts})
    await load.all("demand plans submitted", [submit(unit, month) for unit, month in planned])


async def _contracts(load: Load) -> None:
    """Contracts become drafts by import and go on by hand, those of a customer one after another (K1)."""
    await load.all("opening balances", [load.book("contracts", "opening-balances", workbooks.OPENINGS, "finance")])
    await _per_unit(load, "contracts", ("contracts", "agreements"), workbooks.agreements_book, "clerk")
    found: dict[str, Any] = {}
    for unit in UNIT_CODES:
        for row in await load.client.everything("contracts", "/agreements", account(unit, "clerk")):
            found[row["number"]] = row
    name = "contracts on their way"
    load.telling.begin(name, len(load.company.agreements))

    async def customer(agreements: list[Agreement]) -> None:
        for agreement in agreements:
            await _drive(load, agreement, found[agreement.number])
            load.telling.step(name)

    ordered = sorted(load.company.agreements, key=lambda a: (a.customer_code, a.number))
    async with asyncio.TaskGroup() as group:
        for _, owned in groupby(ordered, key=lambda a: a.customer_code):
            group.create_task(customer(list(owned)))


async def _drive(load: Load, agreement: Agreement, row: Any) -> None:
    """Take a contract from where it stands to its goal."""
    path = f"/agreements/{row['id']}"
    clerk = account(agreement.unit_code, "clerk")
    by_market = agreement.amount >= _MARKET_DECIDES_FROM
    approver = "market" if by_market else account(agreement.unit_code, "head")
    if agreement.goal == "draft":
        return
    if row["status"] == "draft":
        row = await load.decide("contracts", f"{path}/submit", clerk)
    if agreement.goal == "refused" and row["status"] == "submitted":
        await load.decide("contracts", f"{path}/refuse", approver, {"reason": "价格低于当期价目表,请重新核价"})
    if agreement.goal != "signed":
        return
    if row["status"] == "submitted" and row["approval_needed"]:
        row = await load.decide("contracts", f"{path}/approve", approver, {"remark": "同意签订"})
    if row["status"] != "signed":
        await load.decide("contracts", f"{path}/sign", clerk)


async def _complaints(load: Load) -> None:
    """Units record what customers reported (Q1) and pass most of what is about quality to quality supervision (Q2)."""
    await _per_unit(load, "complaints", ("complaints", "complaints"), workbooks.complaints_book, "clerk")
    wanted = {c.number: c for c in load.company.complaints if c.escalate}
    rows = await load.client.everything("complaints", "/complaints", "quality")

    async def escalate(row: Any) -> None:
        if row["status"] == "received":
            clerk = account(wanted[row["number"]].unit_code, "clerk")
            await load.decide("complaints", f"/complaints/{row['id']}/escalate", clerk, {"remark": "请质量监督部处理"})

    await load.all("complaints escalated", [escalate(row) for row in rows if row["number"] in wanted])
