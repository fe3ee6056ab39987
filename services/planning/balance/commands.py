"""Making, adjusting and issuing the sales plan (P2). Must not know HTTP."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.planning.balance import domain, roughcut, store
from services.planning.balance.domain import SalesPlan
from services.planning.balance.problems import Wanted
from services.planning.balance.views import SalesLineView, SalesPlanView, line_view
from services.planning.demand import store as demand
from services.planning.demand.domain import consume, planned_lines
from services.planning.master import store as master
from services.planning.master.horizon import horizon
from shared import outbox, policy
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.dates import business_date, first_day, months_later
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class MakeSalesPlan:
    """Balance the demand of ``months`` months from ``first_month``."""

    first_month: str
    months: int
    actor: Actor


@dataclass(frozen=True, slots=True)
class AdjustLine:
    """Set another quantity for a line, with the reason; ``expected``: the line's version as it was read."""

    sales_plan_id: UUID
    line_id: UUID
    quantity: Decimal
    reason: str
    actor: Actor
    expected: int | None


@dataclass(frozen=True, slots=True)
class IssueSalesPlan:
    """Issue the plan; ``expected``: only if it is still at that version."""

    sales_plan_id: UUID
    actor: Actor
    expected: int | None


async def make_plan(tx: Transaction, cmd: MakeSalesPlan) -> SalesPlanView:
    """Take a snapshot of firm demand and the latest submitted plans, and propose cuts where capacity or material fails.

    Units without a plan are named in the answer; the balance goes on without them."""
    today = business_date(tx.now)
    domain.checked_months(cmd.first_month, cmd.months, today)
    months = domain.months_of(cmd.first_month, cmd.months)
    firm = await demand.firm_lines(tx, first_day(cmd.first_month), first_day(months_later(months[-1], 1)))
    forecast = await demand.forecast(tx, months)
    needs = consume(firm, forecast.quantities)
    weights = await policy.current(tx, "tier-weights", today)
    wanted = Wanted(
        planned_lines(firm, {tier: weights.decimal(tier) for tier in weights.values}),
        {key: need.open_forecast for key, need in needs.items() if need.open_forecast > 0},
    )
    data = await master.load(tx)
    proposals = await asyncio.to_thread(roughcut.propose, data, wanted, horizon(today, months[-1]))
    plan = SalesPlan(new_id(), cmd.first_month, cmd.months)
    lines = domain.balanced(needs, proposals, (new_id() for _ in needs))
    facts = {
        "made_at": tx.now,
        "made_by": cmd.actor.person_id,
        "policy_version": weights.version,
        "missing": await _missing(tx, months),
        "sources": forecast.sources,
    }
    await store.insert(tx, plan, lines, facts)
    return await store.view(tx, plan.sales_plan_id)


async def _missing(tx: Transaction, months: tuple[str, ...]) -> list[dict[str, str]]:
    submitted = await demand.first_submissions(tx, months)
    return [
        {"unit_id": str(unit.unit_id), "code": unit.code, "month": month}
        for month in months
        for unit in await demand.units(tx)
        if (unit.unit_id, month) not in submitted
    ]


async def adjust_line(tx: Transaction, cmd: AdjustLine) -> SalesLineView:
    """Market changes a line, always with a reason (P2)."""
    plan = await store.load(tx, cmd.sales_plan_id)
    line = await store.line(tx, cmd.sales_plan_id, cmd.line_id)
    if cmd.expected is not None and cmd.expected != line.version:
        raise demand.mismatch()
    adjusted = domain.adjust(plan, line, cmd.quantity, cmd.reason)
    await store.save_line(tx, adjusted, cmd.actor.person_id)
    return line_view(adjusted)


async def issue_plan(tx: Transaction, cmd: IssueSalesPlan) -> SalesPlanView:
    """Market issues the plan (P2); earlier issued plans with a month in common are superseded. One at a time."""
    version = await store.next_version(tx, "sales")
    plan = await store.load(tx, cmd.sales_plan_id)
    if cmd.expected is not None and cmd.expected != plan.row_version:
        raise demand.mismatch()
    issued, fact = domain.issue(plan, await store.lines(tx, cmd.sales_plan_id), version)
    for earlier in await store.issued(tx):
        if domain.overlaps(earlier, issued):
            await store.save(tx, domain.supersede(earlier))
    await store.save(tx, issued, issued_at=tx.now, issued_by=cmd.actor.person_id)
    await outbox.append(tx, [fact])
    return await store.view(tx, plan.sales_plan_id)
