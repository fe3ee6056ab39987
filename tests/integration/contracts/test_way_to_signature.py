"""A contract's way over HTTP: drafted, submitted, approved, signed, cancelled, reopened."""

import pytest

from shared.testing.api import headers
from tests.integration.contracts.world import TODAY, World, line, ok, refused


async def test_a_small_contract_is_drafted_submitted_and_signed_and_tells_each_step(world: World) -> None:
    drafted = await world.draft("100.00", "20.505")
    assert (drafted["status"], drafted["amount"], drafted["version"]) == ("draft", "120.51", 1)
    submitted = await world.move(drafted, "submit")
    assert (submitted["approval_needed"], submitted["cumulative"], submitted["year"]) == (False, "120.51", 2026)
    signed = await world.move(submitted, "sign")
    assert (signed["status"], signed["signed_on"]) == ("signed", TODAY.isoformat())
    told = await world.published()
    assert [event["type"] for event in told] == [
        "contracts.agreement.drafted.v1",
        "contracts.agreement.submitted.v1",
        "contracts.agreement.signed.v1",
        "contracts.line.state.v1",
        "contracts.line.state.v1",
    ]
    assert [event["version"] for event in told[3:]] == [2, 2]
    assert {event["status"] for event in told[3:]} == {"signed"}
    read = ok(await world.ask(world.clerk, f"/agreements/{drafted['id']}"))
    assert read == signed


async def test_a_draft_is_replaced_from_the_version_that_was_read_and_only_then(world: World) -> None:
    drafted = await world.draft("100.00", "50.00")
    path = f"/agreements/{drafted['id']}"
    body = {"customer_code": "C2", "lines": [line(2, "70.00"), line(3, "5.00")]}
    replaced = ok(await world.put(world.clerk2, path, body, 1))
    assert (replaced["amount"], replaced["version"], replaced["customer_code"]) == ("75.00", 2, "C2")
    assert replaced["lines"][0]["id"] == drafted["lines"][1]["id"]
    refused(await world.put(world.clerk, path, body, 1), 412, "version-mismatch")
    same = ok(await world.put(world.clerk, path, body, 2))
    assert same["version"] == 2
    assert len(await world.published("contracts.agreement.drafted.v1")) == 2
    await world.move(replaced, "submit")
    refused(await world.put(world.clerk, path, {**body, "lines": [line(1, "1.00")]}, 3), 409, "not-possible-now")


async def test_what_is_not_known_here_yet_is_said_so_and_may_be_tried_again(world: World) -> None:
    body = {"number": "HT-1", "customer_code": "NOBODY", "lines": [line(1, "1.00")]}
    answer = await world.do(world.clerk, "/agreements", body)
    refused(answer, 409, "not-yet-known")
    assert answer.headers["retry-after"] == "1"
    lines = [line(1, "1.00"), line(2, "1.00", product="P9")]
    problem = refused(
        await world.do(world.clerk, "/agreements", {**body, "customer_code": "C1", "lines": lines}),
        409,
        "not-yet-known",
    )
    assert (problem["field"], problem["row_index"]) == ("product_code", 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": "0"}, "bad-quantity"),
        ({"quantity": "1.0001"}, "bad-quantity"),
        ({"unit_price": "-1"}, "bad-price"),
        ({"unit_of_measure": "吨"}, "unit-mismatch"),
        ({"product_code": "P-OLD"}, "product-inactive"),
        ({"line_no": 0}, "bad-line-no"),
        ({"requested_on": "1900-01-01"}, "bad-date"),
        ({"unit_price": "1000000000000"}, "bad-price"),
        ({"unit_price": "1E+999999"}, "wrong-value"),
        ({"colour": "red"}, "unknown-field"),
    ],
)
async def test_a_line_that_makes_no_sense_is_refused_with_its_reason(
    world: World, change: dict[str, object], code: str
) -> None:
    body = {"number": "HT-1", "customer_code": "C1", "lines": [{**line(1, "1.00"), **change}]}
    refused(await world.do(world.clerk, "/agreements", body), 422, code)


async def test_a_number_is_given_once(world: World) -> None:
    await world.draft("1.00", number="HT-7")
    body = {"number": "HT-7", "customer_code": "C1", "lines": [line(1, "2.00")]}
    refused(await world.do(world.clerk, "/agreements", body), 409, "number-taken")


