"""What is answered while the database is away, full, or not migrated, and that it heals by itself."""

import asyncio
import json
from uuid import uuid4

import asyncpg
import pytest

from shared import telemetry
from shared.testing.api import api, headers, token
from tests.integration.shared.doors import SERVICE, shelf

CLERK = token(roles=["unit-clerk"], unit=uuid4())
BOX = {"name": "small", "weight": "1.50"}


async def test_an_unreachable_database_is_503_with_a_time_to_come_back() -> None:
    async with api(SERVICE, "postgresql://nobody:secret@127.0.0.1:1/none") as client:
        for answer in (
            await client.get("/boxes", headers=headers(CLERK)),
            await client.post("/boxes", json=BOX, headers=headers(CLERK)),
        ):
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/database-unavailable")
            assert int(answer.headers["retry-after"]) > 0
            assert "secret" not in answer.text
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json()["type"]) == (503, "/problems/not-ready")
        assert ready.json()["checks"]["database"] == "unreachable"
        assert (await client.get("/health/live")).status_code == 200


async def test_connections_that_were_cut_are_replaced(street_database: str) -> None:
    async with shelf(street_database) as client:
        assert (await client.post("/boxes", json=BOX, headers=headers(CLERK))).status_code == 201
        connection = await asyncpg.connect(street_database)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await connection.close()
        statuses = [(await client.get("/boxes", headers=headers(CLERK))).status_code for _ in range(4)]
        assert set(statuses) <= {200, 503}
        assert statuses[-1] == 200


@pytest.mark.slow
async def test_a_database_without_a_free_connection_is_503(street_database: str) -> None:
    async with shelf(street_database, pool=1) as client:
        connection = await asyncpg.connect(street_database)
        await connection.execute("BEGIN; LOCK TABLE box")
        waiting = [asyncio.create_task(client.get("/boxes", headers=headers(CLERK))) for _ in range(2)]
        done, _ = await asyncio.wait(waiting, timeout=15, return_when=asyncio.FIRST_COMPLETED)
        answer = (await done.pop()) if done else None
        await connection.execute("ROLLBACK")
        await connection.close()
        await asyncio.gather(*waiting)
        assert answer is not None
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/database-unavailable")


async def test_no_log_line_holds_a_name_a_body_or_a_query(
    street_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure("doors", "INFO")
    async with shelf(street_database) as client:
        await client.post("/boxes", json={**BOX, "name": "broken", "label": "李四的箱子"}, headers=headers(CLERK))
        labelled = {**BOX, "label": "李四的箱子"}
        await client.post("/boxes", json=labelled, headers=headers(CLERK))
        double = await client.post("/boxes", json=labelled, headers=headers(CLERK))
        assert (double.status_code, double.json()["type"]) == (409, "/problems/already-there")
        await client.get("/boxes?name=王五", headers={**headers(CLERK), "X-Correlation-Id": "trace-me"})
    text = capsys.readouterr().out
    lines = [json.loads(line) for line in text.splitlines()]
    assert not any(name in text for name in ("李四", "王五", "张三", "%E7%8E%8B")), text
    requests = [line for line in lines if line["event"] == "request"]
    assert {"service", "correlation_id", "level", "time", "method", "route", "status", "ms", "person"} <= set(
        requests[0]
    )
    assert [line["route"] for line in requests if line["correlation_id"] == "trace-me"] == ["/boxes"]
    failed = next(line for line in lines if line["event"] == "request failed")
    assert failed["error"] == "ZeroDivisionError"
    assert any("doors.py" in place for place in failed["at"])


async def test_measurements_name_routes_by_their_template(street_database: str) -> None:
    async with shelf(street_database) as client:
        at = (await client.post("/boxes", json=BOX, headers=headers(CLERK))).headers["location"]
        await client.get(at, headers=headers(CLERK))
        await client.get("/no/such/place")
        text = (await client.get("/metrics")).text
    assert 'route="/boxes/{box_id}"' in text
    assert "/no/such/place" not in text
    assert at not in text
