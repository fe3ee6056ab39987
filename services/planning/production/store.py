"""Production plans: rows to values and back. Must not decide anything; results are written and read whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from services.planning.demand import tables as demand
from services.planning.demand.domain import PlannedLine
from services.planning.demand.store import mismatch
from services.planning.engine.problem import Problem
from services.planning.master.horizon import Horizon, weeks_from
from services.planning.production import tables
from services.planning.production.domain import ProductionPlan, Standing
from services.planning.production.views import ProductionPlanView, ProgressView, RefusalView
from shared.database import Transaction
from shared.kernel.errors import DomainError, absent

_PLAN, _FIRM = tables.production_plan, tables.production_firm
_PROBLEM = msgspec.json.Decoder(Problem)


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan's row beside its state: the question, the weeks, and the proved figures (None before it is solved)."""

    problem: str
    weeks: Horizon
    seconds: float
    gap: float
    job_id: int | None
    fingerprint: str | None
    objective: Decimal | None
    bound: Decimal | None


def no_such_plan() -> DomainError:
    """There is no such production plan."""
    return absent("no-such-production-plan", "there is no such production plan")


def decode_problem(text: str) -> Problem:
    """The stored question as the engine's value."""
    return _PROBLEM.decode(text)


async def insert(tx: Transaction, plan: ProductionPlan, firm: Sequence[PlannedLine], facts: dict[str, Any]) -> None:
    """Write a new plan with the firm lines it sees; ``facts`` are the columns that no decision needs."""
    values = {
        "plan_id": plan.plan_id,
        "sales_plan_id": plan.sales_plan_id,
        "status": plan.status,
        "made_at": plan.made_at,
        "row_version": plan.row_version,
        **facts,
    }
    await tx.sql.execute(sa.insert(_PLAN).values(values))
    columns = [column.name for column in _FIRM.columns]
    records = [(plan.plan_id, *(getattr(line, name) for name in columns[1:])) for line in firm]
    await tx.raw.copy_records_to_table("production_firm", records=records, columns=columns)


async def load(tx: Transaction, plan_id: UUID) -> tuple[ProductionPlan, Solved]:
    """The plan, held until the transaction ends; DomainError ``no-such-production-plan``."""
    row = (await tx.sql.execute(sa.select(_PLAN).where(_PLAN.c.plan_id == plan_id).with_for_update())).one_or_none()
    if row is None:
        raise no_such_plan()
    solved = Solved(
        problem=row.problem,
        weeks=weeks_from(row.first_week, row.weeks),
        seconds=row.seconds,
        gap=row.gap,
        job_id=row.job_id,
        fingerprint=row.fingerprint,
        objective=row.objective,
        bound=row.bound,
    )
    return plan_of(row), solved


def plan_of(row: Any) -> ProductionPlan:
    """A row as a value."""
    return ProductionPlan(
        plan_id=row.plan_id,
        sales_plan_id=row.sales_plan_id,
        status=row.status,
        made_at=row.made_at,
        attempt=row.attempt,
        version=row.version,
        row_version=row.row_version,
    )


async def save(tx: Transaction, plan: ProductionPlan, **facts: object) -> None:
    """Write a plan that was loaded in this transaction; ``facts`` are further columns."""
    mine = (_PLAN.c.plan_id == plan.plan_id, _PLAN.c.row_version == plan.row_version - 1)
    values = {
        "status": plan.status,
        "attempt": plan.attempt,
        "version": plan.version,
        "row_version": plan.row_version,
        **facts,
    }
    written = await tx.sql.execute(sa.update(_PLAN).where(*mine).values(values))
    if written.rowcount != 1:
        raise mismatch()


async def set_job(tx: Transaction, plan_id: UUID, job_id: int) -> None:
    """Remember which job solves the plan."""
    await tx.sql.execute(sa.update(_PLAN).where(_PLAN.c.plan_id == plan_id).values(job_id=job_id))


async def note_progress(tx: Transaction, plan_id: UUID, attempt: int, progress: dict[str, object]) -> bool:
    """Show where the search stands; False when another worker has the plan now, or nobody may have it."""
    mine = (_PLAN.c.plan_id == plan_id, _PLAN.c.attempt == attempt, _PLAN.c.status == "solving")
    written = await tx.sql.execute(sa.update(_PLAN).where(*mine).values(progress=progress))
    return written.rowcount == 1


async def issued(tx: Transaction) -> list[ProductionPlan]:
    """All plans that are issued and not superseded, held."""
    rows = await tx.sql.execute(sa.select(_PLAN).where(_PLAN.c.status == "issued").with_for_update())
    return [plan_of(row) for row in rows]


async def newest_issued(tx: Transaction) -> datetime | None:
    """When the data of the newest plan ever issued was taken."""
    statement = sa.select(sa.func.max(_PLAN.c.made_at)).where(_PLAN.c.version.is_not(None))
    found: datetime | None = (await tx.sql.execute(statement)).scalar_one_or_none()
    return found


async def firm(tx: Transaction, plan_id: UUID) -> list[PlannedLine]:
    """The firm lines that the plan saw."""
    names = [column.name for column in _FIRM.columns if column.name != "plan_id"]
    rows = await tx.sql.execute(sa.select(*(_FIRM.c[name] for name in names)).where(_FIRM.c.plan_id == plan_id))
    return [PlannedLine(**row._mapping) for row in rows]


async def standing(tx: Transaction, plan_id: UUID) -> dict[UUID, Standing]:
    """How the plan's firm lines stand now."""
    line = demand.firm_line
    still = (line.c.status == "signed") & ~line.c.deleted & (line.c.quantity > line.c.shipped)
    rows = await tx.sql.execute(
        sa.select(line.c.line_id, line.c.version, still)
        .join(_FIRM, _FIRM.c.line_id == line.c.line_id)
        .where(_FIRM.c.plan_id == plan_id)
    )
    return {row[0]: Standing(row[1], row[2]) for row in rows}


async def view(tx: Transaction, plan_id: UUID) -> ProductionPlanView:
    """The plan as it is read; DomainError ``no-such-production-plan``."""
    columns = [column for column in _PLAN.columns if column.name != "problem"]
    row = (await tx.sql.execute(sa.select(*columns).where(_PLAN.c.plan_id == plan_id))).one_or_none()
    if row is None:
        raise no_such_plan()
    return ProductionPlanView(
        plan_id=row.plan_id,
        sales_plan_id=row.sales_plan_id,
        status=row.status,
        issued_version=row.version,
        version=row.row_version,
        made_at=row.made_at,
        made_by=row.made_by,
        first_week=row.first_week,
        weeks=row.weeks,
        asked_seconds=row.seconds,
        asked_gap=row.gap,
        attempt=row.attempt,
        progress=msgspec.convert(row.progress, ProgressView) if row.progress else None,
        failure=row.failure,
        refusals=msgspec.convert(row.refusals or [], list[RefusalView]),
        fingerprint=row.fingerprint,
        result=row.result_status,
        ended_by=row.ended_by,
        objective=row.objective,
        bound=row.bound,
        gap=row.proved_gap,
        costs={name: Decimal(value) for name, value in row.costs.items()} if row.costs else None,
        statistics=row.statistics,
        started_at=row.started_at,
        solved_at=row.solved_at,
        issued_at=row.issued_at,
        issued_by=row.issued_by,
    )
