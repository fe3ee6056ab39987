"""Lines and shipments over HTTP (K4), promises applied, and who sees what."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from services.contracts.supply.commands import apply_promise
from shared.database import Context, Database, Transaction
from shared.events.planning import PromiseMade
from tests.integration.contracts.world import EAST, WEST, Json, World, customer_id, line, ok, refused

SHIPMENT = {"number": "FH-1", "batch_number": "B-1", "quantity": "0.4", "shipped_on": "2026-06-01"}


async def promise(world: World, line_id: str, plan: int, version: int, day: date | None) -> None:
    """Planning's fact, as the consumer hands it over."""
    database = Database(world.url, clock=world.clock)
    fact = PromiseMade(
        line_id=UUID(line_id), line_version=version, plan_id=uuid4(), plan_version=plan, promised_on=day, cause="物料"
    )

    async def work(tx: Transaction) -> None:
        await apply_promise(tx, fact)

    try:
        await database.run(work, Context("test"))
    finally:
        await database.close()


@pytest.mark.rule("K4")
async def test_a_shipment_is_recorded_on_its_line_with_its_batch_and_told(world: World) -> None:
    signed = await world.signed("10.00")
    line_id = signed["lines"][0]["id"]
    made = ok(await world.do(world.logistics, f"/lines/{line_id}/shipments", SHIPMENT), 201)
    assert (made["batch_number"], made["agreement_number"], made["line_no"]) == ("B-1", signed["number"], 1)
    told = (await world.published())[-3:]
    assert [event["type"] for event in told] == [
        "contracts.shipment.recorded.v1",
        "contracts.shipment.state.v1",
        "contracts.line.state.v1",
    ]
    assert (told[2]["shipped"], told[2]["version"]) == ("0.400", 2)
    detail = ok(await world.ask(world.clerk, f"/lines/{line_id}"))
    assert (detail["shipped"], detail["open"], len(detail["shipments"])) == ("0.400", "0.600", 1)
    refused(await world.do(world.logistics, f"/lines/{line_id}/shipments", SHIPMENT), 409, "number-taken")
    more = SHIPMENT | {"number": "FH-2", "quantity": "0.601"}
    refused(await world.do(world.logistics, f"/lines/{line_id}/shipments", more), 409, "above-ordered")
    page = ok(await world.ask(world.clerk, "/shipments", batch="B-1"))
    assert [item["number"] for item in page["items"]] == ["FH-1"]


@pytest.mark.rule("K4")
async def test_drafts_are_not_shipped_and_other_units_do_not_ship(world: World) -> None:
    drafted = await world.draft("10.00")
    path = f"/lines/{drafted['lines'][0]['id']}/shipments"
    refused(await world.do(world.logistics, path, SHIPMENT), 409, "line-not-signed")
    refused(await world.do(world.west_clerk, path, SHIPMENT), 404, "line-absent")
    refused(await world.do(world.finance, path, SHIPMENT), 403, "not-permitted")


async def test_promises_stand_beside_the_requested_date_and_all_dates_are_kept(world: World) -> None:
    signed = await world.signed("10.00")
    line_id = signed["lines"][0]["id"]
    await promise(world, line_id, 1, 2, date(2026, 9, 10))
    await promise(world, line_id, 3, 2, date(2026, 9, 5))
    await promise(world, line_id, 2, 2, date(2026, 8, 1))
    await promise(world, line_id, 4, 1, date(2026, 8, 1))
    detail = ok(await world.ask(world.clerk, f"/lines/{line_id}"))
    assert (detail["requested_on"], detail["promised_on"]) == ("2026-09-01", "2026-09-05")
    assert [(entry["outcome"], entry["requested_on"], entry["promised_on"]) for entry in detail["dates"]] == [
        ("requested", "2026-09-01", None),
        ("applied", None, "2026-09-10"),
        ("applied", None, "2026-09-05"),
        ("superseded-plan", None, "2026-08-01"),
        ("superseded-line", None, "2026-08-01"),
    ]
    told = await world.published("contracts.line.promise-applied.v1")
    assert [(fact["promised_on"], fact["previous_promised_on"]) for fact in told] == [
        ("2026-09-10", None),
        ("2026-09-05", "2026-09-10"),
    ]
    assert (await world.published("contracts.line.state.v1"))[-1]["promised_on"] == "2026-09-05"
    late = ok(await world.ask(world.clerk, "/lines", late="true"))
    assert [item["id"] for item in late["items"]] == [line_id]
    body = {"lines": [line(1, "10.00", day="2026-09-20")]}
    amendment = ok(await world.do(world.clerk, f"/agreements/{signed['id']}/amendments", body), 201)
    ok(await world.do(world.clerk, f"/amendments/{amendment['id']}/apply"))
    dates = ok(await world.ask(world.clerk, f"/lines/{line_id}"))["dates"]
    assert (dates[-1]["outcome"], dates[-1]["requested_on"], dates[-1]["line_version"]) == (
        "requested",
        "2026-09-20",
        3,
    )


