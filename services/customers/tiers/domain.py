"""How a customer's tier moves, who decides, and what its signed volume suggests (C1). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from services.customers.archive.domain import Customer, Kind, require_not_merged
from services.customers.organisation.domain import checked_text
from shared.auth.domain import Actor
from shared.events.customers import Tier, TierChanged
from shared.kernel.errors import DomainError, absent, conflict, forbidden
from shared.policy.domain import Policy

Status = Literal["pending", "applied", "refused"]
Decision = Literal["approve", "refuse"]

TRANSITIONS: Mapping[tuple[Status, Decision], Status] = {
    ("pending", "approve"): "applied",
    ("pending", "refuse"): "refused",
}
"""A change between key, general and reserve is born applied; one that touches strategic is born pending."""

YEARS_OF_EVIDENCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What spoke for the change when it was asked for: signed volume in CNY by calendar year, and what the criteria of
    that policy version suggested. It informs who decides; it never decides."""

    volumes: Mapping[str, Decimal]
    suggested: Tier
    policy_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TierChange:
    """A move of one customer's tier; once decided it stays for ever as it is."""

    change_id: UUID
    customer_id: UUID
    old_tier: Tier
    new_tier: Tier
    reason: str
    status: Status
    evidence: Evidence
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    remark: str = field(default="")
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """The market department's word on a pending change. ``remark`` is needed to refuse."""

    actor: Actor
    change_id: UUID
    decision: Decision
    remark: str = ""


def no_such_change() -> DomainError:
    """There is none, or the asker may not know of it."""
    return absent("tier-change-absent", "there is no such change of tier")


def touches_strategic(old: Tier, new: Tier) -> bool:
    """Whether the market department has to approve the move."""
    return "strategic" in (old, new)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Who asks for which tier, and why."""

    actor: Actor
    tier: Tier
    reason: str


def propose(
    change_id: UUID, customer: Customer, proposal: Proposal, evidence: Evidence, now: datetime
) -> tuple[TierChange, Customer, list[object]]:
    """The change, the customer as it is afterwards, and the facts.

    Applied at once between key, general and reserve; pending where strategic is touched. DomainErrors ``same-tier``,
    ``customer-merged``, ``missing-text``."""
    require_not_merged(customer)
    if proposal.tier == customer.tier:
        raise conflict("same-tier", f"the customer is in tier {customer.tier} already", field="tier")
    change = TierChange(
        change_id=change_id,
        customer_id=customer.customer_id,
        old_tier=customer.tier,
        new_tier=proposal.tier,
        reason=checked_text(proposal.reason, "reason", 500, needed=True),
        status="pending",
        evidence=evidence,
        proposed_by=proposal.actor.person_id,
        proposed_at=now,
    )
    if touches_strategic(customer.tier, proposal.tier):
        return change, customer, []
    change = replace(change, status="applied", decided_by=proposal.actor.person_id, decided_at=now)
    return (change, *_apply(change, customer, approved_by=None))


def decide(
    change: TierChange, customer: Customer, cmd: Decide, now: datetime
) -> tuple[TierChange, Customer, list[object]]:
    """The market department approves or refuses; never the one who proposed (``own-proposal``)."""
    after = TRANSITIONS.get((change.status, cmd.decision))
    if after is None:
        raise conflict("change-decided", f"this change is {change.status} already")
    if cmd.actor.person_id == change.proposed_by:
        raise forbidden(
            "own-proposal", "nobody decides on their own proposal", remedy="Another person of market has to decide."
        )
    remark = checked_text(cmd.remark, "remark", 500, needed=cmd.decision == "refuse")
    decided = replace(
        change,
        status=after,
        decided_by=cmd.actor.person_id,
        decided_at=now,
        remark=remark,
        version=change.version + 1,
    )
    if after != "applied":
        return decided, customer, []
    require_not_merged(customer)
    return (decided, *_apply(decided, customer, approved_by=cmd.actor.person_id))


def suggest(kind: Kind, volumes: Mapping[str, Decimal], year: int, criteria: Policy) -> Tier:
    """The tier that the criteria would give: by the better of this and last year's signed volume, CNY.

    A sole trader is never suggested above general (art. 12); nothing signed suggests reserve."""
    best = max(volumes.get(str(year), Decimal(0)), volumes.get(str(year - 1), Decimal(0)))
    if best <= 0:
        return "reserve"
    if kind == "sole-trader" or best < criteria.decimal("key_from"):
        return "general"
    return "key" if best < criteria.decimal("strategic_from") else "strategic"


def _apply(change: TierChange, customer: Customer, approved_by: UUID | None) -> tuple[Customer, list[object]]:
    fact = TierChanged(
        customer_id=customer.customer_id,
        old_tier=change.old_tier,
        new_tier=change.new_tier,
        approved_by=approved_by,
    )
    return replace(customer, tier=change.new_tier, version=customer.version + 1), [fact]
