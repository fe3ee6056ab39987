"""P1 over HTTP: units plan their own demand by the time node, and see their own."""

from datetime import date

import pytest

from shared.events.customers import PolicyState, PolicyVersion
from tests.integration.planning.world import Company, a_line, unit_id

pytestmark = pytest.mark.rule("P1")


async def test_a_unit_saves_submits_and_resubmits_its_plan(company: Company) -> None:
    first = await company.submit(company.north, "2027-01", {"P-A": 100, "P-B": 50})
    assert (first["revision"], first["changed"], first["unit_id"]) == (1, False, str(unit_id("HB")))
    second = await company.submit(company.north, "2027-01", {"P-A": 120})
    assert second["revision"] == 2
    facts = await company.published("planning.demand-plan.submitted.v1")
    assert [(fact["revision"], fact["late"], fact["lines"]) for fact in facts] == [(1, False, 2), (2, False, 1)]
    kept = (await company.north.get("/demand-plans/2027-01/revisions")).json()
    assert [[line["quantity"] for line in revision["lines"]] for revision in kept] == [
        ["100.000", "50.000"],
        ["120.000"],
    ]


async def test_after_the_time_node_a_submission_is_late_and_listed(company: Company) -> None:
    company.time.set("2026-12-20T15:59:59")
    await company.submit(company.north, "2027-01", {"P-A": 1})
    before = (await company.market.get("/demand-plans/2027-01/missing")).json()
    assert [(unit["code"], unit["status"]) for unit in before["units"]] == [("HD", "missing")]
    assert (before["over"], before["due_at"]) == (False, "2026-12-20T16:00:00Z")
    company.time.pass_(seconds=1)
    await company.submit(company.east, "2027-01", {"P-B": 2})
    await company.submit(company.north, "2027-01", {"P-A": 2})
    after = (await company.market.get("/demand-plans/2027-01/missing")).json()
    assert [(unit["code"], unit["status"]) for unit in after["units"]] == [("HD", "late")]
    assert [fact["late"] for fact in await company.published("planning.demand-plan.submitted.v1")] == [
        False,
        True,
        True,
    ]


async def test_the_time_node_follows_the_policy_and_the_submission_keeps_its_version(company: Company) -> None:
    versions = (
        PolicyVersion(version=1, effective_from=date(2000, 1, 1), values={"due_day": "20"}),
        PolicyVersion(version=2, effective_from=date(2026, 12, 1), values={"due_day": "10"}),
    )
    await company.hear(PolicyState(policy="demand-plan", versions=versions))
    company.time.set("2026-12-10T16:00:00")
    await company.submit(company.north, "2027-01", {"P-A": 1})
    (revision,) = (await company.north.get("/demand-plans/2027-01/revisions")).json()
    assert (revision["late"], revision["policy_version"], revision["due_at"]) == (True, 2, "2026-12-10T16:00:00Z")
    missing = (await company.market.get("/demand-plans/2026-12/missing")).json()
    assert (missing["due_at"], missing["over"]) == ("2026-11-20T16:00:00Z", True)  # version 1 held in November


async def test_a_lost_update_is_refused(company: Company) -> None:
    body = {"lines": [{"product_code": "P-A", "quantity": "1"}]}
    assert (await company.north.put("/demand-plans/2027-01", body, 0)).headers["etag"] == '"1"'
    assert (await company.north.put("/demand-plans/2027-01", body, 0)).status_code == 412
    assert (await company.north.put("/demand-plans/2027-01", body, None)).status_code == 428


async def test_bad_plans_are_refused_with_their_field(company: Company) -> None:
    unknown = {"lines": [{"product_code": "P-Z", "quantity": "1"}]}
    answer = await company.north.put("/demand-plans/2027-01", unknown, 0)
    assert (answer.status_code, answer.json()["field"]) == (422, "product_code")
    assert (await company.north.put("/demand-plans/2026-10", {"lines": []}, 0)).status_code == 409
    assert (await company.north.put("/demand-plans/2026-13", {"lines": []}, 0)).status_code == 422
    assert (await company.north.post("/demand-plans/2027-01/submit")).json()["type"].endswith("nothing-to-submit")


async def test_units_see_their_own_plans_and_lines_only(company: Company) -> None:
    await company.submit(company.north, "2027-01", {"P-A": 1})
    await company.hear(a_line(1, "P-A", "5", "2027-01-12"), a_line(2, "P-B", "6", "2027-01-13", unit="HD"))
    foreign = await company.east.get("/demand-plans/2027-01", unit=str(unit_id("HB")))
    assert foreign.status_code == 404
    assert (await company.east.get("/demand-plans", month="2027-01")).json()["total"] == 0
    assert (await company.market.get("/demand-plans", month="2027-01")).json()["items"][0]["unit_code"] == "HB"
    theirs = (await company.east.get("/firm-demand", month="2027-01")).json()["items"]
    assert [line["agreement_number"] for line in theirs] == ["HT-0002"]
    assert (await company.market.get("/firm-demand", month="2027-01")).json()["total"] == 2
    assert (await company.market.post("/demand-plans/2027-01/submit")).status_code == 403


async def test_a_unit_that_planning_has_not_heard_of_is_asked_to_try_again(company: Company) -> None:
    stranger = company.asker("unit-clerk", unit="XB")
    answer = await stranger.put("/demand-plans/2027-01", {"lines": []}, 0)
    assert (answer.status_code, answer.headers["retry-after"]) == (409, "1")


async def test_plans_come_in_as_a_book_grouped_by_unit_and_month(company: Company) -> None:
    rows = [["HB", "2027-01", "P-A", 10], ["HB", "2027-01", "P-B", 20], ["HB", "2027-02", "P-A", 5]]
    answer = await company.north.send_book("/imports/demand-plans", {"需求计划": rows})
    assert answer.json()["created"] == 2, answer.text
    again = await company.north.send_book("/imports/demand-plans", {"需求计划": rows})
    assert again.json()["unchanged"] == 2
    assert len((await company.north.get("/demand-plans/2027-01")).json()["lines"]) == 2
    foreign = await company.east.send_book("/imports/demand-plans", {"需求计划": rows})
    assert foreign.json()["errors"][0]["code"] == "unknown-unit"
    bad = [["HB", "2027-03", "P-A", 10], ["HB", "2027-03", "P-Z", 20], ["ZZ", "2027-03", "P-A", 1]]
    refused = await company.north.send_book("/imports/demand-plans", {"需求计划": bad})
    found = {(error["row"], error["column"], error["code"]) for error in refused.json()["errors"]}
    assert found == {(3, "产品编码", "unknown-product"), (4, "业务单位编码", "not-yet-known")}


async def test_firm_demand_shows_what_is_open(company: Company) -> None:
    line = a_line(1, "P-A", "30", "2027-01-12", tier="key", shipped="12")
    await company.hear(line, a_line(2, "P-A", "9", "2027-01-13", status="cancelled"))
    (shown,) = (await company.north.get("/firm-demand")).json()["items"]
    assert (shown["quantity"], shown["shipped"], shown["open"], shown["tier"]) == ("30", "12", "18", "key")
