"""What the engine answered: kept as rows, read back whole. Must not decide anything."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.planning.engine.plan import Cost, Delivery, Lot, Outcome, Plan, Stock
from services.planning.production import tables
from shared.database import Transaction

_PLAN = tables.production_plan


async def keep_rows(tx: Transaction, plan_id: UUID, plan: Plan, causes: dict[str, str]) -> None:
    """Write everything that the engine answered."""
    lots = [(plan_id, lot.product, lot.line, lot.bucket, lot.quantity) for lot in plan.lots]
    deliveries = [(plan_id, one.demand, one.bucket, one.quantity) for one in plan.deliveries]
    outcomes = [
        (plan_id, one.demand, one.delivered, one.late, one.short, one.completed, causes.get(one.demand, ""))
        for one in plan.outcomes
    ]
    stock = [(plan_id, "product", one.item, one.bucket, one.quantity) for one in plan.stock]
    stock += [(plan_id, "material", one.item, one.bucket, one.quantity) for one in plan.material_stock]
    for table, records in (
        (tables.production_lot, lots),
        (tables.production_delivery, deliveries),
        (tables.production_outcome, outcomes),
        (tables.production_stock, stock),
    ):
        names = [column.name for column in table.columns]
        await tx.raw.copy_records_to_table(table.name, records=records, columns=names)


async def outcomes(tx: Transaction, plan_id: UUID) -> dict[str, tuple[int | None, str]]:
    """Demand -> the week in which it is delivered whole (None: not within the horizon), and why it is late or short."""
    table = tables.production_outcome
    rows = await tx.sql.execute(
        sa.select(table.c.demand, table.c.completed, table.c.cause).where(table.c.plan_id == plan_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


async def engine_plan(tx: Transaction, plan_id: UUID) -> Plan:
    """The plan as the engine's value, from the rows that are kept: what is verified before it is issued."""
    row = (await tx.sql.execute(sa.select(_PLAN).where(_PLAN.c.plan_id == plan_id))).one()
    stock = await _rows(tx, tables.production_stock, plan_id)
    return Plan(
        fingerprint=row.fingerprint,
        status=row.result_status,
        ended_by=row.ended_by,
        lots=[
            Lot(one.product_code, one.line_code, one.week, one.quantity)
            for one in await _rows(tx, tables.production_lot, plan_id)
        ],
        deliveries=[
            Delivery(one.demand, one.week, one.quantity) for one in await _rows(tx, tables.production_delivery, plan_id)
        ],
        outcomes=sorted(
            (
                Outcome(one.demand, one.delivered, one.late, one.short, one.completed)
                for one in await _rows(tx, tables.production_outcome, plan_id)
            ),
            key=lambda outcome: outcome.demand,
        ),
        stock=_sorted_stock(stock, "product"),
        material_stock=_sorted_stock(stock, "material"),
        cost=Cost(**{name: Decimal(value) for name, value in row.costs.items()}),
        objective=row.objective,
        bound=float(row.bound),
        gap=row.proved_gap,
    )


def _sorted_stock(rows: Sequence[Any], kind: str) -> list[Stock]:
    found = (Stock(row.item, row.week, row.quantity) for row in rows if row.kind == kind)
    return sorted(found, key=lambda stock: (stock.item, stock.bucket))


async def _rows(tx: Transaction, table: sa.Table, plan_id: UUID) -> Sequence[Any]:
    return (await tx.sql.execute(sa.select(table).where(table.c.plan_id == plan_id))).all()
