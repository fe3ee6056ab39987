"""The columns and rows of one product: facility location on time, aggregated by demand class (docs/planning.md, § 7).

What a way makes in bucket s is split by the group (due, first bucket of delivery) that it serves on time, and each
such flow is tied to that set-up by a row of its own: that makes the relaxation strong. Late flows are by class (group
and cost) and tied through the quantity alone. Free supply (stock, committed lots) flows without set-ups; ``netting``
keeps it honest.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from services.planning.engine.highs import Program
from services.planning.engine.indexed import Indexed, Want
from services.planning.engine.ledger import Ledger
from services.planning.engine.model import Model, Place, share
from services.planning.engine.netting import Group, Served, net

COARSE = 200
"""Up to so many steps of demand a product's lots are integers in the model; beyond, rounding costs under 1 / COARSE."""


def build(problem: Indexed, ledger: Ledger, products: Iterable[int]) -> Model:
    """The program that plans ``products`` anew on what ``ledger`` (free of their lots, but for committed ones)
    leaves.
    """
    model = Model()
    wants: dict[int, list[Want]] = defaultdict(list)
    for want in problem.wants:
        wants[want.product].append(want)
    for product in sorted(set(products)):
        _Builder(problem, model, product, _classes(wants[product])).build(ledger)
    share(problem, model, ledger)
    return model


@dataclass(frozen=True, slots=True)
class _Class:
    """Demand of one product with the same due bucket, opening and cost, in ticks."""

    due: int
    opens: int
    late: float
    short: float
    ticks: int


def _classes(wants: Iterable[Want]) -> list[_Class]:
    totals: dict[tuple[int, int, float, float], int] = defaultdict(int)
    for want in wants:
        totals[want.due, want.opens, want.late, want.short] += want.ticks
    return [_Class(*key, ticks) for key, ticks in sorted(totals.items()) if ticks]


