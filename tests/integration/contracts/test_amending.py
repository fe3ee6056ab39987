"""Amendments of signed contracts over HTTP (K1, K4)."""

import pytest

from tests.integration.contracts.world import Json, World, line, ok, refused


async def amend(world: World, agreement: Json, *lines: Json) -> Json:
    return dict(ok(await world.do(world.clerk, f"/agreements/{agreement['id']}/amendments", {"lines": lines}), 201))


async def test_an_amendment_within_the_limit_is_applied_without_approval_and_told_line_by_line(world: World) -> None:
    signed = await world.signed("1000.00", "500.00")
    proposed = await amend(world, signed, line(1, "1000.00"), line(2, "500.00", "2"), line(3, "100.00", product="P2"))
    assert (proposed["change"], proposed["approval_needed"], proposed["cumulative"]) == ("600.00", False, "2100.00")
    before = len(await world.published())
    applied = ok(await world.do(world.clerk, f"/amendments/{proposed['id']}/apply"))
    assert applied["status"] == "applied"
    told = (await world.published())[before:]
    assert [event["type"] for event in told] == [
        "contracts.agreement.amended.v1",
        "contracts.line.state.v1",
        "contracts.line.state.v1",
    ]
    assert (told[0]["amount"], told[0]["change"], told[0]["year"]) == ("2100.00", "600.00", 2026)
    assert [(state["line_no"], state["version"], state["status"]) for state in told[1:]] == [
        (2, 3, "signed"),
        (3, 1, "signed"),
    ]
    read = ok(await world.ask(world.clerk, f"/agreements/{signed['id']}"))
    assert (read["amount"], read["status"]) == ("2100.00", "signed")
    assert await world.total() == "2100.00"


@pytest.mark.rule("K1")
async def test_an_amendment_that_brings_the_total_to_the_limit_asks_and_its_author_does_not_answer(
    world: World,
) -> None:
    signed = await world.signed("3000.00")
    body = {"lines": [line(1, "4000.00")]}
    proposed = ok(await world.do(world.head, f"/agreements/{signed['id']}/amendments", body), 201)
    assert proposed["approval_needed"]
    path = f"/amendments/{proposed['id']}"
    refused(await world.do(world.clerk, f"{path}/apply"), 409, "approval-needed")
    refused(await world.do(world.head, f"{path}/approve"), 403, "approver-is-author")
    refused(await world.do(world.west_head, f"{path}/approve"), 404, "amendment-absent")
    ok(await world.do(world.market, f"{path}/approve", {"remark": "同意"}))
    assert ok(await world.do(world.clerk, f"{path}/apply"))["status"] == "applied"
    assert await world.total() == "4000.00"


@pytest.mark.rule("K1")
async def test_an_amendment_counts_in_the_year_of_its_own_submission(world: World) -> None:
    signed = await world.signed("3000.00")
    world.clock.move(days=250)
    proposed = await amend(world, signed, line(1, "6900.00"))
    assert (proposed["year"], proposed["approval_needed"], proposed["cumulative"]) == (2027, False, "3900.00")
    ok(await world.do(world.clerk, f"/amendments/{proposed['id']}/apply"))
    assert (await world.total(year=2026), await world.total(year=2027)) == ("3000.00", "3900.00")
    cancelled = await world.move(signed, "cancel", reason="取消")
    assert cancelled["status"] == "cancelled"
    assert (await world.total(year=2026), await world.total(year=2027)) == ("0.00", "0.00")
    told = await world.published("contracts.agreement.cancelled.v1")
    assert told[0]["signed_amounts"] == {"2026": "3000.00", "2027": "3900.00"}


@pytest.mark.rule("K1")
async def test_a_decrease_gives_room_when_applied_and_none_in_another_year(world: World) -> None:
    signed = await world.signed("3000.00")
    proposed = await amend(world, signed, line(1, "500.00"))
    assert await world.total() == "3000.00"
    ok(await world.do(world.clerk, f"/amendments/{proposed['id']}/apply"))
    assert await world.total() == "500.00"
    world.clock.move(days=250)
    await world.signed("2000.00", customer="C1")
    again = await amend(world, signed, line(1, "100.00"))
    ok(await world.do(world.clerk, f"/amendments/{again['id']}/apply"))
    assert (await world.total(year=2026), await world.total(year=2027)) == ("500.00", "2000.00")


