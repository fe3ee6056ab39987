"""Refusal of input that makes no sense, each bad row named. An overload makes sense and is never refused."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal, localcontext

from services.planning.engine.problem import Problem, Refusal

MOST = Decimal(10) ** 12
DECIMALS = 9
MOST_DECIMALS = 3
MOST_BUCKETS = 1000
DIGITS = 80


def validate(problem: Problem) -> list[Refusal]:
    """Everything wrong with ``problem``; empty when it can be planned. Errors: none, whatever the values are."""
    with localcontext() as context:
        context.prec = DIGITS
        found = [*_buckets(problem), *_doubles(problem), *_numbers(problem)]
        if not found:
            found = [*_references(problem), *_bounds(problem)]
        if not found:
            found = [*_producible(problem), *_committed_hours(problem), *_committed_material(problem)]
        return found


def _buckets(problem: Problem) -> Iterator[Refusal]:
    if problem.format != 1:
        yield Refusal("format", None, str(problem.format), "unknown-format", "only format 1 is known")
    if not 1 <= len(problem.buckets) <= MOST_BUCKETS:
        yield Refusal("buckets", None, "", "no-buckets", f"there must be 1 to {MOST_BUCKETS} buckets")
    before = date.min
    for row, bucket in enumerate(problem.buckets):
        if bucket.index != row:
            yield Refusal("buckets", row, str(bucket.index), "bad-order", f"bucket {row} must have the index {row}")
        if bucket.days < 1:
            yield Refusal("buckets", row, str(bucket.index), "bad-days", "a bucket has at least one day")
        try:
            start = date.fromisoformat(bucket.start)
        except ValueError:
            yield Refusal("buckets", row, str(bucket.index), "bad-date", f"{bucket.start!r} is not a date (YYYY-MM-DD)")
            continue
        if row and start <= before:
            yield Refusal("buckets", row, str(bucket.index), "bad-order", "buckets must start one after the other")
        before = start
    if not 0 <= problem.frozen_buckets <= len(problem.buckets):
        yield Refusal("frozen_buckets", None, "", "outside-horizon", "the frozen zone must lie within the horizon")


def _keys(problem: Problem) -> dict[str, list[str]]:
    """What names each row of each list."""
    return {
        "lines": [line.id for line in problem.lines],
        "products": [product.id for product in problem.products],
        "routings": [f"{routing.product}/{routing.line}" for routing in problem.routings],
        "materials": [material.id for material in problem.materials],
        "bill": [f"{usage.product}/{usage.material}" for usage in problem.bill],
        "demands": [demand.id for demand in problem.demands],
        "committed": [f"{lot.product}/{lot.line}/{lot.bucket}" for lot in problem.committed],
    }


def _doubles(problem: Problem) -> Iterator[Refusal]:
    for where, keys in _keys(problem).items():
        seen: set[str] = set()
        for row, key in enumerate(keys):
            if key in seen:
                yield Refusal(where, row, key, "duplicate", f"{key} stands there twice")
            seen.add(key)


def _numbers(problem: Problem) -> Iterator[Refusal]:
    keys = _keys(problem)
    for where, values, positive in _columns(problem):
        for row, value in values:
            if (reason := _unsound(value, positive=positive)) is not None:
                key = keys[where][row] if where in keys else where
                yield Refusal(where, None if where == "policy" else row, key, "bad-number", reason)


def _columns(problem: Problem) -> Iterator[tuple[str, list[tuple[int, Decimal]], bool]]:
    """Every number with its list and row, and whether it must be above 0."""
    policy = problem.policy
    yield "lines", [(row, hours) for row, line in enumerate(problem.lines) for hours in line.hours], False
    yield (
        "products",
        [(row, value) for row, one in enumerate(problem.products) for value in (one.stock, one.holding)],
        False,
    )
    yield "products", [(row, one.value) for row, one in enumerate(problem.products)], True
    rules = [(row, (one.lot_multiple, one.min_lot)) for row, one in enumerate(problem.products)]
    yield "products", [(row, value) for row, pair in rules for value in pair if value is not None], True
    times = [(row, (one.hours_per_unit, one.setup_hours, one.setup_cost)) for row, one in enumerate(problem.routings)]
    yield "routings", [(row, value) for row, three in times for value in three], False
    supply = [(row, (one.stock, *one.receipts)) for row, one in enumerate(problem.materials)]
    yield "materials", [(row, value) for row, several in supply for value in several], False
    yield "bill", [(row, usage.per_unit) for row, usage in enumerate(problem.bill)], True
    yield "demands", [(row, demand.quantity) for row, demand in enumerate(problem.demands)], False
    yield "demands", [(row, demand.weight) for row, demand in enumerate(problem.demands)], True
    yield "committed", [(row, lot.quantity) for row, lot in enumerate(problem.committed)], True
    yield "policy", [(0, policy.late_per_day), (0, policy.setup_hour)], False
    yield "policy", [(0, policy.short), (0, policy.firm), (0, policy.forecast)], True


def _unsound(value: Decimal, *, positive: bool) -> str | None:
    if not value.is_finite():
        return f"{value} is not a finite number"
    if value < 0 or (positive and value == 0):
        return f"{value} must be above 0" if positive else f"{value} must not be negative"
    if value >= MOST:
        return f"{value} must be below 10^12"
    return f"{value} has more than {DECIMALS} decimals" if _decimals(value) > DECIMALS else None


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _unknown(where: str, names: Iterable[tuple[str, str]], known: set[str], what: str) -> Iterator[Refusal]:
    for row, (key, name) in enumerate(names):
        if name not in known:
            yield Refusal(where, row, key, "unknown", f"{what} {name} is not known")


def _references(problem: Problem) -> Iterator[Refusal]:
    lines = {line.id for line in problem.lines}
    products = {product.id for product in problem.products}
    materials = {material.id for material in problem.materials}
    routed = {f"{routing.product}/{routing.line}" for routing in problem.routings}
    keys = _keys(problem)
    product_of: list[tuple[str, Sequence[str]]] = [
        ("routings", [routing.product for routing in problem.routings]),
        ("bill", [usage.product for usage in problem.bill]),
        ("demands", [demand.product for demand in problem.demands]),
    ]
    for where, names in product_of:
        yield from _unknown(where, zip(keys[where], names, strict=True), products, "product")
    on = [routing.line for routing in problem.routings]
    yield from _unknown("routings", zip(keys["routings"], on, strict=True), lines, "line")
    of = [usage.material for usage in problem.bill]
    yield from _unknown("bill", zip(keys["bill"], of, strict=True), materials, "material")
    ways = [f"{lot.product}/{lot.line}" for lot in problem.committed]
    yield from _unknown("committed", zip(keys["committed"], ways, strict=True), routed, "routing")


def _bounds(problem: Problem) -> Iterator[Refusal]:
    count = len(problem.buckets)
    for row, line in enumerate(problem.lines):
        if len(line.hours) != count:
            yield Refusal("lines", row, line.id, "bad-length", f"{len(line.hours)} hours for {count} buckets")
    for row, material in enumerate(problem.materials):
        if len(material.receipts) != count:
            yield Refusal(
                "materials", row, material.id, "bad-length", f"{len(material.receipts)} receipts for {count} buckets"
            )
    for row, lot in enumerate(problem.committed):
        if not 0 <= lot.bucket < count:
            yield Refusal(
                "committed", row, lot.product, "outside-horizon", f"bucket {lot.bucket} is outside the horizon"
            )
    for row, demand in enumerate(problem.demands):
        if not 0 <= demand.due < count:
            yield Refusal(
                "demands", row, demand.id, "outside-horizon", f"due bucket {demand.due} is outside the horizon"
            )
        elif not 0 <= demand.opens <= demand.due:
            reason = f"earliest bucket {demand.opens} must lie from 0 to the due bucket {demand.due}"
            yield Refusal("demands", row, demand.id, "outside-horizon", reason)
    yield from _granular(problem)


def _granular(problem: Problem) -> Iterator[Refusal]:
    """Quantities with more decimals than their product has."""
    decimals = {product.id: product.decimals for product in problem.products}
    for row, product in enumerate(problem.products):
        if not 0 <= product.decimals <= MOST_DECIMALS:
            yield Refusal("products", row, product.id, "bad-decimals", f"decimals must be 0 to {MOST_DECIMALS}")
        for value in (product.stock, product.lot_multiple, product.min_lot):
            if value is not None and _decimals(value) > product.decimals:
                yield _coarse("products", row, product.id, value)
    for row, demand in enumerate(problem.demands):
        if _decimals(demand.quantity) > decimals.get(demand.product, MOST_DECIMALS):
            yield _coarse("demands", row, demand.id, demand.quantity)
    for row, lot in enumerate(problem.committed):
        if _decimals(lot.quantity) > decimals.get(lot.product, MOST_DECIMALS):
            yield _coarse("committed", row, lot.product, lot.quantity)


def _coarse(where: str, row: int, key: str, value: Decimal) -> Refusal:
    return Refusal(where, row, key, "too-many-decimals", f"{value} has more decimals than the product's quantities")


def _producible(problem: Problem) -> Iterator[Refusal]:
    routed = {routing.product for routing in problem.routings}
    left = {product.id: product.stock for product in problem.products}
    for row, demand in enumerate(problem.demands):
        left[demand.product] -= demand.quantity
        if demand.product not in routed and left[demand.product] < 0:
            reason = f"product {demand.product} has no routing and its stock does not cover its demand"
            yield Refusal("demands", row, demand.id, "no-routing", reason)


def _committed_hours(problem: Problem) -> Iterator[Refusal]:
    routings = {(routing.product, routing.line): routing for routing in problem.routings}
    left = {(line.id, bucket): hours for line in problem.lines for bucket, hours in enumerate(line.hours)}
    for row, lot in enumerate(problem.committed):
        routing = routings[lot.product, lot.line]
        place = (lot.line, lot.bucket)
        left[place] -= routing.setup_hours + routing.hours_per_unit * lot.quantity
        if left[place] < 0:
            reason = f"the committed lots exceed the hours of line {lot.line} in bucket {lot.bucket} by {-left[place]}"
            yield Refusal("committed", row, lot.product, "over-capacity", reason)


def _committed_material(problem: Problem) -> Iterator[Refusal]:
    used: dict[str, list[tuple[int, int, Decimal]]] = defaultdict(list)
    for row, lot in enumerate(problem.committed):
        for usage in problem.bill:
            if usage.product == lot.product:
                used[usage.material].append((lot.bucket, row, usage.per_unit * lot.quantity))
    for material in problem.materials:
        taken = Decimal(0)
        for bucket, row, amount in sorted(used[material.id]):
            taken += amount
            missing = taken - material.stock - sum(material.receipts[: bucket + 1], Decimal(0))
            if missing > 0:
                reason = f"the committed lots need {missing} more of material {material.id} by bucket {bucket}"
                yield Refusal("committed", row, problem.committed[row].product, "over-material", reason)
