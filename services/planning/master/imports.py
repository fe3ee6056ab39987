"""Production's master book: six sheets, each row by its business key. Must not know SQL."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from services.planning.master import commands
from services.planning.master.store import Outcome
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.imports import Sheet, import_route


class ProductRow(msgspec.Struct, kw_only=True):
    """产品: a product with stock (now), holding cost (CNY per unit and week) and least lot."""

    code: str
    name: str
    unit_of_measure: str
    stock: Decimal | None = None
    holding: Decimal | None = None
    min_lot: Decimal | None = None


class LineRow(msgspec.Struct, kw_only=True):
    """生产线: a line and its machine hours a week."""

    code: str
    name: str
    weekly_hours: Decimal


class RoutingRow(msgspec.Struct, kw_only=True):
    """工艺: hours a unit and a set-up take on a line."""

    product_code: str
    line_code: str
    hours_per_unit: Decimal
    setup_hours: Decimal | None = None


class MaterialRow(msgspec.Struct, kw_only=True):
    """物料: bought material with its stock."""

    code: str
    name: str
    unit_of_measure: str
    stock: Decimal | None = None


class UsageRow(msgspec.Struct, kw_only=True):
    """用料: material per unit of product."""

    product_code: str
    material_code: str
    per_unit: Decimal


class ReceiptRow(msgspec.Struct, kw_only=True):
    """到货: ordered material and the day it arrives."""

    number: str
    material_code: str
    due_on: date
    quantity: Decimal


def _applied(
    cls: Callable[..., Any], command: Callable[[Transaction, Any], Awaitable[Outcome]]
) -> Callable[[Transaction, Actor, Sequence[Any]], Awaitable[Outcome]]:
    async def apply(tx: Transaction, actor: Actor, rows: Sequence[Any]) -> Outcome:
        (row,) = rows
        return await command(tx, cls(**msgspec.structs.asdict(row)))

    return apply


SHEETS = (
    Sheet(
        name="产品",
        row=ProductRow,
        headings={
            "code": "产品编码",
            "name": "产品名称",
            "unit_of_measure": "计量单位",
            "stock": "库存",
            "holding": "持有成本",
            "min_lot": "最小批量",
        },
        apply=_applied(commands.PutProduct, commands.put_product),
    ),
    Sheet(
        name="生产线",
        row=LineRow,
        headings={"code": "生产线编码", "name": "生产线名称", "weekly_hours": "每周工时"},
        apply=_applied(commands.PutLine, commands.put_line),
    ),
    Sheet(
        name="工艺",
        row=RoutingRow,
        headings={
            "product_code": "产品编码",
            "line_code": "生产线编码",
            "hours_per_unit": "单件工时",
            "setup_hours": "换型工时",
        },
        apply=_applied(commands.PutRouting, commands.put_routing),
    ),
    Sheet(
        name="物料",
        row=MaterialRow,
        headings={"code": "物料编码", "name": "物料名称", "unit_of_measure": "计量单位", "stock": "库存"},
        apply=_applied(commands.PutMaterial, commands.put_material),
    ),
    Sheet(
        name="用料",
        row=UsageRow,
        headings={"product_code": "产品编码", "material_code": "物料编码", "per_unit": "单位用量"},
        apply=_applied(commands.PutUsage, commands.put_usage),
    ),
    Sheet(
        name="到货",
        row=ReceiptRow,
        headings={"number": "到货单号", "material_code": "物料编码", "due_on": "到货日期", "quantity": "数量"},
        apply=_applied(commands.PutReceipt, commands.put_receipt),
    ),
)

routes = [import_route("/imports/master", SHEETS, permission="master.import")]
