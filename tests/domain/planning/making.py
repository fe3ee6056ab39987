"""Small makers of planning values for tests."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from services.planning.demand.domain import FirmLine, Key, Need, PlannedLine
from services.planning.master.domain import Line, Master, Material, Product, Receipt, Routing, Usage
from services.planning.production.domain import ProductionPlan

SPACE = UUID("00000000-0000-0000-0000-000000000001")
NORTH = uuid5(SPACE, "north")
SOUTH = uuid5(SPACE, "south")
D = Decimal


def an_id(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(SPACE, name)


def firm(
    name: str,
    quantity: str,
    wanted: str,
    *,
    shipped: str = "0",
    product: str = "P1",
    unit: UUID = NORTH,
) -> FirmLine:
    """A signed line."""
    return FirmLine(
        line_id=an_id(name),
        line_version=1,
        unit_id=unit,
        customer_id=an_id("customer"),
        product_code=product,
        quantity=D(quantity),
        shipped=D(shipped),
        requested_on=date.fromisoformat(wanted),
        tier="general",
    )


def planned(name: str, quantity: str, wanted: str, *, product: str = "P1", weight: str = "2") -> PlannedLine:
    """A firm line in a production plan's snapshot."""
    return PlannedLine(
        line_id=an_id(name),
        line_version=1,
        unit_id=NORTH,
        customer_id=an_id("customer"),
        product_code=product,
        quantity=D(quantity),
        requested_on=date.fromisoformat(wanted),
        weight=D(weight),
    )


def key(month: str = "2027-01", product: str = "P1", unit: UUID = NORTH) -> Key:
    """A slot of demand."""
    return Key(unit, product, month)


def need(open_firm: str = "0", open_forecast: str = "0") -> Need:
    """Demand with nothing shipped and nothing consumed beyond what is said."""
    return Need(
        signed=D(open_firm),
        open_firm=D(open_firm),
        forecast=D(open_firm) + D(open_forecast),
        open_forecast=D(open_forecast),
    )


def product(code: str, *, stock: str = "0", unit_of_measure: str = "件", min_lot: str = "0") -> Product:
    """A product that costs 0.70 yuan a week to keep."""
    return Product(an_id(code), code, f"产品 {code}", unit_of_measure, D(stock), D("0.7"), D(min_lot))


def master(*, stock: str = "0", hours: str = "40") -> Master:
    """P1 and P2 on line L1 (P1: half an hour a unit), P3 on no line; P1 takes two of M1."""
    return Master(
        products=(product("P1", stock=stock), product("P2"), product("P3", stock="10")),
        lines=(Line("L1", "一号线", D(hours)),),
        routings=(Routing("P1", "L1", D("0.5"), D(1)), Routing("P2", "L1", D("0.25"), D(2))),
        materials=(Material("M1", "钢板", "千克", D(1000), date(2026, 11, 23)),),
        bill=(Usage("P1", "M1", D(2)),),
        receipts=(
            Receipt("D1", "M1", date(2026, 12, 1), D(100)),
            Receipt("D2", "M1", date(2026, 12, 9), D(50)),
            Receipt("D0", "M1", date(2026, 11, 2), D(999)),
        ),
    )


def solved(name: str = "plan", made: str = "2026-11-23T02:00:00") -> ProductionPlan:
    """A plan that waits to be issued."""
    made_at = datetime.fromisoformat(made).replace(tzinfo=UTC)
    return ProductionPlan(an_id(name), an_id("sales"), "solved", made_at, attempt=1)
