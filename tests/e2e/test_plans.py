"""The plans that the running suite issued, against the checker that shares no code with the engine (P3, I9)."""

import json
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from tests.checker import check
from tests.e2e.path import Path
from tests.support.street import rows

pytestmark = pytest.mark.asyncio(loop_scope="session")
Json = dict[str, Any]


def a_row(record: asyncpg.Record, **names: str) -> Json:
    """A row of the plan's file: field=column."""
    return {field: _plain(record[column]) for field, column in names.items()}


def _gap(row: asyncpg.Record) -> Decimal:
    """By the kept bound, which is rounded down."""
    objective: Decimal = row["objective"]
    return (objective - row["bound"]) / objective if objective else Decimal(0)


def _plain(value: object) -> object:
    return format(value, "f") if isinstance(value, Decimal) else value


async def as_file(url: str, row: asyncpg.Record) -> Json:
    """A stored plan as the file that docs/planning.md describes."""

    async def of(table: str, where: str = "true") -> list[asyncpg.Record]:
        return await rows(url, f"SELECT * FROM {table} WHERE plan_id = $1 AND {where}", row["plan_id"])

    lots = await of("production_lot")
    return {
        "fingerprint": row["fingerprint"],
        "status": row["result_status"],
        "ended_by": row["ended_by"],
        "lots": [
            a_row(lot, product="product_code", line="line_code", bucket="week", quantity="quantity") | {"setup": True}
            for lot in lots
        ],
        "deliveries": [
            a_row(one, demand="demand", bucket="week", quantity="quantity") for one in await of("production_delivery")
        ],
        "outcomes": [
            a_row(one, demand="demand", delivered="delivered", late="late", short="short", completed="completed")
            for one in await of("production_outcome")
        ],
        "stock": await _stock(of, "product"),
        "material_stock": await _stock(of, "material"),
        "cost": json.loads(row["costs"]),
        "objective": _plain(row["objective"]),
        "bound": _plain(row["bound"]),
        "gap": _plain(_gap(row)),
        "statistics": {},
        "format": 1,
    }


async def _stock(of: Any, kind: str) -> list[Json]:
    found = await of("production_stock", f"kind = '{kind}'")
    return [a_row(one, item="item", bucket="week", quantity="quantity") for one in found]


@pytest.mark.rule("P3")
async def test_every_plan_of_the_path_is_true(path: Path) -> None:
    """Capacity, set-ups, material and mass balance, costs and bound, exactly as the rows were kept."""
    await path.walked()
    url = path.company.suite.databases["planning"]
    plans = await rows(url, "SELECT * FROM production_plan WHERE version IS NOT NULL ORDER BY version")
    assert [plan["version"] for plan in plans] == [1, 2, 3]
    for plan in plans:
        problem = json.loads(plan["problem"], parse_float=Decimal)
        told = await as_file(url, plan)
        assert told["lots"]
        assert plan["proved_gap"] == pytest.approx(float(_gap(plan)), abs=1e-6)
        assert check(problem, told) == []
        told["lots"][0]["quantity"] = str(Decimal(told["lots"][0]["quantity"]) + 1)
        assert check(problem, told), "one unit more, and the checker notices"
