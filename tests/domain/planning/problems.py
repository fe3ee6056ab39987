"""Random small planning problems as the JSON of docs/planning.md, and the way through the engine and back to JSON.

Written from the page; of the engine only its public entry and the type it takes are used.
"""

import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import msgspec
from hypothesis import strategies as st

from services.planning.engine.problem import Problem
from services.planning.engine.solve import Limits, solve
from tests.checker.numbers import plain

Json = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How large a problem may get. ``whole``: all products in whole units, as an exhaustive search needs it."""

    products: int = 4
    lines: int = 3
    buckets: int = 5
    demands: int = 6
    most: int = 30
    whole: bool = False


@dataclass
class Room:
    """What is left of hours and materials while committed lots are put in."""

    hours: dict[tuple[str, int], Fraction]
    materials: dict[str, list[Fraction]]
    lots: list[Json] = field(default_factory=list)


def planned(problem: Json, gap: float = 0.01, seed: int = 0, nodes: int | None = 2000) -> Json:
    """The engine's plan of ``problem``, as JSON."""
    asked = msgspec.json.decode(json.dumps(problem), type=Problem)
    plan: Json = json.loads(msgspec.json.encode(solve(asked, Limits(gap=gap, nodes=nodes), seed=seed)))
    return plan


def tenths(least: int, most: int) -> st.SearchStrategy[str]:
    """Decimal texts with one decimal."""
    return st.integers(least * 10, most * 10).map(lambda value: plain(Fraction(value, 10)))


@st.composite
def problems(draw: st.DrawFn, size: Size | None = None) -> Json:
    """A problem that is not refused: idle or overloaded, with material missing and lots released as they come."""
    size = size or Size()
    buckets = draw(st.integers(1, size.buckets) | st.just(size.buckets))
    lines = [f"L{n}" for n in range(draw(st.integers(1, size.lines)))]
    products = [draw(_product(f"P{n}", size)) for n in range(draw(st.integers(1, size.products)))]
    materials = [f"M{n}" for n in range(draw(st.integers(0, 2)))]
    amounts = st.one_of(st.sampled_from([str(size.most * 3), str(size.most), "0"]), tenths(0, size.most * 4))
    frozen = draw(st.sampled_from([0, 0, 0, *range(buckets + 1)]))
    problem: Json = {
        "format": 1,
        "buckets": draw(_buckets(buckets)),
        "lines": [{"id": one, "hours": draw(st.lists(amounts, min_size=buckets, max_size=buckets))} for one in lines],
        "products": products,
        "routings": [draw(_routing(one["id"], line)) for one in products for line in draw(_some(lines))],
        "materials": [
            {"id": one, "stock": draw(amounts), "receipts": draw(st.lists(amounts, min_size=buckets, max_size=buckets))}
            for one in materials
        ],
        "bill": [
            {"product": one["id"], "material": material, "per_unit": draw(tenths(1, 2))}
            for one in products
            for material in materials
            if draw(st.booleans())
        ],
        "demands": [
            draw(_demand(f"D{n}", draw(st.sampled_from(products)), buckets, size))
            for n in range(draw(st.integers(0, size.demands) | st.just(size.demands)))
        ],
        "frozen_buckets": frozen,
        "policy": draw(_policy()),
    }
    problem["committed"] = draw(_committed(problem, size))
    return problem


@st.composite
def _buckets(draw: st.DrawFn, count: int) -> list[Json]:
    days = [draw(st.sampled_from([1, 7, 7, 30])) for _ in range(count)]
    return [{"index": t, "start": f"2026-{t + 1:02d}-01", "days": days[t]} for t in range(count)]


