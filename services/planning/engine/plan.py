"""What the engine answers: lots, deliveries, stock, cost, the proved bound and how the search ended (P3, P4).

Values only; JSON carries them as they are. Decimals are exact and final: the plan's cost is that of these very numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Status = Literal["optimal", "feasible", "constructed"]
EndedBy = Literal["gap", "work", "time", "stop"]


@dataclass(frozen=True, slots=True)
class Lot:
    """Production of a product on a line in a bucket; each lot pays one set-up (``setup`` is false only where none is
    due).
    """

    product: str
    line: str
    bucket: int
    quantity: Decimal
    setup: bool = True


@dataclass(frozen=True, slots=True)
class Delivery:
    """A part of a demand handed over in a bucket."""

    demand: str
    bucket: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one demand. ``late`` is the part delivered after its due bucket, ``short`` the part never
    delivered within the horizon; ``completed`` the bucket of the last delivery when nothing is short, else None.
    """

    demand: str
    delivered: Decimal
    late: Decimal
    short: Decimal
    completed: int | None


@dataclass(frozen=True, slots=True)
class Stock:
    """What lies there at the end of a bucket: a product, or a material."""

    item: str
    bucket: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Cost:
    """The objective's four parts; their sum is the objective."""

    lateness: Decimal
    shortage: Decimal
    setup: Decimal
    holding: Decimal

    @property
    def total(self) -> Decimal:
        """The objective."""
        return self.lateness + self.shortage + self.setup + self.holding


@dataclass(frozen=True, slots=True)
class Plan:
    """A feasible plan. ``bound``: no plan of this problem can cost less; ``gap`` = (objective − bound) / objective.

    ``status``: *optimal* when the gap asked for was proved, *feasible* when the search ended before, *constructed*
    when the search found nothing better than the first plan. ``statistics``: numbers of the solver, for people, not
    for decisions.
    """

    fingerprint: str
    status: Status
    ended_by: EndedBy
    lots: Sequence[Lot]
    deliveries: Sequence[Delivery]
    outcomes: Sequence[Outcome]
    stock: Sequence[Stock]
    material_stock: Sequence[Stock]
    cost: Cost
    objective: Decimal
    bound: float
    gap: float
    statistics: Mapping[str, float] = field(default_factory=dict)
    format: int = 1
