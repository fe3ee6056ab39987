"""What the sample company consists of, as frozen values in the regime's words. No randomness, no files, no HTTP.

Amounts are CNY, quantities are whole units of measure, hours are machine hours, dates are Shanghai business dates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Goal = Literal["signed", "submitted", "refused", "draft"]


@dataclass(frozen=True, slots=True)
class Department:
    """A department; ``kind`` is the book's Chinese word (业务单位, 市场部 …)."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account; ``roles`` are the suite's role codes."""

    staff_no: str
    name: str
    department_code: str
    roles: tuple[str, ...]
    account: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer; the telephone number cannot exist."""

    name: str
    position: str
    phone: str
    main: bool


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of one unit. ``credit_code`` is empty for a sole trader; ``tier`` is 重点, 一般 or 储备."""

    code: str
    credit_code: str
    name: str
    kind: str
    unit_code: str
    tier: str
    region: str
    address: str
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class TierApplication:
    """A unit's wish to move a customer to strategic, which market decides (C1)."""

    customer_code: str
    unit_code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Product:
    """Something made and sold. ``holding`` is CNY per unit and week; ``price`` the list price, tax included."""

    code: str
    name: str
    unit_of_measure: str
    stock: int
    holding: Decimal
    min_lot: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class ProductionLine:
    """A line with its machine hours a week."""

    code: str
    name: str
    weekly_hours: Decimal


@dataclass(frozen=True, slots=True)
class Routing:
    """A line that can make a product: hours a unit, hours a set-up."""

    product_code: str
    line_code: str
    unit_hours: Decimal
    setup_hours: Decimal


@dataclass(frozen=True, slots=True)
class Material:
    """Bought material with its stock on the first day."""

    code: str
    name: str
    unit_of_measure: str
    stock: Decimal


@dataclass(frozen=True, slots=True)
class Usage:
    """Material a unit of product takes."""

    product_code: str
    material_code: str
    per_unit: Decimal


@dataclass(frozen=True, slots=True)
class Delivery:
    """Material that arrives."""

    number: str
    material_code: str
    arrives_on: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """A line of a contract."""

    line_no: int
    product_code: str
    quantity: int
    unit_of_measure: str
    unit_price: Decimal
    requested_on: date

    @property
    def amount(self) -> Decimal:
        """CNY of the line."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract of a unit and how far the loader takes it. ``agreed_on``: when both sides settled it, which orders
    the numbers; the suite's own signing day is that of the load."""

    number: str
    customer_code: str
    unit_code: str
    agreed_on: date
    goal: Goal
    lines: tuple[AgreementLine, ...]

    @property
    def amount(self) -> Decimal:
        """CNY of all lines."""
        return sum((line.amount for line in self.lines), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class Shipment:
    """Goods of one contract line that left (K4)."""

    number: str
    agreement_number: str
    line_no: int
    batch_number: str
    quantity: int
    shipped_on: date


@dataclass(frozen=True, slots=True)
class Opening:
    """A contract signed before go-live, which counts for K1."""

    customer_code: str
    year: int
    agreement_number: str
    signed_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """A row of a unit's demand plan (P1). ``month`` is YYYY-MM."""

    unit_code: str
    month: str
    product_code: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a customer reported (Q1); ``escalate``: the loader passes it to quality supervision (Q2)."""

    number: str
    customer_code: str
    unit_code: str
    agreement_number: str
    line_no: int
    batch_number: str
    category: str
    description: str
    reported_on: date
    escalate: bool


@dataclass(frozen=True, slots=True)
class Master:
    """Products, lines and material: what production keeps."""

    products: Sequence[Product]
    lines: Sequence[ProductionLine]
    routings: Sequence[Routing]
    materials: Sequence[Material]
    usages: Sequence[Usage]
    deliveries: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class Company:
    """Everything that is loaded. ``months``: the plan months; ``missing``: the (unit, month) left without a plan."""

    day: date
    months: tuple[str, str, str]
    departments: Sequence[Department]
    people: Sequence[Person]
    customers: Sequence[Customer]
    tier_applications: Sequence[TierApplication]
    master: Master
    agreements: Sequence[Agreement]
    shipments: Sequence[Shipment]
    openings: Sequence[Opening]
    forecasts: Sequence[Forecast]
    missing: tuple[str, str]
    complaints: Sequence[Complaint]
