"""What a job may do to its plan (P3). ``attempt`` is its fencing token: a job that lost its plan writes nothing."""

from dataclasses import asdict, dataclass
from decimal import ROUND_FLOOR, Decimal
from uuid import UUID

from services.planning.engine.plan import Plan
from services.planning.master.horizon import Horizon
from services.planning.production import domain, queue, results, store
from services.planning.production.solving import Answer, Task, explained
from shared.database import Transaction

MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Taken:
    """A plan in a job's hands."""

    plan_id: UUID
    attempt: int
    task: Task


async def take(tx: Transaction, plan_id: UUID) -> Taken | None:
    """Take the plan, away from whoever had it before; None when there is nothing left to solve.

    A plan that was taken too often without an end is failed: it may be what kills the workers."""
    plan, solved = await store.load(tx, plan_id)
    if plan.status not in domain.OPEN:
        return None
    if plan.attempt >= domain.MOST_ATTEMPTS:
        failed = domain.after(plan, "fail")
        await store.save(tx, failed, failure=f"given up after {plan.attempt} attempts that did not end")
        return None
    taken = domain.take(plan)
    await store.save(tx, taken, started_at=tx.now, progress=None)
    return Taken(plan_id, taken.attempt, Task(solved.problem, solved.seconds, solved.gap))


async def fail(tx: Transaction, taken: Taken, reason: str) -> None:
    """The plan cannot be solved; nothing if it is no longer in this job's hands."""
    plan, _ = await store.load(tx, taken.plan_id)
    if _holds(plan, taken):
        await store.save(tx, domain.after(plan, "fail"), failure=reason)


async def keep(tx: Transaction, taken: Taken, answer: Answer) -> bool:
    """Keep the answer: lots, deliveries, stock and figures, or the refusals. False if another job has the plan now."""
    plan, solved = await store.load(tx, taken.plan_id)
    if not _holds(plan, taken):
        return False
    if answer.plan is None:
        rows = [asdict(refusal) for refusal in answer.refusals]
        failure = f"{len(rows)} rows of the problem make no sense"
        await store.save(tx, domain.after(plan, "fail"), failure=failure, refusals=rows)
        return True
    await results.keep_rows(tx, plan.plan_id, answer.plan, _causes(answer, solved.weeks))
    await store.save(tx, domain.after(plan, "keep"), solved_at=tx.now, **_figures(answer.plan))
    return True


async def note(tx: Transaction, taken: Taken, progress: dict[str, object]) -> bool:
    """Show where the search stands; False if another job has the plan now, or it was cancelled."""
    wanted = ("seconds", "objective", "bound", "gap", "nodes")
    told = {name: progress[name] for name in wanted if name in progress}
    return await store.note_progress(tx, taken.plan_id, taken.attempt, told)


async def adopt_orphans(tx: Transaction) -> list[UUID]:
    """Queue a new job for each open plan whose job is no more; returns those plans."""
    found = await queue.orphans(tx)
    for plan_id in found:
        await store.set_job(tx, plan_id, await queue.defer(tx, plan_id))
    return found


def _holds(plan: domain.ProductionPlan, taken: Taken) -> bool:
    return plan.status == "solving" and plan.attempt == taken.attempt


def _causes(answer: Answer, weeks: Horizon) -> dict[str, str]:
    return {
        cause.demand: explained(cause, None if cause.bucket is None else weeks.starts[cause.bucket].isoformat())
        for cause in answer.causes
    }


def _figures(plan: Plan) -> dict[str, object]:
    return {
        "fingerprint": plan.fingerprint,
        "result_status": plan.status,
        "ended_by": plan.ended_by,
        "objective": plan.objective,
        "bound": min(Decimal(plan.bound).quantize(MICRO, ROUND_FLOOR), plan.objective),
        "proved_gap": plan.gap,
        "costs": {name: str(value) for name, value in asdict(plan.cost).items()},
        "statistics": dict(plan.statistics),
    }
