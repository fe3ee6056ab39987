"""Sales plans: rows to values and back. Must not decide anything."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.planning.balance import tables
from services.planning.balance.domain import SalesLine, SalesPlan
from services.planning.balance.views import MissingUnit, SalesPlanView, Source
from services.planning.demand.domain import Key, Need
from services.planning.demand.store import mismatch
from shared.database import Transaction
from shared.kernel.errors import DomainError, absent

_PLAN, _LINE, _CHANGE, _COUNTER = (
    tables.sales_plan,
    tables.sales_plan_line,
    tables.sales_plan_change,
    tables.issue_counter,
)


async def next_version(tx: Transaction, kind: str) -> int:
    """The number of the next plan of that kind to be issued. Holds the counter until the transaction ends, so that
    plans are issued one after the other; a transaction that rolls back gives the number back."""
    statement = sa.update(_COUNTER).where(_COUNTER.c.kind == kind).values(version=_COUNTER.c.version + 1)
    return int((await tx.sql.execute(statement.returning(_COUNTER.c.version))).scalar_one())


def no_such_plan() -> DomainError:
    """There is no such sales plan."""
    return absent("no-such-sales-plan", "there is no such sales plan")


async def insert(tx: Transaction, plan: SalesPlan, lines: Sequence[SalesLine], facts: dict[str, Any]) -> None:
    """Write a new plan with its lines; ``facts`` are the columns that no decision needs."""
    values = {
        "sales_plan_id": plan.sales_plan_id,
        "first_month": plan.first_month,
        "months": plan.months,
        "status": plan.status,
        "row_version": plan.row_version,
        **facts,
    }
    await tx.sql.execute(sa.insert(_PLAN).values(values))
    if not lines:
        return
    await tx.sql.execute(sa.insert(_LINE), [_line_row(plan.sales_plan_id, line) for line in lines])
    first = {"changed_by": facts["made_by"], "changed_at": facts["made_at"]}
    await tx.sql.execute(sa.insert(_CHANGE), [_change(line) | first for line in lines])


def _line_row(plan_id: UUID, line: SalesLine) -> dict[str, Any]:
    return {
        "line_id": line.line_id,
        "sales_plan_id": plan_id,
        "unit_id": line.key.unit_id,
        "product_code": line.key.product_code,
        "month": line.key.month,
        "signed": line.need.signed,
        "open_firm": line.need.open_firm,
        "forecast": line.need.forecast,
        "open_forecast": line.need.open_forecast,
        "quantity": line.quantity,
        "reason": line.reason,
        "proposed": line.proposed,
        "proposed_reason": line.proposed_reason,
        "late_firm": line.late_firm,
        "version": line.version,
    }


def _change(line: SalesLine) -> dict[str, Any]:
    return {"line_id": line.line_id, "version": line.version, "quantity": line.quantity, "reason": line.reason}


def _plan(row: Any) -> SalesPlan:
    return SalesPlan(row.sales_plan_id, row.first_month, row.months, row.status, row.version, row.row_version)


def line_of(row: Any) -> SalesLine:
    """A row as a value."""
    return SalesLine(
        line_id=row.line_id,
        key=Key(row.unit_id, row.product_code, row.month),
        need=Need(row.signed, row.open_firm, row.forecast, row.open_forecast),
        quantity=row.quantity,
        reason=row.reason,
        proposed=row.proposed,
        proposed_reason=row.proposed_reason,
        late_firm=row.late_firm,
        version=row.version,
    )


async def load(tx: Transaction, sales_plan_id: UUID) -> SalesPlan:
    """The plan, held until the transaction ends; DomainError ``no-such-sales-plan``."""
    statement = sa.select(_PLAN).where(_PLAN.c.sales_plan_id == sales_plan_id).with_for_update()
    row = (await tx.sql.execute(statement)).one_or_none()
    if row is None:
        raise no_such_plan()
    return _plan(row)


async def issued(tx: Transaction) -> list[SalesPlan]:
    """All plans that are issued and not superseded, held."""
    statement = sa.select(_PLAN).where(_PLAN.c.status == "issued").order_by(_PLAN.c.version).with_for_update()
    return [_plan(row) for row in await tx.sql.execute(statement)]


async def lines(tx: Transaction, sales_plan_id: UUID) -> list[SalesLine]:
    """All lines of a plan in order of unit, product and month."""
    statement = sa.select(_LINE).where(_LINE.c.sales_plan_id == sales_plan_id)
    found = [line_of(row) for row in await tx.sql.execute(statement)]
    return sorted(found, key=lambda line: line.key)


async def line(tx: Transaction, sales_plan_id: UUID, line_id: UUID) -> SalesLine:
    """One line; DomainError ``no-such-sales-plan-line``."""
    statement = sa.select(_LINE).where(_LINE.c.sales_plan_id == sales_plan_id, _LINE.c.line_id == line_id)
    row = (await tx.sql.execute(statement)).one_or_none()
    if row is None:
        raise absent("no-such-sales-plan-line", "there is no such line in the sales plan")
    return line_of(row)


async def save(tx: Transaction, plan: SalesPlan, **facts: object) -> None:
    """Write a plan that was loaded in this transaction; ``facts`` are further columns."""
    mine = (_PLAN.c.sales_plan_id == plan.sales_plan_id, _PLAN.c.row_version == plan.row_version - 1)
    values = {"status": plan.status, "version": plan.version, "row_version": plan.row_version, **facts}
    written = await tx.sql.execute(sa.update(_PLAN).where(*mine).values(values))
    if written.rowcount != 1:
        raise mismatch()


async def save_line(tx: Transaction, line: SalesLine, by: UUID) -> None:
    """Write an adjusted line and keep the change with its reason."""
    mine = (_LINE.c.line_id == line.line_id, _LINE.c.version == line.version - 1)
    values = {"quantity": line.quantity, "reason": line.reason, "version": line.version}
    written = await tx.sql.execute(sa.update(_LINE).where(*mine).values(values))
    if written.rowcount != 1:
        raise mismatch()
    await tx.sql.execute(sa.insert(_CHANGE).values(_change(line) | {"changed_by": by, "changed_at": tx.now}))


async def view(tx: Transaction, sales_plan_id: UUID) -> SalesPlanView:
    """The plan with its totals; DomainError ``no-such-sales-plan``."""
    row = (await tx.sql.execute(sa.select(_PLAN).where(_PLAN.c.sales_plan_id == sales_plan_id))).one_or_none()
    if row is None:
        raise no_such_plan()
    demand = _LINE.c.open_firm + _LINE.c.open_forecast
    zero = sa.literal(0, sa.Numeric)
    totals = (
        await tx.sql.execute(
            sa.select(
                sa.func.count().label("lines"),
                sa.func.count().filter(_LINE.c.quantity < demand).label("cuts"),
                sa.func.count().filter(_LINE.c.late_firm > 0).label("late"),
                sa.func.coalesce(sa.func.sum(demand), zero).label("demand"),
                sa.func.coalesce(sa.func.sum(_LINE.c.quantity), zero).label("quantity"),
            ).where(_LINE.c.sales_plan_id == sales_plan_id)
        )
    ).one()
    return SalesPlanView(
        sales_plan_id=row.sales_plan_id,
        first_month=row.first_month,
        months=row.months,
        status=row.status,
        issued_version=row.version,
        version=row.row_version,
        made_at=row.made_at,
        made_by=row.made_by,
        issued_at=row.issued_at,
        issued_by=row.issued_by,
        policy_version=row.policy_version,
        missing=[MissingUnit(UUID(one["unit_id"]), one["code"], one["month"]) for one in row.missing],
        sources=[
            Source(UUID(one["demand_plan_id"]), UUID(one["unit_id"]), one["month"], one["revision"])
            for one in row.sources
        ],
        **totals._mapping,
    )
