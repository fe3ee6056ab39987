"""Tier changes and signed volumes to and from their rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.customers.archive.tables import customer
from services.customers.tiers.domain import Evidence, TierChange
from services.customers.tiers.tables import tier_change, volume
from shared.database import Transaction
from shared.kernel.errors import DomainError, conflict


def waiting() -> DomainError:
    """One change of a customer's tier at a time."""
    return conflict(
        "tier-change-pending",
        "a change of this customer's tier waits for its decision",
        remedy="The market department has to decide it first.",
    )


async def add(tx: Transaction, change: TierChange) -> None:
    """Write a new change of a locked customer."""
    await tx.sql.execute(insert(tier_change).values(_row(change)))


async def save(tx: Transaction, change: TierChange) -> None:
    """Write a decision over the pending change that was locked."""
    values = _row(change)
    await tx.sql.execute(update(tier_change).where(tier_change.c.change_id == change.change_id).values(values))


async def load(tx: Transaction, change_id: UUID, *, lock: bool = False) -> TierChange | None:
    """The change, locked if it is to be decided."""
    statement = select(tier_change).where(tier_change.c.change_id == change_id)
    if lock:
        statement = statement.with_for_update()
    row = (await tx.sql.execute(statement)).mappings().one_or_none()
    return change_of(row) if row is not None else None


async def pending(tx: Transaction, customer_id: UUID) -> TierChange | None:
    """The customer's change that waits for its decision."""
    statement = select(tier_change).where(tier_change.c.customer_id == customer_id, tier_change.c.status == "pending")
    row = (await tx.sql.execute(statement)).mappings().one_or_none()
    return change_of(row) if row is not None else None


async def applied(tx: Transaction, customer_id: UUID) -> list[TierChange]:
    """The changes that moved the customer's tier, oldest first."""
    statement = (
        select(tier_change)
        .where(tier_change.c.customer_id == customer_id, tier_change.c.status == "applied")
        .order_by(tier_change.c.decided_at, tier_change.c.change_id)
    )
    return [change_of(row) for row in (await tx.sql.execute(statement)).mappings()]


def change_of(row: Mapping[Any, Any]) -> TierChange:
    """A change from its row, further columns ignored."""
    values = {column.name: row[column.name] for column in tier_change.c}
    return TierChange(**{**values, "evidence": msgspec.convert(values["evidence"], Evidence)})


def _row(change: TierChange) -> dict[str, object]:
    return {**asdict(change), "evidence": msgspec.to_builtins(change.evidence)}


async def add_volume(tx: Transaction, customer_id: UUID, year: int, signed: Decimal) -> None:
    """Add (or, negative, take away) signed volume of one customer and year."""
    statement = upsert(volume).values(customer_id=customer_id, year=year, signed=signed)
    await tx.sql.execute(
        statement.on_conflict_do_update(
            index_elements=[volume.c.customer_id, volume.c.year],
            set_={"signed": volume.c.signed + statement.excluded.signed},
        )
    )


async def volumes(tx: Transaction, customer_id: UUID) -> dict[int, Decimal]:
    """Signed volume by year of a customer and of those merged into it, CNY, newest first."""
    statement = (
        select(volume.c.year, func.sum(volume.c.signed))
        .join(customer, customer.c.customer_id == volume.c.customer_id)
        .where(or_(customer.c.customer_id == customer_id, customer.c.merged_into == customer_id))
        .group_by(volume.c.year)
        .order_by(volume.c.year.desc())
    )
    rows = (await tx.sql.execute(statement)).all()
    return {row[0]: row[1] for row in rows}


async def years_of(tx: Transaction, customer_ids: Sequence[UUID]) -> list[int]:
    """The years in which any of these customers signed something."""
    statement = select(volume.c.year).where(volume.c.customer_id.in_(customer_ids)).distinct().order_by(volume.c.year)
    return list((await tx.sql.execute(statement)).scalars())
