"""The job queue of production plans: procrastinate's tables in planning's own database.

A job is deferred in the transaction that writes its plan, through the library's own SQL function, so that neither can
exist without the other. Everything else is the library's worker; see docs/decisions/0003-job-queue.md.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy

from shared.database import Transaction

QUEUE = "production-plans"
TASK = "solve-production-plan"
HEARTBEAT = 2.0  # seconds

_DEFER = """
SELECT (procrastinate_defer_jobs_v1(
    ARRAY[ROW($1, $2, 0, $3, NULL, $4::jsonb, NULL)::procrastinate_job_to_defer_v1]
))[1]
"""
_CANCEL = "SELECT procrastinate_cancel_job_v1($1, true, false)"
_ORPHANS = """
SELECT plan_id FROM production_plan p
WHERE status IN ('queued', 'solving') AND NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs j WHERE j.id = p.job_id AND j.status IN ('todo', 'doing'))
FOR UPDATE SKIP LOCKED
"""


async def defer(tx: Transaction, plan_id: UUID) -> int:
    """Queue the plan's job in this transaction; returns its id. Two jobs of one plan never run at once."""
    arguments = msgspec.json.encode({"plan_id": str(plan_id)}).decode()
    return int(await tx.raw.fetchval(_DEFER, QUEUE, TASK, str(plan_id), arguments))


async def cancel(tx: Transaction, job_id: int) -> None:
    """Take the job out of the queue, or ask the worker that runs it to stop."""
    await tx.raw.execute(_CANCEL, job_id)


async def orphans(tx: Transaction) -> list[UUID]:
    """Plans that wait for a job which is no more (a worker that came back late ended it in another's place), held."""
    return [row["plan_id"] for row in await tx.raw.fetch(_ORPHANS)]


def make_app(url: str, solve: Callable[[UUID], Awaitable[None]]) -> App:
    """The library's application on the service's database; ``solve`` runs one plan and raises to be tried again."""
    app = App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=4, kwargs={"connect_timeout": 5}))

    @app.task(name=TASK, queue=QUEUE, pass_context=True, retry=RetryStrategy(linear_wait=2))
    async def _(context: JobContext, plan_id: str) -> None:
        await solve(UUID(plan_id))

    return app
