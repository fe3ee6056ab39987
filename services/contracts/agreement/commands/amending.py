"""Changes to signed contracts: proposed, withdrawn, applied (K1). Approval is approval's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.contracts.agreement import amendment_store, store
from services.contracts.agreement.amendment_store import AmendmentPeek
from services.contracts.agreement.commands.counting import catch_up, policy_now, settle
from services.contracts.agreement.commands.drafting import NewLine, fresh_ids, wanted
from services.contracts.agreement.commands.moving import own
from services.contracts.agreement.domain import amendments as domain
from services.contracts.agreement.domain.agreement import Agreement
from services.contracts.agreement.domain.amendments import Amendment
from services.contracts.agreement.views import AmendmentView, amendment_view
from services.contracts.exposure import store as ledger
from services.contracts.exposure.domain import Standing
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.dates import business_date
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Amend:
    """All lines of a signed contract as they shall be; ``expected``: the contract's version, if named."""

    agreement_id: UUID
    actor: Actor
    expected: int | None
    lines: Sequence[NewLine]


@dataclass(frozen=True, slots=True)
class MoveAmendment:
    """Something is to happen to an amendment."""

    amendment_id: UUID
    actor: Actor
    expected: int | None = None
    text: str = ""


async def seen_amendment(tx: Transaction, amendment_id: UUID) -> AmendmentPeek:
    """A look at an amendment, or DomainError ``amendment-absent``."""
    seen = await amendment_store.peek(tx, amendment_id)
    if seen is None:
        raise amendment_store.absent_amendment()
    return seen


async def locked_amendment(tx: Transaction, seen: AmendmentPeek, expected: int | None) -> tuple[Agreement, Amendment]:
    """The contract and then its amendment, locked after the customer's year."""
    agreement = await store.load(tx, seen.agreement_id)
    amendment = await amendment_store.load(tx, seen.amendment_id)
    store.checked_version(amendment.version, expected)
    return agreement, amendment


async def amend(tx: Transaction, cmd: Amend) -> AmendmentView:
    """Propose an amendment: submitted as it is made, what it adds counts from now on (K1)."""
    seen = await own(tx, cmd.agreement_id, cmd.actor)
    lines = await wanted(tx, cmd.lines)
    standing = await ledger.lock(tx, seen.customer_id, business_date(tx.now).year)
    agreement = await store.load(tx, seen.agreement_id)
    store.checked_version(agreement.version, cmd.expected)
    policy = await policy_now(tx)
    proposal = domain.Proposal(new_id(), lines, cmd.actor.person_id, tx.now)
    waiting = await amendment_store.load_open(tx, seen.agreement_id)
    decided = domain.submit(agreement, proposal, waiting is not None, standing, policy)
    await catch_up(tx, replace(standing, total=decided.amendment.submission.cumulative), policy)
    await amendment_store.insert(tx, decided.amendment)
    await ledger.post(tx, standing.root_id, decided.entries)
    return amendment_view(decided.amendment)


async def withdraw(tx: Transaction, cmd: MoveAmendment) -> AmendmentView:
    """Take an amendment back; what it added is free again (K1)."""
    seen = await _own(tx, cmd)
    root_id = await ledger.lock_all(tx, seen.customer_id)
    _, before = await locked_amendment(tx, seen, cmd.expected)
    shares = await ledger.shares(tx, seen.agreement_id, seen.amendment_id)
    return await keep_amendment(tx, before, domain.withdraw(before, cmd.text, shares), root_id)


async def apply(tx: Transaction, cmd: MoveAmendment) -> AmendmentView:
    """Make the amendment the contract, after a second look at the total under its lock (K1)."""
    seen = await _own(tx, cmd)
    standing = await _with_own(tx, await ledger.lock(tx, seen.customer_id, seen.year), seen.agreement_id)
    agreement, before = await locked_amendment(tx, seen, cmd.expected)
    amendment, decided = domain.apply(agreement, before, standing, await policy_now(tx), fresh_ids())
    await amendment_store.save(tx, before, amendment)
    await settle(tx, agreement, decided, standing.root_id)
    return amendment_view(amendment)


async def keep_amendment(
    tx: Transaction, before: Amendment, decided: domain.AmendmentDecided, root_id: UUID
) -> AmendmentView:
    """Save a decision on an amendment and post its entries."""
    await amendment_store.save(tx, before, decided.amendment)
    await ledger.post(tx, root_id, decided.entries)
    return amendment_view(decided.amendment)


async def _own(tx: Transaction, cmd: MoveAmendment) -> AmendmentPeek:
    seen = await seen_amendment(tx, cmd.amendment_id)
    if seen.unit_id != cmd.actor.unit_id:
        raise amendment_store.absent_amendment()
    return seen


async def _with_own(tx: Transaction, standing: Standing, agreement_id: UUID) -> Standing:
    return replace(standing, own=ledger.own(await ledger.shares(tx, agreement_id), standing.year))
