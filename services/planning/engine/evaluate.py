"""The exact yardstick: cost of a plan, and everything in it that breaks a rule of the problem.

Works from the problem and the plan's rows alone, in decimals, and shares no code with the modules that search. A plan
leaves the engine with the cost this module gives it, and only if it finds nothing wrong.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from services.planning.engine.plan import Cost, Delivery, Lot, Outcome, Plan, Stock
from services.planning.engine.problem import ZERO, Problem, Product

DIGITS = 80
"""More digits than any product of three bounded decimals summed over a plan can need: nothing here is rounded."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Cost, outcomes and stock as they follow from lots and deliveries; ``violations`` names every broken rule."""

    cost: Cost
    outcomes: list[Outcome]
    stock: list[Stock]
    material_stock: list[Stock]
    violations: list[str]


def evaluate(problem: Problem, lots: list[Lot], deliveries: list[Delivery]) -> Evaluation:
    """Evaluate lots and deliveries against ``problem``, exactly."""
    with localcontext() as context:
        context.prec = DIGITS
        stock = _product_stock(problem, lots, deliveries)
        material_stock = _material_stock(problem, lots)
        outcomes = _outcomes(problem, deliveries)
        violations = [
            *_lot_faults(problem, lots),
            *_hour_faults(problem, lots),
            *_delivery_faults(problem, deliveries),
            *(f"stock {row.item} in {row.bucket} is {row.quantity}" for row in stock if row.quantity < 0),
            *(f"material {row.item} in {row.bucket} is {row.quantity}" for row in material_stock if row.quantity < 0),
        ]
        return Evaluation(
            _cost(problem, lots, deliveries, outcomes, stock), outcomes, stock, material_stock, violations
        )


def faults(problem: Problem, plan: Plan) -> list[str]:
    """Everything wrong with a plan: broken rules, and rows or costs that do not follow from its lots and deliveries."""
    found = evaluate(problem, list(plan.lots), list(plan.deliveries))
    wrong = list(found.violations)
    for name, told, true in (
        ("cost", plan.cost, found.cost),
        ("objective", plan.objective, found.cost.total),
        ("outcomes", list(plan.outcomes), found.outcomes),
        ("stock", list(plan.stock), found.stock),
        ("material_stock", list(plan.material_stock), found.material_stock),
    ):
        if told != true:
            wrong.append(f"{name} does not follow from lots and deliveries")
    if plan.bound > float(plan.objective) * (1 + 1e-9) + 1e-9:
        wrong.append(f"the bound {plan.bound} exceeds the objective {plan.objective}")
    return wrong


def plain(value: Decimal) -> Decimal:
    """The same number without superfluous zeros and without an exponent."""
    short = value.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def _offsets(problem: Problem) -> list[int]:
    offsets = [0]
    for bucket in sorted(problem.buckets, key=lambda bucket: bucket.index):
        offsets.append(offsets[-1] + bucket.days)
    return offsets


def _product_stock(problem: Problem, lots: list[Lot], deliveries: list[Delivery]) -> list[Stock]:
    change: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    owner = {demand.id: demand.product for demand in problem.demands}
    for lot in lots:
        change[lot.product, lot.bucket] += lot.quantity
    for delivery in deliveries:
        change[owner.get(delivery.demand, ""), delivery.bucket] -= delivery.quantity
    starts = {product.id: product.stock for product in problem.products}
    return list(_running(starts, change, len(problem.buckets)))


def _material_stock(problem: Problem, lots: list[Lot]) -> list[Stock]:
    change: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    bill = defaultdict(list)
    for usage in problem.bill:
        bill[usage.product].append(usage)
    for material in problem.materials:
        for at, amount in enumerate(material.receipts):
            change[material.id, at] += amount
    for lot in lots:
        for usage in bill[lot.product]:
            change[usage.material, lot.bucket] -= usage.per_unit * lot.quantity
    starts = {material.id: material.stock for material in problem.materials}
    return list(_running(starts, change, len(problem.buckets)))


def _running(starts: Mapping[str, Decimal], change: Mapping[tuple[str, int], Decimal], buckets: int) -> Iterator[Stock]:
    for item, start in sorted(starts.items()):
        total = start
        for bucket in range(buckets):
            total += change.get((item, bucket), ZERO)
            yield Stock(item, bucket, total)


def _outcomes(problem: Problem, deliveries: list[Delivery]) -> list[Outcome]:
    parts: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        parts[delivery.demand].append(delivery)
    outcomes = []
    for demand in sorted(problem.demands, key=lambda demand: demand.id):
        of = parts[demand.id]
        delivered = sum((part.quantity for part in of), ZERO)
        late = sum((part.quantity for part in of if part.bucket > demand.due), ZERO)
        short = demand.quantity - delivered
        last = max((part.bucket for part in of), default=demand.due)
        outcomes.append(Outcome(demand.id, delivered, late, short, last if short == 0 else None))
    return outcomes


