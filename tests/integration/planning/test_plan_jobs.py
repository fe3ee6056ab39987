"""P3: a plan's job is taken over from a dead worker, never lost, and only the last to take a plan writes to it."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psutil
import pytest

from services.planning.production import solving, work
from services.planning.production.domain import MOST_ATTEMPTS
from services.planning.production.jobs import solve_plan
from services.planning.settings import PlanningSettings
from shared.database import Context
from shared.service import Running
from tests.integration.planning.solving import planning, queue, reach
from tests.integration.planning.world import Company, a_line
from tests.support.processes import Process, service_environment

pytestmark = pytest.mark.rule("P3")
REASON = Context("test")


async def ready_to_plan(company: Company) -> str:
    """An issued sales plan over a demand that takes a moment to plan."""
    await company.submit(company.north, "2026-12", {"P-A": 60, "P-B": 300})
    await company.hear(
        *(a_line(n, "P-A" if n % 2 else "P-B", str(5 + n), f"2026-12-{n % 28 + 1:02d}") for n in range(60))
    )
    sales_plan_id: str = (await company.sales_plan())["sales_plan_id"]
    return sales_plan_id


@asynccontextmanager
async def a_worker(company: Company, folder: Path, name: str) -> AsyncIterator[Process]:
    """A worker process with the role ``plans`` alone."""
    tokens = ("", "", "shouwen")
    values, _, port = service_environment(
        "planning", database=company.url, kafka="127.0.0.1:9", prefix="", tokens=tokens
    )
    values["SHOUWEN_PLANNING_PLANS_STALLED"] = "4"
    process = Process("services.planning", ["worker", "--roles=plans"], values, port, folder / f"{name}.log")
    try:
        yield process
    finally:
        await process.kill()


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_worker_killed_while_it_searches_is_followed_by_another(company: Company, tmp_path: Path) -> None:
    """Without the rescuer the plan stays ``solving`` for ever; without the fence a zombie could write its answer."""
    sales_plan = await ready_to_plan(company)
    async with a_worker(company, tmp_path, "first") as first, a_worker(company, tmp_path, "second") as second:
        await first.start()
        plan = await queue(company, sales_plan, seconds=8, gap=0)
        await reach(company, plan["plan_id"], "solving")
        solver = await held_solver_of(first)
        await first.kill()
        psutil.wait_procs([solver], timeout=5)
        assert not solver.is_running(), "the solver outlived its worker"
        await second.start()
        found = await reach(company, plan["plan_id"], "solved")
        assert found["attempt"] == 2
        await issued_once(company, plan["plan_id"])


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_worker_told_to_stop_gives_its_plan_back_at_once(company: Company, tmp_path: Path) -> None:
    sales_plan = await ready_to_plan(company)
    async with a_worker(company, tmp_path, "first") as first:
        await first.start()
        plan = await queue(company, sales_plan, seconds=8, gap=0)
        await reach(company, plan["plan_id"], "solving")
        solver = await held_solver_of(first)
        first.signal(signal.SIGTERM)
        assert await first.died(120) == 0, first.tail()
        assert not solver.is_running()
        (job,) = await company.rows("SELECT status::text, worker_id FROM procrastinate_jobs")
        assert tuple(job) == ("todo", None)


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("place", "attempts"), [("plan-before-keep", 2), ("plan-after-keep", 1)])
async def test_a_worker_killed_around_the_commit_of_its_answer_leaves_one_answer(
    company: Company, tmp_path: Path, place: str, attempts: int
) -> None:
    sales_plan = await ready_to_plan(company)
    async with a_worker(company, tmp_path, "first") as first, a_worker(company, tmp_path, "second") as second:
        await first.start(FAILPOINT=f"{place}:1:kill")
        plan = await queue(company, sales_plan)
        assert await first.died(120) == -9
        await second.start()
        found = await reach(company, plan["plan_id"], "solved")
        await until_idle(company)
        assert found["attempt"] == attempts
        await issued_once(company, plan["plan_id"])


async def held_solver_of(worker: Process) -> psutil.Process:
    """The worker's solver, stopped so that it cannot end by itself."""
    assert worker.child is not None
    for _ in range(200):
        for child in psutil.Process(worker.child.pid).children():
            child.suspend()
            return child
        await asyncio.sleep(0.05)
    raise AssertionError("no solver was started")


async def until_idle(company: Company) -> None:
    """Wait until no job is queued or running."""
    for _ in range(200):
        if not await company.rows("SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the job does not end")


