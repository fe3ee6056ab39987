"""Approvers decide on submitted contracts and amendments (K1): the customer's year is locked, then the document."""

from uuid import UUID

from services.contracts.agreement import store as agreements
from services.contracts.agreement.amendment_store import absent_amendment
from services.contracts.agreement.commands.amending import (
    MoveAmendment,
    keep_amendment,
    locked_amendment,
    seen_amendment,
)
from services.contracts.agreement.commands.counting import keep, policy_now
from services.contracts.agreement.commands.moving import Move, locked, standing_of
from services.contracts.agreement.domain import agreement as contracts
from services.contracts.agreement.domain import amendments
from services.contracts.agreement.store import Peek
from services.contracts.agreement.views import AgreementView, AmendmentView
from services.contracts.approval import store
from services.contracts.approval.domain import checked_approver
from services.contracts.approval.store import Decided
from services.contracts.exposure import store as ledger
from shared.auth.domain import Actor
from shared.database import Transaction


async def _seen(tx: Transaction, cmd: Move) -> Peek:
    seen = await agreements.peek(tx, cmd.agreement_id)
    if seen is None or not cmd.actor.may_see(seen.unit_id):
        raise agreements.absent_agreement()
    return seen


async def approve(tx: Transaction, cmd: Move) -> AgreementView:
    """Let a contract go to signature (K1). ``text`` is the remark."""
    seen = await _seen(tx, cmd)
    standing = await standing_of(tx, seen)
    before = await locked(tx, seen, cmd.expected)
    policy = await policy_now(tx)
    checked_approver(cmd.actor, seen.unit_id, standing, policy)
    decided = contracts.approve(before, cmd.actor.person_id, cmd.text, tx.now, standing, policy)
    await store.keep(
        tx, Decided("approved", (seen.agreement_id, None), standing, policy), cmd.actor.person_id, cmd.text
    )
    return await keep(tx, before, decided, seen.customer_code)


async def refuse(tx: Transaction, cmd: Move) -> AgreementView:
    """Say no to a contract; its amount is free again (K1). ``text`` is the reason."""
    seen = await _seen(tx, cmd)
    standing = await standing_of(tx, seen)
    before = await locked(tx, seen, cmd.expected)
    policy = await policy_now(tx)
    checked_approver(cmd.actor, seen.unit_id, standing, policy)
    shares = await ledger.shares(tx, seen.agreement_id)
    decided = contracts.refuse(before, cmd.actor.person_id, cmd.text, shares)
    await store.keep(tx, Decided("refused", (seen.agreement_id, None), standing, policy), cmd.actor.person_id, cmd.text)
    return await keep(tx, before, decided, seen.customer_code, standing.root_id)


async def approve_amendment(tx: Transaction, cmd: MoveAmendment) -> AmendmentView:
    """Let an amendment be applied (K1)."""
    seen = await seen_amendment(tx, cmd.amendment_id)
    _check_seen(cmd.actor, seen.unit_id)
    standing = await ledger.lock(tx, seen.customer_id, seen.year)
    _, before = await locked_amendment(tx, seen, cmd.expected)
    policy = await policy_now(tx)
    checked_approver(cmd.actor, seen.unit_id, standing, policy)
    decided = amendments.approve(before, cmd.actor.person_id, cmd.text, tx.now, standing, policy)
    said = Decided("approved", (seen.agreement_id, seen.amendment_id), standing, policy)
    await store.keep(tx, said, cmd.actor.person_id, cmd.text)
    return await keep_amendment(tx, before, decided, standing.root_id)


async def refuse_amendment(tx: Transaction, cmd: MoveAmendment) -> AmendmentView:
    """Say no to an amendment; what it added is free again (K1)."""
    seen = await seen_amendment(tx, cmd.amendment_id)
    _check_seen(cmd.actor, seen.unit_id)
    standing = await ledger.lock(tx, seen.customer_id, seen.year)
    _, before = await locked_amendment(tx, seen, cmd.expected)
    policy = await policy_now(tx)
    checked_approver(cmd.actor, seen.unit_id, standing, policy)
    shares = await ledger.shares(tx, seen.agreement_id, seen.amendment_id)
    decided = amendments.refuse(before, cmd.actor.person_id, cmd.text, shares)
    said = Decided("refused", (seen.agreement_id, seen.amendment_id), standing, policy)
    await store.keep(tx, said, cmd.actor.person_id, cmd.text)
    return await keep_amendment(tx, before, decided, standing.root_id)


def _check_seen(actor: Actor, unit_id: UUID) -> None:
    if not actor.may_see(unit_id):
        raise absent_amendment()
