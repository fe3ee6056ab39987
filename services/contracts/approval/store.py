"""Writes and reads the approvers' decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from services.contracts.exposure.domain import ApprovalPolicy, Standing
from shared.database import Transaction

_KEEP = """
INSERT INTO approval_decision (agreement_id, amendment_id, decision, by, at, remark, year, total, policy_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_ALL = """
SELECT agreement_id, amendment_id, decision, by, at, remark, year, total, policy_version
FROM approval_decision WHERE agreement_id = $1 ORDER BY decision_id
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an approver said of a contract or one of its amendments. ``total``: the customer's, CNY, of ``year``, when
    it was said; ``policy_version``: of the policy that made them an approver."""

    agreement_id: UUID
    amendment_id: UUID | None
    decision: Literal["approved", "refused"]
    by: UUID
    at: datetime
    remark: str
    year: int
    total: Decimal
    policy_version: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of (contract, amendment or None), and at which total under which policy."""

    said: Literal["approved", "refused"]
    subject: tuple[UUID, UUID | None]
    standing: Standing
    policy: ApprovalPolicy


async def keep(tx: Transaction, decided: Decided, by: UUID, remark: str) -> None:
    """Keep a decision for ever."""
    agreement_id, amendment_id = decided.subject
    standing = decided.standing
    await tx.raw.execute(
        _KEEP,
        agreement_id,
        amendment_id,
        decided.said,
        by,
        tx.now,
        remark,
        standing.year,
        standing.total,
        decided.policy.version,
    )


async def decisions_of(tx: Transaction, agreement_id: UUID) -> Sequence[Decision]:
    """All decisions on a contract and its amendments, the oldest first."""
    return [Decision(**row) for row in await tx.raw.fetch(_ALL, agreement_id)]
