"""Tier changes to and from their rows, and the evidence for them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert, select, update

from services.customers.archive.domain import Customer
from services.customers.policy import store as policies
from services.customers.tiers.domain import YEARS_OF_EVIDENCE, Evidence, TierChange, suggest
from services.customers.tiers.tables import tier_change
from services.customers.volume import store as volume
from shared.database import Transaction
from shared.kernel.dates import business_date
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


async def evidence(tx: Transaction, customer: Customer) -> Evidence:
    """The customer's evidence as of now, of this and the years before (``YEARS_OF_EVIDENCE``)."""
    today = business_date(tx.now)
    criteria = await policies.current(tx, "tiers", today)
    known = await volume.volumes(tx, customer.customer_id)
    recent = {str(year): signed for year, signed in known.items() if year > today.year - YEARS_OF_EVIDENCE}
    return Evidence(
        volumes=recent,
        suggested=suggest(customer.kind, recent, today.year, criteria),
        policy_version=criteria.version,
    )
