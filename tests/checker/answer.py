"""The plan file (docs/planning.md, § 3): its shape, names and rows as look-ups. Must not know the rules of § 4."""

from collections import Counter
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.checker.numbers import number
from tests.checker.question import Json, Place, Question

ROWS = {
    "lots": ("product", "line", "bucket", "quantity", "setup"),
    "deliveries": ("demand", "bucket", "quantity"),
    "outcomes": ("demand", "delivered", "late", "short", "completed"),
    "stock": ("item", "bucket", "quantity"),
    "material_stock": ("item", "bucket", "quantity"),
}
KEYS = {
    "lots": ("product", "line", "bucket"),
    "deliveries": ("demand", "bucket"),
    "outcomes": ("demand",),
    "stock": ("item", "bucket"),
    "material_stock": ("item", "bucket"),
}
NUMBERS = ("quantity", "delivered", "late", "short")
COSTS = ("lateness", "shortage", "setup", "holding")
HEAD = ("fingerprint", "status", "ended_by", "cost", "objective", "bound", "gap", "statistics", "format")
STATUS = ("optimal", "feasible", "constructed")
ENDED_BY = ("gap", "work", "time", "stop")


@dataclass(frozen=True)
class Outcome:
    """What the plan says of a demand."""

    delivered: Fraction
    late: Fraction
    short: Fraction
    completed: int | None


@dataclass(frozen=True)
class Answer:
    """The plan's rows by their keys."""

    lots: dict[Place, Fraction]
    without_setup: list[Place]
    deliveries: dict[tuple[str, int], Fraction]
    outcomes: dict[str, Outcome]
    stock: dict[tuple[str, int], Fraction]
    material_stock: dict[tuple[str, int], Fraction]
    cost: dict[str, Fraction]
    objective: Fraction
    bound: Fraction
    gap: Fraction


def answer(plan: Json) -> Answer:
    """Read a plan whose form has been found good."""
    outcomes = {
        row["demand"]: Outcome(number(row["delivered"]), number(row["late"]), number(row["short"]), row["completed"])
        for row in plan["outcomes"]
    }
    return Answer(
        lots={(row["product"], row["line"], row["bucket"]): number(row["quantity"]) for row in plan["lots"]},
        without_setup=[
            (row["product"], row["line"], row["bucket"]) for row in plan["lots"] if row["setup"] is not True
        ],
        deliveries={(row["demand"], row["bucket"]): number(row["quantity"]) for row in plan["deliveries"]},
        outcomes=outcomes,
        stock={(row["item"], row["bucket"]): number(row["quantity"]) for row in plan["stock"]},
        material_stock={(row["item"], row["bucket"]): number(row["quantity"]) for row in plan["material_stock"]},
        cost={key: number(plan["cost"][key]) for key in COSTS},
        objective=number(plan["objective"]),
        bound=number(plan["bound"]),
        gap=number(plan["gap"]),
    )


def malformed(plan: Json, asked: Question) -> list[str]:
    """What keeps the plan from being read at all: fields, numbers, names, doubled rows."""
    if wrong := _fields("the plan", plan, (*HEAD, *ROWS)) or list(_lists(plan)):
        return wrong
    wrong = [*_fields("cost", plan["cost"], COSTS), *_head(plan)]
    known = _known(asked)
    for name in ROWS:
        for index, row in enumerate(plan[name]):
            where = f"{name}[{index}]"
            wrong += _fields(where, row, ROWS[name]) or [*_row(where, row), *_names(where, row, known[name])]
    return wrong or list(_doubled(plan))


def _lists(plan: Json) -> Iterator[str]:
    for name in ROWS:
        if not isinstance(plan[name], list | tuple):
            yield f"{name} is no list"


def _fields(where: str, row: Any, wanted: tuple[str, ...]) -> list[str]:
    if not isinstance(row, dict):
        return [f"{where} is no object"]
    missing = [f"{where} lacks the field {key}" for key in wanted if key not in row]
    return missing + [f"{where} has the unknown field {key}" for key in row if key not in wanted]


def _head(plan: Json) -> Iterator[str]:
    if plan["status"] not in STATUS:
        yield f"status {plan['status']!r} is none of {', '.join(STATUS)}"
    if plan["ended_by"] not in ENDED_BY:
        yield f"ended_by {plan['ended_by']!r} is none of {', '.join(ENDED_BY)}"
    if plan["ended_by"] == "gap" and plan["status"] != "optimal":
        yield f"the search ended by the gap, but the status is {plan['status']}, not optimal"
    if plan["format"] != 1:
        yield f"format {plan['format']!r} is not 1"
    for key in ("objective", "bound", "gap"):
        yield from _number(key, plan[key])
    if isinstance(plan["cost"], dict):
        for key in COSTS:
            yield from _number(f"cost.{key}", plan["cost"].get(key, 0))


def _row(where: str, row: Json) -> Iterator[str]:
    for key in NUMBERS:
        if key in row:
            yield from _number(f"{where}.{key}", row[key])


def _number(where: str, value: Any) -> Iterator[str]:
    try:
        if number(value) < 0:
            yield f"{where} is negative: {value}"
    except ValueError as error:
        yield f"{where}: {error}"


Known = dict[str, Callable[[Any], bool]]


def _known(asked: Question) -> dict[str, Known]:
    """Which names and buckets the rows of each list may use."""

    def bucket(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and value in asked.buckets

    def among(names: Container[str]) -> Callable[[Any], bool]:
        return lambda value: isinstance(value, str) and value in names

    product, demand = among(asked.products), among(asked.demands)
    return {
        "lots": {"product": product, "line": among(asked.hours), "bucket": bucket},
        "deliveries": {"demand": demand, "bucket": bucket},
        "outcomes": {"demand": demand, "completed": lambda value: value is None or bucket(value)},
        "stock": {"item": product, "bucket": bucket},
        "material_stock": {"item": among(asked.materials), "bucket": bucket},
    }


def _names(where: str, row: Json, known: Known) -> list[str]:
    return [f"{where}: unknown {key} {row[key]!r}" for key, has in known.items() if not has(row[key])]


def _doubled(plan: Json) -> Iterator[str]:
    for name, keys in KEYS.items():
        counts = Counter(tuple(row[key] for key in keys) for row in plan[name])
        for place, times in counts.items():
            if times > 1:
                yield f"{name} has {times} rows for {', '.join(map(str, place))}"
