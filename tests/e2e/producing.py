"""The path's second part: firm demand, demand plans, the sales plan, the production plan, and the promises it makes."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.e2e.company import CUSTOMER, GLOBE, VALVE, Company
from tests.e2e.people import Json, refused
from tests.e2e.selling import FIRST, LATER, SECOND, THIRD, Sold, draft, line, sign
from tests.e2e.suite import Fact
from tests.e2e.waiting import eventually

FRIDAY = 4
CUT = "预测高于近三个月实际提货,按七五折安排"


async def see_firm_demand(company: Company, sold: Sold) -> None:
    """Signed lines are planning's firm demand, with what was shipped and the customer's tier; units see their own."""
    clerk, wanted = company.staff["hd-clerk"], sold.lines[FIRST, 1]["id"]

    async def seen() -> dict[str, Json]:
        page = await clerk.get("planning", "/firm-demand", size=200)
        return {row["line_id"]: row for row in page["items"]}

    def there(rows: dict[str, Json]) -> bool:
        own = {sold.lines[key]["id"] for key in sold.lines if key[0] in (FIRST, SECOND, THIRD)}
        return own <= rows.keys() and Decimal(rows[wanted]["shipped"]) == 8 and rows[wanted]["tier"] == "strategic"

    rows = await eventually(seen, there, what="firm demand")
    assert {row["customer_code"] for row in rows.values()} == {CUSTOMER}, "another unit's demand is not shown"
    assert rows[wanted]["month"] == company.when.months[1]
    assert [Decimal(rows[wanted][name]) for name in ("quantity", "open")] == [20, 12]


async def forecast(company: Company) -> None:
    """One unit submits its plans, after the time node; the other is missing (P1)."""
    clerk, (month, second, third) = company.staff["hd-clerk"], company.when.months
    quantities = [(month, VALVE, 5), (second, VALVE, 60), (second, GLOBE, 40), (third, VALVE, 30)]
    report = await clerk.bring("planning", "demand-plans", {"需求计划": [("HD", *row) for row in quantities]})
    assert (report["created"], report["errors"]) == (3, [])
    for one in company.when.months:
        assert (await clerk.post("planning", f"/demand-plans/{one}/submit"))["revision"] == 1
    lists = await company.staff["market"].get("planning", f"/demand-plans/{month}/missing")
    assert lists["over"] is True
    assert {unit["code"]: unit["status"] for unit in lists["units"]} == {"HD": "late", "XN": "missing"}
    told = await eventually(lambda: company.suite.facts("planning.demand-plan.v1"), lambda facts: len(facts) == 3)
    assert {fact.value["month"]: fact.value["late"] for fact in told if fact.value}[month] is True


async def balance(company: Company) -> str:
    """Market balances: firm consumes forecast (P1); it cuts one line and says why, then issues (P2)."""
    market, (month, second, third) = company.staff["market"], company.when.months
    plan = await market.post("planning", "/sales-plans", {"first_month": month, "months": 3})
    assert {(gap["code"], gap["month"]) for gap in plan["missing"]} == {("XN", one) for one in (month, second, third)}
    path = f"/sales-plans/{plan['sales_plan_id']}"
    units = {row["code"]: row["department_id"] for row in (await market.get("customers", "/departments"))["items"]}
    page = await market.get("planning", f"{path}/lines", size=200, q=VALVE)
    found = next(row for row in page["items"] if (row["unit_id"], row["month"]) == (units["HD"], second))
    figures = {name: Decimal(found[name]) for name in ("signed", "firm", "forecast", "open_forecast", "demand")}
    assert figures == {"signed": 20, "firm": 12, "forecast": 60, "open_forecast": 40, "demand": 52}

    one = f"{path}/lines/{found['line_id']}"
    bare = await market.send("PUT", "planning", one, {"quantity": "42"}, version=found["version"])
    refused(bare, 422, "reason-needed")
    cut = await market.put("planning", one, {"quantity": "42", "reason": CUT}, found["version"])
    assert Decimal(cut["cut"]) == 10
    assert cut["reason"] == CUT
    issued = await market.post("planning", f"{path}/issue")
    assert issued["status"] == "issued"
    page = await market.get("planning", f"{path}/lines", size=200, cut="true")
    assert issued["cuts"] == page["total"] >= 1
    assert all(row["reason"] for row in page["items"]), "each cut has its reason"
    told = await eventually(lambda: company.suite.facts("planning.sales-plan.v1"))
    assert [(fact.subject, (fact.value or {})["cuts"]) for fact in told] == [(plan["sales_plan_id"], issued["cuts"])]
    return str(plan["sales_plan_id"])


async def solve(company: Company, sales_plan_id: str) -> Json:
    """Production asks for a plan, which a worker has solved in a process of its own; what is shown of it holds."""
    production = company.staff["production"]
    wish = {"sales_plan_id": sales_plan_id, "seconds": 5}
    queued = await production.post("planning", "/production-plans", wish)
    path = f"/production-plans/{queued['plan_id']}"
    done: Json = await eventually(
        lambda: production.get("planning", path),
        lambda plan: plan["status"] not in ("queued", "solving"),
        seconds=60,
        what="the production plan",
    )
    assert done["status"] == "solved", done
    assert Decimal(done["bound"]) <= Decimal(done["objective"])
    for week in await production.get("planning", f"{path}/load"):
        used = Decimal(week["run_hours"]) + Decimal(week["setup_hours"])
        assert used <= Decimal(week["capacity"]), f"{week['line_code']} is overloaded: {week}"
    stock = await production.get("planning", f"{path}/stock", size=200)
    assert all(Decimal(row["quantity"]) >= 0 for row in stock["items"])
    return done


async def issue(company: Company, plan: Json) -> tuple[Json, list[Fact]]:
    """Production issues the plan (P3); it, and its promises as they stand on Kafka."""
    path = f"/production-plans/{plan['plan_id']}/issue"
    issued = await company.staff["production"].post("planning", path)
    assert issued["status"] == "issued"
    return issued, await promises_of(company, issued)


async def promises_of(company: Company, issued: Json) -> list[Fact]:
    """As many promises as the plan's own fact says it made."""
    suite, plan_id = company.suite, issued["plan_id"]
    (told,) = await eventually(lambda: suite.facts("planning.production-plan.v1", subject=plan_id))
    count = (told.value or {})["promises"]

    async def made() -> list[Fact]:
        return [f for f in await suite.facts("planning.promise.v1") if f.value and f.value["plan_id"] == plan_id]

    found = await eventually(made, lambda facts: len(facts) >= count, what=f"{count} promises")
    assert len(found) == count
    return found


