"""Reads of complaints: one whole, and the list with its filters. Everything is cut to what the asker may see."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.complaints.copies.tables import customer_copy, department_copy
from services.complaints.quality.domain.complaint import Category, Status
from services.complaints.quality.store import no_such_complaint, visible
from services.complaints.quality.tables import complaint
from services.complaints.quality.views import ComplaintSummary, ComplaintView, listed, summary, whole
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.paging import Page, PageQuery, fetch_page

SORTABLE: dict[str, sa.ColumnElement[Any]] = {
    "number": complaint.c.number,
    "reported_on": complaint.c.reported_on,
    "received_at": complaint.c.received_at,
    "status": complaint.c.status,
    "category": complaint.c.category,
    "reopened": complaint.c.round,
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """status, category: exact. unit, customer, responsible: codes; a customer's doubles count as the customer.
    number: exact."""

    status: Status | None = None
    category: Category | None = None
    unit: str | None = None
    customer: str | None = None
    responsible: str | None = None
    number: str | None = None


async def one(tx: Transaction, complaint_id: UUID, actor: Actor) -> ComplaintView:
    """The whole complaint; DomainError ``complaint-absent`` if none, or not the actor's to see."""
    seen = sa.select(sa.exists().where(complaint.c.id == complaint_id, visible(actor)))
    if not (await tx.sql.execute(seen)).scalar_one():
        raise no_such_complaint()
    return await whole(tx, complaint_id)


async def many(tx: Transaction, asked: PageQuery, filters: Filters, actor: Actor) -> Page[ComplaintSummary]:
    """A page of the complaints that the actor may see; ``q`` looks into number, description and batch."""
    statement = listed().where(visible(actor), *_conditions(asked, filters))
    order = asked.order(SORTABLE, "-received_at")
    return await fetch_page(tx, statement, asked, order=(order, complaint.c.id), view=summary)


def _conditions(asked: PageQuery, filters: Filters) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    for column, value in (("status", filters.status), ("category", filters.category), ("number", filters.number)):
        if value is not None:
            found.append(complaint.c[column] == value)
    if filters.unit is not None:
        found.append(complaint.c.unit_id.in_(_department(filters.unit)))
    if filters.responsible is not None:
        found.append(complaint.c.responsible_department_id.in_(_department(filters.responsible)))
    if filters.customer is not None:
        found.append(complaint.c.customer_id.in_(_customer_and_doubles(filters.customer)))
    if asked.pattern is not None:
        texts = (complaint.c.number, complaint.c.description, complaint.c.batch_number)
        found.append(sa.or_(*(text.ilike(asked.pattern, escape="\\") for text in texts)))
    return found


def _department(code: str) -> sa.Select[Any]:
    return sa.select(department_copy.c.department_id).where(department_copy.c.code == code)


def _customer_and_doubles(code: str) -> sa.Select[Any]:
    same = sa.select(customer_copy.c.customer_id).where(customer_copy.c.code == code).cte("same", recursive=True)
    doubles = sa.select(customer_copy.c.customer_id).where(customer_copy.c.merged_into == same.c.customer_id)
    return sa.select(same.union(doubles).c.customer_id)
