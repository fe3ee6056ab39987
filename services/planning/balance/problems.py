"""The engine's problem from master data, firm lines and forecast (P3). Pure: must not know tables, jobs or the clock.

Firm lines are single demands, weighted by the customer's tier and due in the week of their requested date; forecast is
one demand per unit, product and month, which may be delivered in any week of the month. What no line can make and no
stock covers is left out with its cause, so that one bad row never costs the company its plan. A unit's worth, by which
lateness counts, goes by what it costs to keep it a week; 1 where that is not known.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from services.planning.demand.domain import ZERO, Key, PlannedLine
from services.planning.engine.problem import Bucket, Demand, Line, Material, Problem, Routing, Usage
from services.planning.engine.problem import Product as EngineProduct
from services.planning.master.domain import Master, Product
from services.planning.master.horizon import WEEK, Horizon

PIECES = frozenset("件台个套只支把根条片块张箱包盒瓶桶组副对双辆")
LEAST_VALUE = Decimal("0.1")
NANO = Decimal("0.000000001")
UNKNOWN = "unknown-product"
NO_LINE = "no-line"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be planned: open firm lines, and the open forecast."""

    firm: Sequence[PlannedLine]
    forecast: Mapping[Key, Decimal]


@dataclass(frozen=True, slots=True)
class Asked:
    """The problem, and the firm lines with what was left out of it (``left_out`` says why)."""

    problem: Problem
    firm: tuple[PlannedLine, ...]


def forecast_id(key: Key) -> str:
    """The engine's name for the forecast of a key."""
    return f"{key.unit_id}:{key.product_code}:{key.month}"


def build(master: Master, wanted: Wanted, weeks: Horizon) -> Asked:
    """The planning problem over ``weeks``."""
    firm = _placeable(master, wanted.firm, weeks)
    demands = [*_firm_demands(firm, weeks), *_forecast_demands(master, wanted.forecast, weeks)]
    used = {demand.product for demand in demands}
    makeable = {routing.product_code for routing in master.routings}
    products = [product for product in master.products if product.code in used or product.code in makeable]
    known = {product.code for product in products}
    problem = Problem(
        buckets=tuple(Bucket(index, start.isoformat(), WEEK) for index, start in enumerate(weeks.starts)),
        lines=tuple(Line(line.code, (line.weekly_hours,) * len(weeks.starts)) for line in master.lines),
        products=tuple(_product(product, demands) for product in products),
        routings=tuple(
            Routing(row.product_code, row.line_code, row.hours_per_unit, row.setup_hours) for row in master.routings
        ),
        materials=_materials(master, weeks),
        bill=tuple(
            Usage(row.product_code, row.material_code, row.per_unit) for row in master.bill if row.product_code in known
        ),
        demands=tuple(demands),
    )
    return Asked(problem, firm)


def _firm_demands(firm: Iterable[PlannedLine], weeks: Horizon) -> list[Demand]:
    return [
        Demand(
            id=str(line.line_id),
            product=line.product_code,
            quantity=line.quantity,
            due=weeks.due_week(line.requested_on),
            weight=line.weight,
            kind="firm",
        )
        for line in firm
        if not line.left_out
    ]


def _forecast_demands(master: Master, forecast: Mapping[Key, Decimal], weeks: Horizon) -> list[Demand]:
    makeable = {routing.product_code for routing in master.routings}
    demands = []
    for key, quantity in sorted(forecast.items()):
        if key.product_code in makeable and quantity > 0:
            opens, due = weeks.month_weeks(key.month)
            demands.append(
                Demand(forecast_id(key), key.product_code, quantity, due=due, earliest=opens, kind="forecast")
            )
    return demands


def _placeable(master: Master, firm: Iterable[PlannedLine], weeks: Horizon) -> tuple[PlannedLine, ...]:
    """Firm lines with their reason to be left out: no such product, or no line makes it and the stock is promised to
    lines that are due before."""
    known = {product.code for product in master.products}
    makeable = {routing.product_code for routing in master.routings}
    left = {product.code: product.stock for product in master.products}
    placed = []
    for line in sorted(firm, key=lambda line: (line.requested_on, -line.weight, line.line_id)):
        cause = ""
        if line.product_code not in known:
            cause = UNKNOWN
        elif line.product_code not in makeable:
            if line.quantity <= left[line.product_code]:
                left[line.product_code] -= line.quantity
            else:
                cause = NO_LINE
        placed.append(replace(line, left_out=cause))
    return tuple(sorted(placed, key=lambda line: line.line_id))


def _product(product: Product, demands: Iterable[Demand]) -> EngineProduct:
    needed = [demand.quantity for demand in demands if demand.product == product.code]
    decimals = 0 if product.unit_of_measure in PIECES else 3
    decimals = max([decimals, *(_decimals(value) for value in (*needed, product.stock, product.min_lot))])
    return EngineProduct(
        id=product.code,
        stock=product.stock,
        holding=(product.holding / WEEK).quantize(NANO),
        value=max(LEAST_VALUE, product.holding) if product.holding else Decimal(1),
        decimals=decimals,
        min_lot=product.min_lot or None,
    )


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _materials(master: Master, weeks: Horizon) -> tuple[Material, ...]:
    """Stock, and deliveries in the first week that begins with them there; those before the count are in the stock."""
    receipts: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO] * len(weeks.starts))
    counted = {material.code: material.stock_on for material in master.materials}
    for receipt in master.receipts:
        week = weeks.supply_week(receipt.due_on)
        if week is not None and receipt.due_on >= counted[receipt.material_code]:
            receipts[receipt.material_code][week] += receipt.quantity
    return tuple(Material(row.code, row.stock, tuple(receipts[row.code])) for row in master.materials)
