"""P3 over HTTP: a plan is queued with its data, solved, verified, issued with its promises, and superseded."""

import asyncio
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.planning.production import commands
from shared.auth.domain import Actor
from shared.database import Context, Transaction
from shared.events.contracts import LineState
from shared.kernel.ids import new_id
from tests.integration.planning.solving import planning, queue, reach, solved
from tests.integration.planning.world import Company, a_line

pytestmark = pytest.mark.rule("P3")


async def with_demand(company: Company) -> tuple[list[LineState], str]:
    """Firm lines and a forecast, balanced and issued: the lines, and the sales plan."""
    await company.submit(company.north, "2026-12", {"P-A": 60, "P-B": 80})
    lines = [
        a_line(1, "P-A", "30", "2026-12-18", tier="key"),
        a_line(2, "P-A", "10", "2026-12-30", shipped="4"),
        a_line(3, "P-B", "40", "2026-12-11", unit="HD"),
        a_line(4, "P-C", "5", "2026-12-11"),
        a_line(5, "P-A", "8", "2026-12-20", shipped="8"),
    ]
    await company.hear(*lines)
    return lines, (await company.sales_plan())["sales_plan_id"]


async def issue(company: Company, plan_id: str) -> dict[str, object]:
    answer = await company.production.post(f"/production-plans/{plan_id}/issue")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


async def test_a_plan_is_solved_and_issued_with_one_promise_per_open_line(company: Company) -> None:
    lines, sales_plan = await with_demand(company)
    plan = await solved(company, sales_plan)
    assert (plan["attempt"], plan["failure"], plan["first_week"]) == (1, None, "2026-11-30")
    issued = await issue(company, plan["plan_id"])
    assert (issued["status"], issued["issued_version"]) == ("issued", 1)
    facts = {fact["line_id"]: fact for fact in await company.published("planning.promise.made.v1")}
    assert facts.keys() == {str(line.line_id) for line in lines[:4]}
    for line in lines[:3]:
        promised = date.fromisoformat(facts[str(line.line_id)]["promised_on"])
        assert promised <= line.requested_on
        assert promised.isoweekday() == 5
    no_line = facts[str(lines[3].line_id)]
    assert (no_line["promised_on"], no_line["cause"], no_line["line_version"]) == (None, "no-line", 1)
    (told,) = await company.published("planning.production-plan.issued.v1")
    assert (told["version"], told["promises"], told["fingerprint"]) == (1, 4, plan["fingerprint"])


async def test_what_is_planned_is_what_is_open(company: Company) -> None:
    _, sales_plan = await with_demand(company)
    plan = await solved(company, sales_plan)
    rows = (await company.production.get(f"/production-plans/{plan['plan_id']}/promises")).json()["items"]
    assert sorted((row["agreement_number"], row["quantity"]) for row in rows) == [
        ("HT-0001", "30"),
        ("HT-0002", "6"),
        ("HT-0003", "40"),
        ("HT-0004", "5"),
    ]
    made = (await company.production.get(f"/production-plans/{plan['plan_id']}/lots", size=200)).json()["items"]
    total = sum(Decimal(lot["quantity"]) for lot in made if lot["product_code"] == "P-A")
    assert total == 30 + 6 + (60 - 48) - 20  # open firm, forecast less all that is signed, less stock


async def test_the_load_shows_hours_of_every_line_and_week(company: Company) -> None:
    _, sales_plan = await with_demand(company)
    plan = await solved(company, sales_plan)
    load = (await company.production.get(f"/production-plans/{plan['plan_id']}/load")).json()
    assert len(load) == 2 * plan["weeks"]
    for row in load:
        assert Decimal(row["run_hours"]) + Decimal(row["setup_hours"]) <= Decimal(row["capacity"])
    assert sum(Decimal(row["setup_hours"]) for row in load) > 0
    stock = (await company.production.get(f"/production-plans/{plan['plan_id']}/stock", kind="material")).json()
    assert stock["total"] == plan["weeks"]
    book = await company.production.get(f"/production-plans/{plan['plan_id']}/workbook")
    assert book.content[:2] == b"PK"


async def test_a_second_plan_supersedes_and_publishes_changed_lines_only(company: Company) -> None:
    lines, sales_plan = await with_demand(company)
    await issue(company, (await solved(company, sales_plan))["plan_id"])
    company.time.pass_(hours=1)
    amended = replace(lines[0], version=2, quantity=Decimal(31))
    fresh = a_line(9, "P-B", "3", "2026-12-25")
    await company.hear(amended, fresh)
    second = await solved(company, sales_plan)
    issued = await issue(company, second["plan_id"])
    assert issued["issued_version"] == 2
    facts = (await company.published("planning.promise.made.v1"))[4:]
    assert {(fact["line_id"], fact["line_version"]) for fact in facts} == {
        (str(amended.line_id), 2),
        (str(fresh.line_id), 1),
    }
    states = [plan["status"] for plan in (await company.production.get("/production-plans")).json()["items"]]
    assert states == ["issued", "superseded"]


async def test_lines_that_moved_after_the_snapshot_get_no_promise_from_it(company: Company) -> None:
    lines, sales_plan = await with_demand(company)
    plan = await solved(company, sales_plan)
    await company.hear(
        replace(lines[0], version=2, requested_on=date(2027, 1, 8)),
        replace(lines[1], shipped=Decimal(10)),
        replace(lines[2], version=2, status="cancelled"),
        a_line(9, "P-A", "1", "2026-12-18"),
    )
    await issue(company, plan["plan_id"])
    facts = await company.published("planning.promise.made.v1")
    assert [fact["line_id"] for fact in facts] == [str(lines[3].line_id)]


