"""The problem in indices and exact integers: what the searching modules work on.

A product's quantity is counted in *ticks*, its smallest unit (10⁻ᵈᵉᶜⁱᵐᵃˡˢ); hours and material in 10⁻¹² of an hour or
a unit. So capacity and material are compared exactly, whatever the solver's tolerances were. Costs are floats here:
they only guide. Rows are sorted by their ids first, which makes every later tie break independent of the order of the
input.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from services.planning.engine.problem import Demand, Problem, Product

FINE = 12  # decimals of the integer scale of hours and material: 9 of the input and 3 of a quantity's tick


def fine(value: Decimal, decimals: int = 0) -> int:
    """``value`` per unit as an exact integer in 10⁻¹² per tick of 10⁻ᵈᵉᶜⁱᵐᵃˡˢ units."""
    return int(value.scaleb(FINE - decimals))


@dataclass(frozen=True, slots=True)
class Item:
    """A product: quantities in ticks, ``holding`` in cost per tick and day."""

    id: str
    decimals: int
    stock: int
    holding: float
    step: int
    min_lot: int

    def units(self, ticks: int) -> Decimal:
        """Ticks as the quantity people know."""
        return Decimal(ticks).scaleb(-self.decimals)


@dataclass(frozen=True, slots=True)
class Way:
    """A routing: ``run`` hours a tick and ``setup`` hours in 10⁻¹² h; ``setup_cost`` in money, set-up hours priced
    in.
    """

    product: int
    line: int
    run: int
    setup: int
    setup_cost: float


@dataclass(frozen=True, slots=True)
class Want:
    """A demand: ``late`` cost per tick and day late, ``short`` cost per tick never delivered, ``rank`` weight times
    kind.
    """

    id: str
    product: int
    ticks: int
    due: int
    opens: int
    rank: float
    late: float
    short: float


@dataclass(frozen=True, slots=True)
class Indexed:
    """The whole problem. ``offsets[t]``: days from the start to bucket t, one more entry for the horizon's end;
    ``arrivals[m][t]``: material arriving, stock in bucket 0; ``bill[p]``: (material, 10⁻¹² per tick)."""

    offsets: list[int]
    line_ids: list[str]
    hours: list[list[int]]
    items: list[Item]
    ways: list[Way]
    ways_of: list[list[int]]
    material_ids: list[str]
    arrivals: list[list[int]]
    bill: list[list[tuple[int, int]]]
    wants: list[Want]
    committed: dict[tuple[int, int], int]
    frozen: int

    @property
    def buckets(self) -> int:
        """Number of buckets T."""
        return len(self.offsets) - 1

    def earned(self, product: int, start: int, end: int) -> float:
        """Holding cost of one tick lying from bucket ``start`` to the start of bucket ``end``."""
        return self.items[product].holding * (self.offsets[end] - self.offsets[start])

    def lateness(self, want: Want, bucket: int) -> float:
        """Lateness cost of one tick of ``want`` delivered in ``bucket``."""
        return want.late * max(0, self.offsets[bucket] - self.offsets[want.due])


def indexed(problem: Problem) -> Indexed:
    """Index a problem that ``validate`` has passed."""
    products = sorted(problem.products, key=lambda product: product.id)
    product_at = {product.id: at for at, product in enumerate(products)}
    lines = sorted(problem.lines, key=lambda line: line.id)
    line_at = {line.id: at for at, line in enumerate(lines)}
    ways, ways_of = _ways(problem, product_at, line_at)
    way_at = {(way.product, way.line): at for at, way in enumerate(ways)}
    materials = sorted(problem.materials, key=lambda material: material.id)
    items = [_item(product) for product in products]
    committed = {
        (way_at[product_at[lot.product], line_at[lot.line]], lot.bucket): _ticks(
            lot.quantity, items[product_at[lot.product]].decimals
        )
        for lot in problem.committed
    }
    return Indexed(
        offsets=_offsets(problem),
        line_ids=[line.id for line in lines],
        hours=[[fine(hours) for hours in line.hours] for line in lines],
        items=items,
        ways=ways,
        ways_of=ways_of,
        material_ids=[material.id for material in materials],
        arrivals=[
            [fine(amount + (material.stock if at == 0 else 0)) for at, amount in enumerate(material.receipts)]
            for material in materials
        ],
        bill=_bill(problem, products, {material.id: at for at, material in enumerate(materials)}),
        wants=[
            _want(problem, demand, product_at[demand.product], products[product_at[demand.product]])
            for demand in sorted(problem.demands, key=lambda demand: demand.id)
        ],
        committed=dict(sorted(committed.items())),
        frozen=problem.frozen_buckets,
    )


def _ticks(quantity: Decimal, decimals: int) -> int:
    return int(quantity.scaleb(decimals))


def _offsets(problem: Problem) -> list[int]:
    offsets = [0]
    for bucket in sorted(problem.buckets, key=lambda bucket: bucket.index):
        offsets.append(offsets[-1] + bucket.days)
    return offsets


def _item(product: Product) -> Item:
    decimals = product.decimals
    return Item(
        id=product.id,
        decimals=decimals,
        stock=_ticks(product.stock, decimals),
        holding=float(product.holding.scaleb(-decimals)),
        step=1 if product.lot_multiple is None else _ticks(product.lot_multiple, decimals),
        min_lot=0 if product.min_lot is None else _ticks(product.min_lot, decimals),
    )


def _ways(problem: Problem, product_at: dict[str, int], line_at: dict[str, int]) -> tuple[list[Way], list[list[int]]]:
    decimals = {product.id: product.decimals for product in problem.products}
    ways = [
        Way(
            product=product_at[routing.product],
            line=line_at[routing.line],
            run=fine(routing.hours_per_unit, decimals[routing.product]),
            setup=fine(routing.setup_hours),
            setup_cost=float(routing.setup_cost + routing.setup_hours * problem.policy.setup_hour),
        )
        for routing in sorted(problem.routings, key=lambda routing: (routing.product, routing.line))
    ]
    ways_of: list[list[int]] = [[] for _ in product_at]
    for at, way in enumerate(ways):
        ways_of[way.product].append(at)
    return ways, ways_of


def _bill(problem: Problem, products: list[Product], material_at: dict[str, int]) -> list[list[tuple[int, int]]]:
    rows: dict[str, list[tuple[int, Decimal]]] = defaultdict(list)
    for usage in problem.bill:
        rows[usage.product].append((material_at[usage.material], usage.per_unit))
    return [
        sorted((material, fine(per_unit, product.decimals)) for material, per_unit in rows[product.id])
        for product in products
    ]


def _want(problem: Problem, demand: Demand, product: int, of: Product) -> Want:
    policy = problem.policy
    rank = demand.weight * (policy.firm if demand.kind == "firm" else policy.forecast)
    late = rank * of.value * policy.late_per_day
    end = sum(bucket.days for bucket in problem.buckets[demand.due :])
    return Want(
        id=demand.id,
        product=product,
        ticks=_ticks(demand.quantity, of.decimals),
        due=demand.due,
        opens=demand.opens,
        rank=float(rank),
        late=float(late.scaleb(-of.decimals)),
        short=float((late * end + rank * of.value * policy.short).scaleb(-of.decimals)),
    )
