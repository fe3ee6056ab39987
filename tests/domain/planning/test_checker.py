"""The independent checker sees every planted error, and finds none in what the engine plans (P3, I9)."""

import copy
import hashlib
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, reject, settings
from hypothesis import strategies as st

from tests.checker import check
from tests.checker.__main__ import main
from tests.checker.canonical import fingerprint
from tests.checker.numbers import number, plain
from tests.domain.planning.exhaustive import Exhaustive, TooManyError
from tests.domain.planning.problems import Json, Size, planned, problems

pytestmark = pytest.mark.rule("P3")

CALM = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
)
TINY = Size(products=2, lines=2, buckets=3, demands=3, most=3, whole=True)

# Line L makes A and B. One lot of each bucket is released; bucket 0 is frozen. D1 is late in part, D2 early in part and
# short, D3 late and short, D4 wants nothing.
PROBLEM: Json = {
    "buckets": [{"index": 0, "start": "2026-01-05"}, {"index": 1, "start": "2026-01-12"}],
    "lines": [{"id": "L", "hours": ["20", "13"]}, {"id": "K", "hours": ["10", "10"]}],
    "products": [
        {"id": "A", "stock": "2", "holding": "0.5", "value": "2", "decimals": 0, "lot_multiple": "2", "min_lot": "4"},
        {"id": "B", "decimals": 1},
    ],
    "routings": [
        {"product": "A", "line": "L", "hours_per_unit": "1", "setup_hours": "2", "setup_cost": "10"},
        {"product": "B", "line": "L", "hours_per_unit": "2", "setup_hours": "1"},
    ],
    "materials": [{"id": "M", "stock": "10", "receipts": ["0", "6"]}],
    "bill": [{"product": "A", "material": "M", "per_unit": "1"}, {"product": "B", "material": "M", "per_unit": "0.5"}],
    "demands": [
        {"id": "D1", "product": "A", "quantity": "8", "due": 0},
        {"id": "D2", "product": "A", "quantity": "6", "due": 1, "earliest": 0, "kind": "forecast"},
        {"id": "D3", "product": "B", "quantity": "5", "due": 0},
        {"id": "D4", "product": "B", "quantity": "0", "due": 1},
    ],
    "committed": [
        {"product": "A", "line": "L", "bucket": 0, "quantity": "6"},
        {"product": "B", "line": "L", "bucket": 1, "quantity": "2"},
    ],
    "frozen_buckets": 1,
}
PLAN: Json = {
    "fingerprint": fingerprint(PROBLEM),
    "status": "feasible",
    "ended_by": "work",
    "lots": [
        {"product": "A", "line": "L", "bucket": 0, "quantity": "6", "setup": True},
        {"product": "A", "line": "L", "bucket": 1, "quantity": "4", "setup": True},
        {"product": "B", "line": "L", "bucket": 1, "quantity": "3", "setup": True},
    ],
    "deliveries": [
        {"demand": "D1", "bucket": 0, "quantity": "6"},
        {"demand": "D1", "bucket": 1, "quantity": "2"},
        {"demand": "D2", "bucket": 0, "quantity": "1"},
        {"demand": "D2", "bucket": 1, "quantity": "3"},
        {"demand": "D3", "bucket": 1, "quantity": "3"},
    ],
    "outcomes": [
        {"demand": "D1", "delivered": "8", "late": "2", "short": "0", "completed": 1},
        {"demand": "D2", "delivered": "4", "late": "0", "short": "2", "completed": None},
        {"demand": "D3", "delivered": "3", "late": "3", "short": "2", "completed": None},
        {"demand": "D4", "delivered": "0", "late": "0", "short": "0", "completed": 1},
    ],
    "stock": [
        {"item": "A", "bucket": 0, "quantity": "1"},
        {"item": "A", "bucket": 1, "quantity": "0"},
        {"item": "B", "bucket": 0, "quantity": "0"},
        {"item": "B", "bucket": 1, "quantity": "0"},
    ],
    "material_stock": [
        {"item": "M", "bucket": 0, "quantity": "4"},
        {"item": "M", "bucket": 1, "quantity": "4.5"},
    ],
    # 8·5·7·2 + 4·5·7·3; 2·(5·7 + 200)·2 + 4·(5·14 + 200)·2; 2·(10 + 50·2) + 50·1; 0.5·7·1
    "cost": {"lateness": "980", "shortage": "3100", "setup": "270", "holding": "3.5"},
    "objective": "4353.5",
    "bound": 4000.0,
    "gap": 353.5 / 4353.5,
    "statistics": {"seconds": 0.1},
    "format": 1,
}


