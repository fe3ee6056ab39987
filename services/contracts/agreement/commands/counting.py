"""Where K1's ledger meets contracts: keeping a decision, and finding whom a risen total catches up with."""

from collections.abc import Sequence
from uuid import UUID

from services.contracts.agreement import amendment_store, store
from services.contracts.agreement.domain.agreement import Agreement, Decided
from services.contracts.agreement.views import AgreementView, agreement_view
from services.contracts.exposure import commands as exposure
from services.contracts.exposure import queries as exposure_queries
from services.contracts.exposure import store as ledger
from services.contracts.exposure.commands import RecordOpening
from services.contracts.exposure.domain import ApprovalPolicy, Standing
from services.contracts.supply.store import public
from shared import outbox
from shared.database import Transaction
from shared.events.customers import CustomerState
from shared.imports import Outcome
from shared.kernel.dates import business_date


async def settle(tx: Transaction, before: Agreement, decided: Decided, root_id: UUID | None = None) -> None:
    """Save a decision, post its entries under ``root_id``, and tell the world: the end of every command here."""
    await store.save(tx, before, decided.agreement)
    if root_id is not None:
        await ledger.post(tx, root_id, decided.entries)
    await outbox.append(tx, decided.facts, states=public(decided.lines))


async def keep(
    tx: Transaction, before: Agreement, decided: Decided, customer_code: str, root_id: UUID | None = None
) -> AgreementView:
    """Settle a decision and answer the contract after it."""
    await settle(tx, before, decided, root_id)
    return agreement_view(decided.agreement, customer_code)


async def policy_now(tx: Transaction) -> ApprovalPolicy:
    """The approval policy of the company's today."""
    return await exposure_queries.approval_policy(tx, business_date(tx.now))


async def catch_up(tx: Transaction, standing: Standing, policy: ApprovalPolicy) -> None:
    """Let whatever waits for signature under a total at the limit need approval from now on, so that it shows on the
    approvers' list; signing looks again anyway (K1). ``standing`` is after the rise, its year locked."""
    if policy.reached(standing.total):
        members = await ledger.members(tx, standing.root_id)
        await store.flag(tx, members, standing.year)
        await amendment_store.flag(tx, members, standing.year)


async def apply_merges(tx: Transaction, changed: Sequence[CustomerState]) -> None:
    """Customers that were merged count as one from now on (K1)."""
    roots = await exposure.merge(tx, changed)
    if roots:
        policy = await policy_now(tx)
        for standing in await ledger.standings(tx, sorted(roots)):
            await catch_up(tx, standing, policy)


async def import_opening(tx: Transaction, cmd: RecordOpening) -> Outcome:
    """Count a contract signed before go-live (K1)."""
    outcome, standing = await exposure.record_opening(tx, cmd)
    if standing is not None:
        await catch_up(tx, standing, await policy_now(tx))
    return outcome
