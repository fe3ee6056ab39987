"""Reads of lines and shipments, cut to what the asker may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.contracts.copies.queries import customer_and_doubles, unit_of_code
from services.contracts.copies.tables import customer_copy, product_copy
from services.contracts.supply.domain import LineStatus
from services.contracts.supply.tables import line, promise_history, shipment
from services.contracts.supply.views import DateEntry, LineDetail, LineView, ShipmentView
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.errors import absent
from shared.paging import Page, PageQuery, fetch_page

LINE_SORTS: dict[str, sa.ColumnElement[Any]] = {
    "agreement_number": line.c.agreement_number,
    "requested_on": line.c.requested_on,
    "promised_on": line.c.promised_on,
    "product_code": line.c.product_code,
    "quantity": line.c.quantity,
    "amount": line.c.amount,
}
SHIPMENT_SORTS: dict[str, sa.ColumnElement[Any]] = {
    "number": shipment.c.number,
    "shipped_on": shipment.c.shipped_on,
    "recorded_at": shipment.c.recorded_at,
}
MOST_EXPORTED = 50_000


@dataclass(frozen=True, kw_only=True)
class LineFilters:
    """agreement: a contract's number; unit, customer (with its doubles), product: codes; status: exact; requested dates
    inclusive; late: open and promised after the requested date, or not promised within the plan."""

    agreement: str | None = None
    unit: str | None = None
    customer: str | None = None
    product: str | None = None
    status: LineStatus | None = None
    requested_from: date | None = None
    requested_to: date | None = None
    late: bool | None = None


@dataclass(frozen=True, kw_only=True)
class ShipmentFilters:
    """number, batch: exact; agreement: a contract's number; customer (with its doubles), product: codes; days
    inclusive."""

    number: str | None = None
    agreement: str | None = None
    customer: str | None = None
    product: str | None = None
    batch: str | None = None
    shipped_from: date | None = None
    shipped_to: date | None = None


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Lines of the asker's unit, and of customers that are its own by now: the archive follows the customer."""
    if actor.company_wide:
        return sa.true()
    return sa.or_(line.c.unit_id == actor.unit_id, customer_copy.c.unit_id == actor.unit_id)


def _lines() -> sa.Select[Any]:
    return sa.select(line, customer_copy.c.code).join(
        customer_copy, customer_copy.c.customer_id == line.c.customer_id, isouter=True
    )


def _line_view(row: Any) -> LineView:
    return LineView(**_line_fields(row))


def _line_fields(row: Any) -> dict[str, Any]:
    return {
        "id": row.line_id,
        "agreement_id": row.agreement_id,
        "agreement_number": row.agreement_number,
        "customer_code": row.code or "",
        "unit_id": row.unit_id,
        "line_no": row.line_no,
        "product_code": row.product_code,
        "quantity": row.quantity,
        "unit_of_measure": row.unit_of_measure,
        "unit_price": row.unit_price,
        "amount": row.amount,
        "requested_on": row.requested_on,
        "promised_on": row.promised_on,
        "status": row.status,
        "version": row.version,
        "shipped": row.shipped,
        "open": row.quantity - row.shipped if row.status == "signed" else row.shipped - row.shipped,
    }


def _line_conditions(filters: LineFilters, pattern: str | None) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [sa.not_(line.c.dropped)]
    exact = (
        (line.c.agreement_number, filters.agreement),
        (line.c.product_code, filters.product),
        (line.c.status, filters.status),
    )
    found += [column == value for column, value in exact if value is not None]
    if filters.unit is not None:
        found.append(line.c.unit_id.in_(unit_of_code(filters.unit)))
    if filters.customer is not None:
        found.append(line.c.customer_id.in_(customer_and_doubles(filters.customer)))
    if filters.requested_from is not None:
        found.append(line.c.requested_on >= filters.requested_from)
    if filters.requested_to is not None:
        found.append(line.c.requested_on <= filters.requested_to)
    if filters.late is not None:
        unmet = sa.or_(
            line.c.promised_on > line.c.requested_on, sa.and_(line.c.promised_on.is_(None), line.c.plan_version > 0)
        )
        open_ = sa.and_(line.c.status == "signed", line.c.shipped < line.c.quantity)
        late = sa.and_(open_, sa.func.coalesce(unmet, False))
        found.append(late if filters.late else sa.not_(late))
    if pattern is not None:
        texts = (line.c.agreement_number, line.c.product_code)
        found.append(sa.or_(*(text.ilike(pattern, escape="\\") for text in texts)))
    return found


