"""The engine's values: what it refuses, and how it names an input."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import msgspec
import pytest

from services.planning.engine.fingerprint import fingerprint
from services.planning.engine.problem import (
    Bucket,
    CommittedLot,
    Demand,
    Line,
    Material,
    Policy,
    Problem,
    Product,
    Routing,
    Usage,
)
from services.planning.engine.solve import RefusedProblem, solve
from services.planning.engine.validate import validate

D = Decimal

SOUND = Problem(
    buckets=[Bucket(0, "2026-12-07"), Bucket(1, "2026-12-14")],
    lines=[Line("L", [D(40), D(40)])],
    products=[Product("P", stock=D(5), holding=D("0.01"), decimals=0)],
    routings=[Routing("P", "L", D("0.5"), D(2))],
    materials=[Material("M", D(100), [D(0), D(10)])],
    bill=[Usage("P", "M", D(1))],
    demands=[Demand("D", "P", D(20), 1)],
    committed=[CommittedLot("P", "L", 0, D(4))],
    frozen_buckets=1,
)

BROKEN = {
    "negative time": (replace(SOUND, routings=[Routing("P", "L", D("-0.5"))]), ("routings", 0, "bad-number")),
    "negative set-up": (replace(SOUND, routings=[Routing("P", "L", D(1), D(-2))]), ("routings", 0, "bad-number")),
    "negative hours": (replace(SOUND, lines=[Line("L", [D(40), D(-1)])]), ("lines", 0, "bad-number")),
    "not a number": (replace(SOUND, demands=[Demand("D", "P", D("NaN"), 1)]), ("demands", 0, "bad-number")),
    "infinite": (replace(SOUND, materials=[Material("M", D("inf"), [D(0), D(0)])]), ("materials", 0, "bad-number")),
    "enormous": (replace(SOUND, demands=[Demand("D", "P", D("1E+400"), 1)]), ("demands", 0, "bad-number")),
    "endless decimals": (replace(SOUND, bill=[Usage("P", "M", D("1e-15"))]), ("bill", 0, "bad-number")),
    "weightless": (replace(SOUND, demands=[Demand("D", "P", D(1), 1, weight=D(0))]), ("demands", 0, "bad-number")),
    "free shortage": (replace(SOUND, policy=Policy(short=D(0))), ("policy", None, "bad-number")),
    "unknown product": (replace(SOUND, demands=[Demand("D", "Q", D(1), 1)]), ("demands", 0, "unknown")),
    "unknown line": (replace(SOUND, routings=[Routing("P", "K", D(1))]), ("routings", 0, "unknown")),
    "unknown material": (replace(SOUND, bill=[Usage("P", "N", D(1))]), ("bill", 0, "unknown")),
    "unrouted lot": (replace(SOUND, committed=[CommittedLot("P", "K", 0, D(1))]), ("committed", 0, "unknown")),
    "before the horizon": (replace(SOUND, demands=[Demand("D", "P", D(1), -1)]), ("demands", 0, "outside-horizon")),
    "after the horizon": (replace(SOUND, demands=[Demand("D", "P", D(1), 2)]), ("demands", 0, "outside-horizon")),
    "opens after due": (replace(SOUND, demands=[Demand("D", "P", D(1), 0, 1)]), ("demands", 0, "outside-horizon")),
    "lot outside": (replace(SOUND, committed=[CommittedLot("P", "L", 7, D(1))]), ("committed", 0, "outside-horizon")),
    "frozen too far": (replace(SOUND, frozen_buckets=3), ("frozen_buckets", None, "outside-horizon")),
    "no routing": (replace(SOUND, routings=[], committed=[]), ("demands", 0, "no-routing")),
    "double": (replace(SOUND, demands=[Demand("D", "P", D(1), 1)] * 2), ("demands", 1, "duplicate")),
    "two routings": (replace(SOUND, routings=[Routing("P", "L", D(1))] * 2), ("routings", 1, "duplicate")),
    "too few hours": (replace(SOUND, lines=[Line("L", [D(1)])]), ("lines", 0, "bad-length")),
    "too many receipts": (replace(SOUND, materials=[Material("M", D(1), [D(1)] * 3)]), ("materials", 0, "bad-length")),
    "half a piece": (replace(SOUND, demands=[Demand("D", "P", D("1.5"), 1)]), ("demands", 0, "too-many-decimals")),
    "four decimals": (replace(SOUND, products=[Product("P", decimals=4)]), ("products", 0, "bad-decimals")),
    "no buckets": (replace(SOUND, buckets=[]), ("buckets", None, "no-buckets")),
    "no date": (replace(SOUND, buckets=[Bucket(0, "soon"), Bucket(1, "2026-12-14")]), ("buckets", 0, "bad-date")),
    "wrong order": (replace(SOUND, buckets=[*reversed(SOUND.buckets)]), ("buckets", 0, "bad-order")),
    "no days": (replace(SOUND, buckets=[SOUND.buckets[0], Bucket(1, "2026-12-14", 0)]), ("buckets", 1, "bad-days")),
    "committed over hours": (
        replace(SOUND, committed=[CommittedLot("P", "L", 0, D(77))]),
        ("committed", 0, "over-capacity"),
    ),
    "committed over material": (
        replace(SOUND, bill=[Usage("P", "M", D(30))]),
        ("committed", 0, "over-material"),
    ),
    "another format": (replace(SOUND, format=2), ("format", None, "unknown-format")),
}


@pytest.mark.rule("P3")
@pytest.mark.parametrize("name", BROKEN)
def test_input_that_makes_no_sense_is_refused_with_the_row_named(name: str) -> None:
    problem, (where, row, code) = BROKEN[name]
    refusals = validate(problem)
    assert (where, row, code) in [(one.where, one.row, one.code) for one in refusals]
    assert all(one.reason for one in refusals)
    with pytest.raises(RefusedProblem) as refused:
        solve(problem)
    assert refused.value.refusals == refusals


def test_a_sound_problem_and_an_overload_are_not_refused() -> None:
    assert validate(SOUND) == []
    assert validate(replace(SOUND, demands=[Demand("D", "P", D(10**6), 0)])) == []


def test_a_product_that_stock_covers_needs_no_routing() -> None:
    covered = replace(SOUND, routings=[], committed=[], demands=[Demand("D", "P", D(5), 1)])
    assert validate(covered) == []


def test_the_fingerprint_knows_content_not_order_or_spelling() -> None:
    many = replace(SOUND, demands=[Demand(f"D{n}", "P", D(n), 1) for n in range(9)])
    shuffled = list(many.demands)
    Random(1).shuffle(shuffled)
    spelt = replace(many, demands=shuffled, lines=[Line("L", [D("40.00"), D("4E+1")])])
    assert fingerprint(spelt) == fingerprint(many)
    assert fingerprint(replace(many, frozen_buckets=0)) != fingerprint(many)
    assert fingerprint(replace(many, demands=many.demands[1:])) != fingerprint(many)


def test_json_carries_a_problem_without_loss() -> None:
    told = msgspec.json.decode(msgspec.json.encode(SOUND), type=Problem)
    assert fingerprint(told) == fingerprint(SOUND)
