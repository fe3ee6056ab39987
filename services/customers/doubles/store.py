"""Who merged what into what, kept for ever."""

from uuid import UUID

from sqlalchemy import insert

from services.customers.doubles.domain import Merge, checked_reason
from services.customers.doubles.tables import customer_merge
from shared.database import Transaction


async def record(tx: Transaction, double_id: UUID, into_id: UUID, cmd: Merge) -> None:
    """Write one merge down."""
    await tx.sql.execute(
        insert(customer_merge).values(
            double_id=double_id,
            into_id=into_id,
            reason=checked_reason(cmd.reason),
            merged_by=cmd.actor.person_id,
            merged_at=tx.now,
        )
    )