async def test_the_same_request_again_has_one_effect_and_one_answer(world: World) -> None:
    body = {"number": "HT-8", "customer_code": "C1", "lines": [line(1, "2.00")]}
    first = await world.do(world.clerk, "/agreements", body, key="k1")
    again = await world.do(world.clerk, "/agreements", body, key="k1")
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    step = f"/agreements/{first.json()['id']}/submit"
    once, twice = [await world.do(world.clerk, step, key="k2") for _ in range(2)]
    assert once.json() == twice.json()
    assert await world.total() == "2.00"


@pytest.mark.rule("K1")
async def test_a_large_contract_waits_for_an_approver_who_neither_drafted_nor_submitted_it(world: World) -> None:
    waiting = await world.submit("5000.00")
    assert waiting["approval_needed"]
    path = f"/agreements/{waiting['id']}"
    refused(await world.do(world.clerk, f"{path}/sign"), 409, "approval-needed")
    refused(await world.do(world.clerk, f"{path}/approve"), 403, "not-permitted")
    refused(await world.do(world.west_head, f"{path}/approve"), 404, "agreement-absent")
    refused(await world.do(world.finance, f"{path}/approve"), 403, "not-an-approver")
    listed = ok(await world.ask(world.head, "/agreements", awaiting="true"))
    assert [item["id"] for item in listed["items"]] == [waiting["id"]]
    approved = await world.move(waiting, "approve", world.head, remark="同意")
    assert (approved["status"], approved["approved_by"]) == ("approved", str(world.head.id))
    signed = await world.move(approved, "sign")
    assert signed["status"] == "signed"
    decisions = ok(await world.ask(world.head, f"{path}/decisions"))
    assert [(d["decision"], d["total"], d["policy_version"]) for d in decisions] == [("approved", "5000.00", 1)]


@pytest.mark.rule("K1")
async def test_a_unit_head_who_wrote_the_draft_does_not_approve_it(world: World) -> None:
    drafted = await world.draft("10.00")
    body = {"customer_code": "C1", "lines": [line(1, "9000.00")]}
    ok(await world.put(world.head, f"/agreements/{drafted['id']}", body, 1))
    await world.move(drafted, "submit")
    path = f"/agreements/{drafted['id']}/approve"
    refused(await world.do(world.head, path), 403, "approver-is-author")
    ok(await world.do(world.market, path))


@pytest.mark.rule("K1")
async def test_split_contracts_add_up_and_the_overtaken_one_shows_on_the_approvers_list(world: World) -> None:
    first = await world.submit("2500.00")
    assert not first["approval_needed"]
    second = await world.submit("1500.00")
    assert (second["approval_needed"], second["cumulative"]) == (True, "4000.00")
    read = ok(await world.ask(world.clerk, f"/agreements/{first['id']}"))
    assert read["approval_needed"], "the total caught up with it before it was signed"
    refused(await world.do(world.clerk, f"/agreements/{first['id']}/sign"), 409, "approval-needed")
    await world.move(first, "approve", world.head)
    assert (await world.move(first, "sign"))["status"] == "signed"


@pytest.mark.rule("K1")
async def test_a_lowered_limit_is_seen_on_signing_and_the_contract_can_still_be_approved(world: World) -> None:
    waiting = await world.submit("2500.00")
    await world.policy(limit="2000.00", approver_roles="market")
    path = f"/agreements/{waiting['id']}"
    refused(await world.do(world.clerk, f"{path}/sign"), 409, "approval-needed")
    refused(await world.do(world.head, f"{path}/approve"), 403, "not-an-approver")
    approved = await world.move(waiting, "approve", world.market)
    assert (approved["policy_version"], approved["approval_needed"]) == (2, True)
    await world.move(waiting, "sign")


@pytest.mark.rule("K1")
async def test_bands_name_the_approver_by_the_customers_total(world: World) -> None:
    await world.policy(
        limit="4000.00", approver_roles="unit-head", bands="4000:unit-head;10000:market;100000:leadership"
    )
    small, large = await world.submit("4000.00"), await world.submit("7000.00")
    refused(await world.do(world.head, f"/agreements/{large['id']}/approve"), 403, "not-an-approver")
    refused(await world.do(world.head, f"/agreements/{small['id']}/approve"), 403, "not-an-approver")
    await world.move(large, "approve", world.market)
    await world.move(small, "approve", world.leader)


