"""Contracts and opening balances as workbooks have them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from services.contracts.agreement.commands import counting, drafting
from services.contracts.agreement.commands.drafting import Draft, NewLine
from services.contracts.exposure.commands import RecordOpening
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.imports import Outcome, Sheet, import_route
from shared.kernel.errors import invalid


class AgreementRow(msgspec.Struct, kw_only=True):
    """One line of a contract; rows with the same number are one contract."""

    number: str
    customer_code: str
    line_no: int
    product_code: str
    quantity: Decimal
    unit_of_measure: str
    unit_price: Decimal
    requested_on: date


class OpeningRow(msgspec.Struct, kw_only=True):
    """One contract signed before go-live. ``year``: the calendar year in which it counts."""

    customer_code: str
    year: int
    number: str
    signed_on: date
    amount: Decimal


async def import_agreement(tx: Transaction, actor: Actor, rows: Sequence[AgreementRow]) -> Outcome:
    """Draft one contract, or bring its draft to what the rows say."""
    if len({row.customer_code for row in rows}) != 1:
        raise invalid("two-customers", "The rows of one contract name different customers", field="customer_code")
    lines = [
        NewLine(row.line_no, row.product_code, row.quantity, row.unit_of_measure, row.unit_price, row.requested_on)
        for row in rows
    ]
    return await drafting.import_draft(tx, Draft(actor, rows[0].number, rows[0].customer_code, lines))


async def import_opening(tx: Transaction, actor: Actor, rows: Sequence[OpeningRow]) -> Outcome:
    """Count one opening balance (K1)."""
    row = rows[0]
    cmd = RecordOpening(actor, row.customer_code, row.year, row.number, row.signed_on, row.amount)
    return await counting.import_opening(tx, cmd)


AGREEMENTS = Sheet(
    name="合同行",
    row=AgreementRow,
    headings={
        "number": "合同编号",
        "customer_code": "客户编码",
        "line_no": "行号",
        "product_code": "产品编码",
        "quantity": "数量",
        "unit_of_measure": "计量单位",
        "unit_price": "单价",
        "requested_on": "要求交货日期",
    },
    apply=import_agreement,
    group_by="number",
)
OPENINGS = Sheet(
    name="期初合同",
    row=OpeningRow,
    headings={
        "customer_code": "客户编码",
        "year": "年度",
        "number": "合同编号",
        "signed_on": "签订日期",
        "amount": "金额",
    },
    apply=import_opening,
)
ROUTES = (
    import_route("/imports/agreements", [AGREEMENTS], permission="agreement.import"),
    import_route("/imports/opening-balances", [OPENINGS], permission="opening.import"),
)
