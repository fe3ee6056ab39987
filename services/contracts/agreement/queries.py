"""Reads of contracts and amendments, cut to what the asker may see."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.contracts.agreement import amendment_store, store
from services.contracts.agreement.domain.states import Status
from services.contracts.agreement.tables import agreement
from services.contracts.agreement.views import (
    AgreementSummary,
    AgreementView,
    AmendmentView,
    agreement_view,
    amendment_view,
)
from services.contracts.copies import queries as copies
from services.contracts.copies.tables import customer_copy
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.paging import Page, PageQuery, fetch_page

SORTS: dict[str, sa.ColumnElement[Any]] = {
    "number": agreement.c.number,
    "status": agreement.c.status,
    "amount": agreement.c.amount,
    "drafted_at": agreement.c.drafted_at,
    "signed_on": agreement.c.signed_on,
    "customer_code": customer_copy.c.code,
}
_SEEN = """
SELECT a.unit_id, c.unit_id AS customer_unit_id
FROM agreement a LEFT JOIN customer_copy c USING (customer_id) WHERE a.agreement_id = $1
"""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """number: exact; unit, customer (with its doubles): codes; awaiting: submitted and in need of approval (the
    approvers' list); days inclusive."""

    number: str | None = None
    unit: str | None = None
    status: Status | None = None
    customer: str | None = None
    awaiting: bool | None = None
    signed_from: date | None = None
    signed_to: date | None = None


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """The asker's unit's own contracts, and those of customers that are its own by now: the archive follows."""
    if actor.company_wide:
        return sa.true()
    return sa.or_(agreement.c.unit_id == actor.unit_id, customer_copy.c.unit_id == actor.unit_id)


async def agreements(tx: Transaction, asked: PageQuery, filters: Filters, actor: Actor) -> Page[AgreementSummary]:
    """A page of contracts; ``q`` looks into numbers, customers' codes and names."""
    statement = (
        sa.select(agreement, customer_copy.c.code, customer_copy.c.name)
        .join(customer_copy, customer_copy.c.customer_id == agreement.c.customer_id, isouter=True)
        .where(visible(actor), *_conditions(asked, filters))
    )
    order = asked.order(SORTS, "-drafted_at")
    return await fetch_page(tx, statement, asked, order=(order, agreement.c.agreement_id), view=_summary)


def _conditions(asked: PageQuery, filters: Filters) -> list[sa.ColumnElement[bool]]:
    exact = (
        (agreement.c.number, filters.number),
        (agreement.c.status, filters.status),
    )
    found: list[sa.ColumnElement[bool]] = [column == value for column, value in exact if value is not None]
    if filters.unit is not None:
        found.append(agreement.c.unit_id.in_(copies.unit_of_code(filters.unit)))
    if filters.customer is not None:
        found.append(agreement.c.customer_id.in_(copies.customer_and_doubles(filters.customer)))
    if filters.awaiting is not None:
        waiting = sa.and_(agreement.c.status == "submitted", sa.func.coalesce(agreement.c.approval_needed, False))
        found.append(waiting if filters.awaiting else sa.not_(waiting))
    if filters.signed_from is not None:
        found.append(agreement.c.signed_on >= filters.signed_from)
    if filters.signed_to is not None:
        found.append(agreement.c.signed_on <= filters.signed_to)
    if asked.pattern is not None:
        texts = (agreement.c.number, customer_copy.c.code, customer_copy.c.name)
        found.append(sa.or_(*(text.ilike(asked.pattern, escape="\\") for text in texts)))
    return found


def _summary(row: Any) -> AgreementSummary:
    return AgreementSummary(
        id=row.agreement_id,
        number=row.number,
        customer_code=row.code or "",
        customer_name=row.name or "",
        unit_id=row.unit_id,
        status=row.status,
        version=row.version,
        amount=row.amount,
        currency=row.currency,
        year=row.year,
        approval_needed=row.approval_needed,
        drafted_at=row.drafted_at,
        signed_on=row.signed_on,
    )


async def check_visible(tx: Transaction, agreement_id: UUID, actor: Actor) -> None:
    """DomainError ``agreement-absent`` if there is none, or not the asker's to see."""
    row = await tx.raw.fetchrow(_SEEN, agreement_id)
    if row is None or not (actor.may_see(row["unit_id"]) or actor.may_see(row["customer_unit_id"])):
        raise store.absent_agreement()


async def one(tx: Transaction, agreement_id: UUID, actor: Actor) -> AgreementView:
    """A contract with its lines."""
    await check_visible(tx, agreement_id, actor)
    found = await store.load(tx, agreement_id, locked=False)
    return agreement_view(found, await copies.customer_code(tx, found.heading.customer_id))


async def amendments(tx: Transaction, agreement_id: UUID, actor: Actor) -> list[AmendmentView]:
    """All amendments of a contract, the oldest first."""
    await check_visible(tx, agreement_id, actor)
    return [amendment_view(found) for found in await amendment_store.of_agreement(tx, agreement_id)]


async def amendment(tx: Transaction, amendment_id: UUID, actor: Actor) -> AmendmentView:
    """One amendment; DomainError ``amendment-absent``."""
    found = await amendment_store.one(tx, amendment_id)
    if found is None:
        raise amendment_store.absent_amendment()
    await check_visible(tx, found.heading.agreement_id, actor)
    return amendment_view(found)
