"""P2: the rough cut keeps to hours and material, never cuts what is signed, and names what stands in the way."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.planning.balance.problems import Wanted
from services.planning.balance.roughcut import propose
from services.planning.master.domain import Master, Material
from services.planning.master.horizon import horizon
from tests.domain.planning.making import SOUTH, D, key, master, planned

pytestmark = pytest.mark.rule("P2")

WEEKS = horizon(date(2026, 11, 25), "2026-12")  # five weeks with a Friday in December or before


def with_material(data: Master, stock: str) -> Master:
    steel = Material("M1", "钢板", "千克", D(stock), date(2026, 11, 23))
    return replace(data, materials=(steel,), receipts=())


def test_what_finds_room_is_not_touched() -> None:
    wanted = Wanted([planned("a", "20", "2026-12-18")], {key("2026-12"): D(50)})
    assert propose(master(), wanted, WEEKS) == {}


def test_forecast_beyond_the_hours_is_cut_and_the_line_named() -> None:
    data = with_material(master(hours="10"), "100000")
    (found,) = propose(data, Wanted([], {key("2026-12"): D(500)}), WEEKS).values()
    assert 0 < found.forecast < 4 * 10 / D("0.5")  # four weeks in time, half an hour a unit
    assert found.reason.startswith("line: the hours of L1 are used up")


def test_forecast_beyond_the_material_is_cut_and_the_material_named() -> None:
    data = with_material(master(hours="400"), "100")
    (found,) = propose(data, Wanted([], {key("2026-12"): D(80)}), WEEKS).values()
    assert found.forecast == 50  # two kilograms a piece
    assert found.reason.startswith("material: M1 runs out")


def test_signed_demand_goes_first_and_is_late_rather_than_cut() -> None:
    data = with_material(master(hours="400"), "100")
    wanted = Wanted([planned("a", "60", "2026-12-18")], {key("2026-12"): D(10)})
    (found,) = propose(data, wanted, WEEKS).values()
    assert (found.forecast, found.late_firm) == (D(0), D(10))


def test_a_cut_is_shared_by_what_each_unit_asked_for() -> None:
    data = with_material(master(hours="400"), "90")
    wanted = Wanted([], {key("2026-12"): D(60), key("2026-12", unit=SOUTH): D(30)})
    found = propose(data, wanted, WEEKS)
    assert {key.unit_id: proposal.forecast for key, proposal in found.items()} == {
        key().unit_id: D(30),
        SOUTH: D(15),
    }


def test_what_no_line_makes_is_cut() -> None:
    found = propose(master(), Wanted([], {key("2026-12", product="P9"): D(4)}), WEEKS)
    assert [(one.forecast, one.reason) for one in found.values()] == [(D(0), "no-line: no line makes the product")]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 400), st.integers(0, 400), st.integers(1, 60), st.integers(0, 900))
def test_no_proposal_exceeds_what_was_asked_nor_the_material(firm: int, forecast: int, hours: int, steel: int) -> None:
    data = with_material(master(hours=str(hours)), str(steel))
    lines = [planned("a", str(firm), "2026-12-18")] if firm else []
    wanted = Wanted(lines, {key("2026-12"): Decimal(forecast)})
    found = propose(data, wanted, WEEKS).get(key("2026-12"))
    if found is not None:
        assert 0 <= found.forecast <= forecast
        assert 0 <= found.late_firm <= firm
        in_time = firm - found.late_firm + found.forecast
        assert in_time * 2 <= steel
        assert found.reason
