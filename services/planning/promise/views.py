"""What a promise looks like to those who read it. Pure: must not know SQL or HTTP."""

from datetime import date, datetime
from uuid import UUID

import msgspec


class PromiseView(msgspec.Struct, frozen=True, kw_only=True):
    """The last promise of a contract line: when it can be delivered whole, by the plan of ``plan_version``. None: not
    within the horizon; ``cause`` says why. ``current``: the line is still at the version that was promised."""

    line_id: UUID
    line_version: int
    agreement_number: str | None
    line_no: int | None
    unit_id: UUID | None
    product_code: str | None
    requested_on: date | None
    promised_on: date | None
    cause: str
    current: bool
    plan_id: UUID
    plan_version: int
    made_at: datetime
