"""The sales plan as values: balanced lines, changes with their reason, issue (P2). Pure: must not know the rough cut's
model, tables or HTTP."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from services.planning.demand.domain import ZERO, Key, Need
from shared.events.planning import SalesPlanIssued
from shared.kernel.dates import first_day, month_of, months_later
from shared.kernel.errors import DomainError, conflict, invalid
from shared.kernel.money import MOST_QUANTITY, THOUSANDTH

Status = Literal["draft", "issued", "superseded"]
MOST_MONTHS = 6
MOST_AHEAD = 12

TRANSITIONS: Mapping[tuple[Status, str], Status] = {
    ("draft", "issue"): "issued",
    ("issued", "supersede"): "superseded",
}
"""state, command -> state; what is not here is refused."""


@dataclass(frozen=True, slots=True)
class SalesLine:
    """Balanced demand of one unit, product and month. ``quantity`` is what may be planned: from the open firm quantity
    to the whole open demand. ``proposed`` is the rough cut's, with its reason; ``late_firm`` the part of the firm
    quantity that the rough cut could not have ready when it is due: shown, never cut."""

    line_id: UUID
    key: Key
    need: Need
    quantity: Decimal
    reason: str = ""
    proposed: Decimal = ZERO
    proposed_reason: str = ""
    late_firm: Decimal = ZERO
    version: int = 1

    @property
    def cut(self) -> Decimal:
        """What was taken from the open forecast."""
        return self.need.open - self.quantity


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rough cut says of one key: how much of the open forecast finds room, how much firm is late, and why."""

    forecast: Decimal
    late_firm: Decimal = ZERO
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SalesPlan:
    """The company's balanced demand for ``months`` months from ``first_month``. ``version`` counts issued sales plans;
    ``row_version`` guards against lost updates."""

    sales_plan_id: UUID
    first_month: str
    months: int
    status: Status = "draft"
    version: int | None = None
    row_version: int = 1


def months_of(first_month: str, months: int) -> tuple[str, ...]:
    """The plan's months in order."""
    return tuple(months_later(first_month, number) for number in range(months))


def overlaps(one: SalesPlan, other: SalesPlan) -> bool:
    """Whether the two speak of a common month."""
    return bool(set(months_of(one.first_month, one.months)) & set(months_of(other.first_month, other.months)))


def checked_months(first_month: str, months: int, today: date) -> None:
    """A plan of 1 to 6 months that begins in this month or within a year; else DomainError."""
    start, this = first_day(first_month), month_of(today)
    if not 1 <= months <= MOST_MONTHS:
        raise invalid("bad-months", f"months must be from 1 to {MOST_MONTHS}", field="months")
    if start < first_day(this) or start > first_day(months_later(this, MOST_AHEAD)):
        raise invalid(
            "bad-month",
            f"the first month must be from {this} to a year ahead",
            field="first_month",
            remedy="Choose it so.",
        )


def balanced(
    needs: Mapping[Key, Need], proposals: Mapping[Key, Proposal], ids: Iterable[UUID]
) -> tuple[SalesLine, ...]:
    """The lines of a new sales plan: everything open, the forecast as far as the rough cut found room for it."""
    lines = []
    for line_id, key in zip(ids, sorted(key for key, need in needs.items() if need.open > 0), strict=False):
        need, proposal = needs[key], proposals.get(key)
        room = need.open_forecast if proposal is None else min(need.open_forecast, max(ZERO, proposal.forecast))
        quantity = need.open_firm + room.quantize(THOUSANDTH)
        reason = proposal.reason if proposal is not None and quantity < need.open else ""
        late = min(need.open_firm, proposal.late_firm) if proposal is not None else ZERO
        lines.append(SalesLine(line_id, key, need, quantity, reason, quantity, reason, late))
    return tuple(lines)


def adjust(plan: SalesPlan, line: SalesLine, quantity: Decimal, reason: str) -> SalesLine:
    """Market sets another quantity (P2), always with its reason: never above what is demanded, never below what is
    signed."""
    if plan.status != "draft":
        raise closed(plan, "changed")
    if not reason.strip():
        raise invalid("reason-needed", "a change without a reason is refused", field="reason", remedy="Say why.")
    if not quantity.is_finite() or not 0 <= quantity < MOST_QUANTITY or quantity != quantity.quantize(THOUSANDTH):
        raise invalid("bad-quantity", "quantity must be at least 0 with at most three decimals", field="quantity")
    if quantity > line.need.open:
        raise invalid(
            "above-demand",
            f"nobody asked for more than {line.need.open}",
            field="quantity",
            remedy="Let the unit raise its demand plan, then balance again.",
        )
    if quantity < line.need.open_firm:
        raise invalid(
            "below-signed",
            f"{line.need.open_firm} is signed and open; it may be late but is never cut",
            field="quantity",
        )
    return replace(line, quantity=quantity.quantize(THOUSANDTH), reason=reason.strip(), version=line.version + 1)


def issue(plan: SalesPlan, lines: Sequence[SalesLine], version: int) -> tuple[SalesPlan, SalesPlanIssued]:
    """Market issues the plan as ``version`` (P2); every cut must have its reason."""
    status = TRANSITIONS.get((plan.status, "issue"))
    if status is None:
        raise closed(plan, "issued")
    bare = [line for line in lines if line.cut > 0 and not line.reason]
    if bare:
        raise conflict("reason-needed", f"{len(bare)} cuts have no reason", remedy="Give each cut its reason.")
    fact = SalesPlanIssued(
        sales_plan_id=plan.sales_plan_id,
        version=version,
        first_month=plan.first_month,
        months=plan.months,
        lines=len(lines),
        cuts=sum(1 for line in lines if line.cut > 0),
    )
    return replace(plan, status=status, version=version, row_version=plan.row_version + 1), fact


def supersede(plan: SalesPlan) -> SalesPlan:
    """A newer issued plan took over its months."""
    return replace(plan, status=TRANSITIONS[plan.status, "supersede"], row_version=plan.row_version + 1)


def closed(plan: SalesPlan, what: str) -> DomainError:
    """The plan is past being changed."""
    return conflict(
        "sales-plan-closed", f"the sales plan is {plan.status} and cannot be {what}", remedy="Make a new sales plan."
    )