class _Builder:
    """One product's part of the program."""

    def __init__(self, problem: Indexed, model: Model, product: int, classes: list[_Class]) -> None:
        self._problem, self._model, self._product = problem, model, product
        self._program: Program = model.program
        self._item = problem.items[product]
        self._classes = classes
        self._need = sum(one.ticks for one in classes)
        if self._need <= COARSE * self._item.step:
            model.integral.add(product)
        model.scale[product] = self._item.step if product in model.integral else 10**self._item.decimals
        self._scale = float(model.scale[product])
        self._supply: list[int] = []
        self._sources: list[list[Place]] = []
        self._free: list[list[int]] = [[] for _ in range(problem.buckets)]
        self._late: list[list[int]] = [[] for _ in range(problem.buckets)]
        self._on_time: dict[Place, list[int]] = defaultdict(list)

    def build(self, ledger: Ledger) -> None:
        """Add everything of this product but its part in hours and materials."""
        self._supply = ledger.supply(self._product)
        self._sources = [self._places(ledger, bucket) for bucket in range(self._problem.buckets)]
        self._program.offset += sum(
            self._problem.ways[way].setup_cost
            for way, _ in self._problem.committed
            if self._problem.ways[way].product == self._product
        )
        groups: dict[Group, list[_Class]] = defaultdict(list)
        for one in self._classes:
            groups[one.due, one.opens].append(one)
        served = [self._group(group, members) for group, members in groups.items()]
        net(self._model, served, [ticks / self._scale for ticks in self._supply])
        self._balance()

    def _places(self, ledger: Ledger, bucket: int) -> list[Place]:
        """Lots that may be made in this bucket, as columns; returns their places."""
        places = []
        for way in self._problem.ways_of[self._product]:
            ticks = ledger.most(way, bucket, self._need)
            if ticks:
                places.append((way, bucket))
                self._place((way, bucket), ticks / self._scale)
        return places

    def _place(self, place: Place, most: float) -> None:
        made = self._program.column(high=most, integer=self._product in self._model.integral)
        self._model.made[place] = made
        if place in self._problem.committed:
            return
        setup = self._program.column(self._problem.ways[place[0]].setup_cost, high=1.0, integer=True)
        self._model.setup[place] = setup
        self._program.row([(made, 1.0), (setup, -most)], high=0.0)
        if self._item.min_lot > self._item.step:
            self._program.row([(made, 1.0), (setup, -self._item.min_lot / self._scale)], low=0.0)

    def _group(self, group: Group, members: list[_Class]) -> Served:
        total = sum(one.ticks for one in members) / self._scale
        served = Served(group, total)
        for bucket in range(group[0] + 1):
            cost = self._problem.earned(self._product, bucket, max(bucket, group[1])) * self._scale
            if self._supply[bucket]:
                served.free.append(self._into(self._free[bucket], cost))
            for place in self._sources[bucket]:
                flow = self._into(self._on_time[place], cost)
                served.made[place] = flow
                if place in self._model.setup:
                    self._program.row([(flow, 1.0), (self._model.setup[place], -total)], high=0.0)
        late: dict[int, list[int]] = defaultdict(list)
        for one in members:
            served.unserved += self._class(one, late, alone=len(members) == 1)
        self._tie(late, total)
        flows = [*served.free, *served.made.values(), *served.unserved]
        self._program.row([(column, 1.0) for column in flows], low=total, high=total)
        return served

    def _tie(self, late: dict[int, list[int]], total: float) -> None:
        for bucket, columns in late.items():
            places = self._sources[bucket]
            if all(place in self._model.setup for place in places):
                setups = [(self._model.setup[place], -total) for place in places]
                self._program.row([*((column, 1.0) for column in columns), *setups], high=0.0)

    def _class(self, one: _Class, late: dict[int, list[int]], *, alone: bool) -> list[int]:
        """Short and late columns of a class; returns them, and adds those from production to ``late`` by bucket."""
        offsets = self._problem.offsets
        total = one.ticks / self._scale
        columns = [self._program.column(one.short * self._scale, high=total)]
        for bucket in range(one.due + 1, self._problem.buckets):
            cost = one.late * (offsets[bucket] - offsets[one.due]) * self._scale
            if self._supply[bucket]:
                columns.append(self._into(self._free[bucket], cost))
            if self._sources[bucket]:
                columns.append(self._into(self._late[bucket], cost))
                late[bucket].append(columns[-1])
        if not alone:
            self._program.row([(column, 1.0) for column in columns], high=total)
        return columns

    def _into(self, flows: list[int], cost: float) -> int:
        flows.append(self._program.column(cost))
        return flows[-1]

    def _balance(self) -> None:
        """What comes in goes out: free supply and production by bucket, each with what stays to the end."""
        end = self._problem.buckets
        rules = self._product in self._model.integral or self._item.step > 1 or self._item.min_lot > 0
        for bucket, places in enumerate(self._sources):
            kept = self._problem.earned(self._product, bucket, end) * self._scale
            if self._supply[bucket]:
                flows = [*self._free[bucket], self._program.column(kept)]
                amount = self._supply[bucket] / self._scale
                self._program.row([(column, 1.0) for column in flows], low=amount, high=amount)
            if not places:
                continue
            flows = [column for place in places for column in self._on_time[place]] + self._late[bucket]
            flows += [self._program.column(kept)] if rules else []
            made = [(self._model.made[place], 1.0) for place in places]
            self._program.row([*made, *((column, -1.0) for column in flows)], low=0.0, high=0.0)
            if len(places) > 1:
                self._by_way(places)

    def _by_way(self, places: list[Place]) -> None:
        """Each way makes what it serves on time itself."""
        for place in places:
            if self._on_time[place]:
                flows = [(column, -1.0) for column in self._on_time[place]]
                self._program.row([(self._model.made[place], 1.0), *flows], low=0.0)
