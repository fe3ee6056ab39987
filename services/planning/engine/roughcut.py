"""The rough cut: how much of each demand lines and material can carry by its due bucket, before anything is scheduled
(P2).

Same hours, set-ups, material, stock and committed lots as the plan's model, with set-ups relaxed to fractions: what
is kept is producible by the relaxation, and no plan can deliver more of the first class that is cut. Classes are
served one after the other: firm first, then by weight, then by due bucket; inside a class the share is fair
(docs/planning.md, § 8).
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.planning.engine.cutting import CLEAR, Cell, Cutting
from services.planning.engine.indexed import Indexed, indexed
from services.planning.engine.model import UNIT
from services.planning.engine.problem import Problem
from services.planning.engine.solve import RefusedProblem
from services.planning.engine.validate import validate


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one demand can have by its due bucket.

    ``code`` None: all of it; else what stops the rest: *line* or *material* with its name and bucket, or *frozen*
    (nothing may be made in time).
    """

    demand: str
    wanted: Decimal
    proposed: Decimal
    code: Literal["line", "material", "frozen"] | None = None
    line: str | None = None
    material: str | None = None
    bucket: int | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """Hours of a line in a month (a bucket belongs to the month it starts in): those there; those wanted (all demand
    net of stock, in its due month, each product on its fastest line, without set-ups); those that the proposals use,
    relaxed set-ups included.
    """

    line: str
    month: str
    hours: float
    wanted: float
    proposed: float


@dataclass(frozen=True, slots=True)
class RoughCut:
    """Proposals in the order of the demands' ids, and the load of every line and month."""

    proposals: list[Proposal]
    loads: list[Load]


def roughcut(problem: Problem, should_stop: Callable[[], bool] | None = None) -> RoughCut:
    """Cut ``problem``'s demands to what can be delivered by their due buckets.

    Raises RefusedProblem for input that makes no sense, InterruptedError when ``should_stop`` ended it.
    """
    if refusals := validate(problem):
        raise RefusedProblem(refusals)
    core = indexed(problem)
    kinds = {demand.id: (demand.kind == "forecast", -float(demand.weight)) for demand in problem.demands}
    cutting = Cutting(core, {at: (*kinds[want.id], want.due) for at, want in enumerate(core.wants)}, should_stop)
    values = cutting.run()
    return RoughCut(_proposals(core, cutting), _loads(problem, core, cutting, values))


def _proposals(core: Indexed, cutting: Cutting) -> list[Proposal]:
    proposals = {
        at: Proposal(want.id, core.items[want.product].units(want.ticks), core.items[want.product].units(want.ticks))
        for at, want in enumerate(core.wants)
    }
    for cells in cutting.cells.values():
        for cell in cells:
            if cell.reason is not None:
                proposals.update(_cut(core, cell, cutting.model.scale[cell.product]))
    return [proposals[at] for at in sorted(proposals)]


def _cut(core: Indexed, cell: Cell, scale: int) -> dict[int, Proposal]:
    """Share a cell's kept ticks in proportion; the rest goes to the greatest fractions."""
    wanted = {at: core.wants[at].ticks for at in cell.wants}
    kept = int(cell.kept * scale + CLEAR)
    parts = {at: ticks * kept // sum(wanted.values()) for at, ticks in wanted.items()}
    fractions = {at: ticks * kept % sum(wanted.values()) for at, ticks in wanted.items()}
    for at in sorted(wanted, key=lambda at: (-fractions[at], at))[: kept - sum(parts.values())]:
        parts[at] += 1
    kind, index, bucket = cell.reason or ("line", 0, cell.due)
    item = core.items[cell.product]
    return {
        at: Proposal(
            core.wants[at].id,
            item.units(ticks),
            item.units(parts[at]),
            kind,
            core.line_ids[index] if kind == "line" else None,
            core.material_ids[index] if kind == "material" else None,
            bucket,
        )
        for at, ticks in wanted.items()
        if parts[at] < ticks
    }


def _loads(problem: Problem, core: Indexed, cutting: Cutting, values: list[float]) -> list[Load]:
    months = [bucket.start[:7] for bucket in problem.buckets]
    hours: dict[tuple[int, str], float] = defaultdict(float)
    for line, there in enumerate(core.hours):
        for bucket, amount in enumerate(there):
            hours[line, months[bucket]] += amount / UNIT
    wanted = _wanted(core, months)
    proposed: dict[tuple[int, str], float] = defaultdict(float)
    for (way, bucket), ticks in core.committed.items():
        of = core.ways[way]
        proposed[of.line, months[bucket]] += (ticks * of.run + of.setup) / UNIT
    for (way, bucket), column in cutting.model.made.items():
        of = core.ways[way]
        proposed[of.line, months[bucket]] += values[column] * cutting.model.scale[of.product] * of.run / UNIT
    for (way, bucket), column in cutting.model.setup.items():
        of = core.ways[way]
        proposed[of.line, months[bucket]] += values[column] * of.setup / UNIT
    return [
        Load(core.line_ids[line], month, *(round(part[line, month], 3) for part in (hours, wanted, proposed)))
        for line, month in sorted(hours)
    ]


def _wanted(core: Indexed, months: list[str]) -> dict[tuple[int, str], float]:
    wanted: dict[tuple[int, str], float] = defaultdict(float)
    stock = [item.stock for item in core.items]
    for want in sorted(core.wants, key=lambda want: (want.due, want.id)):
        covered = min(stock[want.product], want.ticks)
        stock[want.product] -= covered
        if core.ways_of[want.product]:
            fastest = min((core.ways[way] for way in core.ways_of[want.product]), key=lambda way: (way.run, way.line))
            wanted[fastest.line, months[want.due]] += (want.ticks - covered) * fastest.run / UNIT
    return wanted
