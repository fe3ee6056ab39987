"""Taking in master data by business key (P3). Must not know books or HTTP.

The same row twice changes nothing and publishes nothing; only what others may see of a product is published.
"""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from services.planning.master import store, tables
from services.planning.master.domain import ZERO, Product, changed_public, checked, named
from services.planning.master.store import Outcome
from shared import outbox
from shared.database import Transaction
from shared.kernel.dates import business_date
from shared.kernel.errors import invalid
from shared.kernel.ids import stable_id


@dataclass(frozen=True, slots=True)
class PutProduct:
    """A product as production knows it; ``holding`` is CNY per unit and week."""

    code: str
    name: str
    unit_of_measure: str
    stock: Decimal | None
    holding: Decimal | None
    min_lot: Decimal | None


@dataclass(frozen=True, slots=True)
class PutLine:
    """A production line and its hours a week."""

    code: str
    name: str
    weekly_hours: Decimal


@dataclass(frozen=True, slots=True)
class PutRouting:
    """A line that makes a product."""

    product_code: str
    line_code: str
    hours_per_unit: Decimal
    setup_hours: Decimal | None


@dataclass(frozen=True, slots=True)
class PutMaterial:
    """Bought material and its counted stock."""

    code: str
    name: str
    unit_of_measure: str
    stock: Decimal | None


@dataclass(frozen=True, slots=True)
class PutUsage:
    """Material that a unit of product takes."""

    product_code: str
    material_code: str
    per_unit: Decimal


@dataclass(frozen=True, slots=True)
class PutReceipt:
    """Ordered material that arrives."""

    number: str
    material_code: str
    due_on: date
    quantity: Decimal


async def put_product(tx: Transaction, cmd: PutProduct) -> Outcome:
    """Make or change a product; publishes its state when others can see the difference."""
    code = named(cmd.code, "code")
    before = await store.locked_product(tx, code)
    product = Product(
        product_id=before.product_id if before else stable_id("product", code),
        code=code,
        name=named(cmd.name, "name"),
        unit_of_measure=named(cmd.unit_of_measure, "unit_of_measure"),
        stock=checked(cmd.stock or ZERO, "stock", 3),
        holding=checked(cmd.holding or ZERO, "holding", 4),
        min_lot=checked(cmd.min_lot or ZERO, "min_lot", 3),
    )
    values = asdict(product)
    outcome = await store.put(tx, tables.product, {"code": values.pop("code")}, values)
    if outcome != "unchanged":
        await outbox.append(tx, states=changed_public(before, product))
    return outcome


async def put_line(tx: Transaction, cmd: PutLine) -> Outcome:
    """Make or change a production line."""
    values = {"name": named(cmd.name, "name"), "weekly_hours": checked(cmd.weekly_hours, "weekly_hours", 2)}
    return await store.put(tx, tables.production_line, {"code": named(cmd.code, "code")}, values)


async def put_routing(tx: Transaction, cmd: PutRouting) -> Outcome:
    """Say that a line makes a product, and in what time."""
    await _known(tx, "product_code", cmd.product_code)
    await _known(tx, "line_code", cmd.line_code)
    values = {
        "hours_per_unit": checked(cmd.hours_per_unit, "hours_per_unit", 6, positive=True),
        "setup_hours": checked(cmd.setup_hours or ZERO, "setup_hours", 6),
    }
    return await store.put(tx, tables.routing, {"product_code": cmd.product_code, "line_code": cmd.line_code}, values)


async def put_material(tx: Transaction, cmd: PutMaterial) -> Outcome:
    """Make or change a material; another stock counts from today, and deliveries before today are in it."""
    code, stock = named(cmd.code, "code"), checked(cmd.stock or ZERO, "stock", 3)
    before = await store.locked_material(tx, code)
    values = {
        "name": named(cmd.name, "name"),
        "unit_of_measure": named(cmd.unit_of_measure, "unit_of_measure"),
        "stock": stock,
        "stock_on": before.stock_on if before and before.stock == stock else business_date(tx.now),
    }
    return await store.put(tx, tables.material, {"code": code}, values)


async def put_usage(tx: Transaction, cmd: PutUsage) -> Outcome:
    """Say how much material a product takes."""
    await _known(tx, "product_code", cmd.product_code)
    await _known(tx, "material_code", cmd.material_code)
    key = {"product_code": cmd.product_code, "material_code": cmd.material_code}
    return await store.put(tx, tables.bill, key, {"per_unit": checked(cmd.per_unit, "per_unit", 6, positive=True)})


async def put_receipt(tx: Transaction, cmd: PutReceipt) -> Outcome:
    """Announce or change a delivery of material."""
    await _known(tx, "material_code", cmd.material_code)
    values = {
        "material_code": cmd.material_code,
        "due_on": cmd.due_on,
        "quantity": checked(cmd.quantity, "quantity", 3, positive=True),
    }
    return await store.put(tx, tables.receipt, {"number": named(cmd.number, "number")}, values)


_PARENTS = {"product_code": tables.product, "line_code": tables.production_line, "material_code": tables.material}


async def _known(tx: Transaction, field: str, code: str) -> None:
    if not await store.exists(tx, _PARENTS[field], code):
        what = field.removesuffix("_code")
        raise invalid(f"unknown-{what}", f"there is no {what} {code}", field=field, remedy=f"Enter the {what} first.")