def days(count: int) -> list[Json]:
    """Buckets of a day."""
    return [{"index": t, "start": f"2026-01-{t + 1:02d}", "days": 1} for t in range(count)]


# Both products together would need 30.2 of the 30 hours for their least lots: set-ups rounded up do not fit.
LEAST_LOTS_CLASH: Json = {
    "buckets": days(1),
    "lines": [{"id": "L", "hours": ["30"]}],
    "products": [{"id": "P", "decimals": 0, "min_lot": "8"}, {"id": "Q", "decimals": 0, "min_lot": "8"}],
    "routings": [
        {"product": "P", "line": "L", "hours_per_unit": "2.5", "setup_hours": "3.5"},
        {"product": "Q", "line": "L", "hours_per_unit": "0.4", "setup_hours": "3.5"},
    ],
    "demands": [
        {"id": "D0", "product": "P", "quantity": "30", "due": 0},
        {"id": "D1", "product": "Q", "quantity": "30", "due": 0},
    ],
}
# The least lot, 8, is no multiple of 5: a lot of 8 cut down to a multiple is too small.
LEAST_LOT_OFF_THE_GRID: Json = {
    "buckets": days(4),
    "lines": [{"id": "L", "hours": ["90", "30", "90", "90"]}],
    "products": [{"id": "P", "lot_multiple": "5", "min_lot": "8"}, {"id": "Q"}],
    "routings": [
        {"product": "P", "line": "L", "hours_per_unit": "2.5"},
        {"product": "Q", "line": "L", "hours_per_unit": "0.4"},
    ],
    "demands": LEAST_LOTS_CLASH["demands"],
    "frozen_buckets": 1,
}
# Hardly any demand: serving it costs more, in set-up or in what a lot leaves lying, than leaving it.
NOT_WORTH_A_LOT: Json = {
    "buckets": days(3),
    "lines": [{"id": "L", "hours": ["0", "90", "90"]}],
    "products": [{"id": "P"}, {"id": "Q", "holding": "0.3", "value": "0.5", "lot_multiple": "5"}],
    "routings": [
        {"product": "P", "line": "L", "hours_per_unit": "1", "setup_cost": "8"},
        {"product": "Q", "line": "L", "hours_per_unit": "1"},
    ],
    "demands": [
        {"id": "D0", "product": "P", "quantity": "0.001", "due": 0},
        {"id": "D1", "product": "Q", "quantity": "0.001", "due": 0},
    ],
}

