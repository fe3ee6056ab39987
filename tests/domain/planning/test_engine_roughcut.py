"""The rough cut and the causes: who gets what room, and what stands in the way."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.planning.engine.explain import Cause, explain
from services.planning.engine.problem import (
    Bucket,
    CommittedLot,
    Demand,
    Line,
    Material,
    Problem,
    Product,
    Routing,
    Usage,
)
from services.planning.engine.roughcut import Proposal, roughcut
from services.planning.engine.solve import Limits, RefusedProblem, solve

D = Decimal

SHOP = Problem(
    buckets=[Bucket(0, "2026-12-07"), Bucket(1, "2026-12-28"), Bucket(2, "2027-01-04")],
    lines=[Line("L", [D(40)] * 3), Line("K", [D(0), D(0), D(100)])],
    products=[Product("A", decimals=0), Product("B", decimals=0), Product("C", decimals=0)],
    routings=[Routing("A", "L", D(1)), Routing("B", "L", D(1)), Routing("C", "K", D(1))],
    materials=[Material("steel", D(10), [D(0), D(0), D(40)])],
    bill=[Usage("C", "steel", D(1))],
)


def asking(*demands: Demand, **changes: object) -> Problem:
    """The shop with these demands."""
    return replace(SHOP, demands=demands, **changes)  # type: ignore[arg-type]


def cut(problem: Problem) -> dict[str, Proposal]:
    """Proposals by demand."""
    return {one.demand: one for one in roughcut(problem).proposals}


@pytest.mark.rule("P2")
def test_what_fits_is_not_cut() -> None:
    found = cut(asking(Demand("x", "A", D(60), 1), Demand("y", "B", D(60), 2, kind="forecast")))
    assert [(one.proposed, one.code) for one in found.values()] == [(D(60), None), (D(60), None)]


@pytest.mark.rule("P2")
def test_firm_is_served_before_forecast_and_weight_before_date() -> None:
    found = cut(
        asking(
            Demand("plan of a strategic customer", "A", D(50), 0, weight=D(8), kind="forecast"),
            Demand("signed by a general customer", "A", D(25), 1, weight=D(2)),
            Demand("signed by a key customer", "B", D(50), 1, weight=D(4)),
            Demand("signed for this week", "B", D(10), 0, weight=D(1)),
        )
    )
    assert {name: one.proposed for name, one in found.items()} == {
        "signed by a key customer": D(50),
        "signed by a general customer": D(25),
        "signed for this week": D(5),
        "plan of a strategic customer": D(0),
    }
    assert found["signed for this week"].code == "line"
    assert found["signed for this week"].line == "L"


@pytest.mark.rule("P2")
def test_equals_share_in_proportion_to_what_they_ask() -> None:
    found = cut(
        asking(
            Demand("north", "A", D(60), 0, kind="forecast"),
            Demand("south", "A", D(20), 0, kind="forecast"),
            Demand("east", "B", D(20), 0, kind="forecast"),
        )
    )
    assert {name: one.proposed for name, one in found.items()} == {"north": D(24), "south": D(8), "east": D(8)}
    assert {one.code for one in found.values()} == {"line"}


@pytest.mark.rule("P2")
def test_who_is_not_stopped_by_the_bottleneck_goes_on() -> None:
    found = cut(asking(Demand("x", "A", D(80), 0, kind="forecast"), Demand("y", "C", D(20), 2, kind="forecast")))
    assert (found["x"].proposed, found["y"].proposed) == (D(40), D(20))


@pytest.mark.rule("P2")
def test_the_reason_names_the_material() -> None:
    one = cut(asking(Demand("x", "C", D(90), 2)))["x"]
    assert (one.proposed, one.code, one.material) == (D(50), "material", "steel")


@pytest.mark.rule("P2")
def test_nothing_is_proposed_in_the_frozen_zone_beyond_what_is_committed() -> None:
    problem = asking(Demand("x", "A", D(30), 0), committed=[CommittedLot("A", "L", 0, D(12))], frozen_buckets=1)
    one = cut(problem)["x"]
    assert (one.proposed, one.code) == (D(12), "frozen")


@pytest.mark.rule("P2")
def test_load_is_told_by_line_and_month() -> None:
    loads = {(load.line, load.month): load for load in roughcut(asking(Demand("x", "A", D(100), 1))).loads}
    december = loads["L", "2026-12"]
    assert (december.hours, december.wanted, december.proposed) == (80.0, 100.0, 80.0)
    assert loads["K", "2027-01"].proposed == 0.0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 90), st.integers(0, 2), st.booleans()), max_size=9))
def test_what_is_proposed_is_asked_for_and_producible(rows: list[tuple[str, int, int, bool]]) -> None:
    problem = asking(
        *(
            Demand(f"D{at}", name, D(quantity), due, kind="firm" if signed else "forecast")
            for at, (name, quantity, due, signed) in enumerate(rows)
        )
    )
    found = cut(problem)
    assert all(0 <= one.proposed <= one.wanted for one in found.values())
    assert all((one.code is None) == (one.proposed == one.wanted) for one in found.values())
    kept = [replace(demand, quantity=found[demand.id].proposed) for demand in problem.demands]
    plan = solve(replace(problem, demands=kept), Limits(gap=0.0, nodes=500))  # no set-up times: relaxed is real
    assert all(one.late == one.short == 0 for one in plan.outcomes)


def test_the_rough_cut_refuses_what_the_plan_refuses() -> None:
    with pytest.raises(RefusedProblem):
        roughcut(asking(Demand("x", "Z", D(1), 0)))


def test_the_rough_cut_of_nothing_is_nothing() -> None:
    assert roughcut(Problem([Bucket(0, "2026-12-07")])).proposals == []


def why(problem: Problem) -> dict[str, Cause]:
    """Causes by demand, of the best plan."""
    return {cause.demand: cause for cause in explain(problem, solve(problem, Limits(gap=0.0, nodes=500)))}


@pytest.mark.rule("P4")
def test_a_full_line_is_the_cause() -> None:
    causes = why(asking(Demand("x", "A", D(70), 0), Demand("y", "B", D(40), 0, weight=D(8))))
    assert set(causes) == {"x"}
    x = causes["x"]
    assert (x.code, x.line, x.bucket, x.quantity) == ("line", "L", 0, D(70))
    assert (x.needed, x.available) == (D(70), D(0))


@pytest.mark.rule("P4")
def test_missing_material_is_the_cause() -> None:
    x = why(asking(Demand("x", "C", D(60), 2)))["x"]
    assert (x.code, x.material, x.bucket) == ("material", "steel", 2)
    assert (x.quantity, x.needed, x.available) == (D(10), D(10), D(0))


@pytest.mark.rule("P4")
def test_the_frozen_zone_is_the_cause() -> None:
    x = why(asking(Demand("x", "A", D(5), 0), frozen_buckets=1))["x"]
    assert (x.code, x.bucket, x.quantity) == ("frozen", 0, D(5))


@pytest.mark.rule("P4")
def test_room_that_a_set_up_is_too_dear_for_is_said_so() -> None:
    dear = [replace(SHOP.routings[0], setup_cost=D(10**6)), *SHOP.routings[1:]]
    x = why(asking(Demand("x", "A", D(5), 0), routings=dear))["x"]
    assert (x.code, x.line) == ("search", "L")


def test_a_plan_in_time_needs_no_cause() -> None:
    assert why(asking(Demand("x", "A", D(30), 1))) == {}
