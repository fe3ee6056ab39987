"""Making, cancelling and issuing the production plan (P3). Must not know HTTP or how a plan is solved."""

import asyncio
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

import msgspec

from services.planning.balance import domain as balance
from services.planning.balance import store as sales
from services.planning.balance.problems import Asked, Wanted, build
from services.planning.demand import store as demand
from services.planning.demand.domain import planned_lines
from services.planning.engine.evaluate import faults
from services.planning.engine.plan import Plan
from services.planning.master import store as master
from services.planning.master.horizon import Horizon, horizon
from services.planning.production import domain, queue, results, store
from services.planning.production.domain import Fate, ForecastAllowed, Ground, ProductionPlan, Promised
from services.planning.production.views import ProductionPlanView
from services.planning.promise import store as promise
from shared import outbox, policy
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.events.planning import PromiseMade
from shared.kernel.dates import business_date, first_day, months_later
from shared.kernel.errors import conflict
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class MakeProductionPlan:
    """Plan the production of an issued sales plan; stop when ``gap`` is proved or after ``seconds``."""

    sales_plan_id: UUID
    seconds: float
    gap: float
    actor: Actor


@dataclass(frozen=True, slots=True)
class DecidePlan:
    """Issue or cancel a production plan; ``expected``: only if it is still at that version."""

    plan_id: UUID
    actor: Actor
    expected: int | None


async def make_plan(tx: Transaction, cmd: MakeProductionPlan) -> ProductionPlanView:
    """Take the snapshot (what is open now of firm demand, the sales plan's forecast, master data) and queue the job:
    snapshot and job exist together or not at all."""
    plan_of_sales = await sales.load(tx, cmd.sales_plan_id)
    if plan_of_sales.status != "issued":
        raise conflict(
            "sales-plan-not-issued",
            f"the sales plan is {plan_of_sales.status}",
            field="sales_plan_id",
            remedy="Plan an issued sales plan.",
        )
    today = business_date(tx.now)
    weights = await policy.current(tx, "tier-weights", today)
    months = balance.months_of(plan_of_sales.first_month, plan_of_sales.months)
    weeks = horizon(today, months[-1])
    asked = await _asked(tx, cmd.sales_plan_id, months, weeks, weights)
    plan = ProductionPlan(new_id(), cmd.sales_plan_id, "queued", tx.now)
    facts = {
        "made_by": cmd.actor.person_id,
        "first_week": weeks.starts[0],
        "weeks": len(weeks.starts),
        "seconds": cmd.seconds,
        "gap": cmd.gap,
        "policy_version": weights.version,
        "problem": msgspec.json.encode(asked.problem).decode(),
    }
    await store.insert(tx, plan, asked.firm, facts)
    await store.set_job(tx, plan.plan_id, await queue.defer(tx, plan.plan_id))
    return await store.view(tx, plan.plan_id)


async def _asked(
    tx: Transaction, sales_plan_id: UUID, months: tuple[str, ...], weeks: Horizon, weights: policy.Policy
) -> Asked:
    firm = await demand.firm_lines(tx, first_day(months[0]), first_day(months_later(months[-1], 1)))
    allowed = [
        ForecastAllowed(line.key, line.need.forecast - line.cut) for line in await sales.lines(tx, sales_plan_id)
    ]
    tiers = {tier: weights.decimal(tier) for tier in weights.values}
    wanted = Wanted(planned_lines(firm, tiers), domain.open_forecast(firm, allowed, months))
    return build(await master.load(tx), wanted, weeks)


async def cancel_plan(tx: Transaction, cmd: DecidePlan) -> ProductionPlanView:
    """Production gives a plan up; a job that runs is stopped, and can write nothing any more."""
    plan, solved = await store.load(tx, cmd.plan_id)
    _expected(plan, cmd.expected)
    await store.save(tx, domain.after(plan, "cancel"))
    if solved.job_id is not None and plan.status in domain.OPEN:
        await queue.cancel(tx, solved.job_id)
    return await store.view(tx, cmd.plan_id)


async def issue_plan(tx: Transaction, cmd: DecidePlan) -> ProductionPlanView:
    """Production issues a solved plan (P3): the next version, the earlier plan superseded, one promise per changed
    line, all in this transaction. One plan at a time: the counter's row is held to the end."""
    version = await sales.next_version(tx, "production")
    plan, solved = await store.load(tx, cmd.plan_id)
    _expected(plan, cmd.expected)
    sales_plan = await sales.load(tx, plan.sales_plan_id)
    domain.checked_issue(
        plan, sales_plan.status, await store.newest_issued(tx), solved.weeks.promise_day(0), business_date(tx.now)
    )
    await _verify(tx, plan, solved.problem)
    made = await _promises(tx, replace(plan, version=version), solved.weeks)
    figures = (solved.fingerprint or "", solved.objective or Decimal(0), solved.bound or Decimal(0))
    issued, fact = domain.issue(plan, version, figures, len(made))
    for earlier in await store.issued(tx):
        await store.save(tx, domain.after(earlier, "supersede"))
    await store.save(tx, issued, issued_at=tx.now, issued_by=cmd.actor.person_id)
    await promise.keep(tx, made)
    await outbox.append(tx, [*made, fact])
    return await store.view(tx, cmd.plan_id)


def _expected(plan: ProductionPlan, expected: int | None) -> None:
    if expected is not None and expected != plan.row_version:
        raise demand.mismatch()


async def _verify(tx: Transaction, plan: ProductionPlan, problem: str) -> None:
    """Check the rows that are about to be issued against the question, exactly."""
    kept: Plan = await results.engine_plan(tx, plan.plan_id)
    wrong = await asyncio.to_thread(lambda: faults(store.decode_problem(problem), kept))
    if wrong:
        raise conflict(
            "plan-unsound",
            f"the plan breaks {len(wrong)} rules, the first: {wrong[0]}",
            remedy="Make a new production plan.",
        )


async def _promises(tx: Transaction, plan: ProductionPlan, weeks: Horizon) -> list[PromiseMade]:
    firm = await store.firm(tx, plan.plan_id)
    outcomes = await results.outcomes(tx, plan.plan_id)
    fates = {line.line_id: Fate(*outcomes[str(line.line_id)]) for line in firm if str(line.line_id) in outcomes}
    last = await promise.last(tx, [line.line_id for line in firm])
    known = {line_id: Promised(*before) for line_id, before in last.items()}
    return domain.promises(plan, firm, fates, weeks, Ground(await store.standing(tx, plan.plan_id), known))