async def first_plan(company: Company, sold: Sold, sales_plan_id: str) -> Json:
    """Every open signed line is promised, and the date stands on the contract line beside the requested one."""
    plan, made = await issue(company, await solve(company, sales_plan_id))
    assert {fact.subject for fact in made} == {one["id"] for one in sold.lines.values()}
    for (number, line_no), one in sold.lines.items():
        detail = await promised(company, one["id"], by="market")
        assert detail["promised_on"] is not None, detail
        wanted, day = date.fromisoformat(detail["requested_on"]), date.fromisoformat(detail["promised_on"])
        assert detail["requested_on"] == one["requested_on"], (number, line_no)
        assert day.weekday() == FRIDAY
        assert wanted - timedelta(days=6) <= day <= wanted, "there is room enough: each is promised for its own week"
        assert outcomes(detail) == ["requested", "applied"]
        assert detail["dates"][-1]["plan_version"] == plan["issued_version"]
    return plan


async def promised(company: Company, line_id: str, outcome: str = "applied", *, by: str = "hd-clerk") -> Json:
    """The contract line once planning's word has reached it, with that outcome."""

    async def look() -> Any:
        return await company.staff[by].get("contracts", f"/lines/{line_id}")

    found: Json = await eventually(look, lambda one: outcome in outcomes(one), what="the promise on the line")
    return found


def outcomes(line: Json) -> list[str]:
    """What became of each date that was asked for or promised, the oldest first."""
    return [entry["outcome"] for entry in line["dates"]]