@pytest.mark.rule("K1")
@pytest.mark.parametrize("way", ["refuse", "withdraw", "cancel"])
async def test_what_is_released_is_free_and_what_is_reopened_asks_again(world: World, way: str) -> None:
    waiting = await world.submit("5000.00")
    assert await world.total() == "5000.00"
    ended = await world.move(waiting, way, world.head if way == "refuse" else world.clerk, reason="改期")
    assert ended["reason"] == "改期"
    assert await world.total() == "0.00"
    small = await world.submit("100.00")
    assert not small["approval_needed"]
    draft = await world.move(waiting, "reopen")
    assert (draft["status"], draft["approval_needed"], draft["year"]) == ("draft", None, None)
    again = await world.move(draft, "submit")
    assert (again["approval_needed"], again["cumulative"]) == (True, "5100.00")


@pytest.mark.rule("K1")
async def test_a_cancelled_and_reopened_contract_lost_its_approval(world: World) -> None:
    signed = await world.signed("5000.00")
    cancelled = await world.move(signed, "cancel", reason="客户改主意")
    told = await world.published("contracts.agreement.cancelled.v1")
    assert told[0]["signed_amounts"] == {"2026": "5000.00"}
    assert [line["status"] for line in cancelled["lines"]] == ["cancelled"]
    await world.move(signed, "reopen")
    again = await world.move(signed, "submit")
    assert (again["approved_by"], again["approval_needed"]) == (None, True)
    refused(await world.do(world.clerk, f"/agreements/{signed['id']}/sign"), 409, "approval-needed")
    states = await world.published("contracts.line.state.v1")
    assert [(state["status"], state["version"]) for state in states] == [("signed", 2), ("cancelled", 3), ("draft", 4)]


@pytest.mark.rule("K1")
async def test_a_contract_of_december_signed_in_january_counts_in_december_only(world: World) -> None:
    world.clock.move(days=213, hours=11)  # 31 December, 23:00 in Shanghai
    waiting = await world.submit("3000.00")
    assert waiting["year"] == 2026
    world.clock.move(hours=10)
    signed = await world.move(waiting, "sign")
    assert (signed["year"], signed["signed_on"]) == (2026, "2027-01-01")
    assert (await world.total(year=2026), await world.total(year=2027)) == ("3000.00", "0.00")
    assert not (await world.submit("3000.00"))["approval_needed"]


async def test_a_contract_is_not_signed_before_it_was_submitted_nor_tomorrow(world: World) -> None:
    waiting = await world.submit("10.00")
    for day in ("2026-05-31", "2026-06-02"):
        answer = await world.do(world.clerk, f"/agreements/{waiting['id']}/sign", {"signed_on": day})
        assert refused(answer, 422, "bad-signing-day")["field"] == "signed_on"


async def test_the_table_of_transitions_holds_over_http_and_names_the_ways_on(world: World) -> None:
    drafted = await world.draft("10.00")
    for step, who, body in (
        ("sign", world.clerk, {}),
        ("withdraw", world.clerk, {}),
        ("reopen", world.clerk, {}),
        ("approve", world.market, {}),
        ("refuse", world.market, {"reason": "不"}),
    ):
        problem = refused(await world.do(who, f"/agreements/{drafted['id']}/{step}", body), 409, "not-possible-now")
        assert "submit" in problem["remedy"]
    assert await world.rows("SELECT 1 FROM exposure_entry") == []


async def test_if_match_is_honoured_on_decisions_too(world: World) -> None:
    drafted = await world.draft("10.00")
    path = f"/agreements/{drafted['id']}/submit"
    refused(await world.do(world.clerk, path, if_match=7), 412, "version-mismatch")
    assert ok(await world.do(world.clerk, path, if_match=1))["version"] == 2


async def test_where_nothing_need_be_said_no_body_is_needed_but_unknown_fields_are_refused(world: World) -> None:
    drafted = await world.draft("10.00")
    path = f"/agreements/{drafted['id']}/submit"
    refused(await world.do(world.clerk, path, {"colour": "red"}), 422, "unknown-field")
    ok(await world.client.post(path, headers=headers(world.clerk.token)))
    ok(await world.client.post(f"/agreements/{drafted['id']}/sign", headers=headers(world.clerk.token)))
