"""What a production plan looks like to those who read it. Pure: must not know SQL or HTTP."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec


class ProgressView(msgspec.Struct, frozen=True):
    """Where the search stands: seconds so far, best cost found, proved bound (None: none yet), the share between them,
    nodes."""

    seconds: float = 0.0
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    nodes: int = 0


class RefusalView(msgspec.Struct, frozen=True):
    """Why the engine does not plan a problem: the list, the row in it, its key, and the reason."""

    where: str
    row: int | None
    key: str
    code: str
    reason: str


class ProductionPlanView(msgspec.Struct, frozen=True, kw_only=True):
    """A production plan (P3). ``issued_version`` counts issued plans of the company; ``version`` is for If-Match.

    ``attempt``: how many times a worker took it. ``objective``: cost of the plan; ``bound``: no plan costs less;
    ``gap``: the share that is not proved; ``asked_gap``, ``asked_seconds``: when to stop."""

    plan_id: UUID
    sales_plan_id: UUID
    status: Literal["queued", "solving", "solved", "failed", "cancelled", "issued", "superseded"]
    issued_version: int | None
    version: int
    made_at: datetime
    made_by: UUID
    first_week: date
    weeks: int
    asked_seconds: float
    asked_gap: float
    attempt: int
    progress: ProgressView | None
    failure: str | None
    refusals: list[RefusalView]
    fingerprint: str | None
    result: str | None
    ended_by: str | None
    objective: Decimal | None
    bound: Decimal | None
    gap: float | None
    costs: dict[str, Decimal] | None
    statistics: dict[str, Any] | None
    started_at: datetime | None
    solved_at: datetime | None
    issued_at: datetime | None
    issued_by: UUID | None


class ProductionPlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """A production plan in a list."""

    plan_id: UUID
    sales_plan_id: UUID
    status: str
    issued_version: int | None
    made_at: datetime
    solved_at: datetime | None
    issued_at: datetime | None
    objective: Decimal | None
    gap: float | None


class LotView(msgspec.Struct, frozen=True, kw_only=True):
    """What a line makes in a week (its Monday)."""

    line_code: str
    week: int
    starts_on: date
    product_code: str
    quantity: Decimal
    hours: Decimal
    setup_hours: Decimal


class LineLoad(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of a line in a week: what it has, what runs and set-ups take, the share in use (None without hours)."""

    line_code: str
    week: int
    starts_on: date
    capacity: Decimal
    run_hours: Decimal
    setup_hours: Decimal
    share: Decimal | None


class StockView(msgspec.Struct, frozen=True, kw_only=True):
    """What lies there at the end of a week, of a product or a material."""

    kind: Literal["product", "material"]
    item: str
    week: int
    starts_on: date
    quantity: Decimal


class PlanPromise(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan means for a contract line. ``promised_on`` None: not within the horizon. ``published``: this plan
    made it the line's promise; a line whose promise did not change, or that moved on, is not published again."""

    line_id: UUID
    line_version: int
    agreement_number: str | None
    line_no: int | None
    unit_id: UUID
    product_code: str
    quantity: Decimal
    requested_on: date
    promised_on: date | None
    late: bool
    cause: str
    published: bool
