"""Demand as lists: plans, revisions, missing units, firm lines. Units see their own. Must not change anything."""

from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa

from services.planning.demand import store, tables
from services.planning.demand.views import (
    Defaulter,
    DemandLine,
    DemandPlanView,
    FirmView,
    MissingView,
    RevisionView,
    SubmittedPlan,
    plan_view,
)
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.dates import first_day, month_of, months_later
from shared.kernel.errors import absent, forbidden
from shared.paging import Page, PageQuery, fetch_page

_PLAN, _REVISION, _REVISED = tables.demand_plan, tables.demand_revision, tables.demand_revision_line
_FIRM, _CUSTOMER = tables.firm_line, tables.customer_copy


def unit_asked(actor: Actor, unit_id: UUID | None) -> UUID:
    """Whose plan is meant: the unit named, if the asker may see it, else the asker's own."""
    wanted = unit_id or actor.unit_id
    if wanted is None:
        raise forbidden("no-unit", "the asker belongs to no unit", field="unit", remedy="Name the unit.")
    if not actor.may_see(wanted):
        raise absent("no-such-demand-plan", "there is no such demand plan", field="unit")
    return wanted


async def plan(tx: Transaction, month: str, unit_id: UUID | None, actor: Actor) -> DemandPlanView:
    """A unit's plan for a month; one of version 0 without lines if none was begun."""
    due_at, _ = await store.time_node_of(tx, month)
    return plan_view(await store.load(tx, unit_asked(actor, unit_id), month, lock=False), due_at)


async def plans(tx: Transaction, month: str | None, asked: PageQuery, actor: Actor) -> Page[SubmittedPlan]:
    """The latest submissions, for a month or all."""
    count = (
        sa.select(sa.func.count())
        .where(_REVISED.c.demand_plan_id == _PLAN.c.demand_plan_id, _REVISED.c.revision == _PLAN.c.revision)
        .scalar_subquery()
    )
    department = tables.department_copy
    statement = (
        sa.select(
            _PLAN.c.demand_plan_id,
            _PLAN.c.unit_id,
            sa.func.coalesce(department.c.code, "").label("unit_code"),
            _PLAN.c.month,
            _PLAN.c.revision,
            _REVISION.c.submitted_at,
            _REVISION.c.late,
            count.label("lines"),
        )
        .join(
            _REVISION,
            (_REVISION.c.demand_plan_id == _PLAN.c.demand_plan_id) & (_REVISION.c.revision == _PLAN.c.revision),
        )
        .outerjoin(department, department.c.department_id == _PLAN.c.unit_id)
    )
    if month is not None:
        first_day(month)
        statement = statement.where(_PLAN.c.month == month)
    if not actor.company_wide:
        statement = statement.where(_PLAN.c.unit_id == actor.unit_id)
    sortable = {"month": _PLAN.c.month, "submitted_at": _REVISION.c.submitted_at, "unit_code": department.c.code}
    order = asked.order(sortable, "month")
    return await fetch_page(
        tx,
        statement,
        asked,
        order=(order, department.c.code, _PLAN.c.demand_plan_id),
        view=lambda row: SubmittedPlan(**row._mapping),
    )


async def revisions(tx: Transaction, month: str, unit_id: UUID | None, actor: Actor) -> list[RevisionView]:
    """Every submission of a unit for a month, the first one first."""
    first_day(month)
    unit = unit_asked(actor, unit_id)
    rows = await tx.sql.execute(
        sa.select(_REVISION)
        .join(_PLAN, _PLAN.c.demand_plan_id == _REVISION.c.demand_plan_id)
        .where(_PLAN.c.unit_id == unit, _PLAN.c.month == month)
        .order_by(_REVISION.c.revision)
    )
    found = [dict(row._mapping) for row in rows]
    lines = await _revised(tx, found[0]["demand_plan_id"]) if found else {}
    names = ("revision", "submitted_at", "submitted_by", "due_at", "late", "policy_version")
    return [RevisionView(**{name: row[name] for name in names}, lines=lines.get(row["revision"], [])) for row in found]


async def _revised(tx: Transaction, demand_plan_id: UUID) -> dict[int, list[DemandLine]]:
    rows = await tx.sql.execute(
        sa.select(_REVISED)
        .where(_REVISED.c.demand_plan_id == demand_plan_id)
        .order_by(_REVISED.c.revision, _REVISED.c.product_code)
    )
    lines: dict[int, list[DemandLine]] = {}
    for row in rows:
        lines.setdefault(row.revision, []).append(DemandLine(row.product_code, row.quantity))
    return lines


async def missing(tx: Transaction, month: str, actor: Actor) -> MissingView:
    """Late and missing units of a month (P1): late is who first submitted after the time node."""
    due_at, _ = await store.time_node_of(tx, month)
    firsts = await store.first_submissions(tx, [month])
    units = []
    for unit in await store.units(tx):
        first = firsts.get((unit.unit_id, month))
        if actor.may_see(unit.unit_id) and (first is None or first[1]):
            status: Literal["missing", "late"] = "late" if first else "missing"
            units.append(
                Defaulter(
                    unit_id=unit.unit_id,
                    code=unit.code,
                    name=unit.name,
                    status=status,
                    submitted_at=first[0] if first else None,
                )
            )
    return MissingView(month=month, due_at=due_at, over=tx.now >= due_at, units=units)


async def firm_demand(
    tx: Transaction, asked: PageQuery, actor: Actor, month: str | None, product_code: str | None
) -> Page[FirmView]:
    """Signed contract lines with what is open of them, by requested date."""
    tier = sa.func.coalesce(_CUSTOMER.c.tier, "reserve").label("tier")
    statement: sa.Select[Any] = (
        sa.select(_FIRM, _CUSTOMER.c.code.label("customer_code"), tier)
        .outerjoin(_CUSTOMER, _CUSTOMER.c.customer_id == _FIRM.c.customer_id)
        .where(_FIRM.c.status == "signed", ~_FIRM.c.deleted)
    )
    if not actor.company_wide:
        statement = statement.where(_FIRM.c.unit_id == actor.unit_id)
    if month is not None:
        start = first_day(month)
        after = first_day(months_later(month, 1))
        statement = statement.where(_FIRM.c.requested_on >= start, _FIRM.c.requested_on < after)
    if product_code is not None:
        statement = statement.where(_FIRM.c.product_code == product_code)
    if asked.pattern is not None:
        statement = statement.where(_FIRM.c.agreement_number.ilike(asked.pattern, escape="\\"))
    sortable = {
        "requested_on": _FIRM.c.requested_on,
        "agreement": _FIRM.c.agreement_number,
        "quantity": _FIRM.c.quantity,
    }
    return await fetch_page(
        tx, statement, asked, order=(asked.order(sortable, "requested_on"), _FIRM.c.line_id), view=_firm_view
    )


def _firm_view(row: Any) -> FirmView:
    return FirmView(
        line_id=row.line_id,
        line_version=row.version,
        agreement_number=row.agreement_number,
        line_no=row.line_no,
        customer_id=row.customer_id,
        customer_code=row.customer_code,
        tier=row.tier,
        unit_id=row.unit_id,
        product_code=row.product_code,
        quantity=row.quantity,
        shipped=row.shipped,
        open=max(Decimal(0), row.quantity - row.shipped),
        requested_on=row.requested_on,
        month=month_of(row.requested_on),
        promised_on=row.promised_on,
    )
