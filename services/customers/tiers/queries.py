"""Reading tiers, their history and the evidence."""

from uuid import UUID

from sqlalchemy import select

from services.customers.archive.domain import Customer, no_such_customer
from services.customers.archive.tables import customer
from services.customers.tiers import store
from services.customers.tiers.domain import Status, TierChange, no_such_change, touches_strategic
from services.customers.tiers.tables import tier_change
from services.customers.tiers.views import (
    TierChangeView,
    TierHistory,
    TierPeriod,
    Volumes,
    YearVolume,
    change_view,
)
from services.customers.volume import store as volume
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.paging import Page, PageQuery, fetch_page

SORTS = {"proposed_at": tier_change.c.proposed_at, "customer": customer.c.code, "status": tier_change.c.status}
_CHANGES = select(tier_change, customer.c.code.label("customer_code"), customer.c.unit_id).join(
    customer, customer.c.customer_id == tier_change.c.customer_id
)


async def changes(
    tx: Transaction, asked: PageQuery, status: Status | None, code: str | None, actor: Actor
) -> Page[TierChangeView]:
    """Changes of tier, newest first, of the asker's unit or, for company-wide roles, of all."""
    statement = _CHANGES
    if not actor.company_wide:
        statement = statement.where(customer.c.unit_id == actor.unit_id)
    if status is not None:
        statement = statement.where(tier_change.c.status == status)
    if code is not None:
        statement = statement.where(customer.c.code == code)
    if asked.pattern:
        statement = statement.where(customer.c.name.ilike(asked.pattern, escape="\\"))
    return await fetch_page(
        tx,
        statement,
        asked,
        order=(asked.order(SORTS, "-proposed_at"), tier_change.c.change_id.desc()),
        view=lambda row: change_view(store.change_of(row._mapping), row.customer_code, row.unit_id),
    )


async def one_change(tx: Transaction, change_id: UUID, actor: Actor) -> TierChangeView:
    """One change, or ``tier-change-absent``."""
    row = (await tx.sql.execute(_CHANGES.where(tier_change.c.change_id == change_id))).mappings().one_or_none()
    if row is None or not actor.may_see(row["unit_id"]):
        raise no_such_change()
    return change_view(store.change_of(row), row["customer_code"], row["unit_id"])


async def history(tx: Transaction, customer_id: UUID, actor: Actor) -> TierHistory:
    """Every tier the customer was ever in (C1)."""
    known = await _customer(tx, customer_id, actor)
    waiting = await store.pending(tx, customer_id)
    first = TierPeriod(
        tier=known.first_tier,
        since=known.registered_at,
        reason="",
        change_id=None,
        proposed_by=known.registered_by,
        approved_by=known.registered_by if known.first_tier == "strategic" else None,
    )
    return TierHistory(
        customer_id=customer_id,
        tier=known.tier,
        periods=[first, *(_period(change) for change in await store.applied(tx, customer_id))],
        pending=change_view(waiting, known.code, known.unit_id) if waiting else None,
    )


async def volumes(tx: Transaction, customer_id: UUID, actor: Actor) -> Volumes:
    """What the customer signed, year by year, and the tier that the criteria suggest."""
    known = await _customer(tx, customer_id, actor)
    gathered = await store.evidence(tx, known)
    sums = await volume.volumes(tx, customer_id)
    return Volumes(
        customer_id=customer_id,
        tier=known.tier,
        suggested=gathered.suggested,
        policy_version=gathered.policy_version,
        years=[YearVolume(year=year, signed=signed) for year, signed in sums.items()],
    )


async def _customer(tx: Transaction, customer_id: UUID, actor: Actor) -> Customer:
    statement = select(customer).where(customer.c.customer_id == customer_id)
    row = (await tx.sql.execute(statement)).mappings().one_or_none()
    if row is None or not actor.may_see(row["unit_id"]):
        raise no_such_customer()
    return Customer(**row)


def _period(change: TierChange) -> TierPeriod:
    if change.decided_at is None:
        raise LookupError("an applied change has its decision")
    return TierPeriod(
        tier=change.new_tier,
        since=change.decided_at,
        reason=change.reason,
        change_id=change.change_id,
        proposed_by=change.proposed_by,
        approved_by=change.decided_by if touches_strategic(change.old_tier, change.new_tier) else None,
    )
