"""Reads of approvers' decisions."""

from uuid import UUID

from services.contracts.agreement.queries import check_visible
from services.contracts.approval import store
from services.contracts.approval.store import Decision
from shared.auth.domain import Actor
from shared.database import Transaction


async def decisions(tx: Transaction, agreement_id: UUID, actor: Actor) -> list[Decision]:
    """All decisions on a contract and its amendments; DomainError ``agreement-absent``."""
    await check_visible(tx, agreement_id, actor)
    return list(await store.decisions_of(tx, agreement_id))
