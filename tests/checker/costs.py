"""The objective of docs/planning.md, § 4, recomputed from a plan's lots and deliveries."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from tests.checker.answer import COSTS, Answer
from tests.checker.numbers import ZERO, near, plain
from tests.checker.question import Question

ROUNDING = Fraction(1, 10**12)  # relative: the bound is a binary number, the objective an exact one


def costs(asked: Question, told: Answer, stock: Mapping[tuple[str, int], Fraction]) -> dict[str, Fraction]:
    """The four parts; ``stock`` is the true stock of each product at the end of each bucket."""
    policy, offsets = asked.policy, asked.offsets
    delivered = dict.fromkeys(asked.demands, ZERO)
    late = ZERO
    for (key, bucket), quantity in told.deliveries.items():
        demand = asked.demands[key]
        delivered[key] += quantity
        late += demand.omega * max(0, offsets[bucket] - offsets[demand.due]) * quantity
    short = ZERO
    for key, demand in asked.demands.items():
        rate = policy["late_per_day"] * (offsets[-1] - offsets[demand.due]) + policy["short"]
        short += demand.omega * rate * max(ZERO, demand.quantity - delivered[key])
    setup = ZERO
    for product, line, _ in told.lots:
        if routing := asked.routings.get((product, line)):
            setup += routing.setup_cost + policy["setup_hour"] * routing.setup_hours
    holding = sum((asked.products[key].holding * asked.days[t] * left for (key, t), left in stock.items()), ZERO)
    return {"lateness": policy["late_per_day"] * late, "shortage": short, "setup": setup, "holding": holding}


def dear(asked: Question, told: Answer, stock: Mapping[tuple[str, int], Fraction]) -> Iterator[str]:
    """Where the plan's costs, bound or gap are not what its own rows say."""
    true = costs(asked, told, stock)
    for key in COSTS:
        if told.cost[key] != true[key]:
            yield f"cost.{key} is {plain(told.cost[key])}; the rows cost {plain(true[key])}"
    if told.objective != sum(true.values(), ZERO):
        yield f"the objective is {plain(told.objective)}; the rows cost {plain(sum(true.values(), ZERO))}"
    if told.bound > told.objective * (1 + ROUNDING):
        yield f"the bound {plain(told.bound)} lies above the objective {plain(told.objective)}"
    gap = (told.objective - told.bound) / told.objective if told.objective else ZERO
    if not near(told.gap, gap):
        yield f"the gap is {float(told.gap)}; objective and bound give {float(gap)}"
