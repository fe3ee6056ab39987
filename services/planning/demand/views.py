"""What demand looks like to those who read it. Pure: must not know SQL or HTTP."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from services.planning.demand.domain import DemandPlan


class DemandLine(msgspec.Struct, frozen=True):
    """What a unit expects to sell of a product."""

    product_code: str
    quantity: Decimal


class DemandPlanView(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's demand plan for a month (P1). ``lines`` is the draft; ``revision`` the last submitted, 0 before the
    first; ``changed``: the draft differs from it. ``due_at``: the time node; from then on a submission is late."""

    demand_plan_id: UUID | None
    unit_id: UUID
    month: str
    revision: int
    changed: bool
    version: int
    due_at: datetime
    lines: list[DemandLine]


class SubmittedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The latest submission of a unit; ``lines`` counts its rows."""

    demand_plan_id: UUID
    unit_id: UUID
    unit_code: str
    month: str
    revision: int
    submitted_at: datetime
    late: bool
    lines: int


class RevisionView(msgspec.Struct, frozen=True, kw_only=True):
    """One submission as it was."""

    revision: int
    submitted_at: datetime
    submitted_by: UUID
    due_at: datetime
    late: bool
    policy_version: int
    lines: list[DemandLine]


class Defaulter(msgspec.Struct, frozen=True, kw_only=True):
    """A unit whose plan is missing, or first came in late."""

    unit_id: UUID
    code: str
    name: str
    status: Literal["missing", "late"]
    submitted_at: datetime | None = None


class MissingView(msgspec.Struct, frozen=True, kw_only=True):
    """Late and missing units of a month (P1). ``over``: the time node has passed; before, nobody is in default yet."""

    month: str
    due_at: datetime
    over: bool
    units: list[Defaulter]


class FirmView(msgspec.Struct, frozen=True, kw_only=True):
    """A signed contract line as firm demand; ``open`` is what is still to be delivered."""

    line_id: UUID
    line_version: int
    agreement_number: str
    line_no: int
    customer_id: UUID
    customer_code: str | None
    tier: str
    unit_id: UUID
    product_code: str
    quantity: Decimal
    shipped: Decimal
    open: Decimal
    requested_on: date
    month: str
    promised_on: date | None


def plan_view(plan: DemandPlan, due_at: datetime) -> DemandPlanView:
    """A plan as its unit sees it; version 0 stands for one that nobody began."""
    return DemandPlanView(
        demand_plan_id=plan.demand_plan_id if plan.version else None,
        unit_id=plan.unit_id,
        month=plan.month,
        revision=plan.revision,
        changed=plan.changed,
        version=plan.version,
        due_at=due_at,
        lines=[DemandLine(line.product_code, line.quantity) for line in plan.lines],
    )
