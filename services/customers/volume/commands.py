"""Signed volume from contracts' facts: evidence for the tier (C1). Each fact counts once, in its own year.

What a double signed stays in its own row and is shown, and published, in its survivor's sum."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from services.customers.archive import store as archive
from services.customers.volume import store
from shared import outbox
from shared.database import Transaction
from shared.events.contracts import AgreementAmended, AgreementCancelled, AgreementSigned
from shared.events.customers import VolumeRecorded


async def count_signed(tx: Transaction, fact: AgreementSigned) -> None:
    """A signature counts in the calendar year of its business date."""
    await _count(tx, fact.customer_id, {fact.signed_on.year: fact.amount})


async def count_amended(tx: Transaction, fact: AgreementAmended) -> None:
    """An amendment counts with its difference, in the year of its own submission."""
    await _count(tx, fact.customer_id, {fact.year: fact.change})


async def count_cancelled(tx: Transaction, fact: AgreementCancelled) -> None:
    """A cancellation takes back what the contract had put in, year by year."""
    await _count(tx, fact.customer_id, {int(year): -amount for year, amount in fact.signed_amounts.items()})


async def moved_by_merge(tx: Transaction, survivor_id: UUID, doubles: list[UUID]) -> list[VolumeRecorded]:
    """The survivor's new sums of the years in which the doubles signed something."""
    years = await store.years_of(tx, doubles)
    sums = await store.volumes(tx, survivor_id)
    return [VolumeRecorded(customer_id=survivor_id, year=year, signed=sums[year]) for year in years]


async def _count(tx: Transaction, customer_id: UUID, changes: Mapping[int, Decimal]) -> None:
    changes = {year: change for year, change in changes.items() if change}
    if not changes:
        return
    named = await archive.load(tx, customer_id)
    known_as = named.merged_into or customer_id
    if known_as != customer_id:
        await archive.load(tx, known_as)  # locked, so that sums of one customer are published one after the other
    for year, change in sorted(changes.items()):
        await store.add(tx, customer_id, year, change)
    sums = await store.volumes(tx, known_as)
    await outbox.append(
        tx, [VolumeRecorded(customer_id=known_as, year=year, signed=sums[year]) for year in sorted(changes)]
    )
