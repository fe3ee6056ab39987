"""The ledger of K1: its explanation, opening balances, merged customers."""

from decimal import Decimal

import pytest

from services.contracts.exposure.domain import NOTHING
from tests.integration.contracts.books import book, send
from tests.integration.contracts.world import World, ok, refused

OPENINGS = ("期初合同", ("客户编码", "年度", "合同编号", "签订日期", "金额"))


async def books_agree(world: World) -> None:
    """The kept totals are the sums of the entries."""
    rows = await world.rows(
        """SELECT x.root_id, x.year, x.total, coalesce(sum(e.amount), 0) AS summed FROM exposure x
           LEFT JOIN exposure_entry e ON e.root_id = x.root_id AND e.year = x.year GROUP BY 1, 2, 3"""
    )
    assert all(row["total"] == row["summed"] for row in rows), rows
    entries = await world.rows("SELECT sum(amount) AS amount FROM exposure_entry")
    assert sum((row["total"] for row in rows), NOTHING) == (entries[0]["amount"] or Decimal(0))


@pytest.mark.rule("K1")
async def test_every_item_that_counts_is_explained(world: World) -> None:
    one, two = await world.signed("1000.00"), await world.submit("500.00")
    withdrawn = await world.submit("700.00")
    await world.move(withdrawn, "withdraw", reason="")
    found = ok(await world.ask(world.clerk, "/exposures/C1"))
    (year,) = found["years"]
    assert (year["year"], year["total"], year["left"], year["reached"]) == (2026, "1500.00", "2500.00", False)
    assert [(item["number"], item["amount"], item["kind"]) for item in year["items"]] == [
        (one["number"], "1000.00", "agreement"),
        (two["number"], "500.00", "agreement"),
    ]
    assert "submission" in year["items"][0]["why"]
    await books_agree(world)


async def test_another_unit_does_not_see_the_customer_nor_an_unknown_one(world: World) -> None:
    refused(await world.ask(world.west_clerk, "/exposures/C1"), 404, "customer-absent")
    refused(await world.ask(world.west_clerk, "/exposures/C-NOWHERE"), 409, "not-yet-known")
    assert ok(await world.ask(world.clerk, "/exposures/C1", year=2030))["years"][0]["total"] == "0.00"


@pytest.mark.rule("K1")
async def test_opening_balances_count_and_the_same_book_again_changes_nothing(world: World) -> None:
    waiting = await world.submit("1000.00")
    rows = [("C1", 2026, "OLD-1", "2026-02-01", 2500), ("C2", 2026, "OLD-2", "2026-03-01", 10)]
    report = ok(await send(world, world.finance, "/imports/opening-balances", book(*OPENINGS, *rows)))
    assert (report["created"], report["unchanged"]) == (2, 0)
    assert await world.total() == "3500.00"
    report = ok(await send(world, world.finance, "/imports/opening-balances", book(*OPENINGS, *rows)))
    assert (report["created"], report["unchanged"]) == (0, 2)
    assert await world.total() == "3500.00"
    corrected = [("C1", 2026, "OLD-1", "2026-02-01", "3000.00")]
    report = ok(await send(world, world.finance, "/imports/opening-balances", book(*OPENINGS, *corrected)))
    assert report["updated"] == 1
    assert await world.total() == "4000.00"
    read = ok(await world.ask(world.clerk, f"/agreements/{waiting['id']}"))
    assert read["approval_needed"], "the corrected balance caught up with it"
    items = ok(await world.ask(world.clerk, "/exposures/C1"))["years"][0]["items"]
    assert {item["kind"]: item["amount"] for item in items} == {"opening": "3000.00", "agreement": "1000.00"}
    await books_agree(world)


@pytest.mark.rule("K1")
async def test_opening_balances_have_a_permission_of_their_own_and_lie_in_the_past(world: World) -> None:
    rows = [("C1", 2026, "OLD-1", "2026-02-01", 2500)]
    refused(await send(world, world.clerk, "/imports/opening-balances", book(*OPENINGS, *rows)), 403, "not-permitted")
    wrong = [
        ("C1", 2026, "OLD-1", "2026-07-01", 1),
        ("C1", 2020, "OLD-2", "2026-02-01", 1),
        ("NOBODY", 2026, "OLD-3", "2026-02-01", 1),
        ("C1", 2026, "OLD-4", "2026-02-01", "1.005"),
    ]
    report = refused(
        await send(world, world.finance, "/imports/opening-balances", book(*OPENINGS, *wrong)), 422, "import-refused"
    )
    assert [(error["row"], error["column"], error["code"]) for error in report["errors"]] == [
        (2, "签订日期", "opening-later"),
        (3, "年度", "opening-year"),
        (4, "客户编码", "not-yet-known"),
        (5, "金额", "bad-amount"),
    ]
    assert await world.rows("SELECT 1 FROM exposure_entry") == []


@pytest.mark.rule("K1")
async def test_merged_customers_count_as_one_from_then_on(world: World) -> None:
    first, second = await world.submit("2500.00", customer="C1"), await world.submit("2500.00", customer="C2")
    assert not first["approval_needed"]
    assert not second["approval_needed"]
    await world.merge("C2", "C1")
    assert await world.total("C1") == await world.total("C2") == "5000.00"
    for agreement in (first, second):
        refused(await world.do(world.clerk, f"/agreements/{agreement['id']}/sign"), 409, "approval-needed")
        read = ok(await world.ask(world.clerk, f"/agreements/{agreement['id']}"))
        assert read["approval_needed"]
    found = ok(await world.ask(world.market, "/exposures/C2"))
    assert (found["counted_as"], found["counts_with"]) == ("C1", ["C1", "C2"])
    late = await world.submit("1.00", customer="C2")
    assert (late["approval_needed"], late["cumulative"]) == (True, "5001.00")
    await world.move(first, "withdraw")
    assert await world.total("C2") == "2501.00"
    await books_agree(world)


@pytest.mark.rule("K1")
async def test_chains_and_circles_of_merges_end_in_one_total(world: World) -> None:
    for customer in ("C1", "C2", "C3"):
        await world.submit("1000.00", customer=customer)
    await world.merge("C2", "C3")
    await world.merge("C1", "C2")
    assert await world.total("C1") == "3000.00"
    await world.merge("C3", "C1")
    await world.merge("C3", "C1")
    assert {await world.total(customer) for customer in ("C1", "C2", "C3")} == {"3000.00"}
    assert (await world.submit("1000.00", customer="C3"))["approval_needed"]
    await books_agree(world)


@pytest.mark.rule("K1")
async def test_customers_merged_before_they_ever_bought_count_as_one_too(world: World) -> None:
    await world.merge("C2", "C1")
    await world.submit("2500.00", customer="C2")
    assert (await world.submit("2500.00", customer="C1"))["approval_needed"]


async def test_a_merged_customers_items_of_another_unit_are_counted_but_not_named(world: World) -> None:
    mine, theirs = await world.submit("100.00", customer="C1"), await world.submit("200.00", customer="W1")
    await world.merge("W1", "C1")
    year = ok(await world.ask(world.clerk, "/exposures/C1"))["years"][0]
    assert year["total"] == "300.00"
    assert {(item["number"], item["amount"]) for item in year["items"]} == {
        (mine["number"], "100.00"),
        (None, "200.00"),
    }
    all_ = ok(await world.ask(world.market, "/exposures/C1"))["years"][0]
    assert {item["number"] for item in all_["items"]} == {mine["number"], theirs["number"]}