Change = Callable[[Json, Json], object]
# Each: a name, what is done to (problem, plan), a violation that must be among those found.
PLANTED: list[tuple[str, Change, str]] = [
    ("hours", lambda q, p: q["lines"][0].update(hours=["20", "12.9"]), "line L in bucket 1: 13 hours used, 12.9 there"),
    (
        "set-up hours",
        lambda q, p: q["routings"][1].update(setup_hours="1.5"),
        "line L in bucket 1: 13.5 hours used, 13 there",
    ),
    ("no hours", lambda q, p: q["lines"][0].update(hours=["0", "13"]), "line L in bucket 0: 8 hours used, 0 there"),
    ("routing", lambda q, p: p["lots"][2].update(line="K"), "product B on line K in bucket 1: no routing"),
    (
        "multiple",
        lambda q, p: p["lots"][1].update(quantity="5"),
        "product A on line L in bucket 1: 5 is no multiple of 2",
    ),
    (
        "step",
        lambda q, p: p["lots"][2].update(quantity="3.05"),
        "product B on line L in bucket 1: 3.05 has too many decimals",
    ),
    (
        "least lot",
        lambda q, p: p["lots"][1].update(quantity="2"),
        "product A on line L in bucket 1: 2 is below the least lot 4",
    ),
    ("empty lot", lambda q, p: p["lots"][2].update(quantity="0"), "product B on line L in bucket 1: a lot of nothing"),
    (
        "set-up",
        lambda q, p: p["lots"][2].update(setup=False),
        "product B on line L in bucket 1: production without set-up",
    ),
    (
        "material",
        lambda q, p: q["materials"][0].update(stock="5.9"),
        "material M at the end of bucket 0: stock falls to -0.1",
    ),
    (
        "late receipt",
        lambda q, p: q["materials"][0].update(stock="4", receipts=["0", "12"]),
        "material M at the end of bucket 0: stock falls to -2",
    ),
    (
        "material stock",
        lambda q, p: p["material_stock"][1].update(quantity="5"),
        "material M at the end of bucket 1: the plan says 5, the rows leave 4.5",
    ),
    (
        "product stock",
        lambda q, p: q["products"][0].update(stock="0"),
        "product A at the end of bucket 0: stock falls to -1",
    ),
    (
        "delivered before it is made",
        lambda q, p: p["deliveries"][4].update(bucket=0),
        "product B at the end of bucket 0: stock falls to -3",
    ),
    (
        "balance",
        lambda q, p: p["stock"][0].update(quantity="0"),
        "product A at the end of bucket 0: the plan says 0, the rows leave 1",
    ),
    ("stock row", lambda q, p: p["stock"].pop(), "product B at the end of bucket 1: no stock row"),
    (
        "too early",
        lambda q, p: q["demands"][1].update(earliest=None),
        "demand D2: delivered in bucket 0, before its earliest, 1",
    ),
    ("too much", lambda q, p: q["demands"][0].update(quantity="7"), "demand D1: 8 delivered, 7 wanted"),
    (
        "decimals of a delivery",
        lambda q, p: p["deliveries"][0].update(quantity="5.5"),
        "demand D1 in bucket 0: 5.5 has too many decimals",
    ),
    (
        "late",
        lambda q, p: p["outcomes"][0].update(late="0"),
        "demand D1: the plan says late 0, the deliveries say 2",
    ),
    (
        "short",
        lambda q, p: p["outcomes"][1].update(short="0"),
        "demand D2: the plan says short 0, the deliveries say 2",
    ),
    (
        "delivered",
        lambda q, p: p["outcomes"][2].update(delivered="5"),
        "demand D3: the plan says delivered 5, the deliveries say 3",
    ),
    (
        "completed",
        lambda q, p: p["outcomes"][0].update(completed=0),
        "demand D1: the plan says completed 0, the deliveries say 1",
    ),
    ("outcome", lambda q, p: p["outcomes"].pop(), "demand D4: no outcome"),
    (
        "released lot",
        lambda q, p: p["lots"].pop(2),
        "product B on line L in bucket 1: 2 are committed, 0 planned",
    ),
    (
        "frozen zone",
        lambda q, p: p["lots"][0].update(quantity="8"),
        "product A on line L in bucket 0: production beyond the committed lots in the frozen zone",
    ),
    ("cost", lambda q, p: p["cost"].update(setup="220"), "cost.setup is 220; the rows cost 270"),
    ("policy", lambda q, p: q.update(policy={"late_per_day": "4"}), "cost.lateness is 980; the rows cost 784"),
    ("objective", lambda q, p: p.update(objective="4353.4"), "the objective is 4353.4; the rows cost 4353.5"),
    ("bound", lambda q, p: p.update(bound=4353.6), "the bound 4353.6 lies above the objective 4353.5"),
    ("gap", lambda q, p: p.update(gap=0.01), "the gap is 0.01; objective and bound give"),
    ("proof", lambda q, p: p.update(ended_by="gap"), "the search ended by the gap, but the status is feasible"),
    ("doubled row", lambda q, p: p["lots"].append(p["lots"][0]), "lots has 2 rows for A, L, 0"),
    ("unknown name", lambda q, p: p["deliveries"][0].update(demand="D9"), "deliveries[0]: unknown demand 'D9'"),
    ("bucket", lambda q, p: p["lots"][0].update(bucket=2), "lots[0]: unknown bucket 2"),
    ("no number", lambda q, p: p["lots"][0].update(quantity="NaN"), "lots[0].quantity: 'NaN' is not finite"),
    ("negative", lambda q, p: p["outcomes"][0].update(short="-1"), "outcomes[0].short is negative: -1"),
    ("field", lambda q, p: p.pop("bound"), "the plan lacks the field bound"),
]


def test_a_true_plan_passes() -> None:
    assert check(PROBLEM, PLAN) == []


