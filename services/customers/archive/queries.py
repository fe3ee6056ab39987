"""Reading the archive: a unit's people see their own unit's customers."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, case, or_

from services.customers.archive import store
from services.customers.archive.tables import customer
from services.customers.archive.views import CustomerRow, CustomerView, customer_row
from services.customers.organisation.tables import department
from services.customers.policy import store as policies
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.events.customers import Tier
from shared.kernel.dates import business_date
from shared.paging import Page, PageQuery, fetch_page

_RANK = case({"strategic": 1, "key": 2, "general": 3, "reserve": 4}, value=customer.c.tier)
SORTS = {
    "code": customer.c.code,
    "name": customer.c.name,
    "tier": _RANK,
    "region": customer.c.region,
    "unit": department.c.code,
    "registered_at": customer.c.registered_at,
    "reviewed_at": customer.c.reviewed_at,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which customers; None means any. ``code`` alone finds doubles too. ``stale``: not reviewed for as long as the
    policy ``archive`` says."""

    code: str | None = None
    tier: Tier | None = None
    unit: str | None = None
    stale: bool = False
    doubles: bool = False


async def customers(tx: Transaction, asked: PageQuery, wanted: Filter, actor: Actor) -> Page[CustomerRow]:
    """Customers by page. q looks into name, code, credit code, region and address."""
    statement = _filtered(store.described(), asked, wanted)
    if not actor.company_wide:
        statement = statement.where(customer.c.unit_id == actor.unit_id)
    if wanted.stale:
        criteria = await policies.current(tx, "archive", business_date(tx.now))
        limit = tx.now - timedelta(days=criteria.integer("stale_after_days"))
        statement = statement.where(customer.c.reviewed_at < limit)
    return await fetch_page(
        tx,
        statement,
        asked,
        order=(asked.order(SORTS, "reviewed_at" if wanted.stale else "code"), customer.c.customer_id),
        view=lambda row: customer_row(row._mapping),
    )


async def one_customer(tx: Transaction, customer_id: UUID, actor: Actor) -> CustomerView:
    """One customer, or ``customer-absent``."""
    return await store.view(tx, customer_id, actor)


def _filtered(statement: Select[tuple[object, ...]], asked: PageQuery, wanted: Filter) -> Select[tuple[object, ...]]:
    if wanted.code is not None:
        statement = statement.where(customer.c.code == wanted.code)
    elif not wanted.doubles:
        statement = statement.where(customer.c.merged_into.is_(None))
    if wanted.tier is not None:
        statement = statement.where(customer.c.tier == wanted.tier)
    if wanted.unit is not None:
        statement = statement.where(department.c.code == wanted.unit)
    if asked.pattern:
        columns = (customer.c.name, customer.c.code, customer.c.credit_code, customer.c.region, customer.c.address)
        statement = statement.where(or_(*(column.ilike(asked.pattern, escape="\\") for column in columns)))
    return statement
