"""Why a demand is late or short: what stands in the way of making the missing quantity in time (P4, P5).

Read off the finished plan: for every line and bucket in time, the room that is left there in hours and in material. The
answer is a code with its parameters, never a text; docs/planning.md, § 5, says what each means.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.planning.engine.evaluate import plain
from services.planning.engine.indexed import FINE, Indexed, Want, indexed
from services.planning.engine.ledger import Ledger
from services.planning.engine.plan import Plan
from services.planning.engine.problem import Problem

Code = Literal["material", "line", "frozen", "search"]


@dataclass(frozen=True, slots=True)
class Cause:
    """One demand's cause. ``quantity``: late and short together; ``needed``, ``available``: hours of ``line``, or
    amounts of ``material``, in ``bucket``. What does not apply is None.
    """

    demand: str
    code: Code
    quantity: Decimal
    bucket: int | None = None
    line: str | None = None
    material: str | None = None
    needed: Decimal | None = None
    available: Decimal | None = None


def explain(problem: Problem, plan: Plan) -> list[Cause]:
    """The cause of every demand that ``plan`` leaves late or short, in the order of their ids."""
    core = indexed(problem)
    ledger = _ledger(core, plan)
    wants = {want.id: want for want in core.wants}
    causes = []
    for outcome in plan.outcomes:
        missing = outcome.late + outcome.short
        if missing > 0:
            want = wants[outcome.demand]
            ticks = int(missing.scaleb(core.items[want.product].decimals))
            causes.append(_cause(core, ledger, want, ticks, missing))
    return causes


def _ledger(core: Indexed, plan: Plan) -> Ledger:
    ledger = Ledger(core)
    places = {
        (core.items[way.product].id, core.line_ids[way.line]): (at, core.items[way.product].decimals)
        for at, way in enumerate(core.ways)
    }
    for lot in plan.lots:
        way, decimals = places[lot.product, lot.line]
        booked = ledger.lots.get((way, lot.bucket), 0)
        ledger.book(way, lot.bucket, int(lot.quantity.scaleb(decimals)) - booked)
    return ledger


@dataclass(frozen=True, slots=True)
class _Spot:
    """A line and bucket in time: hours needed there for the missing quantity, hours left, ticks that fit."""

    way: int
    bucket: int
    needed: int
    left: int
    fits: int


def _cause(core: Indexed, ledger: Ledger, want: Want, ticks: int, missing: Decimal) -> Cause:
    if want.due < core.frozen:
        return Cause(want.id, "frozen", missing, want.due)
    spots = [
        _spot(core, ledger, way, bucket, ticks)
        for way in core.ways_of[want.product]
        for bucket in range(core.frozen, want.due + 1)
    ]
    by_hours = sum(spot.fits for spot in spots)
    by_material = ledger.material_room(want.product, want.due)
    if by_material is not None and by_material < ticks and by_material <= by_hours:
        return _material(core, ledger, want, ticks, missing)
    best = max(spots, key=lambda spot: (spot.fits, spot.left, spot.bucket, -spot.way))
    of = core.ways[best.way]
    return Cause(
        want.id,
        "line" if by_hours < ticks else "search",
        missing,
        best.bucket,
        core.line_ids[of.line],
        None,
        _exact(best.needed),
        _exact(best.left),
    )


def _spot(core: Indexed, ledger: Ledger, way: int, bucket: int, ticks: int) -> _Spot:
    of = core.ways[way]
    item = core.items[of.product]
    booked = (way, bucket) in ledger.lots
    wish = -(-max(ticks, 0 if booked else item.min_lot) // item.step) * item.step
    setup = 0 if booked else of.setup
    left = ledger.room[of.line][bucket]
    fits = wish
    if left < setup:
        fits = 0
    elif of.run:
        fits = min(wish, (left - setup) // of.run // item.step * item.step)
    if not booked and fits < item.min_lot:
        fits = 0
    return _Spot(way, bucket, setup + of.run * wish, left, fits)


def _material(core: Indexed, ledger: Ledger, want: Want, ticks: int, missing: Decimal) -> Cause:
    """The material of which the least of the product could be made in the last bucket in time."""
    left = {material: min(ledger.left[material][want.due :]) for material, _ in core.bill[want.product]}
    material, per_tick = min(core.bill[want.product], key=lambda use: (left[use[0]] // use[1], use[0]))
    return Cause(
        want.id,
        "material",
        missing,
        want.due,
        None,
        core.material_ids[material],
        _exact(per_tick * ticks),
        _exact(left[material]),
    )


def _exact(fine: int) -> Decimal:
    return plain(Decimal(fine).scaleb(-FINE))
