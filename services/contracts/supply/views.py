"""What the outside sees of lines and shipments."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """A contract line. amount: CNY, rounded per line; open: ordered and not yet shipped; status: draft, signed,
    cancelled; version rises when product, quantity, requested date or status changes."""

    id: UUID
    agreement_id: UUID
    agreement_number: str
    customer_code: str
    unit_id: UUID
    line_no: int
    product_code: str
    quantity: Decimal
    unit_of_measure: str
    unit_price: Decimal
    amount: Decimal
    requested_on: date
    promised_on: date | None
    status: str
    version: int
    shipped: Decimal
    open: Decimal


class ShipmentView(msgspec.Struct, frozen=True, kw_only=True):
    """Goods of one line that left (K4)."""

    id: UUID
    number: str
    line_id: UUID
    agreement_number: str
    line_no: int
    customer_code: str
    product_code: str
    batch_number: str
    quantity: Decimal
    unit_of_measure: str
    shipped_on: date
    recorded_at: datetime


class DateEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A date that was asked for or promised, kept for ever. outcome: requested, applied, or why a promise did not
    come to stand on the line (superseded-plan, superseded-line); promised_on null: not within the plan's horizon."""

    at: datetime
    outcome: str
    line_version: int
    requested_on: date | None
    promised_on: date | None
    plan_id: UUID | None
    plan_version: int | None
    cause: str


class LineDetail(LineView, frozen=True, kw_only=True):
    """A line with all its shipments and dates."""

    shipments: list[ShipmentView]
    dates: list[DateEntry]
