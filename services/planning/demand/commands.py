"""Saving, importing and submitting a unit's demand plan (P1). Must not know HTTP or books."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.planning.demand import domain, store
from services.planning.demand.domain import DemandPlan, PlanLine
from services.planning.demand.views import DemandPlanView, plan_view
from services.planning.master import store as master
from shared import outbox
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.dates import business_date
from shared.kernel.errors import absent, forbidden, not_yet_known


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """The unit's whole draft for a month, over version ``expected`` (0: none was begun)."""

    month: str
    lines: Sequence[PlanLine]
    actor: Actor
    expected: int | None


@dataclass(frozen=True, slots=True)
class SubmitPlan:
    """Hand the unit's draft in; ``expected``: only if it is still at that version."""

    month: str
    actor: Actor
    expected: int | None


@dataclass(frozen=True, slots=True)
class ImportDraft:
    """A unit's whole draft for a month as a book tells it."""

    unit_code: str
    month: str
    lines: Sequence[tuple[str, Decimal]]
    actor: Actor


async def save_draft(tx: Transaction, cmd: SaveDraft) -> DemandPlanView:
    """Replace the draft of the asker's own unit."""
    plan = await _own(tx, cmd.actor, cmd.month, cmd.expected)
    due_at, _ = await store.time_node_of(tx, cmd.month)
    return plan_view(await _redraft(tx, plan, cmd.lines), due_at)


async def import_draft(tx: Transaction, cmd: ImportDraft) -> Literal["created", "updated", "unchanged"]:
    """Replace a unit's draft by its business key, unit and month; the same draft again changes nothing."""
    unit = await store.unit_of_code(tx, cmd.unit_code)
    if unit is None:
        raise not_yet_known("unit", cmd.unit_code, field="unit_code")
    if not cmd.actor.may_see(unit.unit_id):
        raise absent("unknown-unit", f"there is no unit {cmd.unit_code} to plan for", field="unit_code")
    domain.checked_month(cmd.month, business_date(tx.now))
    plan = await store.load(tx, unit.unit_id, cmd.month)
    if await _redraft(tx, plan, [PlanLine(code, quantity) for code, quantity in cmd.lines]) is plan:
        return "unchanged"
    return "updated" if plan.version else "created"


async def submit_plan(tx: Transaction, cmd: SubmitPlan) -> DemandPlanView:
    """Submit the draft of the asker's own unit: a new revision, late after the time node (P1)."""
    plan = await _own(tx, cmd.actor, cmd.month, cmd.expected)
    due_at, policy_version = await store.time_node_of(tx, cmd.month)
    submitted, fact = domain.submit(plan, tx.now, due_at)
    await store.save(tx, submitted, plan.version)
    await store.keep_revision(
        tx, submitted, store.Submission(tx.now, cmd.actor.person_id, due_at, fact.late, policy_version)
    )
    await outbox.append(tx, [fact])
    return plan_view(submitted, due_at)


async def _own(tx: Transaction, actor: Actor, month: str, expected: int | None) -> DemandPlan:
    if actor.unit_id is None:
        raise forbidden("no-unit", "only a unit plans its demand", remedy="Ask someone of the unit.")
    domain.checked_month(month, business_date(tx.now))
    if await store.unit(tx, actor.unit_id) is None:
        raise not_yet_known("unit", str(actor.unit_id))
    plan = await store.load(tx, actor.unit_id, month)
    if expected is not None and expected != plan.version:
        raise store.mismatch()
    return plan


async def _redraft(tx: Transaction, plan: DemandPlan, lines: Sequence[PlanLine]) -> DemandPlan:
    changed = domain.redraft(plan, domain.checked_lines(lines, await master.product_codes(tx)))
    if changed is not plan:
        await store.save(tx, changed, plan.version)
    return changed
