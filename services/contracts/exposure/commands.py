"""What changes the ledger by itself: merged customers and opening balances (K1). What contracts put there, they post.

Both tell which totals rose; who waits for signature under them is the agreement's to find."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from services.contracts.copies import queries as copies
from services.contracts.exposure import store
from services.contracts.exposure.domain import NOTHING, Opening, Standing, checked_opening, joined, opened
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.events.customers import CustomerState
from shared.kernel.dates import business_date
from shared.kernel.errors import absent
from shared.kernel.money import checked_amount


@dataclass(frozen=True, slots=True)
class RecordOpening:
    """A contract signed before go-live. ``amount``: CNY, tax included."""

    actor: Actor
    customer_code: str
    year: int
    number: str
    signed_on: date
    amount: Decimal


async def merge(tx: Transaction, states: Sequence[CustomerState]) -> set[UUID]:
    """Let merged customers count as one from now on; the roots under which somebody new counts.

    Pairs may come in any order, twice, in chains and in circles: groups only grow."""
    pairs = [(state.customer_id, state.merged_into) for state in states if state.merged_into is not None]
    if not pairs:
        return set()
    group = await store.lock_groups(tx, sorted({customer for pair in pairs for customer in pair}))
    roots = dict(group.roots)
    for double, survivor in pairs:
        roots |= joined(roots, double, survivor)
    moved = {
        customer: (group.roots[customer], root) for customer, root in roots.items() if group.roots[customer] != root
    }
    if moved:
        await store.move_roots(tx, moved)
    return {new for _, new in moved.values()}


async def record_opening(
    tx: Transaction, cmd: RecordOpening
) -> tuple[Literal["created", "updated", "unchanged"], Standing | None]:
    """Count an opening balance, or correct its amount or day; the customer's year after it, if it changed."""
    customer = await copies.customer(tx, cmd.customer_code)
    if not cmd.actor.may_see(customer.unit_id):
        raise absent("customer-absent", "No such customer in your unit", field="customer_code")
    amount = checked_amount(cmd.amount, "amount")
    opening = Opening(customer.customer_id, customer.unit_id, cmd.year, cmd.number, cmd.signed_on, amount)
    checked_opening(opening, business_date(tx.now))
    standing = await store.lock(tx, customer.customer_id, cmd.year)
    before = await store.load_opening(tx, cmd.number)
    entries = opened(opening, before)
    if before is not None and not entries and before.signed_on == opening.signed_on:
        return "unchanged", None
    await store.save_opening(tx, opening, cmd.actor.person_id)
    await store.post(tx, standing.root_id, entries)
    total = standing.total + sum((entry.amount for entry in entries), NOTHING)
    return ("created" if before is None else "updated"), replace(standing, total=total)
