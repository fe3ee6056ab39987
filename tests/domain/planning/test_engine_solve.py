"""The engine's plans: feasible whatever is asked, cheapest where that can be checked, the same every time."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product as combinations
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.planning.engine.evaluate import evaluate, faults
from services.planning.engine.plan import Delivery, Lot, Plan
from services.planning.engine.problem import (
    Bucket,
    CommittedLot,
    Demand,
    Line,
    Material,
    Policy,
    Problem,
    Product,
    Routing,
    Usage,
)
from services.planning.engine.solve import Limits, Progress, solve

D = Decimal
WEEKS = [Bucket(t, f"2027-03-{1 + 7 * t:02d}") for t in range(4)]
EXACT = Limits(gap=0.0, nodes=5000)


def company(seed: int, size: tuple[int, int, int, int], load: float = 0.8) -> Problem:
    """A made-up company: (products, lines, weeks, demands), with lines as full as ``load`` says."""
    chance = Random(seed)
    products, lines, weeks, demands = size
    routings = [Routing(f"P{p}", f"L{p % lines}", D(chance.randint(2, 20)) / 100, D(2)) for p in range(products)]
    spare = [
        replace(routing, line=f"L{(int(routing.product[1:]) + 1) % lines}", hours_per_unit=routing.hours_per_unit * 2)
        for routing in routings
        if lines > 1 and chance.random() < 0.4
    ]
    asked = [
        Demand(
            f"D{d}",
            f"P{chance.randrange(products)}",
            D(chance.randint(5, 80)),
            due := chance.randrange(weeks),
            chance.choice([None, max(0, due - 2)]),
            D(chance.choice([1, 2, 4, 8])),
            "forecast" if chance.random() < 0.5 else "firm",
        )
        for d in range(demands)
    ]
    hours = sum(float(routings[int(d.product[1:])].hours_per_unit * d.quantity) for d in asked) + products * weeks
    return Problem(
        buckets=[Bucket(t, f"2027-{1 + t // 4:02d}-{1 + 7 * (t % 4):02d}") for t in range(weeks)],
        lines=[
            Line(f"L{at}", [D(round(hours / lines / weeks / load, 1)).quantize(D("0.1"))] * weeks)
            for at in range(lines)
        ],
        products=[
            Product(f"P{p}", D(chance.randint(0, 40)), D("0.05"), decimals=0, min_lot=chance.choice([None, D(10)]))
            for p in range(products)
        ],
        routings=routings + spare,
        materials=[Material("M", D(20 * demands), [D(10 * demands // weeks)] * weeks)],
        bill=[Usage(f"P{p}", "M", D("0.5")) for p in range(products)],
        demands=asked,
    )


def sound(problem: Problem, plan: Plan) -> Plan:
    """The plan, once nothing is wrong with it."""
    assert faults(problem, plan) == []
    return plan


def test_nothing_wanted_is_planned_by_doing_nothing() -> None:
    plan = sound(bare := Problem(WEEKS), solve(bare))
    assert plan.status == "optimal"
    assert (float(plan.objective), plan.bound, plan.gap) == (0.0, 0.0, 0.0)
    assert not plan.lots


def test_stock_that_nobody_wants_only_costs_its_holding() -> None:
    problem = Problem(WEEKS, products=[Product("P", D(10), D("0.1"))])
    plan = sound(problem, solve(problem))
    assert plan.objective == 28
    assert not plan.lots
    assert plan.status == "optimal"


@pytest.mark.rule("P3")
def test_one_bucket_takes_the_weightier_demand_first() -> None:
    problem = Problem(
        WEEKS[:1],
        [Line("L", [D(10)])],
        [Product("P", decimals=0)],
        [Routing("P", "L", D(1), D(2))],
        demands=[Demand("key", "P", D(6), 0, weight=D(4)), Demand("general", "P", D(6), 0, weight=D(2))],
    )
    plan = sound(problem, solve(problem, EXACT))
    assert [(one.demand, one.delivered, one.short) for one in plan.outcomes] == [
        ("general", D(2), D(4)),
        ("key", D(6), D(0)),
    ]
    assert plan.status == "optimal"


@pytest.mark.rule("P3")
def test_an_overload_gives_a_plan_with_shortage() -> None:
    problem = company(3, (4, 2, 4, 30), load=5.0)
    plan = sound(problem, solve(problem, Limits(gap=0.05, nodes=20)))
    assert any(one.short > 0 for one in plan.outcomes)
    assert plan.lots


def test_lines_without_hours_give_a_plan_without_lots() -> None:
    problem = company(4, (3, 2, 3, 10))
    idle = replace(problem, lines=[replace(line, hours=[D(0)] * 3) for line in problem.lines])
    plan = sound(idle, solve(idle))
    assert plan.lots == []
    assert plan.status == "optimal"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.sampled_from([0.5, 0.9, 1.5]))
def test_every_plan_keeps_every_rule_and_its_bound(seed: int, load: float) -> None:
    problem = company(seed, (1 + seed % 5, 1 + seed % 3, 1 + seed % 6, seed % 15), load)
    plan = sound(problem, solve(problem, Limits(gap=0.01, nodes=200)))
    assert plan.bound <= float(plan.objective)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_the_best_of_all_plans_is_found_and_proved(seed: int) -> None:
    problem = tiny(seed)
    plan = sound(problem, solve(problem, EXACT))
    assert plan.objective == min(costs(problem))
    assert plan.gap == pytest.approx(0.0, abs=1e-6)


def tiny(seed: int) -> Problem:
    """Two products of one weight on one line, two weeks, a few pieces: small enough to try everything."""
    chance = Random(seed)
    return Problem(
        buckets=WEEKS[:2],
        lines=[Line("L", [D(chance.randint(2, 6)) for _ in range(2)])],
        products=[Product(p, D(chance.randint(0, 1)), D(chance.randint(0, 2)) / 10, decimals=0) for p in "AB"],
        routings=[
            Routing(p, "L", D(chance.randint(1, 2)) / 2, D(chance.randint(0, 2)), D(chance.randint(0, 40)))
            for p in "AB"
        ],
        materials=[Material("M", D(2), [D(chance.randint(0, 2)) for _ in range(2)])],
        bill=[Usage("A", "M", D(1))],
        demands=[Demand(f"{p}{t}", p, D(chance.randint(0, 3)), t) for p in "AB" for t in range(2)],
        policy=Policy(late_per_day=D(chance.choice([0, 1, 5])), short=D(chance.choice([1, 200]))),
    )


def costs(problem: Problem) -> Iterator[Decimal]:
    """The cost of every plan: all lots, each with deliveries in order of due date (best, as all weights are one)."""
    places = [(p, t) for p in "AB" for t in range(2)]
    for quantities in combinations(range(7), repeat=len(places)):
        lots = [Lot(p, "L", t, D(q)) for (p, t), q in zip(places, quantities, strict=True) if q]
        if overfull(problem, lots):
            continue
        found = evaluate(problem, lots, in_turn(problem, lots))
        if not found.violations:
            yield found.cost.total


def overfull(problem: Problem, lots: list[Lot]) -> bool:
    times = {routing.product: routing for routing in problem.routings}
    for t in range(2):
        here = [lot for lot in lots if lot.bucket == t]
        taken = sum(
            (times[lot.product].setup_hours + times[lot.product].hours_per_unit * lot.quantity for lot in here), D(0)
        )
        if taken > problem.lines[0].hours[t]:
            return True
    return False


def in_turn(problem: Problem, lots: list[Lot]) -> list[Delivery]:
    deliveries = []
    for product in problem.products:
        stock = product.stock
        waiting = {demand.id: demand for demand in problem.demands if demand.product == product.id}
        for t in range(2):
            stock += sum((lot.quantity for lot in lots if (lot.product, lot.bucket) == (product.id, t)), D(0))
            for demand in [one for one in waiting.values() if one.due <= t and one.quantity]:
                part = min(stock, demand.quantity)
                if not part:
                    break
                deliveries.append(Delivery(demand.id, t, part))
                stock -= part
                waiting[demand.id] = replace(demand, quantity=demand.quantity - part)
    return deliveries


@pytest.mark.parametrize("seed", range(5))
def test_one_item_with_room_costs_what_wagner_and_whitin_say(seed: int) -> None:
    chance = Random(seed)
    wanted = [chance.randint(0, 60) for _ in range(12)]
    best = [0] + [10**9] * 12
    for end in range(1, 13):
        for start in range(end):
            held = sum((t - start) * wanted[t] for t in range(start, end))
            best[end] = min(best[end], best[start] + (90 if any(wanted[start:end]) else 0) + held)
    problem = Problem(
        buckets=[Bucket(t, f"2027-01-{1 + t:02d}", 1) for t in range(12)],
        lines=[Line("machine", [D(10**4)] * 12)],
        products=[Product("item", holding=D(1), decimals=0)],
        routings=[Routing("item", "machine", D(1), D(10), D(90))],
        demands=[Demand(f"{t:02d}", "item", D(amount), t) for t, amount in enumerate(wanted)],
        policy=Policy(late_per_day=D(1000), setup_hour=D(0)),
    )
    plan = sound(problem, solve(problem, EXACT))
    assert plan.objective == best[12]
    assert plan.status == "optimal"


@pytest.mark.rule("P3")
def test_the_frozen_zone_and_committed_lots_stand() -> None:
    problem = replace(
        company(7, (3, 2, 4, 20)),
        committed=[CommittedLot("P0", "L0", 0, D(7)), CommittedLot("P1", "L1", 2, D(3))],
        frozen_buckets=2,
    )
    plan = sound(problem, solve(problem, Limits(nodes=50)))
    early = [lot for lot in plan.lots if lot.bucket < 2]
    assert [(lot.product, lot.bucket, lot.quantity) for lot in early] == [("P0", 0, D(7))]
    assert any((lot.product, lot.bucket) == ("P1", 2) and lot.quantity >= 3 for lot in plan.lots)


def test_lots_come_in_multiples_and_not_below_the_least() -> None:
    problem = Problem(
        WEEKS,
        [Line("L", [D(50)] * 4)],
        [Product("P", decimals=0, holding=D("0.01"), lot_multiple=D(12), min_lot=D(36))],
        [Routing("P", "L", D("0.5"), D(1))],
        demands=[Demand(f"D{t}", "P", D(13), t) for t in range(4)],
    )
    plan = sound(problem, solve(problem, EXACT))
    assert [lot.quantity for lot in plan.lots] == [60]


def test_thirds_of_a_ton_are_rounded_without_overfilling_the_line() -> None:
    problem = Problem(
        WEEKS[:2],
        [Line("L", [D("10.01"), D("10.01")])],
        [Product("P", decimals=3)],
        [Routing("P", "L", D("0.003"), D("0.7"))],
        demands=[Demand("D", "P", D(9000), 1)],
    )
    plan = sound(problem, solve(problem, EXACT))
    assert [lot.quantity for lot in plan.lots] == [D("3103.333")] * 2


@pytest.mark.rule("P3")
def test_same_input_and_seed_give_the_same_plan_whatever_the_order_of_rows() -> None:
    problem = company(11, (5, 2, 4, 40))
    shuffled = list(problem.demands)
    Random(5).shuffle(shuffled)
    again = replace(problem, demands=shuffled, routings=list(reversed(problem.routings)))
    first, second = (solve(one, Limits(0.005, 100), seed=4) for one in (problem, again))
    assert replace(first, statistics={}) == replace(second, statistics={})


def test_a_stop_at_once_leaves_the_constructed_plan() -> None:
    problem = company(12, (6, 2, 5, 60))
    plan = sound(problem, solve(problem, should_stop=lambda: True))
    assert (plan.status, plan.ended_by) == ("constructed", "stop")
    assert plan.lots


def test_a_stop_later_leaves_the_best_so_far() -> None:
    problem = company(13, (6, 2, 5, 40), load=1.1)
    heard: list[Progress] = []
    plan = sound(problem, solve(problem, Limits(0.0), should_stop=lambda: len(heard) > 3, on_progress=heard.append))
    assert plan.ended_by == "stop"
    assert float(plan.objective) <= heard[0].objective


def test_progress_only_gets_better() -> None:
    heard: list[Progress] = []
    problem = company(14, (5, 2, 4, 30), load=0.9)
    solve(problem, Limits(0.01, 20), on_progress=heard.append)
    assert len(heard) > 2
    assert [one.objective for one in heard] == sorted((one.objective for one in heard), reverse=True)
    assert [one.bound for one in heard] == sorted(one.bound for one in heard)


def test_a_planted_breach_is_found_by_the_yardstick() -> None:
    problem = company(15, (4, 2, 4, 30))
    plan = solve(problem, Limits(nodes=10))
    lot = plan.lots[0]
    more = [replace(lot, quantity=lot.quantity * 1000), *plan.lots[1:]]
    assert any("hours" in fault for fault in faults(problem, replace(plan, lots=more)))
    fewer = [*plan.lots[1:]]
    assert any("stock" in fault for fault in faults(problem, replace(plan, lots=fewer)))
    assert faults(problem, replace(plan, objective=plan.objective - 1)) == [
        "objective does not follow from lots and deliveries"
    ]


@pytest.mark.rule("P3")
def test_a_company_of_middle_size_is_planned_to_one_percent() -> None:
    problem = company(16, (30, 4, 8, 300), load=0.5)
    plan = sound(problem, solve(problem, Limits(0.01)))
    assert (plan.status, plan.ended_by) == ("optimal", "gap")
    assert plan.gap <= 0.01
