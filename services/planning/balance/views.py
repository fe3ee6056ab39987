"""What a sales plan looks like to those who read it. Pure: must not know SQL or HTTP."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from services.planning.balance.domain import SalesLine


class MissingUnit(msgspec.Struct, frozen=True):
    """A unit that had submitted no demand plan for a month of the sales plan."""

    unit_id: UUID
    code: str
    month: str


class Source(msgspec.Struct, frozen=True):
    """The revision of a unit's demand plan that the sales plan was made from."""

    demand_plan_id: UUID
    unit_id: UUID
    month: str
    revision: int


class SalesPlanView(msgspec.Struct, frozen=True, kw_only=True):
    """A sales plan (P2). ``issued_version`` counts issued sales plans of the company; ``version`` is for If-Match.
    ``cuts``: lines with less than was demanded; ``late``: lines with something signed that will be late."""

    sales_plan_id: UUID
    first_month: str
    months: int
    status: Literal["draft", "issued", "superseded"]
    issued_version: int | None
    version: int
    made_at: datetime
    made_by: UUID
    issued_at: datetime | None
    issued_by: UUID | None
    policy_version: int
    lines: int
    cuts: int
    late: int
    demand: Decimal
    quantity: Decimal
    missing: list[MissingUnit]
    sources: list[Source]


class SalesPlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """A sales plan in a list."""

    sales_plan_id: UUID
    first_month: str
    months: int
    status: str
    issued_version: int | None
    made_at: datetime
    issued_at: datetime | None


class SalesLineView(msgspec.Struct, frozen=True, kw_only=True):
    """Balanced demand of one unit, product and month. ``firm`` is what is signed and open, ``demand`` all that is open,
    ``quantity`` what may be planned, ``cut`` the difference, with its reason; ``proposed`` is the rough cut's."""

    line_id: UUID
    unit_id: UUID
    product_code: str
    month: str
    signed: Decimal
    firm: Decimal
    forecast: Decimal
    open_forecast: Decimal
    demand: Decimal
    quantity: Decimal
    cut: Decimal
    reason: str
    proposed: Decimal
    proposed_reason: str
    late_firm: Decimal
    version: int


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a line with its reason; the first is the rough cut's."""

    version: int
    quantity: Decimal
    reason: str
    changed_by: UUID
    changed_at: datetime


def line_view(line: SalesLine) -> SalesLineView:
    """A line as it is read."""
    return SalesLineView(
        line_id=line.line_id,
        unit_id=line.key.unit_id,
        product_code=line.key.product_code,
        month=line.key.month,
        signed=line.need.signed,
        firm=line.need.open_firm,
        forecast=line.need.forecast,
        open_forecast=line.need.open_forecast,
        demand=line.need.open,
        quantity=line.quantity,
        cut=line.cut,
        reason=line.reason,
        proposed=line.proposed,
        proposed_reason=line.proposed_reason,
        late_firm=line.late_firm,
        version=line.version,
    )
