"""What is measured on a layout. Times between commits are PostgreSQL's own commit timestamps, both of one server."""

import asyncio
import statistics
import time
import uuid

import asyncpg

from tests.bench.layouts import Layout
from tests.bench.load import Client
from tests.support import street as tools

Figures = dict[str, float]
LINES = [uuid.uuid4() for _ in range(200)]
OUT = "SELECT line, version, pg_xact_commit_timestamp(xmin) AS at FROM sent"
IN = "SELECT line, version, pg_xact_commit_timestamp(xmin) AS at FROM effect"


def spread(name: str, seconds: list[float]) -> Figures:
    """Median and 99th percentile in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100)
    return {f"{name} p50 ms": cuts[49] * 1000, f"{name} p99 ms": cuts[98] * 1000}


async def _ready(layout: Layout, *names: str) -> None:
    for name in names:
        process = getattr(layout, name)
        await process.start()
        if name == "api" or layout.name == "suite":
            await process.ready()


async def post_to_commit(layout: Layout) -> Figures:
    """Closed loop, 16 clients: commands a second; then 200/s open loop: the time to the answer."""
    await _ready(layout, "api")
    client = Client(layout.api.port)
    await client.open()
    await client.closed_loop(16, 500)
    rate = await client.closed_loop(16, 4000)
    taken = await client.open_loop(200, 5, LINES)
    await client.close()
    assert client.refused == 0
    return {"POST commands/s": rate, **spread("POST at 200/s", taken)}


async def commit_to_commit(layout: Layout, rate: int, seconds: float = 10) -> Figures:
    """Open loop: from the sender's commit to the receiver's."""
    await _ready(layout, "api", "relay", "receiver")
    client = Client(layout.api.port)
    await client.open()
    await client.open_loop(100, 3, LINES)  # warm
    await _arrived(layout, 300)
    for url, table in ((layout.sender, "sent"), (layout.receiving, "effect")):
        await tools.rows(url, f"TRUNCATE {table}")
    count = len(await client.open_loop(rate, seconds, [uuid.uuid4() for _ in range(200)]))
    await client.close()
    await _arrived(layout, count)
    sent = {(r["line"], r["version"]): r["at"] for r in await tools.rows(layout.sender, OUT)}
    done = {(r["line"], r["version"]): r["at"] for r in await tools.rows(layout.receiving, IN)}
    assert client.refused == 0
    assert set(sent) == set(done)
    return spread(f"commit to commit at {rate}/s", [(done[k] - at).total_seconds() for k, at in sent.items()])


async def _arrived(layout: Layout, count: int) -> None:
    async def there() -> object:
        found = (await tools.rows(layout.receiving, "SELECT count(*) FROM effect"))[0][0]
        return found >= count or found

    await tools.until(there, 60)


FILL = """
INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, sequence, headers, time)
SELECT gen_random_uuid(), $1, k.key, $2, replace($3, '%KEY%', k.key), $4 || lpad(((n - 1) / 1000 + 1)::text, 20, '0'),
       '{"ce_correlationid": "bench"}', now()
FROM generate_series(1, $5::int) AS n,
     LATERAL (SELECT '00000000-0000-7000-8000-' || lpad((n % 1000)::text, 12, '0') AS key) k
"""
PROMISE = (
    '{"line_id":"%KEY%","line_version":1,"plan_id":"00000000-0000-7000-8000-000000000000","plan_version":1,'
    '"promised_on":"2027-01-08","cause":""}'
)
STATE = (
    '{"customer_id":"%KEY%","code":"C","name":"","unit_id":"00000000-0000-7000-8000-000000000000","tier":"key",'
    '"kind":"company","merged_into":null}'
)


async def _fill(layout: Layout, topic: str, kind: str, payload: str, count: int) -> None:
    epoch = "0001-" if ".state." in kind else ""
    bare = topic.partition(".")[2] if layout.name == "suite" else topic
    await tools.rows(layout.sender, FILL, bare, kind, payload, epoch, count)


async def relay_drain(layout: Layout, count: int = 60_000) -> Figures:
    """Rows a second from a full outbox to acknowledged and cleared; the table's size afterwards."""
    await _fill(layout, layout.topic, "planning.promise.made.v1", PROMISE, count)
    await _fill(layout, layout.states, "customers.customer.state.v1", STATE, count)
    await layout.relay.start()
    connection = await asyncpg.connect(layout.sender)
    began = cleared = 0.0
    while True:
        left = await connection.fetchval("SELECT count(*) FROM outbox")
        now = time.perf_counter()
        if left < 2 * count and not began:
            began, cleared = now, 2 * count - left
        if not left:
            break
        await asyncio.sleep(0.02)
    size = await connection.fetchval("SELECT pg_total_relation_size('outbox')")
    await connection.close()
    return {"relay rows/s": (2 * count - cleared) / (now - began), "outbox after drain MB": size / 1e6}


async def apply_facts(layout: Layout, count: int = 60_000) -> Figures:
    """Facts a second from a full topic to committed effects (needs ``relay_drain`` before)."""
    rate = await _consumed(layout, "receiver", "SELECT count(*) FROM effect", count)
    return {"facts applied/s": rate}


async def apply_copies(layout: Layout, count: int = 60_000) -> Figures:
    """States a second from a full topic to an up-to-date copy (needs ``relay_drain`` before)."""
    query = "SELECT coalesce(sum(right(sequence, 20)::bigint), 0)::bigint FROM customer_copy"
    return {"states copied/s": await _consumed(layout, "copier", query, count)}


async def _consumed(layout: Layout, role: str, query: str, count: int) -> float:
    await getattr(layout, role).start()
    connection = await asyncpg.connect(layout.receiving)
    began, first = 0.0, 0
    while True:
        done = await connection.fetchval(query)
        now = time.perf_counter()
        if done and not began:
            began, first = now, done
        if done >= count:
            break
        await asyncio.sleep(0.02)
    await connection.close()
    await getattr(layout, role).kill()
    return float((count - first) / (now - began))
