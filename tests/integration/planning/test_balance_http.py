"""P2 over HTTP: market balances, changes with reasons, issues; a newer issue supersedes."""

from typing import Any

import pytest

from tests.integration.planning.world import Company, a_line, unit_id

pytestmark = pytest.mark.rule("P2")


async def a_draft(company: Company) -> dict[str, Any]:
    """North planned 100 P-A for December, 30 of them signed since; a line of October is overdue; east is missing."""
    await company.submit(company.north, "2026-12", {"P-A": 100})
    await company.hear(
        a_line(1, "P-A", "30", "2026-12-18", shipped="10"),
        a_line(2, "P-B", "7", "2026-10-05"),
        a_line(3, "P-B", "9", "2027-02-05"),
    )
    return await company.sales_plan(issue=False)


async def test_a_draft_holds_open_firm_demand_and_what_is_left_of_the_forecast(company: Company) -> None:
    plan = await a_draft(company)
    assert {(one["code"], one["month"]) for one in plan["missing"]} == {
        ("HD", "2026-12"),
        ("HB", "2027-01"),
        ("HD", "2027-01"),
    }
    assert [(one["month"], one["revision"]) for one in plan["sources"]] == [("2026-12", 1)]
    lines = (await company.market.get(f"/sales-plans/{plan['sales_plan_id']}/lines")).json()["items"]
    shown = [
        (line["month"], line["product_code"], line["firm"], line["open_forecast"], line["demand"]) for line in lines
    ]
    assert shown == [
        ("2026-10", "P-B", "7", "0", "7"),
        ("2026-12", "P-A", "20", "70.000", "90.000"),
    ]


async def test_a_change_needs_its_reason_and_stays_between_signed_and_demanded(company: Company) -> None:
    plan = await a_draft(company)
    path = f"/sales-plans/{plan['sales_plan_id']}/lines"
    line = (await company.market.get(path, q="P-A")).json()["items"][0]
    one = f"{path}/{line['line_id']}"
    for body, code in (
        ({"quantity": "60"}, "reason-needed"),
        ({"quantity": "91", "reason": "更多"}, "above-demand"),
        ({"quantity": "19", "reason": "更少"}, "below-signed"),
    ):
        refused = await company.market.put(one, body, line["version"])
        assert (refused.status_code, refused.json()["type"]) == (422, f"/problems/{code}")
    done = await company.market.put(one, {"quantity": "60", "reason": "一号线产能不足"}, line["version"])
    assert (done.json()["quantity"], done.json()["cut"]) == ("60.000", "30.000")
    assert (await company.market.put(one, {"quantity": "50", "reason": "再减"}, line["version"])).status_code == 412
    kept = (await company.market.get(f"{one}/changes")).json()
    assert [(change["quantity"], change["reason"]) for change in kept] == [("90.000", ""), ("60.000", "一号线产能不足")]
    assert (await company.production.put(one, {"quantity": "60", "reason": "x"}, 2)).status_code == 403


async def test_an_issued_plan_is_closed_and_superseded_by_the_next(company: Company) -> None:
    plan = await a_draft(company)
    path = f"/sales-plans/{plan['sales_plan_id']}"
    line = (await company.market.get(f"{path}/lines", q="P-A")).json()["items"][0]
    await company.market.put(f"{path}/lines/{line['line_id']}", {"quantity": "60", "reason": "产能"}, line["version"])
    issued = (await company.market.post(f"{path}/issue")).json()
    assert (issued["status"], issued["issued_version"], issued["cuts"]) == ("issued", 1, 1)
    assert (await company.market.post(f"{path}/issue")).status_code == 409
    closed = await company.market.put(f"{path}/lines/{line['line_id']}", {"quantity": "70", "reason": "x"}, 2)
    assert closed.status_code == 409
    later = await company.sales_plan()
    assert later["issued_version"] == 2
    assert (await company.market.get(path)).json()["status"] == "superseded"
    facts = await company.published("planning.sales-plan.issued.v1")
    assert [(fact["version"], fact["lines"], fact["cuts"]) for fact in facts] == [(1, 2, 1), (2, 2, 0)]


async def test_units_see_their_own_lines(company: Company) -> None:
    plan = await a_draft(company)
    await company.submit(company.east, "2026-12", {"P-B": 5})
    path = f"/sales-plans/{plan['sales_plan_id']}/lines"
    assert (await company.east.get(path)).json()["total"] == 0
    assert {line["unit_id"] for line in (await company.north.get(path)).json()["items"]} == {str(unit_id("HB"))}


async def test_a_sales_plan_leaves_as_a_workbook(company: Company) -> None:
    plan = await a_draft(company)
    answer = await company.market.get(f"/sales-plans/{plan['sales_plan_id']}/workbook")
    assert answer.content[:2] == b"PK"


async def test_the_same_request_with_its_key_makes_one_plan(company: Company) -> None:
    body = {"first_month": "2026-12", "months": 2}
    first = await company.market.post("/sales-plans", body, key="balance-1")
    second = await company.market.post("/sales-plans", body, key="balance-1")
    assert first.json()["sales_plan_id"] == second.json()["sales_plan_id"]
    assert (await company.market.get("/sales-plans")).json()["total"] == 1