async def test_a_plan_is_issued_once(company: Company) -> None:
    _, sales_plan = await with_demand(company)
    path = f"/production-plans/{(await solved(company, sales_plan))['plan_id']}/issue"
    answers = await asyncio.gather(*(company.production.post(path) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    first = await company.production.post(path, key="again")
    assert first.status_code == 409
    assert len(await company.published("planning.production-plan.issued.v1")) == 1


async def test_two_plans_issued_at_once_get_two_versions_and_one_stays(company: Company) -> None:
    _, sales_plan = await with_demand(company)
    plans = [(await solved(company, sales_plan))["plan_id"] for _ in range(2)]
    answers = await asyncio.gather(*(company.production.post(f"/production-plans/{one}/issue") for one in plans))
    assert [answer.status_code for answer in answers] == [200, 200]
    found = (await company.production.get("/production-plans")).json()["items"]
    assert sorted((plan["issued_version"], plan["status"]) for plan in found) == [(1, "superseded"), (2, "issued")]
    versions = [fact["version"] for fact in await company.published("planning.production-plan.issued.v1")]
    assert versions == [1, 2]


async def test_an_older_plan_is_not_issued_over_a_newer_one(company: Company) -> None:
    _, sales_plan = await with_demand(company)
    older = await solved(company, sales_plan)
    company.time.pass_(minutes=5)
    await issue(company, (await solved(company, sales_plan))["plan_id"])
    refused = await company.production.post(f"/production-plans/{older['plan_id']}/issue")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/newer-plan-issued")


async def test_a_plan_of_a_superseded_sales_plan_is_not_issued(company: Company) -> None:
    _, sales_plan = await with_demand(company)
    plan = await solved(company, sales_plan)
    await company.sales_plan()
    refused = await company.production.post(f"/production-plans/{plan['plan_id']}/issue")
    assert refused.json()["type"] == "/problems/sales-plan-superseded"
    late = await company.production.post("/production-plans", {"sales_plan_id": sales_plan})
    assert late.json()["type"] == "/problems/sales-plan-not-issued"


async def test_rows_that_break_a_rule_are_never_issued(company: Company) -> None:
    _, sales_plan = await with_demand(company)
    plan = await solved(company, sales_plan)
    await company.rows("UPDATE production_lot SET quantity = quantity + 500 WHERE line_code = 'L1' RETURNING 1")
    refused = await company.production.post(f"/production-plans/{plan['plan_id']}/issue")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/plan-unsound")
    assert await company.published("planning.promise.made.v1") == []


async def test_plan_and_job_exist_together_or_not_at_all(company: Company) -> None:
    _, sales_plan = await with_demand(company)
    (issued,) = await company.rows("SELECT sales_plan_id FROM sales_plan")
    someone = Actor(new_id(), "p", frozenset({"production"}), None)
    command = commands.MakeProductionPlan(issued["sales_plan_id"], 5, 0.01, someone)

    async def undone(tx: Transaction) -> None:
        await commands.make_plan(tx, command)
        raise RuntimeError("the request fails after all")

    with pytest.raises(RuntimeError):
        await company.database.run(undone, Context("test"))
    assert await company.rows("SELECT 1 FROM production_plan UNION ALL SELECT 1 FROM procrastinate_jobs") == []
    plan = await queue(company, sales_plan)
    (job,) = await company.rows("SELECT args->>'plan_id' AS plan, status::text FROM procrastinate_jobs")
    assert (job["plan"], job["status"]) == (plan["plan_id"], "todo")


async def test_a_cancelled_search_is_stopped_and_writes_nothing(company: Company) -> None:
    _, sales_plan = await with_demand(company)
    async with planning(company):
        running = await queue(company, sales_plan, seconds=60, gap=0)
        cancelled = await company.production.post(f"/production-plans/{running['plan_id']}/cancel")
        assert cancelled.json()["status"] == "cancelled", cancelled.text
        plan = await queue(company, sales_plan)
        await reach(company, plan["plan_id"], "solved")
    assert (await company.production.get(f"/production-plans/{running['plan_id']}")).json()["fingerprint"] is None
    assert (await company.production.post(f"/production-plans/{running['plan_id']}/issue")).status_code == 409


async def test_units_see_promises_of_their_own_lines_only(company: Company) -> None:
    lines, sales_plan = await with_demand(company)
    await issue(company, (await solved(company, sales_plan))["plan_id"])
    theirs = (await company.east.get("/promises")).json()["items"]
    assert [row["agreement_number"] for row in theirs] == ["HT-0003"]
    assert (await company.east.get(f"/promises/{lines[0].line_id}")).status_code == 404
    mine = (await company.north.get(f"/promises/{lines[0].line_id}")).json()
    assert (mine["current"], mine["plan_version"]) == (True, 1)
    late = (await company.market.get("/promises", late=True)).json()["items"]
    assert [row["cause"] for row in late] == ["no-line"]
    assert (await company.north.get("/production-plans")).status_code == 403


async def test_only_production_plans_production(company: Company) -> None:
    _, sales_plan = await with_demand(company)
    assert (await company.market.post("/production-plans", {"sales_plan_id": sales_plan})).status_code == 403
    unknown = await company.production.post("/production-plans", {"sales_plan_id": str(new_id())})
    assert unknown.status_code == 404
