"""What the database itself refuses, whatever the code does."""

import asyncpg
import pytest

from tests.integration.contracts.world import World


@pytest.mark.rule("K1")
async def test_nothing_that_needs_approval_is_signed_without_it_nor_approved_by_its_author(world: World) -> None:
    waiting = await world.submit("5000.00")
    with pytest.raises(asyncpg.CheckViolationError):
        await world.execute("UPDATE agreement SET status = 'signed'")
    with pytest.raises(asyncpg.CheckViolationError):
        await world.execute("UPDATE agreement SET approved_by = $1", world.clerk.id)
    await world.move(waiting, "approve", world.head)
    await world.execute("UPDATE agreement SET status = 'signed'")


@pytest.mark.rule("K1")
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM exposure_entry",
        "UPDATE exposure_entry SET amount = 1",
        "UPDATE approval_decision SET remark = ''",
        "DELETE FROM promise_history",
    ],
)
async def test_ledger_decisions_and_dates_are_only_added_to(world: World, statement: str) -> None:
    await world.signed("5000.00")
    with pytest.raises(asyncpg.RaiseError, match="only added to"):
        await world.execute(statement)


@pytest.mark.rule("K1")
async def test_a_total_never_falls_below_nothing(world: World) -> None:
    await world.submit("10.00")
    with pytest.raises(asyncpg.CheckViolationError):
        await world.execute("UPDATE exposure SET total = total - 11")


@pytest.mark.rule("K4")
async def test_a_line_never_ships_more_than_it_orders(world: World) -> None:
    await world.signed("10.00")
    with pytest.raises(asyncpg.CheckViolationError):
        await world.execute("UPDATE line SET shipped = quantity + 0.001")