async def test_a_line_not_within_the_horizon_has_a_promise_without_a_day(world: World) -> None:
    signed = await world.signed("10.00")
    line_id = signed["lines"][0]["id"]
    await promise(world, line_id, 1, 2, None)
    assert ok(await world.ask(world.clerk, "/lines", late="true"))["total"] == 1
    assert ok(await world.ask(world.clerk, "/lines", late="false"))["total"] == 0


async def test_lists_are_filtered_sorted_and_paged(world: World) -> None:
    one, two = await world.signed("10.00", "30.00", "20.00"), await world.draft("5.00", customer="C2")
    found = ok(await world.ask(world.clerk, "/lines", status="signed", sort="-amount", size=2))
    assert (found["total"], [item["amount"] for item in found["items"]]) == (3, ["30.00", "20.00"])
    second = ok(await world.ask(world.clerk, "/lines", status="signed", sort="-amount", size=2, page=2))
    assert [item["amount"] for item in second["items"]] == ["10.00"]
    assert ok(await world.ask(world.clerk, "/lines", customer="C2"))["total"] == 1
    assert ok(await world.ask(world.clerk, "/lines", agreement=one["number"], product="P1"))["total"] == 3
    refused(await world.ask(world.clerk, "/lines", sort="colour"), 422, "unknown-sort")
    refused(await world.ask(world.clerk, "/lines", colour="red"), 422, "unknown-parameter")
    assert [a["number"] for a in ok(await world.ask(world.clerk, "/agreements", q="C2机械"))["items"]] == [
        two["number"]
    ]
    assert ok(await world.ask(world.clerk, "/agreements", status="signed", customer="C1"))["total"] == 1


async def test_a_unit_sees_and_changes_its_own_contracts_only(world: World) -> None:
    mine, theirs = await world.signed("10.00"), await world.signed("10.00", customer="W1")
    assert [a["id"] for a in ok(await world.ask(world.clerk, "/agreements"))["items"]] == [mine["id"]]
    assert ok(await world.ask(world.market, "/agreements"))["total"] == 2
    assert ok(await world.ask(world.clerk, "/lines"))["total"] == 1
    for path in (f"/agreements/{theirs['id']}", f"/agreements/{theirs['id']}/amendments", f"/lines/{uuid4()}"):
        assert (await world.ask(world.clerk, path)).status_code == 404
    assert (await world.ask(world.clerk, f"/lines/{theirs['lines'][0]['id']}")).status_code == 404
    steps: dict[str, Json] = {"submit": {}, "sign": {}, "cancel": {"reason": "x"}, "reopen": {}, "withdraw": {}}
    for step, body in steps.items():
        refused(await world.do(world.clerk, f"/agreements/{theirs['id']}/{step}", body), 404, "agreement-absent")
    wish = {"number": "HT-9", "customer_code": "W1", "lines": [line(1, "1.00")]}
    refused(await world.do(world.clerk, "/agreements", wish), 404, "customer-absent")
    refused(await world.do(world.market, "/agreements", wish), 403, "not-permitted")


async def test_when_a_customer_moves_the_archive_follows_and_old_contracts_stay_with_the_old_unit(world: World) -> None:
    mine = await world.signed("10.00")
    await world.execute("UPDATE customer_copy SET unit_id = $1 WHERE customer_id = $2", WEST, customer_id("C1"))
    for who in (world.clerk, world.west_clerk):
        assert ok(await world.ask(who, f"/agreements/{mine['id']}"))["unit_id"] == str(EAST)
        assert ok(await world.ask(who, "/lines"))["total"] == 1
    refused(
        await world.do(world.west_clerk, f"/agreements/{mine['id']}/cancel", {"reason": "x"}), 404, "agreement-absent"
    )
    body = {"number": "HT-10", "customer_code": "C1", "lines": [line(1, "1.00")]}
    assert ok(await world.do(world.west_clerk, "/agreements", body), 201)["unit_id"] == str(WEST)
    refused(await world.do(world.clerk, "/agreements", {**body, "number": "HT-11"}), 404, "customer-absent")
