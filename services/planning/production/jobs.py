"""The worker role ``plans``: solves queued production plans, one at a time, and takes over what dead workers left.

A job is never lost: the library retries what failed, stalled jobs are found by the missing heartbeat of their worker,
and an open plan without a job gets a new one. It never counts twice: only the last to take a plan may write to it.
"""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import procrastinate
import psycopg
import psycopg_pool

from services.planning.production import queue, solving, work
from services.planning.production.domain import MOST_ATTEMPTS
from services.planning.settings import PlanningSettings
from shared.database import Context, Database, Transaction, is_outage
from shared.failpoints import failpoint
from shared.service import Running

BETWEEN_NOTES = 0.5  # seconds
BACK_OFF = 2.0
_ONE_RESCUER = "SELECT pg_try_advisory_xact_lock(hashtextextended('planning.plans.rescue', 0))"


async def run_plans(running: Running) -> None:
    """Solve plans until cancelled; a database that goes away is waited for."""
    stalled = running.settings.plans_stalled if isinstance(running.settings, PlanningSettings) else 10.0
    while True:
        try:
            await _serve(running, stalled)
        except (procrastinate.exceptions.ConnectorException, psycopg.Error, psycopg_pool.PoolTimeout, OSError) as error:
            running.log.warning("the queue cannot be reached, will try again: %s", type(error).__name__)
        await asyncio.sleep(BACK_OFF)


async def _serve(running: Running, stalled: float) -> None:
    async def run_one(plan_id: UUID) -> None:
        await solve_plan(running, plan_id)

    app = queue.make_app(running.database.url, run_one)
    async with app.open_async():
        rescuer = asyncio.create_task(_rescue(running, app, stalled))
        try:
            await app.run_worker_async(
                queues=[queue.QUEUE],
                name="plans",
                concurrency=1,
                install_signal_handlers=False,
                fetch_job_polling_interval=2.0,
                abort_job_polling_interval=2.0,
                shutdown_graceful_timeout=1.0,
                update_heartbeat_interval=queue.HEARTBEAT,
                stalled_worker_timeout=stalled,
                delete_jobs="successful",
            )
        finally:
            rescuer.cancel()
            with suppress(asyncio.CancelledError):
                await rescuer


async def solve_plan(running: Running, plan_id: UUID) -> None:
    """Take, solve, keep. Raises what may go better another time; the queue then tries again."""
    database, reason = running.database, Context(f"production-plan-{plan_id}")
    taken = await database.run(lambda tx: work.take(tx, plan_id), reason)
    if taken is None:
        return
    try:
        answer = await solving.solve(taken.task, _noting(database, taken, reason))
    except solving.LostLease:
        running.log.info("plan %s is no longer ours", plan_id)
        return
    except solving.SolverError as error:
        if isinstance(error, solving.SolverTimeout) or taken.attempt >= MOST_ATTEMPTS:
            text = str(error)
            await database.run(lambda tx: work.fail(tx, taken, text), reason)
            return
        raise
    failpoint("plan-before-keep")
    if not await database.run(lambda tx: work.keep(tx, taken, answer), reason):
        running.log.info("the answer for plan %s came too late", plan_id)
    failpoint("plan-after-keep")


def _noting(database: Database, taken: work.Taken, reason: Context) -> solving.OnProgress:
    """Writes progress, at most twice a second; a database that is away for a moment stops no search."""
    last = 0.0

    async def note(progress: dict[str, object]) -> bool:
        nonlocal last
        if time.monotonic() - last < BETWEEN_NOTES:
            return True
        last = time.monotonic()
        try:
            return await database.run(lambda tx: work.note(tx, taken, progress), reason)
        except Exception as error:
            if not is_outage(error):
                raise
            return True

    return note


async def _rescue(running: Running, app: procrastinate.App, stalled: float) -> None:
    """Again and again: queue anew what a silent worker was doing, and what has no job."""

    async def work_once(tx: Transaction) -> None:
        if not await tx.raw.fetchval(_ONE_RESCUER):
            return
        for job in await app.job_manager.get_stalled_jobs(queue=queue.QUEUE, seconds_since_heartbeat=stalled):
            running.log.warning("job %s is taken from a silent worker", job.id)
            await app.job_manager.retry_job(job, retry_at=datetime.now(UTC))
        for plan_id in await work.adopt_orphans(tx):
            running.log.warning("plan %s gets a new job", plan_id)

    while True:
        try:
            await running.database.run(work_once, Context("production-plan-rescue"))
        except Exception as error:
            running.log.warning("rescue failed, will again: %s", type(error).__name__)
        await asyncio.sleep(max(0.5, stalled / 3))
