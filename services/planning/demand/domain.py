"""Demand as values: signed lines, forecasts, the time node, and how firm demand consumes forecast (P1).

Pure: must not know tables, HTTP or the clock. Quantities are in the product's unit of measure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from shared.events.planning import DemandPlanSubmitted
from shared.kernel.dates import SHANGHAI, first_day, month_of, months_later
from shared.kernel.errors import DomainError, conflict, invalid
from shared.kernel.money import checked_quantity

ZERO = Decimal(0)
MOST_LINES = 2000
LEAST_WEIGHT = Decimal("0.001")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Where firm demand meets forecast: the same unit, product and requested month (``YYYY-MM``)."""

    unit_id: UUID
    product_code: str
    month: str


@dataclass(frozen=True, slots=True)
class FirmLine:
    """A signed contract line. ``quantity`` is what was signed, ``shipped`` what has left; ``tier`` the customer's."""

    line_id: UUID
    line_version: int
    unit_id: UUID
    customer_id: UUID
    product_code: str
    quantity: Decimal
    shipped: Decimal
    requested_on: date
    tier: str = "reserve"

    @property
    def open(self) -> Decimal:
        """What is still to be delivered; never below zero, even when more was shipped than signed."""
        return max(ZERO, self.quantity - self.shipped)

    @property
    def key(self) -> Key:
        """The slot whose forecast this line consumes."""
        return Key(self.unit_id, self.product_code, month_of(self.requested_on))


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A firm line as the plan saw it: its version, what was open, why it was left out (empty: planned)."""

    line_id: UUID
    line_version: int
    unit_id: UUID
    customer_id: UUID
    product_code: str
    quantity: Decimal
    requested_on: date
    weight: Decimal
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """Demand of one key. ``signed`` counts what was shipped too; only the two open quantities are planned."""

    signed: Decimal = ZERO
    open_firm: Decimal = ZERO
    forecast: Decimal = ZERO
    open_forecast: Decimal = ZERO

    @property
    def open(self) -> Decimal:
        """What is to be planned."""
        return self.open_firm + self.open_forecast


def consume(firm: Iterable[FirmLine], forecast: Mapping[Key, Decimal]) -> dict[Key, Need]:
    """Firm demand consumes forecast (P1): by signed quantity, shipped included, of the same unit, product and requested
    month. What is signed beyond a month's forecast stays there: it spills into no other month, unit or product."""
    needs: dict[Key, Need] = {}
    for line in firm:
        need = needs.get(line.key, Need())
        needs[line.key] = replace(need, signed=need.signed + line.quantity, open_firm=need.open_firm + line.open)
    for key in forecast.keys() | needs.keys():
        need, wanted = needs.get(key, Need()), forecast.get(key, ZERO)
        needs[key] = replace(need, forecast=wanted, open_forecast=max(ZERO, wanted - need.signed))
    return needs


def planned_lines(firm: Iterable[FirmLine], weights: Mapping[str, Decimal]) -> tuple[PlannedLine, ...]:
    """What a plan sees of the firm lines: those with something open, weighted by the customer's tier (policy data; a
    tier without a weight counts as 1, and nobody's weight is nothing)."""
    return tuple(
        PlannedLine(
            line_id=line.line_id,
            line_version=line.line_version,
            unit_id=line.unit_id,
            customer_id=line.customer_id,
            product_code=line.product_code,
            quantity=line.open,
            requested_on=line.requested_on,
            weight=max(LEAST_WEIGHT, weights.get(line.tier, Decimal(1))),
        )
        for line in firm
        if line.open > 0
    )


def time_node(month: str, due_day: int) -> datetime:
    """The first instant (UTC) at which a plan for ``month`` is late: the end of ``due_day`` of the month before, by
    Shanghai's calendar. A day that month does not have means its last one."""
    start = first_day(months_later(month, -1))
    last = first_day(month) - timedelta(days=1)
    day = min(start + timedelta(days=due_day - 1), last)
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)


def node_day(month: str) -> date:
    """The day by which the policy for the month's time node is chosen: the first of the month before."""
    return first_day(months_later(month, -1))


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What a unit expects to sell of a product in the month."""

    product_code: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class DemandPlan:
    """A unit's demand plan for a month. ``lines`` is the draft; submitted revisions are kept beside it, unchanged.

    ``revision``: the last submitted one, 0 before the first; ``changed``: the draft differs from it. ``version`` rises
    with every change and guards against lost updates."""

    demand_plan_id: UUID
    unit_id: UUID
    month: str
    lines: tuple[PlanLine, ...] = ()
    revision: int = 0
    changed: bool = False
    version: int = 0


def checked_lines(lines: Sequence[PlanLine], products: frozenset[str]) -> tuple[PlanLine, ...]:
    """The draft's lines in order of product: known products, each once, quantities above zero; else DomainError."""
    if len(lines) > MOST_LINES:
        raise invalid("too-many-lines", f"a demand plan has at most {MOST_LINES} lines", field="lines")
    checked: dict[str, PlanLine] = {}
    for index, line in enumerate(lines):
        try:
            checked[line.product_code] = _checked_line(line, products, checked)
        except DomainError as error:
            raise DomainError(
                error.kind,
                error.code,
                error.message,
                field=error.field,
                remedy=error.remedy,
                extra={"row_index": index},
            ) from None
    return tuple(checked[code] for code in sorted(checked))


def _checked_line(line: PlanLine, products: frozenset[str], before: Mapping[str, PlanLine]) -> PlanLine:
    code = line.product_code
    if code not in products:
        remedy = "See GET /products for the codes that can be planned."
        raise invalid("unknown-product", f"there is no product {code}", field="product_code", remedy=remedy)
    if code in before:
        raise invalid("product-twice", f"{code} stands twice in the plan", field="product_code")
    return PlanLine(code, checked_quantity(line.quantity, "quantity"))


def checked_month(month: str, today: date) -> None:
    """A month that is not over, else DomainError ``bad-month`` or ``month-over``."""
    if first_day(months_later(month, 1)) <= today:
        raise conflict("month-over", f"{month} is over", field="month", remedy="Plan a month that is to come.")


def redraft(plan: DemandPlan, lines: tuple[PlanLine, ...]) -> DemandPlan:
    """The plan with another draft; the same object when nothing differs."""
    if plan.version and plan.lines == lines:
        return plan
    return replace(plan, lines=lines, changed=True, version=plan.version + 1)


def submit(plan: DemandPlan, now: datetime, node: datetime) -> tuple[DemandPlan, DemandPlanSubmitted]:
    """Hand the draft in (P1); a later one is a new revision and the earlier is kept. Late from ``node`` on.

    A saved draft without lines may be submitted: the unit expects nothing, and is not missing. Raises
    ``nothing-to-submit`` when no draft was saved or the last revision already says the same."""
    if not plan.changed:
        known = f"revision {plan.revision} already says the same" if plan.revision else "no draft was saved"
        raise conflict("nothing-to-submit", known, remedy="Save a draft with PUT first.")
    submitted = replace(plan, revision=plan.revision + 1, changed=False, version=plan.version + 1)
    fact = DemandPlanSubmitted(
        demand_plan_id=plan.demand_plan_id,
        unit_id=plan.unit_id,
        month=plan.month,
        revision=submitted.revision,
        late=now >= node,
        lines=len(plan.lines),
    )
    return submitted, fact
