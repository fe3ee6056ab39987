"""What the engine is asked: one finite-capacity planning problem (P3), as frozen values that JSON carries as they are.

Every quantity, time, cost and weight is a ``Decimal`` (a decimal string in JSON), so nothing is lost on the way in
and a plan can be checked exactly; floats exist only inside the solver. Units, limits and the meaning of each field
are in ``docs/planning.md``. This module knows no solver and no service.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Kind = Literal["firm", "forecast"]

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A stretch of time in which production is not ordered further: ``start`` is an ISO date, ``days`` its length."""

    index: int
    start: str
    days: int = 7


@dataclass(frozen=True, slots=True)
class Line:
    """A production line: hours it can run (set-ups included) in each bucket."""

    id: str
    hours: Sequence[Decimal]


@dataclass(frozen=True, slots=True)
class Product:
    """A product: free stock at the start, holding cost per unit and day, value of one unit (scales lateness).

    ``decimals``: how many decimals its quantities have (0 for pieces). ``lot_multiple`` and ``min_lot`` bind each lot.
    """

    id: str
    stock: Decimal = ZERO
    holding: Decimal = ZERO
    value: Decimal = ONE
    decimals: int = 3
    lot_multiple: Decimal | None = None
    min_lot: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """A line that can make a product: run hours a unit, and hours and cost of the one set-up per line and bucket."""

    product: str
    line: str
    hours_per_unit: Decimal
    setup_hours: Decimal = ZERO
    setup_cost: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Material:
    """Bought material: stock at the start, and what arrives at the start of each bucket."""

    id: str
    stock: Decimal
    receipts: Sequence[Decimal]


@dataclass(frozen=True, slots=True)
class Usage:
    """One row of the bill: material consumed per unit of product, in the bucket of production."""

    product: str
    material: str
    per_unit: Decimal


@dataclass(frozen=True, slots=True)
class Demand:
    """An open quantity wanted by the end of bucket ``due``; ``weight`` is the tier's.

    ``earliest``: the first bucket in which the customer takes it (None: not before ``due``).
    """

    id: str
    product: str
    quantity: Decimal
    due: int
    earliest: int | None = None
    weight: Decimal = ONE
    kind: Kind = "firm"

    @property
    def opens(self) -> int:
        """The first bucket in which it may be delivered."""
        return self.due if self.earliest is None else self.earliest


@dataclass(frozen=True, slots=True)
class CommittedLot:
    """A lot that is already released: the plan makes at least this much there, and exactly this in the frozen zone."""

    product: str
    line: str
    bucket: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Policy:
    """The weights of the objective (policy data).

    late_per_day: per unit of value and day late, times the demand's weight; short: per unit of value never delivered,
    on top of being late to the horizon's end; firm and forecast multiply both; setup_hour: cost of one set-up hour.
    """

    late_per_day: Decimal = Decimal(5)
    short: Decimal = Decimal(200)
    firm: Decimal = Decimal(4)
    forecast: Decimal = ONE
    setup_hour: Decimal = Decimal(50)


@dataclass(frozen=True, slots=True)
class Problem:
    """The whole question. ``frozen_buckets``: in so many first buckets only the committed lots are made."""

    buckets: Sequence[Bucket]
    lines: Sequence[Line] = ()
    products: Sequence[Product] = ()
    routings: Sequence[Routing] = ()
    materials: Sequence[Material] = ()
    bill: Sequence[Usage] = ()
    demands: Sequence[Demand] = ()
    committed: Sequence[CommittedLot] = ()
    frozen_buckets: int = 0
    policy: Policy = field(default_factory=Policy)
    format: int = 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a problem is not planned: the list (``demands``), the row in it (its index, None for the whole), the
    reason.
    """

    where: str
    row: int | None
    key: str
    code: str
    reason: str
