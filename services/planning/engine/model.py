"""The mixed-integer program of some products on the room that a ledger leaves them (docs/planning.md, § 7).

The whole problem is the case of all products on an empty ledger; a neighbourhood of a plan is that of a few products
on a ledger without their lots. The columns of one product are in ``flows``; here they meet on lines and in materials.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.planning.engine.highs import Program
from services.planning.engine.indexed import FINE, Indexed
from services.planning.engine.ledger import Ledger

Place = tuple[int, int]
"""(way, bucket): where a lot can be."""

UNIT = 10.0**FINE


@dataclass(slots=True)
class Model:
    """The program and where its variables are: ``made`` and ``setup`` by place; ``scale[p]``: ticks per unit of the
    columns of product p; ``integral``: products whose lots are whole steps in the model too; ``hours``, ``materials``:
    rows by (line, bucket) and (material, bucket)."""

    program: Program = field(default_factory=Program)
    scale: dict[int, int] = field(default_factory=dict)
    integral: set[int] = field(default_factory=set)
    made: dict[Place, int] = field(default_factory=dict)
    setup: dict[Place, int] = field(default_factory=dict)
    hours: dict[tuple[int, int], int] = field(default_factory=dict)
    materials: dict[tuple[int, int], int] = field(default_factory=dict)

    def start(self, problem: Indexed, lots: dict[Place, int]) -> dict[int, float]:
        """The set-ups (and whole lots, where they are integers) of a plan as a start for the search."""
        values = {column: float(place in lots) for place, column in self.setup.items()}
        for place, column in self.made.items():
            product = problem.ways[place[0]].product
            if product in self.integral:
                extra = lots.get(place, 0) - problem.committed.get(place, 0)
                values[column] = float(extra // self.scale[product])
        return values


def share(problem: Indexed, model: Model, ledger: Ledger) -> None:
    """Add the rows in which products compete: hours of lines, amounts of materials."""
    _hours(problem, model, ledger)
    _materials(problem, model, ledger)


def _hours(problem: Indexed, model: Model, ledger: Ledger) -> None:
    terms: dict[Place, list[tuple[int, float]]] = defaultdict(list)
    for (way, bucket), column in model.made.items():
        of = problem.ways[way]
        if of.run:
            terms[of.line, bucket].append((column, of.run * model.scale[of.product] / UNIT))
        if of.setup and (way, bucket) in model.setup:
            terms[of.line, bucket].append((model.setup[way, bucket], of.setup / UNIT))
    for (line, bucket), row in terms.items():
        model.hours[line, bucket] = model.program.row(row, high=ledger.room[line][bucket] / UNIT)


def _materials(problem: Indexed, model: Model, ledger: Ledger) -> None:
    used: dict[Place, list[tuple[int, float]]] = defaultdict(list)
    for (way, bucket), column in model.made.items():
        product = problem.ways[way].product
        for material, per_tick in problem.bill[product]:
            used[material, bucket].append((column, per_tick * model.scale[product] / UNIT))
    for material in sorted({material for material, _ in used}):
        before: int | None = None
        # what may be used by the end of a bucket is what every later bucket leaves over, so it never falls
        usable = [min(ledger.left[material][bucket:]) / UNIT for bucket in range(problem.buckets)]
        for bucket in range(problem.buckets):
            arriving = usable[bucket] - (usable[bucket - 1] if bucket else 0.0)
            stock = model.program.column()
            terms = [(stock, 1.0), *used[material, bucket], *((column, -1.0) for column in _some(before))]
            model.materials[material, bucket] = model.program.row(terms, low=arriving, high=arriving)
            before = stock


def _some(column: int | None) -> Iterable[int]:
    return () if column is None else (column,)
