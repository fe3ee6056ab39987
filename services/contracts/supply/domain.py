"""A contract line: what it orders, what left on it (K4) and when it was asked for and promised. Pure.

Must not know of money's consequences (exposure, approval) nor of how a contract comes to be signed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from shared.events.contracts import LineState, PromiseApplied, ShipmentRecorded, ShipmentState
from shared.events.planning import PromiseMade
from shared.kernel.errors import conflict, invalid
from shared.kernel.money import MOST_MONEY, to_fen

LineStatus = Literal["draft", "signed", "cancelled"]
LineAction = Literal["sign", "cancel", "reopen"]

TRANSITIONS: Mapping[tuple[LineStatus, LineAction], LineStatus] = {
    ("draft", "sign"): "signed",
    ("draft", "cancel"): "cancelled",
    ("signed", "cancel"): "cancelled",
    ("cancelled", "reopen"): "draft",
    ("cancelled", "sign"): "signed",
}
"""A line follows its contract; one that an amendment drops is cancelled, one that is named again comes back."""

PRICE_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Goods:
    """What one line orders. ``unit_price`` is CNY per unit of measure, tax included, to four decimals."""

    product_code: str
    quantity: Decimal
    unit_of_measure: str
    unit_price: Decimal
    requested_on: date

    @property
    def amount(self) -> Decimal:
        """The line's money, CNY, rounded half up to the fen (ground rule: per line)."""
        return to_fen(self.quantity * self.unit_price)


@dataclass(frozen=True, slots=True)
class Heading:
    """The contract a line belongs to, as far as the line must be able to say it."""

    agreement_id: UUID
    agreement_number: str
    customer_id: UUID
    unit_id: UUID


@dataclass(frozen=True, slots=True)
class Line:
    """A contract line. ``version`` rises when product, quantity, requested date or status changes and fences promises.

    shipped: how much left so far, in the line's unit of measure. plan_version: of the plan whose promise stands on
    the line, 0 before the first. published: others have heard of the line, so it may never just vanish; dropped: the
    contract no longer names it, and it stays only for those who have heard of it."""

    line_id: UUID
    heading: Heading
    line_no: int
    goods: Goods
    status: LineStatus = "draft"
    version: int = 1
    shipped: Decimal = Decimal("0.000")
    promised_on: date | None = None
    plan_version: int = 0
    published: bool = False
    dropped: bool = False

    def public(self) -> LineState:
        """The line as planning and complaints copy it."""
        return LineState(
            line_id=self.line_id,
            version=self.version,
            agreement_id=self.heading.agreement_id,
            agreement_number=self.heading.agreement_number,
            line_no=self.line_no,
            customer_id=self.heading.customer_id,
            unit_id=self.heading.unit_id,
            product_code=self.goods.product_code,
            quantity=self.goods.quantity,
            unit_of_measure=self.goods.unit_of_measure,
            requested_on=self.goods.requested_on,
            shipped=self.shipped,
            status=self.status,
            promised_on=self.promised_on,
        )


def checked_price(price: Decimal) -> Decimal:
    """A finite, non-negative price below 10^12 with at most four decimals, or DomainError ``bad-price``."""
    if not price.is_finite() or price < 0 or price >= MOST_MONEY or price != price.quantize(PRICE_STEP):
        raise invalid(
            "bad-price", "A unit price is from 0 to below 10^12 with at most four decimals", field="unit_price"
        )
    return price.quantize(PRICE_STEP)


def moved(line: Line, action: LineAction) -> Line:
    """The line after ``action``; DomainError ``line-not-movable`` where the table has no way."""
    status = TRANSITIONS.get((line.status, action))
    if status is None:
        raise conflict("line-not-movable", f"Line {line.line_no} is {line.status}: it cannot {action}")
    if action == "cancel" and line.shipped > 0:
        raise conflict(
            "line-shipped",
            f"Line {line.line_no}: {line.shipped} {line.goods.unit_of_measure} have left already",
            remedy="What was shipped stays ordered: lower the quantity by an amendment instead.",
        )
    promised = None if status == "cancelled" else line.promised_on
    return replace(line, status=status, version=line.version + 1, promised_on=promised)


