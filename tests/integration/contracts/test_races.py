"""Races on a real PostgreSQL: what the row of a (customer, year) serialises (K1), and other things done at once."""

import asyncio
from decimal import Decimal

import pytest

from services.contracts.exposure import store as ledger
from services.contracts.exposure.domain import Claim, Entry
from shared.database import Context, Database, Transaction
from tests.integration.contracts.test_exposure import books_agree
from tests.integration.contracts.world import EAST, Json, World, customer_id, line, ok, refused

AT_ONCE = 8


@pytest.mark.rule("K1")
async def test_of_contracts_submitted_at_once_only_one_slips_under_the_limit(world: World) -> None:
    drafts = [await world.draft("2500.00") for _ in range(AT_ONCE)]
    done = await asyncio.gather(*(world.move(draft, "submit") for draft in drafts))
    assert sorted(Decimal(agreement["cumulative"]) for agreement in done) == [
        Decimal(2500) * count for count in range(1, AT_ONCE + 1)
    ]
    assert sum(not agreement["approval_needed"] for agreement in done) == 1
    signed = await asyncio.gather(*(world.do(world.clerk, f"/agreements/{draft['id']}/sign") for draft in drafts))
    assert {answer.status_code for answer in signed} == {409}, "the total has caught up with the first one too"
    await books_agree(world)


@pytest.mark.rule("K1")
async def test_signing_and_submitting_at_once_never_lets_both_through(world: World) -> None:
    for customer in ("C1", "C2", "C3", "C4"):
        first, second = (
            await world.submit("2500.00", customer=customer),
            await world.draft("2500.00", customer=customer),
        )
        path = f"/agreements/{first['id']}/sign"
        signing, submitted = await asyncio.gather(world.do(world.clerk, path), world.move(second, "submit"))
        assert signing.status_code in (200, 409)
        assert submitted["approval_needed"], "whichever came first, the second finds the total at the limit"
        refused(await world.do(world.clerk, f"/agreements/{second['id']}/sign"), 409, "approval-needed")


@pytest.mark.rule("K1")
async def test_a_merge_in_the_middle_of_submissions_loses_nothing(world: World) -> None:
    drafts = [await world.draft("900.00", customer=customer) for customer in ("C1", "C2", "C3") for _ in range(3)]
    await asyncio.gather(
        *(world.move(draft, "submit") for draft in drafts[:4]),
        world.merge("C2", "C1"),
        *(world.move(draft, "submit") for draft in drafts[4:]),
        world.merge("C1", "C3"),
        world.merge("C3", "C2"),
    )
    assert {await world.total(customer) for customer in ("C1", "C2", "C3")} == {"8100.00"}
    signed = await asyncio.gather(*(world.do(world.clerk, f"/agreements/{draft['id']}/sign") for draft in drafts))
    assert {answer.status_code for answer in signed} == {409}
    await books_agree(world)


@pytest.mark.rule("K1")
async def test_withdrawing_and_submitting_at_once_keeps_the_books(world: World) -> None:
    waiting = [await world.submit("100.00") for _ in range(4)]
    drafts = [await world.draft("10.00") for _ in range(4)]
    await asyncio.gather(
        *(world.move(agreement, "withdraw") for agreement in waiting),
        *(world.move(draft, "submit") for draft in drafts),
    )
    assert await world.total() == "40.00"
    await books_agree(world)


@pytest.mark.rule("K1")
async def test_who_comes_second_waits_for_the_first_and_then_sees_its_amount(world: World) -> None:
    database = Database(world.url, clock=world.clock)
    customer = customer_id("C1")
    holds, go = asyncio.Event(), asyncio.Event()

    async def first(tx: Transaction) -> None:
        standing = await ledger.lock(tx, customer, 2026)
        await ledger.post(tx, standing.root_id, [Entry(Claim(customer, EAST), 2026, Decimal("2500.00"), "submitted")])
        holds.set()
        await go.wait()

    async def second(tx: Transaction) -> Decimal:
        return (await ledger.lock(tx, customer, 2026)).total

    try:
        one = asyncio.create_task(database.run(first, Context("first")))
        await holds.wait()
        two = asyncio.create_task(database.run(second, Context("second")))
        await _until_somebody_waits(world)
        assert not two.done()
        go.set()
        await one
        assert await two == Decimal("2500.00")
    finally:
        await database.close()


async def _until_somebody_waits(world: World) -> None:
    for _ in range(500):
        if await world.rows("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND state = 'active'"):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody waits for the row")


@pytest.mark.rule("K1")
async def test_without_the_row_lock_two_would_slip_through(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard taken out: both read the total before either has written, and the books no longer agree."""
    monkeypatch.setattr(
        ledger, "_LOCK", "SELECT NULL::uuid AS root_id, 0 AS total WHERE false AND $1::uuid = $1 AND $2::int = $2"
    )
    monkeypatch.setattr(ledger, "_YEAR", "SELECT total FROM exposure WHERE root_id = $1 AND year = $2")
    monkeypatch.setattr(ledger, "_MEMBER", "SELECT root_id FROM exposure_member WHERE customer_id = $1")
    database = Database(world.url, clock=world.clock)
    customer = customer_id("C1")
    both = asyncio.Barrier(2)

    async def look(tx: Transaction) -> Decimal:
        await both.wait()
        total = (await ledger.lock(tx, customer, 2026)).total
        await both.wait()
        return total

    try:
        await database.run(lambda tx: ledger.lock(tx, customer, 2026), Context("make the year"))
        seen = await asyncio.gather(database.run(look, Context("one")), database.run(look, Context("two")))
        assert list(seen) == [Decimal("0.00"), Decimal("0.00")]
    finally:
        await database.close()


async def test_a_number_drafted_twice_at_once_is_given_once(world: World) -> None:
    body = {"number": "HT-1", "customer_code": "C1", "lines": [line(1, "1.00")]}
    answers = await asyncio.gather(*(world.do(world.clerk, "/agreements", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.rule("K4")
async def test_shipments_at_once_never_exceed_what_is_ordered(world: World) -> None:
    signed = await world.signed("10.00")
    path = f"/lines/{signed['lines'][0]['id']}/shipments"
    bodies: list[Json] = [
        {"number": f"FH-{n}", "batch_number": "B", "quantity": "0.3", "shipped_on": "2026-06-01"} for n in range(6)
    ]
    answers = await asyncio.gather(*(world.do(world.logistics, path, body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 409, 409, 409]
    assert ok(await world.ask(world.clerk, f"/lines/{signed['lines'][0]['id']}"))["shipped"] == "0.900"


async def test_shipping_and_cancelling_at_once_end_in_one_of_them(world: World) -> None:
    signed = await world.signed("10.00")
    body = {"number": "FH-1", "batch_number": "B", "quantity": "0.3", "shipped_on": "2026-06-01"}
    shipped, cancelled = await asyncio.gather(
        world.do(world.logistics, f"/lines/{signed['lines'][0]['id']}/shipments", body),
        world.do(world.clerk, f"/agreements/{signed['id']}/cancel", {"reason": "取消"}),
    )
    assert sorted((shipped.status_code, cancelled.status_code)) in ([200, 409], [201, 409])
