"""What master data looks like to those who read it. Pure: must not know SQL or HTTP."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec


class ProductView(msgspec.Struct, frozen=True):
    """A product. ``stock`` is free to deliver; ``holding`` is CNY per unit and week; ``min_lot`` 0 means none."""

    product_id: UUID
    code: str
    name: str
    unit_of_measure: str
    stock: Decimal
    holding: Decimal
    min_lot: Decimal
    active: bool


class RoutingView(msgspec.Struct, frozen=True):
    """A line that makes the product; hours per unit and per set-up."""

    line_code: str
    hours_per_unit: Decimal
    setup_hours: Decimal


class UsageView(msgspec.Struct, frozen=True):
    """Material that a unit of the product takes."""

    material_code: str
    per_unit: Decimal


class ProductDetail(msgspec.Struct, frozen=True):
    """A product with the lines that make it and the material it takes."""

    product: ProductView
    routings: list[RoutingView]
    bill: list[UsageView]


class LineView(msgspec.Struct, frozen=True):
    """A production line with its machine hours a week."""

    code: str
    name: str
    weekly_hours: Decimal


class MaterialView(msgspec.Struct, frozen=True):
    """Bought material: stock counted on ``stock_on``, and what is on order since."""

    code: str
    name: str
    unit_of_measure: str
    stock: Decimal
    stock_on: date
    on_order: Decimal
