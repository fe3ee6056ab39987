"""The problem file (docs/planning.md, § 3), read with its defaults into look-ups. Must not know plans."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Any

from tests.checker.numbers import ZERO, number

Place = tuple[str, str, int]  # product, line, bucket
Json = Mapping[str, Any]

POLICY = {"late_per_day": "5", "short": "200", "firm": "4", "forecast": "1", "setup_hour": "50"}


@dataclass(frozen=True)
class Product:
    """A product's numbers; ``grain`` is one unit of its last decimal, ``step`` what lots are multiples of."""

    stock: Fraction
    holding: Fraction
    value: Fraction
    grain: Fraction
    step: Fraction
    min_lot: Fraction


@dataclass(frozen=True)
class Routing:
    """a, τ and κ of § 4."""

    hours_per_unit: Fraction
    setup_hours: Fraction
    setup_cost: Fraction


@dataclass(frozen=True)
class Demand:
    """One demand; ``omega`` is ω of § 4."""

    product: str
    quantity: Fraction
    due: int
    earliest: int
    omega: Fraction


@dataclass(frozen=True)
class Question:
    """The whole problem. ``offsets`` has one entry more than there are buckets: the horizon's end."""

    days: list[int]
    offsets: list[int]
    hours: dict[str, list[Fraction]]
    products: dict[str, Product]
    routings: dict[tuple[str, str], Routing]
    materials: dict[str, tuple[Fraction, list[Fraction]]]
    bill: dict[str, dict[str, Fraction]]
    demands: dict[str, Demand]
    committed: dict[Place, Fraction]
    frozen: int
    policy: dict[str, Fraction]

    @property
    def buckets(self) -> range:
        """All buckets, by index."""
        return range(len(self.days))


def question(problem: Json) -> Question:
    """Read a problem. Raises KeyError or ValueError where it is none."""
    days = [int(row.get("days", 7)) for row in sorted(problem["buckets"], key=lambda row: int(row["index"]))]
    policy = {key: number(problem.get("policy", {}).get(key, value)) for key, value in POLICY.items()}
    products = {row["id"]: _product(row) for row in problem.get("products", ())}
    bill: dict[str, dict[str, Fraction]] = {}
    for row in problem.get("bill", ()):
        bill.setdefault(row["product"], {})[row["material"]] = number(row["per_unit"])
    return Question(
        days=days,
        offsets=[0, *accumulate(days)],
        hours={row["id"]: [number(one) for one in row["hours"]] for row in problem.get("lines", ())},
        products=products,
        routings={(row["product"], row["line"]): _routing(row) for row in problem.get("routings", ())},
        materials={
            row["id"]: (number(row["stock"]), [number(one) for one in row["receipts"]])
            for row in problem.get("materials", ())
        },
        bill=bill,
        demands={row["id"]: _demand(row, products, policy) for row in problem.get("demands", ())},
        committed={
            (row["product"], row["line"], row["bucket"]): number(row["quantity"])
            for row in problem.get("committed", ())
        },
        frozen=problem.get("frozen_buckets", 0),
        policy=policy,
    )


def _product(row: Json) -> Product:
    grain = Fraction(1, 10 ** row.get("decimals", 3))
    multiple, least = row.get("lot_multiple"), row.get("min_lot")
    return Product(
        stock=number(row.get("stock", 0)),
        holding=number(row.get("holding", 0)),
        value=number(row.get("value", 1)),
        grain=grain,
        step=grain if multiple is None else number(multiple),
        min_lot=ZERO if least is None else number(least),
    )


def _routing(row: Json) -> Routing:
    return Routing(number(row["hours_per_unit"]), number(row.get("setup_hours", 0)), number(row.get("setup_cost", 0)))


def _demand(row: Json, products: Mapping[str, Product], policy: Mapping[str, Fraction]) -> Demand:
    due, earliest = row["due"], row.get("earliest")
    omega = products[row["product"]].value * number(row.get("weight", 1)) * policy[row.get("kind", "firm")]
    return Demand(row["product"], number(row["quantity"]), due, due if earliest is None else earliest, omega)
