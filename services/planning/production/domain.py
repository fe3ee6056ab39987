"""The production plan's life and the promises that follow from it (P3, K3).

Pure: must not know how a plan is solved, kept or queued. Quantities are in the product's unit of measure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from services.planning.demand.domain import ZERO, FirmLine, Key, PlannedLine, consume
from services.planning.master.horizon import Horizon
from shared.events.planning import ProductionPlanIssued, PromiseMade
from shared.kernel.errors import DomainError, conflict

Status = Literal["queued", "solving", "solved", "failed", "cancelled", "issued", "superseded"]
Command = Literal["take", "keep", "fail", "cancel", "issue", "supersede"]

TRANSITIONS: Mapping[tuple[Status, Command], Status] = {
    ("queued", "take"): "solving",
    ("solving", "take"): "solving",  # another worker takes over what a dead one left
    ("solving", "keep"): "solved",
    ("queued", "fail"): "failed",
    ("solving", "fail"): "failed",
    ("queued", "cancel"): "cancelled",
    ("solving", "cancel"): "cancelled",
    ("solved", "cancel"): "cancelled",
    ("solved", "issue"): "issued",
    ("issued", "supersede"): "superseded",
}
"""state, command -> state; what is not here is refused."""

OPEN: frozenset[Status] = frozenset({"queued", "solving"})
MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class ForecastAllowed:
    """What the sales plan lets a unit expect of a product and month: its forecast less what market cut."""

    key: Key
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class ProductionPlan:
    """A production plan. ``attempt`` is the fencing token of the job that may write to it; ``version`` counts issued
    plans of the company; ``row_version`` guards against lost updates."""

    plan_id: UUID
    sales_plan_id: UUID
    status: Status
    made_at: datetime
    attempt: int = 0
    version: int | None = None
    row_version: int = 1


@dataclass(frozen=True, slots=True)
class Fate:
    """What a plan does for one line: the week in which it is delivered whole, None when not within the horizon; why."""

    week: int | None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Promised:
    """The last promise of a line."""

    line_version: int
    promised_on: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A contract line as it stands now: its version, and whether anything of it is still signed and open."""

    line_version: int
    open: bool


def after(plan: ProductionPlan, command: Command) -> ProductionPlan:
    """The plan after a command, or DomainError ``production-plan-closed``."""
    status = TRANSITIONS.get((plan.status, command))
    if status is None:
        raise conflict("production-plan-closed", f"the production plan is {plan.status}: it cannot {command} now")
    return replace(plan, status=status, row_version=plan.row_version + 1)


def take(plan: ProductionPlan) -> ProductionPlan:
    """A worker takes the plan: from here on only its attempt may write the result."""
    return replace(after(plan, "take"), attempt=plan.attempt + 1)


def open_forecast(
    firm: Iterable[FirmLine], allowed: Iterable[ForecastAllowed], months: Iterable[str]
) -> dict[Key, Decimal]:
    """What is still forecast when production plans: what the sales plan allowed, consumed by all that is signed by now
    (P1), so that a contract signed after the balance is not planned twice."""
    wanted = set(months)
    needs = consume(firm, {row.key: row.quantity for row in allowed})
    return {key: need.open_forecast for key, need in needs.items() if need.open_forecast > ZERO and key.month in wanted}


def checked_issue(
    plan: ProductionPlan, sales_status: str, newest_issued: datetime | None, first_promise: date, today: date
) -> None:
    """Refuse a plan whose ground moved: sales plan replaced, a plan of later data issued, first week over."""
    after(plan, "issue")
    if sales_status != "issued":
        raise _stale("sales-plan-superseded", f"its sales plan is {sales_status}")
    if newest_issued is not None and newest_issued > plan.made_at:
        raise _stale("newer-plan-issued", "a plan made from later data was issued")
    if today > first_promise:
        raise _stale("plan-past", "its first week is over")


def _stale(code: str, why: str) -> DomainError:
    return conflict(code, f"the production plan cannot be issued: {why}", remedy="Make a new production plan.")


def issue(
    plan: ProductionPlan, version: int, figures: tuple[str, Decimal, Decimal], promises: int
) -> tuple[ProductionPlan, ProductionPlanIssued]:
    """Production issues the plan as ``version`` (P3). ``figures``: fingerprint, objective, bound."""
    fingerprint, objective, bound = figures
    issued = replace(after(plan, "issue"), version=version)
    return issued, ProductionPlanIssued(
        production_plan_id=plan.plan_id,
        version=version,
        sales_plan_id=plan.sales_plan_id,
        fingerprint=fingerprint,
        objective=objective,
        bound=bound,
        promises=promises,
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """What promises are weighed against: the lines now, and the last promise of each."""

    standing: Mapping[UUID, Standing]
    last: Mapping[UUID, Promised]


def promises(
    plan: ProductionPlan, lines: Iterable[PlannedLine], fates: Mapping[UUID, Fate], weeks: Horizon, ground: Ground
) -> list[PromiseMade]:
    """One promise per line whose date or version differs from its last promise (P3, K3), in order of line.

    A line that moved on since the plan saw it, or has nothing open any more, gets none: this plan does not know it."""
    if plan.version is None:
        raise ValueError("promises follow from an issued plan")
    made = []
    for line in sorted(lines, key=lambda line: line.line_id):
        now = ground.standing.get(line.line_id)
        if now is None or not now.open or now.line_version != line.line_version:
            continue
        fate = fates.get(line.line_id, Fate(None, line.left_out))
        promised_on = None if fate.week is None else weeks.promise_day(fate.week)
        if ground.last.get(line.line_id) == Promised(line.line_version, promised_on):
            continue
        made.append(
            PromiseMade(
                line_id=line.line_id,
                line_version=line.line_version,
                plan_id=plan.plan_id,
                plan_version=plan.version,
                promised_on=promised_on,
                cause=fate.cause,
            )
        )
    return made