def changed(line: Line, goods: Goods) -> Line:
    """The line with other goods, never fewer than were shipped. A change of price alone leaves the version."""
    if goods.quantity < line.shipped:
        raise conflict(
            "below-shipped",
            f"Line {line.line_no}: {line.shipped} {line.goods.unit_of_measure} have left already",
            remedy="Order at least what was shipped.",
        )
    if line.shipped > 0 and goods.product_code != line.goods.product_code:
        raise conflict("product-shipped", f"Line {line.line_no}: {line.goods.product_code} has left already")
    before, after = line.goods, goods
    same = (before.product_code, before.quantity, before.requested_on) == (
        after.product_code,
        after.quantity,
        after.requested_on,
    )
    return replace(line, goods=goods, version=line.version if same else line.version + 1)


@dataclass(frozen=True, slots=True)
class Shipment:
    """Goods of one line that left, with their batch (K4). ``number`` is logistics' own, unique in the company."""

    shipment_id: UUID
    number: str
    line_id: UUID
    batch_number: str
    quantity: Decimal
    shipped_on: date
    recorded_at: datetime
    recorded_by: UUID


def ship(line: Line, shipment: Shipment, today: date) -> Line:
    """The line after goods left on it: a signed line, at most what is ordered, not before it happened (K4)."""
    if line.status != "signed":
        raise conflict("line-not-signed", f"Line {line.line_no} is {line.status}: only signed lines are shipped")
    if shipment.shipped_on > today:
        raise invalid("shipped-later", "A shipment is recorded once it has left", field="shipped_on")
    shipped = line.shipped + shipment.quantity
    if shipped > line.goods.quantity:
        raise conflict(
            "above-ordered",
            f"Line {line.line_no} orders {line.goods.quantity}; {line.shipped} have left, so {shipment.quantity} more"
            " is too much",
            remedy="Ship at most what is open, or amend the contract first.",
        )
    return replace(line, shipped=shipped)


def shipment_events(line: Line, shipment: Shipment) -> tuple[ShipmentRecorded, ShipmentState]:
    """The fact and the public state of a shipment on ``line`` (K4)."""
    recorded = ShipmentRecorded(
        shipment_id=shipment.shipment_id,
        line_id=line.line_id,
        batch_number=shipment.batch_number,
        quantity=shipment.quantity,
        shipped_on=shipment.shipped_on,
    )
    state = ShipmentState(
        shipment_id=shipment.shipment_id,
        line_id=line.line_id,
        agreement_id=line.heading.agreement_id,
        customer_id=line.heading.customer_id,
        unit_id=line.heading.unit_id,
        product_code=line.goods.product_code,
        batch_number=shipment.batch_number,
        quantity=shipment.quantity,
        shipped_on=shipment.shipped_on,
        recorded_at=shipment.recorded_at,
    )
    return recorded, state


Outcome = Literal["applied", "superseded-plan", "superseded-line"]


def promise(line: Line, made: PromiseMade) -> tuple[Line, Outcome, PromiseApplied | None]:
    """Let planning's promise stand on the line, unless a newer plan has spoken or the line is no longer what was
    planned. A fenced promise changes nothing; it is kept and counted, for it is nobody's mistake."""
    if made.plan_version <= line.plan_version:
        return line, "superseded-plan", None
    if made.line_version != line.version:
        return line, "superseded-line", None
    applied = PromiseApplied(
        line_id=line.line_id,
        plan_id=made.plan_id,
        plan_version=made.plan_version,
        requested_on=line.goods.requested_on,
        promised_on=made.promised_on,
        previous_promised_on=line.promised_on,
    )
    return replace(line, promised_on=made.promised_on, plan_version=made.plan_version), "applied", applied
