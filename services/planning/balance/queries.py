"""Sales plans as lists. Units see their own lines. Must not change anything."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.planning.balance import store, tables
from services.planning.balance.views import ChangeView, SalesLineView, SalesPlanRow, SalesPlanView, line_view
from services.planning.demand import store as demand
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.paging import Page, PageQuery, fetch_page

SheetRow = tuple[str, SalesLineView]
_PLAN, _LINE, _CHANGE = tables.sales_plan, tables.sales_plan_line, tables.sales_plan_change


async def plan(tx: Transaction, sales_plan_id: UUID) -> SalesPlanView:
    """One plan with its totals."""
    return await store.view(tx, sales_plan_id)


async def plans(tx: Transaction, asked: PageQuery, status: str | None) -> Page[SalesPlanRow]:
    """Sales plans, the newest first."""
    names = ("sales_plan_id", "first_month", "months", "status", "made_at", "issued_at")
    statement = sa.select(*(_PLAN.c[name] for name in names), _PLAN.c.version.label("issued_version"))
    if status is not None:
        statement = statement.where(_PLAN.c.status == status)
    order = asked.order({"made_at": _PLAN.c.made_at, "first_month": _PLAN.c.first_month}, "-made_at")
    return await fetch_page(
        tx, statement, asked, order=(order, _PLAN.c.sales_plan_id), view=lambda row: SalesPlanRow(**row._mapping)
    )


async def lines(
    tx: Transaction, sales_plan_id: UUID, asked: PageQuery, actor: Actor, cut: bool | None
) -> Page[SalesLineView]:
    """A plan's lines; ``cut``: only those with, or without, less than was demanded."""
    await store.view(tx, sales_plan_id)
    sortable = {
        "month": _LINE.c.month,
        "product": _LINE.c.product_code,
        "quantity": _LINE.c.quantity,
        "cut": _LINE.c.open_firm + _LINE.c.open_forecast - _LINE.c.quantity,
    }
    order = asked.order(sortable, "month")
    return await fetch_page(
        tx,
        _lines(sales_plan_id, asked, actor, cut),
        asked,
        order=(order, _LINE.c.product_code, _LINE.c.unit_id, _LINE.c.line_id),
        view=lambda row: line_view(store.line_of(row)),
    )


def _lines(sales_plan_id: UUID, asked: PageQuery, actor: Actor, cut: bool | None) -> sa.Select[Any]:
    statement: sa.Select[Any] = sa.select(_LINE).where(_LINE.c.sales_plan_id == sales_plan_id)
    if not actor.company_wide:
        statement = statement.where(_LINE.c.unit_id == actor.unit_id)
    if asked.pattern is not None:
        statement = statement.where(_LINE.c.product_code.ilike(asked.pattern, escape="\\"))
    less = _LINE.c.quantity < _LINE.c.open_firm + _LINE.c.open_forecast
    if cut is not None:
        statement = statement.where(less if cut else ~less)
    return statement


async def changes(tx: Transaction, sales_plan_id: UUID, line_id: UUID, actor: Actor) -> list[ChangeView]:
    """Every change of a line with its reason, the rough cut's first."""
    line = await store.line(tx, sales_plan_id, line_id)
    if not actor.may_see(line.key.unit_id):
        raise store.no_such_plan()
    rows = await tx.sql.execute(sa.select(_CHANGE).where(_CHANGE.c.line_id == line_id).order_by(_CHANGE.c.version))
    return [
        ChangeView(
            version=row.version,
            quantity=row.quantity,
            reason=row.reason,
            changed_by=row.changed_by,
            changed_at=row.changed_at,
        )
        for row in rows
    ]


async def sheet(tx: Transaction, sales_plan_id: UUID, actor: Actor) -> tuple[SalesPlanView, list[SheetRow]]:
    """A whole plan for a workbook: each line behind its unit's code."""
    plan = await store.view(tx, sales_plan_id)
    codes = {unit.unit_id: unit.code for unit in await demand.units(tx)}
    return plan, [
        (codes.get(line.key.unit_id, ""), line_view(line))
        for line in await store.lines(tx, sales_plan_id)
        if actor.may_see(line.key.unit_id)
    ]
