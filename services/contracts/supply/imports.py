"""Shipments as logistics' workbook has them (K4)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from services.contracts.supply.commands import RecordShipment, import_shipment
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.imports import Outcome, Sheet, import_route


class ShipmentRow(msgspec.Struct, kw_only=True):
    """One shipment."""

    number: str
    agreement_number: str
    line_no: int
    batch_number: str
    quantity: Decimal
    shipped_on: date


async def apply_row(tx: Transaction, actor: Actor, rows: Sequence[ShipmentRow]) -> Outcome:
    """Record one shipment unless it is recorded already."""
    row = rows[0]
    cmd = RecordShipment(
        actor=actor,
        line=(row.agreement_number, row.line_no),
        number=row.number,
        batch_number=row.batch_number,
        quantity=row.quantity,
        shipped_on=row.shipped_on,
    )
    return await import_shipment(tx, cmd)


SHIPMENTS = Sheet(
    name="发货",
    row=ShipmentRow,
    headings={
        "number": "发货单号",
        "agreement_number": "合同编号",
        "line_no": "行号",
        "batch_number": "批号",
        "quantity": "数量",
        "shipped_on": "发货日期",
    },
    apply=apply_row,
)
ROUTES = (import_route("/imports/shipments", [SHIPMENTS], permission="shipment.import"),)