def _cost(
    problem: Problem, lots: list[Lot], deliveries: list[Delivery], outcomes: list[Outcome], stock: list[Stock]
) -> Cost:
    policy, offsets = problem.policy, _offsets(problem)
    products = {product.id: product for product in problem.products}
    demands = {demand.id: demand for demand in problem.demands}
    kinds = {"firm": policy.firm, "forecast": policy.forecast}
    weight = {
        demand.id: products[demand.product].value * demand.weight * kinds[demand.kind] for demand in problem.demands
    }
    lateness = shortage = setup = ZERO
    for delivery in deliveries:
        demand = demands[delivery.demand]
        days = max(0, offsets[delivery.bucket] - offsets[demand.due])
        lateness += weight[demand.id] * policy.late_per_day * days * delivery.quantity
    for outcome in outcomes:
        days = offsets[-1] - offsets[demands[outcome.demand].due]
        shortage += weight[outcome.demand] * (policy.late_per_day * days + policy.short) * outcome.short
    routings = {(routing.product, routing.line): routing for routing in problem.routings}
    for lot in lots:
        routing = routings[lot.product, lot.line]
        setup += routing.setup_cost + policy.setup_hour * routing.setup_hours
    holding = sum(
        (products[row.item].holding * (offsets[row.bucket + 1] - offsets[row.bucket]) * row.quantity for row in stock),
        ZERO,
    )
    return Cost(*(plain(part) for part in (lateness, shortage, setup, holding)))


def _lot_faults(problem: Problem, lots: list[Lot]) -> Iterator[str]:
    products = {product.id: product for product in problem.products}
    committed = {(lot.product, lot.line, lot.bucket): lot.quantity for lot in problem.committed}
    places = [(lot.product, lot.line, lot.bucket) for lot in lots]
    if len(set(places)) < len(places):
        yield "two lots in one place"
    for missing in sorted(set(committed) - set(places)):
        yield f"committed lot {missing} is not made"
    for lot in lots:
        place = (lot.product, lot.line, lot.bucket)
        fixed = committed.get(place, ZERO)
        if lot.quantity < fixed or lot.quantity <= 0:
            yield f"lot {place} makes {lot.quantity}, committed {fixed}"
        if lot.bucket < problem.frozen_buckets and lot.quantity != fixed:
            yield f"lot {place} changes the frozen zone"
        product = products[lot.product]
        if (lot.quantity - fixed) % _step(product) != 0:
            yield f"lot {place} of {lot.quantity} is no multiple"
        if not fixed and product.min_lot is not None and lot.quantity < product.min_lot:
            yield f"lot {place} of {lot.quantity} is below the minimum"


def _step(product: Product) -> Decimal:
    return product.lot_multiple or Decimal(1).scaleb(-product.decimals)


def _hour_faults(problem: Problem, lots: list[Lot]) -> Iterator[str]:
    routings = {(routing.product, routing.line): routing for routing in problem.routings}
    used: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    for lot in lots:
        routing = routings[lot.product, lot.line]
        used[lot.line, lot.bucket] += routing.setup_hours + routing.hours_per_unit * lot.quantity
    hours = {line.id: line.hours for line in problem.lines}
    for (line, bucket), taken in sorted(used.items()):
        if taken > hours[line][bucket]:
            yield f"line {line} in {bucket} takes {taken} of {hours[line][bucket]} hours"


def _delivery_faults(problem: Problem, deliveries: list[Delivery]) -> Iterator[str]:
    demands = {demand.id: demand for demand in problem.demands}
    decimals = {product.id: product.decimals for product in problem.products}
    total: dict[str, Decimal] = defaultdict(lambda: ZERO)
    if len({(delivery.demand, delivery.bucket) for delivery in deliveries}) < len(deliveries):
        yield "two deliveries of one demand in one bucket"
    for delivery in deliveries:
        demand = demands[delivery.demand]
        total[demand.id] += delivery.quantity
        if delivery.bucket < demand.opens:
            yield f"demand {demand.id} is delivered in {delivery.bucket}, before {demand.opens}"
        if delivery.quantity <= 0 or delivery.quantity.scaleb(decimals[demand.product]) % 1 != 0:
            yield f"demand {demand.id} gets {delivery.quantity}"
    for demand in problem.demands:
        if total[demand.id] > demand.quantity:
            yield f"demand {demand.id} gets {total[demand.id]} of {demand.quantity}"
