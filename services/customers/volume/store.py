"""Signed volumes to and from their rows."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.customers.archive.tables import customer
from services.customers.volume.tables import volume
from shared.database import Transaction


async def add(tx: Transaction, customer_id: UUID, year: int, signed: Decimal) -> None:
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
