"""Asking for another tier, and deciding on it (C1)."""

from dataclasses import dataclass
from uuid import UUID

from services.customers.archive import store as archive
from services.customers.archive.domain import Customer
from services.customers.tiers import domain, store
from services.customers.tiers.domain import Decide, Proposal
from services.customers.tiers.views import TierChangeView, change_view
from shared import outbox
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.events.customers import Tier
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTier:
    """Ask that the customer be in ``tier``."""

    actor: Actor
    customer_id: UUID
    tier: Tier
    reason: str


async def change_tier(tx: Transaction, cmd: ChangeTier) -> TierChangeView:
    """Move the tier at once, or put the change before the market department where strategic is touched."""
    old = await archive.load(tx, cmd.customer_id, cmd.actor)
    proposal = Proposal(actor=cmd.actor, tier=cmd.tier, reason=cmd.reason)
    change, new, facts = domain.propose(new_id(), old, proposal, await store.evidence(tx, old), tx.now)
    if await store.pending(tx, old.customer_id) is not None:
        raise store.waiting()
    await store.add(tx, change)
    await _publish(tx, old, new, facts)
    return change_view(change, old.code, old.unit_id)


async def decide(tx: Transaction, cmd: Decide) -> TierChangeView:
    """Approve or refuse a pending change; the customer is locked before its change, as everywhere."""
    seen = await store.load(tx, cmd.change_id)
    if seen is None:
        raise domain.no_such_change()
    old = await archive.load(tx, seen.customer_id)
    change = await store.load(tx, cmd.change_id, lock=True)
    if change is None or not cmd.actor.may_see(old.unit_id):
        raise domain.no_such_change()
    decided, new, facts = domain.decide(change, old, cmd, tx.now)
    await store.save(tx, decided)
    await _publish(tx, old, new, facts)
    return change_view(decided, old.code, old.unit_id)


async def _publish(tx: Transaction, old: Customer, new: Customer, facts: list[object]) -> None:
    if new == old:
        return
    await archive.save(tx, old, new)
    await outbox.append(tx, facts, states=[new.public()])