async def issued_once(company: Company, plan_id: str) -> None:
    """Issue the plan, twice; count what follows."""
    path = f"/production-plans/{plan_id}/issue"
    assert (await company.production.post(path)).status_code == 200
    assert (await company.production.post(path)).status_code == 409
    assert len(await company.published("planning.production-plan.issued.v1")) == 1
    promised = [fact["line_id"] for fact in await company.published("planning.promise.made.v1")]
    assert len(promised) == len(set(promised)) == 60


def running(company: Company) -> Running:
    settings = PlanningSettings(name="planning", database=company.url)
    return Running(company.database, settings, company.time, logging.getLogger("test"))


async def test_a_job_that_lost_its_plan_writes_nothing(company: Company) -> None:
    plan = UUID((await queue(company, await ready_to_plan(company)))["plan_id"])
    zombie = await company.database.run(lambda tx: work.take(tx, plan), REASON)
    heir = await company.database.run(lambda tx: work.take(tx, plan), REASON)
    assert zombie is not None
    assert heir is not None
    assert (zombie.attempt, heir.attempt) == (1, 2)

    async def go_on(_: dict[str, object]) -> bool:
        return True

    answer = await solving.solve(heir.task, go_on)
    assert not await company.database.run(lambda tx: work.keep(tx, zombie, answer), REASON)
    assert not await company.database.run(lambda tx: work.note(tx, zombie, {"seconds": 1}), REASON)
    await company.database.run(lambda tx: work.fail(tx, zombie, "too late"), REASON)
    assert await company.rows("SELECT 1 FROM production_lot") == []
    assert await company.database.run(lambda tx: work.keep(tx, heir, answer), REASON)
    assert not await company.database.run(lambda tx: work.keep(tx, heir, answer), REASON)
    (row,) = await company.rows("SELECT status, failure FROM production_plan")
    assert tuple(row) == ("solved", None)


async def test_a_plan_whose_job_was_ended_by_a_zombie_gets_a_new_one(company: Company) -> None:
    plan = await queue(company, await ready_to_plan(company))
    await company.rows("UPDATE procrastinate_jobs SET status = 'doing' RETURNING 1")
    await company.rows("UPDATE procrastinate_jobs SET status = 'succeeded' RETURNING 1")
    async with planning(company, stalled=4):
        assert (await reach(company, plan["plan_id"], "solved"))["attempt"] == 1


async def test_a_plan_that_never_ends_is_given_up(company: Company) -> None:
    plan = await queue(company, await ready_to_plan(company))
    await company.rows("UPDATE production_plan SET attempt = $1 RETURNING 1", MOST_ATTEMPTS)
    await solve_plan(running(company), UUID(plan["plan_id"]))
    found = await reach(company, plan["plan_id"], "failed")
    assert found["failure"] == f"given up after {MOST_ATTEMPTS} attempts that did not end"


async def test_a_problem_that_makes_no_sense_fails_with_its_rows(company: Company) -> None:
    plan = await queue(company, await ready_to_plan(company))
    (row,) = await company.rows("SELECT problem FROM production_plan")
    problem: dict[str, Any] = msgspec.json.decode(row["problem"])
    problem["demands"][0]["product"] = "P-Z"
    await company.rows("UPDATE production_plan SET problem = $1 RETURNING 1", msgspec.json.encode(problem).decode())
    await solve_plan(running(company), UUID(plan["plan_id"]))
    found = await reach(company, plan["plan_id"], "failed")
    assert {refusal["where"] for refusal in found["refusals"]} == {"demands"}


async def test_a_solver_that_breaks_is_tried_again(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = UUID((await queue(company, await ready_to_plan(company)))["plan_id"])
    with monkeypatch.context() as broken:
        broken.setattr(solving, "MODULE", "services.planning.there_is_no_such_module")
        with pytest.raises(solving.SolverError, match="there_is_no_such_module"):
            await solve_plan(running(company), plan)
    await solve_plan(running(company), plan)
    assert (await reach(company, str(plan), "solved"))["attempt"] == 2


async def test_a_solver_beyond_its_time_is_killed(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "GRACE", -7.4)
    plan = UUID((await queue(company, await ready_to_plan(company), seconds=5, gap=0))["plan_id"])
    await solve_plan(running(company), plan)
    found = await reach(company, str(plan), "failed")
    assert "did not end within" in found["failure"]


async def test_progress_is_shown_while_it_searches(company: Company) -> None:
    async with planning(company):
        plan = await queue(company, await ready_to_plan(company), seconds=4, gap=0)
        found = await reach(company, plan["plan_id"], "solved")
    assert found["progress"]["objective"] > 0
    assert found["ended_by"] in ("time", "gap")
