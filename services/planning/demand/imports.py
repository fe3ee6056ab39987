"""The units' book of demand plans. Must not know SQL."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from services.planning.demand import commands
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.imports import Sheet, import_route


class DemandRow(msgspec.Struct, kw_only=True):
    """需求计划: what a unit expects to sell of a product in a month (YYYY-MM)."""

    unit_code: str
    month: str
    product_code: str
    quantity: Decimal


async def _apply(
    tx: Transaction, actor: Actor, rows: Sequence[DemandRow]
) -> Literal["created", "updated", "unchanged"]:
    lines = [(row.product_code, row.quantity) for row in rows]
    return await commands.import_draft(tx, commands.ImportDraft(rows[0].unit_code, rows[0].month, lines, actor))


SHEETS = (
    Sheet(
        name="需求计划",
        row=DemandRow,
        headings={"unit_code": "业务单位编码", "month": "月份", "product_code": "产品编码", "quantity": "数量"},
        group_by=("unit_code", "month"),
        apply=_apply,
    ),
)

routes = [import_route("/imports/demand-plans", SHEETS, permission="demand.import")]