async def sell_later(company: Company, sold: Sold) -> Json:
    """One more contract is signed after the first plan, and planning hears of its line."""
    staff = company.staff
    drafted = await draft(staff["hd-clerk"], LATER, CUSTOMER, line(VALVE, 6, 75, company.when.wanted(2, 20)))
    submitted = await staff["hd-clerk"].post("contracts", f"/agreements/{drafted['id']}/submit")
    assert submitted["approval_needed"] is True, "the customer's total stands at the limit (K1)"
    approved = await staff["hd-head"].post("contracts", f"/agreements/{drafted['id']}/approve")
    await sign(company, sold, approved)
    return await heard(company, LATER, version=sold.lines[LATER, 1]["version"])


async def heard(company: Company, number: str, *, version: int) -> Json:
    """The line as planning's firm demand once it is at that version."""
    page = await eventually(
        lambda: company.staff["market"].get("planning", "/firm-demand", q=number),
        lambda page: any(row["line_version"] == version for row in page["items"]),
        what=f"version {version} of {number} in planning",
    )
    found: Json = page["items"][0]
    return found


async def fence_off(company: Company, sold: Sold, sales_plan_id: str, first: Json) -> None:
    """A second plan speaks of the one new line only, and too late: the line changed while planning's worker was dead.

    Its promise, for a line version that is no more, is kept with the reason and not applied."""
    staff, worker = company.staff, company.suite.workers["planning"]
    solved = await solve(company, sales_plan_id)
    await worker.kill()
    await _ask_for_another_day(company, sold)
    plan = await staff["production"].post("planning", f"/production-plans/{solved['plan_id']}/issue")
    before = await staff["production"].get("planning", f"/production-plans/{first['plan_id']}")
    assert (before["status"], plan["issued_version"]) == ("superseded", first["issued_version"] + 1)
    await worker.start()
    await worker.ready(seconds=60)

    made = await promises_of(company, plan)
    line_id, version = sold.lines[LATER, 1]["id"], sold.lines[LATER, 1]["version"]
    told = [(fact.subject, (fact.value or {})["line_version"]) for fact in made]
    assert told == [(line_id, version)], "only what changed"
    fenced = await promised(company, line_id, "superseded-line")
    assert (fenced["promised_on"], fenced["version"]) == (None, version + 1)


async def _ask_for_another_day(company: Company, sold: Sold) -> None:
    """An amendment to the later contract: drafted by the unit, approved by market, applied."""
    staff, other_day = company.staff, company.when.wanted(2, 26)
    path = f"/agreements/{sold.agreements[LATER]['id']}/amendments"
    amended = await staff["hd-clerk"].post("contracts", path, {"lines": [line(VALVE, 6, 75, other_day)]})
    assert amended["approval_needed"] is True, "at the limit a mere change of date asks too (K1)"
    await staff["market"].post("contracts", f"/amendments/{amended['id']}/approve")
    await staff["hd-clerk"].post("contracts", f"/amendments/{amended['id']}/apply")


async def promise_anew(company: Company, sold: Sold, sales_plan_id: str) -> None:
    """A third plan knows the line as it is now: it alone gets a promise, and that one stands."""
    line_id, version = sold.lines[LATER, 1]["id"], sold.lines[LATER, 1]["version"] + 1
    await heard(company, LATER, version=version)
    plan, made = await issue(company, await solve(company, sales_plan_id))
    assert [(fact.subject, (fact.value or {})["line_version"]) for fact in made] == [(line_id, version)]
    line = await promised(company, line_id)
    assert outcomes(line) == ["requested", "requested", "superseded-line", "applied"]
    assert line["requested_on"] == company.when.wanted(2, 26).isoformat()
    assert date.fromisoformat(line["promised_on"]) <= company.when.wanted(2, 26)
    assert outcomes(await promised(company, sold.lines[FIRST, 1]["id"])) == ["requested", "applied"]
    path = f"/production-plans/{plan['plan_id']}/promises"
    shown = await company.staff["production"].get("planning", path, size=200)
    assert [row["line_id"] for row in shown["items"] if row["published"]] == [line_id]