@pytest.mark.parametrize(("change", "violation"), [one[1:] for one in PLANTED], ids=[one[0] for one in PLANTED])
def test_a_planted_error_is_found(change: Change, violation: str) -> None:
    problem, plan = copy.deepcopy(PROBLEM), copy.deepcopy(PLAN)
    change(problem, plan)
    plan["fingerprint"] = fingerprint(problem)
    found = check(problem, plan)
    assert any(one.startswith(violation) for one in found), found


def test_a_plan_of_another_problem_is_found() -> None:
    other = {**PROBLEM, "materials": [{"id": "M", "stock": "10", "receipts": ["0.0", "6.00"]}]}
    assert check(other, PLAN) == []
    other = {**PROBLEM, "lines": [{"id": "L", "hours": ["20", "13"]}, {"id": "K", "hours": ["10", "11"]}]}
    assert check(other, PLAN) == ["the fingerprint is another problem's"]


def test_the_fingerprint_is_the_one_of_the_page() -> None:
    text = (
        '{"bill":[],"buckets":[{"days":7,"index":0,"start":"2026-01-05"}],"committed":[],"demands":[],"format":1,'
        '"frozen_buckets":0,"lines":[{"hours":["0"],"id":"\\u7ebf"},{"hours":["12.5"],"id":"K"}],"materials":[],'
        '"policy":{"firm":"4","forecast":"1","late_per_day":"5","setup_hour":"50","short":"200"},'
        '"products":[],"routings":[]}'
    )
    buckets = [{"index": 0, "start": "2026-01-05"}]
    problem = {"buckets": buckets, "lines": [{"id": "K", "hours": ["12.50"]}, {"id": "线", "hours": [0]}]}
    assert fingerprint(problem) == hashlib.sha256(text.encode()).hexdigest() == planned(problem)["fingerprint"]


@pytest.mark.parametrize("whole", [False, True], ids=["plan", "result"])
def test_it_is_called_on_files(whole: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem, plan, wrong = (tmp_path / name for name in ("problem.json", "plan.json", "wrong.json"))
    problem.write_text(json.dumps(PROBLEM))
    plan.write_text(json.dumps({"outcome": "planned", "plan": PLAN} if whole else PLAN))
    wrong.write_text(json.dumps({**PLAN, "objective": "1"}))
    assert main([str(problem), str(plan)]) == 0
    assert main([str(problem), str(wrong)]) == 1
    assert "the objective is 1; the rows cost 4353.5" in capsys.readouterr().out


def told(plan: Json) -> str:
    """The plan's text without what the clock says."""
    statistics = {key: value for key, value in plan["statistics"].items() if key != "seconds"}
    return json.dumps({**plan, "statistics": statistics})


@settings(CALM, max_examples=120)
@example(PROBLEM)
@example(LEAST_LOTS_CLASH)
@example(LEAST_LOT_OFF_THE_GRID)
@example(NOT_WORTH_A_LOT)
@given(problems())
def test_every_plan_of_the_engine_is_true(problem: Json) -> None:
    assert check(problem, planned(problem)) == []


@settings(CALM, max_examples=25)
@given(problems(), st.integers(0, 3), st.randoms(use_true_random=False))
def test_same_input_and_seed_give_the_same_plan(problem: Json, seed: int, chance: Random) -> None:
    first = told(planned(problem, seed=seed))
    assert told(planned(problem, seed=seed)) == first
    shuffled = copy.deepcopy(problem)
    for name, rows in shuffled.items():
        if isinstance(rows, list) and name != "buckets":
            chance.shuffle(rows)
    assert told(planned(shuffled, seed=seed)) == first


@settings(CALM, max_examples=60)
@example(LEAST_LOTS_CLASH)
@given(problems(TINY))
def test_trying_all_plans_agrees_with_the_proof(problem: Json) -> None:
    try:
        best = Exhaustive(problem).optimum()
    except TooManyError:
        reject()
    plan = planned(problem, gap=0.0, nodes=500)
    objective, bound = number(plan["objective"]), number(plan["bound"])
    assert check(problem, plan) == []
    assert bound <= best * (1 + Fraction(1, 10**9)), f"the bound {plain(bound)} denies a plan of {plain(best)}"
    assert best <= objective, f"the engine's {plain(objective)} beats all plans: {plain(best)}"
    if plan["status"] == "optimal":
        assert objective - best <= Fraction(1, 10**6), f"{plain(objective)} called optimal, {plain(best)} is possible"
