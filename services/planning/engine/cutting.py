"""Fair shares of a relaxed plan, class by class: the linear programs behind the rough cut (docs/planning.md, § 8).

Within a class the least share is raised as far as it goes; those whom that stops keep it, the others go on (max–min
fairness). What a class got is held while the next is served.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from services.planning.engine.highs import INFINITY, Answer, Run, Session
from services.planning.engine.indexed import Indexed
from services.planning.engine.ledger import Ledger
from services.planning.engine.model import UNIT, Model, Place, share

CLEAR = 1e-6  # a share or a dual value below this is nothing
SAFE = 2e-6  # what is held may fall back by so much, so that the solver's tolerances cannot make the rest infeasible
EARLY = 1e-6  # hours a bucket of earliness costs when the final production is laid out: as late as possible

ClassKey = tuple[bool, float, int]
"""(is forecast, −weight, due): the order in which classes are served."""

Reason = tuple[Literal["line", "material", "frozen"], int, int]
"""What stops a cell: the kind, the index of the line or material, the bucket."""


@dataclass(slots=True)
class Cell:
    """Demands of one product in one class: what they want in model units, their column and row, and how it ended."""

    product: int
    due: int
    wants: list[int]
    total: float
    column: int
    row: int
    kept: float = 0.0
    reason: Reason | None = None


class Cutting:
    """The relaxation with one column for what each cell gets, and one for the share of each class."""

    def __init__(
        self, core: Indexed, classes: Mapping[int, ClassKey], should_stop: Callable[[], bool] | None = None
    ) -> None:
        self._core = core
        self.model = Model()
        self.ledger = Ledger(core)
        self.cells: dict[ClassKey, list[Cell]] = defaultdict(list)
        self._shares: dict[ClassKey, int] = {}
        by_cell: dict[tuple[ClassKey, int], list[int]] = defaultdict(list)
        for at, want in enumerate(core.wants):
            if want.ticks:
                by_cell[classes[at], want.product].append(at)
        for (key, product), wants in sorted(by_cell.items()):
            self._cell(key, product, wants)
        self._products()
        share(core, self.model, self.ledger)
        self._session = Session(self.model.program, Run(should_stop=should_stop))

    def run(self) -> list[float]:
        """Serve every class; returns the columns' values of a production that delivers what all of them keep."""
        if not self.cells:
            return [0.0] * self.model.program.size[0]
        self._all(sorted(self.cells))
        for place, column in self.model.made.items():
            way = self._core.ways[place[0]]
            late = self._core.buckets - place[1]
            self._session.cost(column, way.run * self.model.scale[way.product] / UNIT + EARLY * late)
        for place, column in self.model.setup.items():
            self._session.cost(column, self._core.ways[place[0]].setup / UNIT + EARLY)
        return self._answer().values

    def _cell(self, key: ClassKey, product: int, wants: list[int]) -> None:
        program = self.model.program
        if key not in self._shares:
            self._shares[key] = program.column(high=1.0)
        scale = self.model.scale.setdefault(product, 10 ** self._core.items[product].decimals)
        total = sum(self._core.wants[at].ticks for at in wants) / scale
        column = program.column(high=total)
        row = program.row([(column, 1.0), (self._shares[key], -total)], low=0.0)
        self.cells[key].append(Cell(product, self._core.wants[wants[0]].due, wants, total, column, row))

    def _products(self) -> None:
        due: dict[tuple[int, int], list[Cell]] = defaultdict(list)
        for cells in self.cells.values():
            for cell in cells:
                due[cell.product, cell.due].append(cell)
        for product in sorted(self.model.scale):
            need = sum(want.ticks for want in self._core.wants if want.product == product)
            supply = self.ledger.supply(product)
            before: int | None = None
            for bucket in range(self._core.buckets):
                made = [(column, 1.0) for column in self._lots(product, bucket, need)]
                gone = [(cell.column, -1.0) for cell in due[product, bucket]]
                stock = self.model.program.column()
                kept = [] if before is None else [(before, 1.0)]
                arriving = supply[bucket] / self.model.scale[product]
                self.model.program.row([*made, *gone, *kept, (stock, -1.0)], low=-arriving, high=-arriving)
                before = stock

    def _lots(self, product: int, bucket: int, need: int) -> list[int]:
        columns = []
        for way in self._core.ways_of[product]:
            most = self.ledger.most(way, bucket, need) / self.model.scale[product]
            if most > 0:
                place: Place = (way, bucket)
                self.model.made[place] = self.model.program.column(high=most)
                columns.append(self.model.made[place])
                if place not in self._core.committed:
                    self.model.setup[place] = self.model.program.column(high=1.0)
                    self.model.program.row([(columns[-1], 1.0), (self.model.setup[place], -most)], high=0.0)
        return columns

    def _all(self, keys: list[ClassKey]) -> None:
        """Serve classes in order: together where all of them can have all, else the first half before the second."""
        if len(keys) <= 1:
            for key in keys:
                self._serve(key)
            return
        for key in keys:
            self._session.cost(self._shares[key], -1.0)
        values = self._answer().values
        for key in keys:
            self._session.cost(self._shares[key], 0.0)
        if all(values[self._shares[key]] >= 1.0 - CLEAR for key in keys):
            for key in keys:
                for cell in self.cells[key]:
                    self._hold(cell, cell.total)
            return
        self._all(keys[: len(keys) // 2])
        self._all(keys[len(keys) // 2 :])

    def _serve(self, key: ClassKey) -> None:
        """Raise the class's share until everyone has all or is stopped; hold what each cell got."""
        active = self.cells[key]
        self._session.cost(self._shares[key], -1.0)
        while active:
            answer = self._answer()
            level = min(1.0, max(0.0, answer.values[self._shares[key]]))
            if level >= 1.0 - CLEAR:
                for cell in active:
                    self._hold(cell, cell.total)
                break
            stopped = [cell for cell in active if abs(answer.row_duals[cell.row]) * cell.total > CLEAR] or active
            for cell in stopped:
                cell.reason = self._reason(cell, answer)
                self._hold(cell, level * cell.total)
            active = [cell for cell in active if cell.reason is None]
        self._session.cost(self._shares[key], 0.0)

    def _hold(self, cell: Cell, kept: float) -> None:
        """Keep what ``cell`` got, for good."""
        cell.kept = kept
        self._session.bound(cell.column, max(0.0, kept - SAFE * (1.0 + kept)), kept)
        self._session.limit(cell.row, -INFINITY, INFINITY)

    def _answer(self) -> Answer:
        answer = self._session.solve()
        if answer.ended == "stop":
            raise InterruptedError("the rough cut was stopped")
        if not answer.values:
            raise RuntimeError(f"the relaxation ended by {answer.ended} without values")
        return answer

    def _reason(self, cell: Cell, answer: Answer) -> Reason:
        """What makes one more unit dearest where it is cheapest to make, by the duals of hours and material."""
        offers = []
        for way in self._core.ways_of[cell.product]:
            for bucket in range(cell.due + 1):
                if (way, bucket) in self.model.made:
                    prices = self._prices(way, bucket, answer)
                    offers.append((sum(price for price, _ in prices), -bucket, way, max(prices)))
        if offers and (best := min(offers))[0] > 0:
            return best[3][1]
        return self._plainly(cell)

    def _prices(self, way: int, bucket: int, answer: Answer) -> list[tuple[float, Reason]]:
        of = self._core.ways[way]
        scale = self.model.scale[of.product]
        row = self.model.hours.get((of.line, bucket))
        hours = 0.0 if row is None else abs(answer.row_duals[row])
        prices: list[tuple[float, Reason]] = [(of.run * scale / UNIT * hours, ("line", of.line, bucket))]
        for material, per_tick in self._core.bill[of.product]:
            price = abs(answer.row_duals[self.model.materials[material, bucket]])
            prices.append((per_tick * scale / UNIT * price, ("material", material, bucket)))
        return prices

    def _plainly(self, cell: Cell) -> Reason:
        """Where no dual tells: nothing may be made in time, no material is there, or no hours."""
        if cell.due < self._core.frozen or not self._core.ways_of[cell.product]:
            return ("frozen", 0, cell.due)
        bill = self._core.bill[cell.product]
        if self.ledger.material_room(cell.product, cell.due) == 0:
            left = {material: min(self.ledger.left[material][cell.due :]) // per for material, per in bill}
            return ("material", min(left, key=lambda material: (left[material], material)), cell.due)
        return ("line", self._core.ways[self._core.ways_of[cell.product][0]].line, cell.due)
