"""Demand plans of the units, sized so that each line is loaded like a real one, and the stock and deliveries to match.

What a unit, product and month need is the larger of its forecast and its signed quantity (P1: firm consumes forecast).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from deploy.sample.catalogue import FAMILIES, PARTS, Item, bill
from deploy.sample.company import Agreement, Delivery, Forecast, Material, Product
from deploy.sample.days import month_end
from deploy.sample.organisation import UNIT_CODES
from shared.kernel.dates import first_day, month_of

SETUPS_A_MONTH = 2.2
"""Lots that a product takes a month, for the estimate of set-up hours."""

_LOADS = (0.80, 0.84, 0.88, 0.91, 0.94)
_UNIT_WEIGHTS = {"HD": 1.4, "HN": 1.2, "HB": 1.0, "HZ": 0.9, "XN": 0.8, "DB": 0.7}
_PLANNED_SHARE = 0.7

Cell = tuple[str, str, str]
"""(unit, month, product): where firm and forecast meet."""


def firm_by_cell(contracts: Iterable[Agreement]) -> dict[Cell, int]:
    """Signed quantity by unit, requested month and product."""
    found: dict[Cell, int] = defaultdict(int)
    for agreement in contracts:
        if agreement.goal == "signed":
            for line in agreement.lines:
                found[(agreement.unit_code, month_of(line.requested_on), line.product_code)] += line.quantity
    return found


def forecasts(random: Random, items: Sequence[Item], months: Sequence[str], firm: Mapping[Cell, int]) -> list[Forecast]:
    """Every unit's rows for every month; each line and month is brought to 80–94 % of its hours, set-ups included."""
    rows: list[Forecast] = []
    for month in months:
        for family in FAMILIES:
            made = [item for item in items if item.family is family]
            target = random.choice(_LOADS) * family.weekly_hours * month_weeks(month)
            target -= SETUPS_A_MONTH * len(made) * float(family.setup)
            rows += _fill(random, made, month, firm, target)
    order = {code: index for index, code in enumerate(UNIT_CODES)}
    return sorted(rows, key=lambda row: (order[row.unit_code], row.month, row.product_code))


def needs(rows: Iterable[Forecast], firm: Mapping[Cell, int], months: Sequence[str]) -> dict[Cell, int]:
    """What is planned for in each cell: the larger of firm and forecast."""
    found = {cell: quantity for cell, quantity in firm.items() if cell[1] in months}
    for row in rows:
        cell = (row.unit_code, row.month, row.product_code)
        found[cell] = max(found.get(cell, 0), row.quantity)
    return found


def month_weeks(month: str) -> float:
    """Weeks in a month, as a fraction."""
    return ((month_end(month) - first_day(month)).days + 1) / 7


def products(random: Random, items: Sequence[Item], wanted: Mapping[Cell, int], first_month: str) -> list[Product]:
    """The catalogue with stock (up to an eighth of the first month's need) and a smallest lot."""
    by_product: dict[str, int] = defaultdict(int)
    for (_, month, code), quantity in wanted.items():
        by_product[code] += quantity if month == first_month else 0
    return [
        Product(
            code=item.code,
            name=item.name,
            unit_of_measure=item.family.unit_of_measure,
            stock=int(by_product[item.code] * random.choice((0, 0.04, 0.08, 0.125))),
            holding=item.holding,
            min_lot=10 if item.size < 50 else 5,
            price=item.price,
        )
        for item in items
    ]


@dataclass(frozen=True, slots=True)
class Supply:
    """Bought material in stock and on its way."""

    materials: list[Material]
    deliveries: list[Delivery]


def supply(random: Random, wanted: Mapping[Cell, int], day: date, months: Sequence[str]) -> Supply:
    """Stock for the first weeks, then a delivery every two weeks, in all ``cover`` times what the plan needs."""
    need = _material_need(wanted)
    materials, deliveries = [], []
    arrivals = list(_arrivals(day, month_end(months[-1])))
    for part in PARTS:
        whole = need[part.code] * Decimal(part.cover)
        stock = (whole * Decimal(random.randint(22, 34)) / 100).quantize(Decimal(1))
        each = ((whole - stock) / len(arrivals)).quantize(Decimal(1))
        materials.append(Material(part.code, part.name, part.unit_of_measure, stock))
        shift = random.randint(0, 4)
        deliveries += [
            Delivery(f"DH{part.code}{index:02d}", part.code, arrival + timedelta(days=shift), each)
            for index, arrival in enumerate(arrivals, start=1)
        ]
    return Supply(materials, deliveries)


def _fill(
    random: Random, made: Sequence[Item], month: str, firm: Mapping[Cell, int], target: float
) -> Iterator[Forecast]:
    """Forecasts of one line's products in one month, worth ``target`` run hours together with what is firm."""
    left = target
    open_cells: list[tuple[str, Item, float]] = []
    for unit in UNIT_CODES:
        for item in made:
            signed = firm.get((unit, month, item.code), 0)
            if signed:
                planned = _tens(signed * random.uniform(0.7, 1.35))
                left -= max(signed, planned) * float(item.hours)
                yield Forecast(unit, month, item.code, planned)
            elif random.random() < _PLANNED_SHARE:
                open_cells.append((unit, item, _UNIT_WEIGHTS[unit] * random.uniform(0.5, 1.5)))
    whole = sum(weight for _, _, weight in open_cells) or 1.0
    for unit, item, weight in open_cells:
        yield Forecast(unit, month, item.code, _tens(max(left, 0) * weight / whole / float(item.hours)))


def _tens(quantity: float) -> int:
    return max(round(quantity / 5) * 5, 5)


def _material_need(wanted: Mapping[Cell, int]) -> dict[str, Decimal]:
    need: dict[str, Decimal] = defaultdict(Decimal)
    by_product: dict[str, int] = defaultdict(int)
    for (_, _, code), quantity in wanted.items():
        by_product[code] += quantity
    for usage in bill():
        need[usage.material_code] += usage.per_unit * by_product[usage.product_code]
    return need


def _arrivals(day: date, last: date) -> Iterator[date]:
    arrival = day + timedelta(days=7 - day.weekday() + 7)
    while arrival <= last - timedelta(days=14):
        yield arrival
        arrival += timedelta(days=14)