@pytest.mark.rule("K1")
@pytest.mark.parametrize("way", ["refuse", "withdraw"])
async def test_what_an_amendment_added_is_released_with_it(world: World, way: str) -> None:
    signed = await world.signed("3000.00")
    proposed = await amend(world, signed, line(1, "5000.00"))
    assert await world.total() == "5000.00"
    who = world.market if way == "refuse" else world.clerk
    ended = ok(await world.do(who, f"/amendments/{proposed['id']}/{way}", {"reason": "不改了"}))
    assert ended["reason"] == "不改了"
    assert await world.total() == "3000.00"
    assert [a["status"] for a in ok(await world.ask(world.clerk, f"/agreements/{signed['id']}/amendments"))] == [
        ended["status"]
    ]
    await amend(world, signed, line(1, "3100.00"))


@pytest.mark.rule("K1")
async def test_a_waiting_amendment_is_overtaken_like_a_contract(world: World) -> None:
    signed = await world.signed("1000.00")
    proposed = await amend(world, signed, line(1, "2000.00"))
    assert not proposed["approval_needed"]
    await world.submit("2500.00")
    read = ok(await world.ask(world.clerk, f"/amendments/{proposed['id']}"))
    assert read["approval_needed"]
    refused(await world.do(world.clerk, f"/amendments/{proposed['id']}/apply"), 409, "approval-needed")


async def test_one_amendment_at_a_time_and_the_contracts_end_takes_it_along(world: World) -> None:
    signed = await world.signed("1000.00")
    proposed = await amend(world, signed, line(1, "1500.00"))
    answer = await world.do(world.clerk, f"/agreements/{signed['id']}/amendments", {"lines": [line(1, "9.00")]})
    refused(answer, 409, "amendment-open")
    await world.move(signed, "cancel", reason="取消")
    assert ok(await world.ask(world.clerk, f"/amendments/{proposed['id']}"))["status"] == "withdrawn"
    assert await world.total() == "0.00"
    refused(await world.do(world.clerk, f"/amendments/{proposed['id']}/apply"), 409, "not-possible-now")


@pytest.mark.rule("K4")
async def test_a_line_is_never_amended_below_what_left(world: World) -> None:
    signed = await world.signed("10.00", "20.00")
    bulk = await amend(world, signed, line(1, "10.00", "5"), line(2, "20.00"))
    ok(await world.do(world.clerk, f"/amendments/{bulk['id']}/apply"))
    shipment = {"number": "FH-1", "batch_number": "B1", "quantity": "3", "shipped_on": "2026-06-01"}
    ok(await world.do(world.logistics, f"/lines/{signed['lines'][0]['id']}/shipments", shipment), 201)
    path = f"/agreements/{signed['id']}/amendments"
    refused(
        await world.do(world.clerk, path, {"lines": [line(1, "10.00", "2"), line(2, "20.00")]}), 409, "below-shipped"
    )
    refused(await world.do(world.clerk, path, {"lines": [line(2, "20.00")]}), 409, "line-shipped")
    exact = await amend(world, signed, line(1, "10.00", "3"))
    ok(await world.do(world.clerk, f"/amendments/{exact['id']}/apply"))
    states = await world.published("contracts.line.state.v1")
    assert {state["line_no"]: state["status"] for state in states} == {1: "signed", 2: "cancelled"}
    refused(await world.do(world.clerk, f"/agreements/{signed['id']}/cancel", {"reason": "取消"}), 409, "line-shipped")


async def test_only_a_signed_contract_is_amended(world: World) -> None:
    drafted = await world.draft("10.00")
    answer = await world.do(world.clerk, f"/agreements/{drafted['id']}/amendments", {"lines": [line(1, "9.00")]})
    refused(answer, 409, "not-possible-now")