@st.composite
def _product(draw: st.DrawFn, key: str, size: Size) -> Json:
    decimals = 0 if size.whole else draw(st.integers(0, 3))
    multiple = draw(st.sampled_from([None, None, "2", "3"] if size.whole else [None, None, None, "5"]))
    least = draw(st.sampled_from([None, None, str(1 + size.most // 4)]))
    return {
        "id": key,
        "stock": draw(st.one_of(st.just("0"), _quantity(decimals, size.most // 3))),
        "holding": draw(st.sampled_from(["0", "0.01", "0.3"])),
        "value": draw(st.sampled_from(["1", "0.5", "20"])),
        "decimals": decimals,
        "lot_multiple": multiple,
        "min_lot": least,
    }


def _quantity(decimals: int, most: int) -> st.SearchStrategy[str]:
    whole = st.sampled_from([str(most), str(most - most // 3)])
    return whole | st.integers(0, most * 10**decimals).map(lambda value: plain(Fraction(value, 10**decimals)))


def _some(lines: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(lines), min_size=1, unique=True)


@st.composite
def _routing(draw: st.DrawFn, product: str, line: str) -> Json:
    return {
        "product": product,
        "line": line,
        "hours_per_unit": draw(st.sampled_from(["1", "0.4", "2.5"])),
        "setup_hours": draw(st.sampled_from(["0", "1", "3.5"])),
        "setup_cost": draw(st.sampled_from(["0", "8", "60.25"])),
    }


@st.composite
def _demand(draw: st.DrawFn, key: str, product: Json, buckets: int, size: Size) -> Json:
    due = draw(st.integers(0, buckets - 1))
    return {
        "id": key,
        "product": product["id"],
        "quantity": draw(_quantity(product["decimals"], size.most)),
        "due": due,
        "earliest": draw(st.one_of(st.none(), st.integers(0, due))),
        "weight": draw(st.sampled_from(["1", "0.5", "3"])),
        "kind": draw(st.sampled_from(["firm", "forecast"])),
    }


@st.composite
def _policy(draw: st.DrawFn) -> Json:
    return {
        "late_per_day": draw(st.sampled_from(["5", "0", "0.2"])),
        "short": draw(st.sampled_from(["200", "20", "0.1"])),
        "firm": "4",
        "forecast": "1",
        "setup_hour": draw(st.sampled_from(["50", "0", "2.5"])),
    }


@st.composite
def _committed(draw: st.DrawFn, problem: Json, size: Size) -> list[Json]:
    """Released lots that hours and material allow together."""
    room = Room(
        {(line["id"], t): Fraction(hours) for line in problem["lines"] for t, hours in enumerate(line["hours"])},
        {one["id"]: _available(one) for one in problem["materials"]},
    )
    decimals = {one["id"]: one["decimals"] for one in problem["products"]}
    for routing in problem["routings"]:
        if draw(st.integers(0, 3)) == 0:
            bucket = draw(st.integers(0, len(problem["buckets"]) - 1))
            quantity = draw(_quantity(decimals[routing["product"]], max(1, size.most // 3)))
            _put(problem, room, routing, bucket, Fraction(quantity))
    return room.lots


def _available(material: Json) -> list[Fraction]:
    receipts = [Fraction(one) for one in material["receipts"]]
    return [Fraction(material["stock"]) + sum(receipts[: t + 1]) for t in range(len(receipts))]


def _put(problem: Json, room: Room, routing: Json, bucket: int, quantity: Fraction) -> None:
    product, line = routing["product"], routing["line"]
    hours = Fraction(routing["hours_per_unit"]) * quantity + Fraction(routing["setup_hours"])
    use = {
        one["material"]: Fraction(one["per_unit"]) * quantity for one in problem["bill"] if one["product"] == product
    }
    if not quantity or hours > room.hours[line, bucket]:
        return
    if any(amount > left for key, amount in use.items() for left in room.materials[key][bucket:]):
        return
    room.hours[line, bucket] -= hours
    for key, amount in use.items():
        room.materials[key][bucket:] = [left - amount for left in room.materials[key][bucket:]]
    room.lots.append({"product": product, "line": line, "bucket": bucket, "quantity": plain(quantity)})