async def lines(tx: Transaction, asked: PageQuery, filters: LineFilters, actor: Actor) -> Page[LineView]:
    """A page of contract lines; ``q`` looks into contract number and product code."""
    statement = _lines().where(visible(actor), *_line_conditions(filters, asked.pattern))
    order = asked.order(LINE_SORTS, "agreement_number")
    return await fetch_page(tx, statement, asked, order=(order, line.c.line_no, line.c.line_id), view=_line_view)


async def exported_lines(
    tx: Transaction, filters: LineFilters, pattern: str | None, actor: Actor
) -> Sequence[Sequence[object]]:
    """The lines as rows of a workbook, at most 50,000: the columns of ``supply/api.py``."""
    statement = (
        _lines()
        .add_columns(product_copy.c.name)
        .join(product_copy, product_copy.c.code == line.c.product_code, isouter=True)
        .where(visible(actor), *_line_conditions(filters, pattern))
        .order_by(line.c.agreement_number, line.c.line_no)
        .limit(MOST_EXPORTED)
    )
    rows = await tx.sql.execute(statement)
    return [
        (
            row.agreement_number, row.code, row.line_no, row.product_code, row.name, row.quantity, row.unit_of_measure,
            row.unit_price, row.amount, row.requested_on, row.promised_on, row.shipped, row.status,
        )
        for row in rows
    ]  # fmt: skip


async def line_detail(tx: Transaction, line_id: UUID, actor: Actor) -> LineDetail:
    """One line with its shipments and dates; DomainError ``line-absent`` if none, or not the asker's to see."""
    found = (await tx.sql.execute(_lines().where(visible(actor), line.c.line_id == line_id))).one_or_none()
    if found is None:
        raise absent("line-absent", "No such contract line")
    shipped = await tx.sql.execute(_shipments().where(line.c.line_id == line_id).order_by(shipment.c.shipped_on))
    dates = await tx.sql.execute(
        sa.select(promise_history).where(promise_history.c.line_id == line_id).order_by(promise_history.c.entry_id)
    )
    return LineDetail(
        **_line_fields(found),
        shipments=[_shipment_view(row) for row in shipped],
        dates=[_date_entry(row) for row in dates],
    )


def _date_entry(row: Any) -> DateEntry:
    return DateEntry(
        at=row.at,
        outcome=row.outcome,
        line_version=row.line_version,
        requested_on=row.requested_on,
        promised_on=row.promised_on,
        plan_id=row.plan_id,
        plan_version=row.plan_version,
        cause=row.cause,
    )


def _shipments() -> sa.Select[Any]:
    return (
        sa.select(
            shipment,
            line.c.agreement_number,
            line.c.line_no,
            line.c.product_code,
            line.c.unit_of_measure,
            customer_copy.c.code,
        )
        .join(line, line.c.line_id == shipment.c.line_id)
        .join(customer_copy, customer_copy.c.customer_id == line.c.customer_id, isouter=True)
    )


def _shipment_view(row: Any) -> ShipmentView:
    return ShipmentView(
        id=row.shipment_id,
        number=row.number,
        line_id=row.line_id,
        agreement_number=row.agreement_number,
        line_no=row.line_no,
        customer_code=row.code or "",
        product_code=row.product_code,
        batch_number=row.batch_number,
        quantity=row.quantity,
        unit_of_measure=row.unit_of_measure,
        shipped_on=row.shipped_on,
        recorded_at=row.recorded_at,
    )


async def shipments(tx: Transaction, asked: PageQuery, filters: ShipmentFilters, actor: Actor) -> Page[ShipmentView]:
    """A page of shipments; ``q`` looks into shipment, contract and batch numbers."""
    exact = (
        (shipment.c.number, filters.number),
        (line.c.agreement_number, filters.agreement),
        (line.c.product_code, filters.product),
        (shipment.c.batch_number, filters.batch),
    )
    conditions: list[sa.ColumnElement[bool]] = [column == value for column, value in exact if value is not None]
    if filters.customer is not None:
        conditions.append(line.c.customer_id.in_(customer_and_doubles(filters.customer)))
    if filters.shipped_from is not None:
        conditions.append(shipment.c.shipped_on >= filters.shipped_from)
    if filters.shipped_to is not None:
        conditions.append(shipment.c.shipped_on <= filters.shipped_to)
    if asked.pattern is not None:
        texts = (shipment.c.number, line.c.agreement_number, shipment.c.batch_number)
        conditions.append(sa.or_(*(text.ilike(asked.pattern, escape="\\") for text in texts)))
    statement = _shipments().where(visible(actor), *conditions)
    order = asked.order(SHIPMENT_SORTS, "-shipped_on")
    return await fetch_page(tx, statement, asked, order=(order, shipment.c.shipment_id), view=_shipment_view)
