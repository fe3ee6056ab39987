"""Merging a double into the customer that it is (C3)."""

from uuid import UUID

from services.customers.archive import store as archive
from services.customers.archive.domain import Customer, require_version
from services.customers.archive.views import CustomerView
from services.customers.doubles import domain, store
from services.customers.doubles.domain import Merge
from services.customers.tiers import store as tiers
from services.customers.volume import commands as volume
from shared import outbox
from shared.database import Transaction
from shared.kernel.errors import invalid


async def merge(tx: Transaction, cmd: Merge) -> CustomerView:
    """Merge, publish the double's fact, the new states and the survivor's new volumes; answers the double, which says
    where it went. DomainErrors ``customer-absent``, ``unknown-customer``, those of ``domain.merge``."""
    double, survivor = await _both(tx, cmd)
    require_version(double, cmd.expected)
    earlier = await archive.doubles_of(tx, double.customer_id)
    pending = await tiers.pending(tx, double.customer_id)
    changed, facts = domain.merge(double, survivor, earlier, pending is not None)
    for old, new in zip((double, *earlier), changed, strict=True):
        await archive.save(tx, old, new)
    await store.record(tx, double.customer_id, survivor.customer_id, cmd)
    moved = await volume.moved_by_merge(tx, survivor.customer_id, [one.customer_id for one in changed])
    await outbox.append(tx, [*facts, *moved], states=[one.public() for one in changed])
    return await archive.view(tx, double.customer_id, cmd.actor)


async def _both(tx: Transaction, cmd: Merge) -> tuple[Customer, Customer]:
    """Both customers, locked in the order of their ids, so that two merges of the same pair cannot wait for each
    other."""
    into_id = await archive.id_of(tx, cmd.into_code.strip())
    if into_id is None:
        raise invalid("unknown-customer", f"there is no customer {cmd.into_code}", field="into_code")
    found: dict[UUID, Customer] = {}
    for key in sorted({cmd.double_id, into_id}):
        found[key] = await archive.load(tx, key, cmd.actor)
    return found[cmd.double_id], found[into_id]
