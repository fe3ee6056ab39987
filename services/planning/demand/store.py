"""Demand: rows to values and back, and the snapshots that plans are made from. Must not decide anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.planning.demand import tables
from services.planning.demand.domain import DemandPlan, FirmLine, Key, PlanLine, node_day, time_node
from shared import policy
from shared.database import Transaction
from shared.kernel.errors import DomainError
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Unit:
    """A business unit as planning knows it."""

    unit_id: UUID
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What is kept of a submission besides its lines."""

    at: datetime
    by: UUID
    due_at: datetime
    late: bool
    policy_version: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """The latest submitted demand plans of some months, and the revisions that they come from."""

    quantities: dict[Key, Decimal]
    sources: list[dict[str, object]]


_PLAN, _LINE = tables.demand_plan, tables.demand_plan_line
_REVISION, _REVISED = tables.demand_revision, tables.demand_revision_line
_FIRM, _CUSTOMER, _DEPARTMENT = tables.firm_line, tables.customer_copy, tables.department_copy


async def time_node_of(tx: Transaction, month: str) -> tuple[datetime, int]:
    """The month's time node and the version of the policy that sets it."""
    found = await policy.current(tx, "demand-plan", node_day(month))
    return time_node(month, found.integer("due_day")), found.version


async def load(tx: Transaction, unit_id: UUID, month: str, *, lock: bool = True) -> DemandPlan:
    """The unit's plan for the month, a fresh one (version 0) if there is none. ``lock``: held until the transaction
    ends."""
    statement = sa.select(_PLAN).where(_PLAN.c.unit_id == unit_id, _PLAN.c.month == month)
    row = (await tx.sql.execute(statement.with_for_update() if lock else statement)).one_or_none()
    if row is None:
        return DemandPlan(new_id(), unit_id, month)
    lines = await draft_lines(tx, row.demand_plan_id)
    return DemandPlan(row.demand_plan_id, unit_id, month, lines, row.revision, row.changed, row.version)


async def draft_lines(tx: Transaction, demand_plan_id: UUID) -> tuple[PlanLine, ...]:
    """The draft in order of product."""
    rows = await tx.sql.execute(
        sa.select(_LINE.c.product_code, _LINE.c.quantity)
        .where(_LINE.c.demand_plan_id == demand_plan_id)
        .order_by(_LINE.c.product_code)
    )
    return tuple(PlanLine(row.product_code, row.quantity) for row in rows)


async def save(tx: Transaction, plan: DemandPlan, loaded: int) -> None:
    """Write the plan over version ``loaded`` with its draft. Raises ``version-mismatch`` if someone was first."""
    values = {
        "demand_plan_id": plan.demand_plan_id,
        "unit_id": plan.unit_id,
        "month": plan.month,
        "revision": plan.revision,
        "changed": plan.changed,
        "version": plan.version,
    }
    if loaded:
        mine = (_PLAN.c.demand_plan_id == plan.demand_plan_id, _PLAN.c.version == loaded)
        written = await tx.sql.execute(sa.update(_PLAN).where(*mine).values(values))
    else:
        written = await tx.sql.execute(insert(_PLAN).values(values).on_conflict_do_nothing())
    if written.rowcount != 1:
        raise mismatch()
    await tx.sql.execute(sa.delete(_LINE).where(_LINE.c.demand_plan_id == plan.demand_plan_id))
    if plan.lines:
        rows = [
            {"demand_plan_id": plan.demand_plan_id, "product_code": line.product_code, "quantity": line.quantity}
            for line in plan.lines
        ]
        await tx.sql.execute(insert(_LINE).values(rows))


def mismatch() -> DomainError:
    """The thing changed since it was read."""
    return DomainError(
        "conflict", "version-mismatch", "someone changed it in the meantime", field="If-Match", remedy="Read it again."
    )


async def keep_revision(tx: Transaction, plan: DemandPlan, submission: Submission) -> None:
    """Keep what was submitted, for ever."""
    values = {
        "demand_plan_id": plan.demand_plan_id,
        "revision": plan.revision,
        "submitted_at": submission.at,
        "submitted_by": submission.by,
        "due_at": submission.due_at,
        "late": submission.late,
        "policy_version": submission.policy_version,
    }
    await tx.sql.execute(insert(_REVISION).values(values))
    await tx.sql.execute(
        insert(_REVISED).from_select(
            ["demand_plan_id", "revision", "product_code", "quantity"],
            sa.select(_LINE.c.demand_plan_id, sa.literal(plan.revision), _LINE.c.product_code, _LINE.c.quantity).where(
                _LINE.c.demand_plan_id == plan.demand_plan_id
            ),
        )
    )


