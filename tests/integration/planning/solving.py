"""The worker role that solves plans, at work in the test's own process."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from services.planning.production.jobs import run_plans
from services.planning.settings import PlanningSettings
from shared.database import Database
from shared.service import Running
from tests.integration.planning.world import Company

DONE = {"solved", "failed", "cancelled", "issued", "superseded"}


@asynccontextmanager
async def planning(company: Company, stalled: float = 10.0) -> AsyncIterator[None]:
    """Plans are solved while this is open."""
    database = Database(company.url, clock=company.time, name="test-planning-plans", pool=4)
    settings = PlanningSettings(name="planning", database=company.url, plans_stalled=stalled)
    task = asyncio.create_task(run_plans(Running(database, settings, company.time, logging.getLogger("test"))))
    try:
        yield
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await database.close()


async def queue(company: Company, sales_plan_id: str, **limits: float) -> dict[str, Any]:
    """Ask for a production plan."""
    answer = await company.production.post("/production-plans", {"sales_plan_id": sales_plan_id, **limits})
    assert answer.status_code == 202, answer.text
    plan: dict[str, Any] = answer.json()
    return plan


async def reach(company: Company, plan_id: str, *wanted: str, seconds: float = 120) -> dict[str, Any]:
    """Wait until the plan is in one of these states."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        plan: dict[str, Any] = (await company.production.get(f"/production-plans/{plan_id}")).json()
        if plan["status"] in wanted:
            return plan
        assert plan["status"] not in DONE, plan
        assert asyncio.get_running_loop().time() < deadline, f"still {plan['status']}"
        await asyncio.sleep(0.1)


async def solved(company: Company, sales_plan_id: str, **limits: float) -> dict[str, Any]:
    """A plan made and solved by a worker of its own."""
    async with planning(company):
        plan = await queue(company, sales_plan_id, **limits)
        return await reach(company, plan["plan_id"], "solved")
