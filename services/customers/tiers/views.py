"""Tiers and their evidence as answered."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from services.customers.tiers.domain import Status, TierChange
from shared.events.customers import Tier


class EvidenceView(msgspec.Struct, frozen=True, kw_only=True):
    """Signed volume in CNY by calendar year when the change was asked for, and what the criteria suggested."""

    volumes: dict[str, Decimal]
    suggested: Tier
    policy_version: int


class TierChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """A change of tier: pending until the market department decides, if it touches strategic. Instants are UTC."""

    change_id: UUID
    customer_id: UUID
    customer_code: str
    unit_id: UUID
    old_tier: Tier
    new_tier: Tier
    reason: str
    status: Status
    evidence: EvidenceView
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    remark: str
    version: int


class TierPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """From ``since`` on the customer was in ``tier``; the first period, from its registration, has no change behind it.

    ``approved_by``: who of the market department let it into or out of strategic."""

    tier: Tier
    since: datetime
    reason: str
    change_id: UUID | None
    proposed_by: UUID
    approved_by: UUID | None


class TierHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Every tier the customer was ever in, oldest first; ``pending``: a change that waits for its decision."""

    customer_id: UUID
    tier: Tier
    periods: list[TierPeriod]
    pending: TierChangeView | None


class YearVolume(msgspec.Struct, frozen=True, kw_only=True):
    """Signed in a calendar year, doubles included."""

    year: int
    signed: Decimal
    currency: str = "CNY"


class Volumes(msgspec.Struct, frozen=True, kw_only=True):
    """The customer's signed volume, newest year first, and what the criteria of that policy version suggest: evidence,
    never a decision. Of a double the years are its own; its survivor's contain them."""

    customer_id: UUID
    tier: Tier
    suggested: Tier
    policy_version: int
    years: list[YearVolume]


def change_view(change: TierChange, customer_code: str, unit_id: UUID) -> TierChangeView:
    """The change with its customer's code and unit."""
    return TierChangeView(
        change_id=change.change_id,
        customer_id=change.customer_id,
        customer_code=customer_code,
        unit_id=unit_id,
        old_tier=change.old_tier,
        new_tier=change.new_tier,
        reason=change.reason,
        status=change.status,
        evidence=EvidenceView(
            volumes=dict(change.evidence.volumes),
            suggested=change.evidence.suggested,
            policy_version=change.evidence.policy_version,
        ),
        proposed_by=change.proposed_by,
        proposed_at=change.proposed_at,
        decided_by=change.decided_by,
        decided_at=change.decided_at,
        remark=change.remark,
        version=change.version,
    )