def _units() -> sa.Select[tuple[UUID, str, str]]:
    return sa.select(_DEPARTMENT.c.department_id.label("unit_id"), _DEPARTMENT.c.code, _DEPARTMENT.c.name).where(
        _DEPARTMENT.c.kind == "unit", _DEPARTMENT.c.active, ~_DEPARTMENT.c.deleted
    )


async def units(tx: Transaction) -> list[Unit]:
    """All active business units, by code."""
    return [Unit(**row._mapping) for row in await tx.sql.execute(_units().order_by(_DEPARTMENT.c.code))]


async def unit(tx: Transaction, unit_id: UUID) -> Unit | None:
    """An active business unit by its id."""
    row = (await tx.sql.execute(_units().where(_DEPARTMENT.c.department_id == unit_id))).one_or_none()
    return Unit(**row._mapping) if row else None


async def unit_of_code(tx: Transaction, code: str) -> Unit | None:
    """An active business unit by its code."""
    row = (await tx.sql.execute(_units().where(_DEPARTMENT.c.code == code))).first()
    return Unit(**row._mapping) if row else None


async def firm_lines(tx: Transaction, first: date, after: date) -> list[FirmLine]:
    """Signed lines requested before ``after``: all from ``first`` on, of earlier ones those with something open.

    The tier is the customer's, a merged customer's that of the survivor; nobody's is reserve."""
    survivor = _CUSTOMER.alias("survivor")
    tier = sa.func.coalesce(survivor.c.tier, _CUSTOMER.c.tier, "reserve").label("tier")
    names = ("line_id", "unit_id", "customer_id", "product_code", "quantity", "shipped", "requested_on")
    statement = (
        sa.select(*(_FIRM.c[name] for name in names), _FIRM.c.version.label("line_version"), tier)
        .select_from(
            _FIRM.outerjoin(_CUSTOMER, _CUSTOMER.c.customer_id == _FIRM.c.customer_id).outerjoin(
                survivor, survivor.c.customer_id == _CUSTOMER.c.merged_into
            )
        )
        .where(_FIRM.c.status == "signed", ~_FIRM.c.deleted, _FIRM.c.requested_on < after)
        .where((_FIRM.c.requested_on >= first) | (_FIRM.c.quantity > _FIRM.c.shipped))
        .order_by(_FIRM.c.line_id)
    )
    return [FirmLine(**row._mapping) for row in await tx.sql.execute(statement)]


async def forecast(tx: Transaction, months: Sequence[str]) -> Forecast:
    """The latest submitted revisions of all units for these months."""
    plans = await tx.sql.execute(
        sa.select(_PLAN.c.demand_plan_id, _PLAN.c.unit_id, _PLAN.c.month, _PLAN.c.revision)
        .where(_PLAN.c.month.in_(months), _PLAN.c.revision > 0)
        .order_by(_PLAN.c.month, _PLAN.c.unit_id)
    )
    sources: list[dict[str, object]] = [
        {"demand_plan_id": str(row.demand_plan_id), "unit_id": str(row.unit_id), "month": row.month, "revision": row[3]}
        for row in plans
    ]
    lines = await tx.sql.execute(
        sa.select(_PLAN.c.unit_id, _REVISED.c.product_code, _PLAN.c.month, _REVISED.c.quantity)
        .join(
            _REVISED,
            (_REVISED.c.demand_plan_id == _PLAN.c.demand_plan_id) & (_REVISED.c.revision == _PLAN.c.revision),
        )
        .where(_PLAN.c.month.in_(months))
    )
    return Forecast({Key(row[0], row[1], row[2]): row[3] for row in lines}, sources)


async def first_submissions(tx: Transaction, months: Sequence[str]) -> dict[tuple[UUID, str], tuple[datetime, bool]]:
    """When each unit first submitted its plan for each month, and whether that was late."""
    rows = await tx.sql.execute(
        sa.select(_PLAN.c.unit_id, _PLAN.c.month, _REVISION.c.submitted_at, _REVISION.c.late)
        .join(_REVISION, _REVISION.c.demand_plan_id == _PLAN.c.demand_plan_id)
        .where(_PLAN.c.month.in_(months), _REVISION.c.revision == 1)
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}
