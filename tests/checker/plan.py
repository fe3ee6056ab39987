"""Every constraint of docs/planning.md, § 2 to § 4, held against a plan: the rows of the plan, or words why not.

Knows the page and the JSON; must not know the engine.
"""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from tests.checker.answer import Answer, answer, malformed
from tests.checker.canonical import fingerprint
from tests.checker.costs import dear
from tests.checker.numbers import ZERO, on_grid, plain
from tests.checker.question import Json, Place, Question, question

Levels = dict[tuple[str, int], Fraction]  # item, bucket -> at its end


def check(problem: Json, plan: Json) -> list[str]:
    """What is wrong with ``plan`` as an answer to ``problem``, in words; empty when it is a true plan (P3, I9).

    Both are JSON as of docs/planning.md. Raises KeyError or ValueError when the problem is none."""
    asked = question(problem)
    if wrong := malformed(plan, asked):
        return wrong
    told = answer(plan)
    stock, material = _products(asked, told), _materials(asked, told)
    wrong = [] if plan["fingerprint"] == fingerprint(problem) else ["the fingerprint is another problem's"]
    for found in (
        _routed(asked, told),
        _capacity(asked, told),
        _lots(asked, told),
        _committed(asked, told),
        _levels("product", stock, told.stock),
        _levels("material", material, told.material_stock),
        _deliveries(asked, told),
        _outcomes(asked, told),
        dear(asked, told, stock),
    ):
        wrong += found
    return wrong


def _place(place: Place) -> str:
    product, line, bucket = place
    return f"product {product} on line {line} in bucket {bucket}"


def _routed(asked: Question, told: Answer) -> Iterator[str]:
    for place in told.lots:
        if place[:2] not in asked.routings:
            yield f"{_place(place)}: no routing"


def _capacity(asked: Question, told: Answer) -> Iterator[str]:
    used: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    for (product, line, bucket), quantity in told.lots.items():
        if routing := asked.routings.get((product, line)):
            used[line, bucket] += routing.hours_per_unit * quantity + routing.setup_hours
    for (line, bucket), hours in used.items():
        there = asked.hours[line][bucket]
        if hours > there:
            yield f"line {line} in bucket {bucket}: {plain(hours)} hours used, {plain(there)} there"


def _lots(asked: Question, told: Answer) -> Iterator[str]:
    for place in told.without_setup:
        yield f"{_place(place)}: production without set-up"
    for place, quantity in told.lots.items():
        product, committed = asked.products[place[0]], asked.committed.get(place, ZERO)
        if quantity <= 0:
            yield f"{_place(place)}: a lot of nothing"
        if not on_grid(quantity - committed, product.step):
            yield f"{_place(place)}: {plain(quantity)} is no multiple of {plain(product.step)}"
        if not on_grid(quantity, product.grain):
            yield f"{_place(place)}: {plain(quantity)} has too many decimals"
        if not committed and quantity < product.min_lot:
            yield f"{_place(place)}: {plain(quantity)} is below the least lot {plain(product.min_lot)}"


def _committed(asked: Question, told: Answer) -> Iterator[str]:
    for place, quantity in asked.committed.items():
        if told.lots.get(place, ZERO) < quantity:
            yield f"{_place(place)}: {plain(quantity)} are committed, {plain(told.lots.get(place, ZERO))} planned"
    for place, quantity in told.lots.items():
        if place[2] < asked.frozen and quantity > asked.committed.get(place, ZERO):
            yield f"{_place(place)}: production beyond the committed lots in the frozen zone"


def _products(asked: Question, told: Answer) -> Levels:
    change: Levels = defaultdict(Fraction)
    for (product, _, bucket), quantity in told.lots.items():
        change[product, bucket] += quantity
    for (demand, bucket), quantity in told.deliveries.items():
        change[asked.demands[demand].product, bucket] -= quantity
    levels: Levels = {}
    for key, made in asked.products.items():
        level = made.stock
        for bucket in asked.buckets:
            level += change.get((key, bucket), ZERO)
            levels[key, bucket] = level
    return levels


def _materials(asked: Question, told: Answer) -> Levels:
    use: Levels = defaultdict(Fraction)
    for (product, _, bucket), quantity in told.lots.items():
        for material, per_unit in asked.bill.get(product, {}).items():
            use[material, bucket] += per_unit * quantity
    levels: Levels = {}
    for key, (level, receipts) in asked.materials.items():
        for bucket in asked.buckets:
            level += receipts[bucket] - use.get((key, bucket), ZERO)
            levels[key, bucket] = level
    return levels


def _levels(what: str, true: Levels, told: Levels) -> Iterator[str]:
    for (item, bucket), level in true.items():
        where = f"{what} {item} at the end of bucket {bucket}"
        if level < 0:
            yield f"{where}: stock falls to {plain(level)}"
        if (item, bucket) not in told:
            yield f"{where}: no stock row"
        elif told[item, bucket] != level:
            yield f"{where}: the plan says {plain(told[item, bucket])}, the rows leave {plain(level)}"


def _deliveries(asked: Question, told: Answer) -> Iterator[str]:
    delivered: dict[str, Fraction] = defaultdict(Fraction)
    for (key, bucket), quantity in told.deliveries.items():
        demand = asked.demands[key]
        delivered[key] += quantity
        if quantity <= 0:
            yield f"demand {key} in bucket {bucket}: a delivery of nothing"
        if not on_grid(quantity, asked.products[demand.product].grain):
            yield f"demand {key} in bucket {bucket}: {plain(quantity)} has too many decimals"
        if bucket < demand.earliest:
            yield f"demand {key}: delivered in bucket {bucket}, before its earliest, {demand.earliest}"
    for key, quantity in delivered.items():
        if quantity > asked.demands[key].quantity:
            yield f"demand {key}: {plain(quantity)} delivered, {plain(asked.demands[key].quantity)} wanted"


def _outcomes(asked: Question, told: Answer) -> Iterator[str]:
    parts: dict[str, dict[int, Fraction]] = {key: {} for key in asked.demands}
    for (key, bucket), quantity in told.deliveries.items():
        parts[key][bucket] = quantity
    for key, demand in asked.demands.items():
        said = told.outcomes.get(key)
        if said is None:
            yield f"demand {key}: no outcome"
            continue
        delivered = sum(parts[key].values(), ZERO)
        late = sum((quantity for bucket, quantity in parts[key].items() if bucket > demand.due), ZERO)
        short = demand.quantity - delivered
        completed = max(parts[key], default=demand.due) if short <= 0 else None
        for name, is_said, is_true in (
            ("delivered", said.delivered, delivered),
            ("late", said.late, late),
            ("short", said.short, short),
        ):
            if is_said != is_true:
                yield f"demand {key}: the plan says {name} {plain(is_said)}, the deliveries say {plain(is_true)}"
        if said.completed != completed:
            yield f"demand {key}: the plan says completed {said.completed}, the deliveries say {completed}"
