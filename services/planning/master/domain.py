"""Master data as values, and what a change of it means to others. Pure: must not know tables, books or HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.events.planning import ProductState
from shared.kernel.errors import DomainError, invalid
from shared.kernel.money import MOST_QUANTITY

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Product:
    """A product. ``stock`` is free to deliver; ``holding`` is CNY per unit and week; ``min_lot`` 0 means none."""

    product_id: UUID
    code: str
    name: str
    unit_of_measure: str
    stock: Decimal
    holding: Decimal
    min_lot: Decimal
    active: bool = True

    def public(self) -> ProductState:
        """What others may copy: never stock or cost."""
        return ProductState(
            product_id=self.product_id,
            code=self.code,
            name=self.name,
            unit_of_measure=self.unit_of_measure,
            active=self.active,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A production line and the hours it runs in a week, set-ups included."""

    code: str
    name: str
    weekly_hours: Decimal


@dataclass(frozen=True, slots=True)
class Routing:
    """A line that can make a product: machine hours per unit and per set-up."""

    product_code: str
    line_code: str
    hours_per_unit: Decimal
    setup_hours: Decimal


@dataclass(frozen=True, slots=True)
class Material:
    """Bought material. ``stock`` was counted on ``stock_on``; deliveries before that day are in it."""

    code: str
    name: str
    unit_of_measure: str
    stock: Decimal
    stock_on: date


@dataclass(frozen=True, slots=True)
class Usage:
    """Material that a unit of product takes."""

    product_code: str
    material_code: str
    per_unit: Decimal


@dataclass(frozen=True, slots=True)
class Receipt:
    """A delivery of material that is ordered."""

    number: str
    material_code: str
    due_on: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Master:
    """All master data at one moment: what a plan is made from."""

    products: Sequence[Product]
    lines: Sequence[Line]
    routings: Sequence[Routing]
    materials: Sequence[Material]
    bill: Sequence[Usage]
    receipts: Sequence[Receipt]


def checked(value: Decimal, field: str, decimals: int, *, positive: bool = False) -> Decimal:
    """A finite number from 0 (or above it) to below 10^9 with at most ``decimals`` decimals, else ``bad-number``."""
    step = Decimal(1).scaleb(-decimals)
    if not value.is_finite() or value < 0 or value >= MOST_QUANTITY or value != value.quantize(step):
        raise bad_number(field, decimals, positive)
    if positive and not value:
        raise bad_number(field, decimals, positive)
    return value.quantize(step)


def bad_number(field: str, decimals: int, positive: bool) -> DomainError:
    """The refusal of a number out of range."""
    least = "above 0" if positive else "at least 0"
    return invalid("bad-number", f"{field} must be {least}, below 10^9, with at most {decimals} decimals", field=field)


def named(text: str, field: str) -> str:
    """A text that is not blank and not longer than 200 characters, else ``bad-text``."""
    stripped = text.strip()
    if not stripped or len(stripped) > 200:
        raise invalid("bad-text", f"{field} must have 1 to 200 characters", field=field)
    return stripped


def changed_public(before: Product | None, after: Product) -> list[ProductState]:
    """The state to publish, if what others see of the product is new; stock and cost are nobody else's business."""
    return [] if before is not None and before.public() == after.public() else [after.public()]
