"""From draft to signature and back. Each command locks the customer's year before the contract (K1)."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.contracts.agreement import amendment_store, store
from services.contracts.agreement.commands.counting import catch_up, keep, policy_now
from services.contracts.agreement.domain import agreement as domain
from services.contracts.agreement.domain import amendments
from services.contracts.agreement.domain.agreement import Agreement
from services.contracts.agreement.store import Peek
from services.contracts.agreement.views import AgreementView
from services.contracts.exposure import store as ledger
from services.contracts.exposure.domain import Standing
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.dates import business_date


@dataclass(frozen=True, slots=True)
class Move:
    """Something is to happen to a contract. ``text``: its reason, where it has one; ``expected``: the version it was
    decided on, if the asker named one."""

    agreement_id: UUID
    actor: Actor
    expected: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """Both sides signed, today unless said."""

    agreement_id: UUID
    actor: Actor
    expected: int | None = None
    signed_on: date | None = None


async def own(tx: Transaction, agreement_id: UUID, actor: Actor) -> Peek:
    """A look at a contract of the asker's own unit, or DomainError ``agreement-absent``."""
    seen = await store.peek(tx, agreement_id)
    if seen is None or seen.unit_id != actor.unit_id:
        raise store.absent_agreement()
    return seen


async def locked(tx: Transaction, seen: Peek, expected: int | None) -> Agreement:
    """The contract, locked after its customer's year; still what was looked at, and the version the asker named."""
    agreement = await store.load(tx, seen.agreement_id)
    store.checked_version(agreement.version, expected)
    year = agreement.submission.year if agreement.submission else None
    if (agreement.heading.customer_id, year) != (seen.customer_id, seen.year):
        raise store.changed_meanwhile()
    return agreement


async def standing_of(tx: Transaction, seen: Peek) -> Standing:
    """The year of the contract's submission, locked; for one never submitted a look at this year."""
    return await ledger.lock(tx, seen.customer_id, seen.year or business_date(tx.now).year)


async def submit(tx: Transaction, cmd: Move) -> AgreementView:
    """Reserve the amount in the customer's year; says whether approval is needed (K1)."""
    seen = await own(tx, cmd.agreement_id, cmd.actor)
    standing = await ledger.lock(tx, seen.customer_id, business_date(tx.now).year)
    before = await locked(tx, seen, cmd.expected)
    policy = await policy_now(tx)
    decided = domain.submit(before, cmd.actor.person_id, tx.now, standing, policy)
    await catch_up(tx, replace(standing, total=decided.agreement.submitted.cumulative), policy)
    return await keep(tx, before, decided, seen.customer_code, standing.root_id)


async def withdraw(tx: Transaction, cmd: Move) -> AgreementView:
    """Take a submission back; its amount is free again (K1)."""
    seen = await own(tx, cmd.agreement_id, cmd.actor)
    root_id = await ledger.lock_all(tx, seen.customer_id)
    before = await locked(tx, seen, cmd.expected)
    decided = domain.withdraw(before, cmd.text, await ledger.shares(tx, seen.agreement_id))
    return await keep(tx, before, decided, seen.customer_code, root_id)


async def sign(tx: Transaction, cmd: Sign) -> AgreementView:
    """Sign, after a second look at the total under its lock (K1)."""
    seen = await own(tx, cmd.agreement_id, cmd.actor)
    standing = await standing_of(tx, seen)
    before = await locked(tx, seen, cmd.expected)
    today = business_date(tx.now)
    decided = domain.sign(before, cmd.signed_on or today, today, standing, await policy_now(tx))
    return await keep(tx, before, decided, seen.customer_code, standing.root_id)


async def cancel(tx: Transaction, cmd: Move) -> AgreementView:
    """End a contract without effect, with its open amendment; all its amounts are free again (K1)."""
    seen = await own(tx, cmd.agreement_id, cmd.actor)
    root_id = await ledger.lock_all(tx, seen.customer_id)
    before = await locked(tx, seen, cmd.expected)
    decided = domain.cancel(before, cmd.text, await ledger.shares(tx, seen.agreement_id))
    waiting = await amendment_store.load_open(tx, seen.agreement_id)
    if waiting is not None:  # its part is among the contract's shares
        await amendment_store.save(tx, waiting, amendments.withdraw(waiting, cmd.text, {}).amendment)
    return await keep(tx, before, decided, seen.customer_code, root_id)


async def reopen(tx: Transaction, cmd: Move) -> AgreementView:
    """Make a refused, withdrawn or cancelled contract a draft again (K1)."""
    seen = await own(tx, cmd.agreement_id, cmd.actor)
    before = await locked(tx, seen, cmd.expected)
    return await keep(tx, before, domain.reopen(before), seen.customer_code)
