"""Rows that make the relaxation use free supply first where a best plan can do so, which closes most of its gap.

Let group A come *before* group g when it opens no later and is due no later. If a free unit serves g while production
serves A on time, swapping the two costs nothing more, as long as free supply is never younger than production. So
some best plan has a free unit for g only once everything before g is free-served, late or short. With S the free
supply, D_P the demand of (enough of) the groups before g and L_P what of them is late or short,

    r_g             ≤ R_g + L_P                          R_g = min(D_g, max(0, S − D_P)), r_g: free supply for g
    r_g + Σ f_s,g   ≤ R_g + (D_g − R_g) Σ y_s + L_P      for every source s of g with R_g > 0

hold in it, though not in every plan. They cut no best plan off, so the bound stays a bound.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from services.planning.engine.model import Model, Place

Group = tuple[int, int]
"""(due, opens): when it is due, and the first bucket in which it may be delivered."""

TINY = 1e-9


@dataclass(slots=True)
class Served:
    """A group's demand in model units, and its columns: free supply, production by place, late and short."""

    group: Group
    total: float
    free: list[int] = field(default_factory=list)
    made: dict[Place, int] = field(default_factory=dict)
    unserved: list[int] = field(default_factory=list)


def net(model: Model, served: list[Served], supply: list[float]) -> None:
    """Add the rows for one product; ``served`` in order of (due, opens), ``supply``: free units arriving by bucket."""
    arrivals = [bucket for bucket, amount in enumerate(supply) if amount > 0]
    sources = [bucket for one in served for _, bucket in one.made]
    if not arrivals or (sources and max(arrivals) > min(sources)):
        return
    for at, one in enumerate(served):
        if not one.free:
            continue
        last = max(bucket for bucket in arrivals if bucket <= one.group[0])
        free = sum(supply[: one.group[0] + 1])
        before, covered = _before(served[:at], one.group, last, free)
        reserved = min(one.total, max(0.0, free - covered))
        late = [(column, -1.0) for other in before for column in other.unserved]
        taken = [(column, 1.0) for column in one.free]
        model.program.row([*taken, *late], high=reserved)
        if reserved > TINY:
            _links(model, one, reserved, [*taken, *late])


def _before(served: list[Served], group: Group, last: int, free: float) -> tuple[list[Served], float]:
    """Enough groups before ``group`` to use all free supply up, and their demand."""
    before: list[Served] = []
    covered = 0.0
    for other in served:
        if covered >= free:
            break
        if last <= other.group[0] and other.group[1] <= group[1]:
            before.append(other)
            covered += other.total
    return before, covered


def _links(model: Model, one: Served, reserved: float, terms: list[tuple[int, float]]) -> None:
    by_bucket: dict[int, list[Place]] = defaultdict(list)
    for place in one.made:
        by_bucket[place[1]].append(place)
    for places in by_bucket.values():
        if all(place in model.setup for place in places):
            flows = [(one.made[place], 1.0) for place in places]
            setups = [(model.setup[place], -(one.total - reserved)) for place in places]
            model.program.row([*flows, *terms, *setups], high=reserved)
