"""The bare floor: the same rows in the same processes, with nothing of the suite in between.

uvicorn with a bare ASGI function, asyncpg and aiokafka; no validation, tokens, retries, ordering or dead letters.
``python -m tests.bench.floor api|relay|receiver`` with FLOOR_DATABASE, FLOOR_KAFKA, FLOOR_TOPIC, FLOOR_PORT.
"""

import asyncio
import json
import os
import sys
import uuid
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import uvicorn
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from shared.waking import CHANNEL, Waker

DATABASE, KAFKA = os.environ.get("FLOOR_DATABASE", ""), os.environ.get("FLOOR_KAFKA", "")
TOPIC, PORT = os.environ.get("FLOOR_TOPIC", ""), int(os.environ.get("FLOOR_PORT", "0"))
SEQUENCE = """INSERT INTO outbox_sequence AS q (topic, subject, last) VALUES ($1, $2, 1)
ON CONFLICT (topic, subject) DO UPDATE SET last = q.last + 1 RETURNING last"""
OUTBOX = """INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, sequence, headers, time)
VALUES ($1, $2, $3, $4, $5, $6, '{}', $7)"""
KEY = """INSERT INTO idempotency (key, account, route, fingerprint, status, headers, body)
VALUES ($1, 'floor', '/promises', '\\x00', 201, '{}', $2)"""


async def api() -> None:
    """POST /promises: four rows, one transaction, one answer."""
    pool = await asyncpg.create_pool(DATABASE, min_size=16, max_size=16)
    waker = Waker(DATABASE)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = (await receive())["body"]
        if scope["path"].startswith("/health"):
            body = b'{"line": null}'
        else:
            await _commit(pool, json.loads(body), body)
            waker.wake()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send(
            {"type": "http.response.start", "status": 201 if scope["method"] == "POST" else 200, "headers": headers}
        )
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(app, host="127.0.0.1", port=PORT, log_level="warning", access_log=False, lifespan="off")
    await uvicorn.Server(config).serve()


async def _commit(pool: Any, wanted: dict[str, Any], body: bytes) -> None:
    line = uuid.UUID(wanted["line"])
    fact = {"line_id": wanted["line"], "line_version": wanted["version"], "plan_id": str(uuid.uuid4())}
    fact |= {"plan_version": wanted["version"], "promised_on": str(date(2027, 1, 8)), "cause": ""}
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(KEY, f"{line}.{wanted['version']}", body)
        await connection.execute("INSERT INTO sent (line, version) VALUES ($1, $2)", line, wanted["version"])
        last = await connection.fetchval(SEQUENCE, TOPIC, str(line))
        kind = "planning.promise.made.v1"
        payload, sequence = json.dumps(fact), f"{last:020d}"
        await connection.execute(OUTBOX, uuid.uuid4(), TOPIC, str(line), kind, payload, sequence, datetime.now(UTC))


async def relay() -> None:
    """Outbox to Kafka: select, send, await, delete."""
    connection = await asyncpg.connect(DATABASE)
    woken = asyncio.Event()
    await connection.add_listener(CHANNEL, lambda *_: woken.set())
    producer = AIOKafkaProducer(bootstrap_servers=KAFKA, acks="all", enable_idempotence=True, max_batch_size=262_144)
    await producer.start()
    while True:
        woken.clear()
        rows = await connection.fetch("SELECT * FROM outbox ORDER BY position LIMIT 1000")
        if not rows:
            try:
                await asyncio.wait_for(woken.wait(), 0.25)
            except TimeoutError:
                continue
            continue
        futures = [
            await producer.send(
                row["aggregatetype"],
                row["payload"].encode(),
                key=row["aggregateid"].encode(),
                headers=[("ce_id", str(row["id"]).encode()), ("ce_sequence", row["sequence"].encode())],
            )
            for row in rows
        ]
        await asyncio.gather(*futures)
        await connection.execute("DELETE FROM outbox WHERE position = ANY($1::bigint[])", [r["position"] for r in rows])


async def receiver() -> None:
    """Kafka to effects: an inbox row and an effect row a record, one transaction a batch, then the offset."""
    connection = await asyncpg.connect(DATABASE)
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=KAFKA,
        group_id=f"{TOPIC}.floor",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=100,
    )
    await consumer.start()
    while True:
        batch = [r for part in (await consumer.getmany(timeout_ms=10, max_records=500)).values() for r in part]
        if not batch:
            continue
        facts = [json.loads(record.value) for record in batch]
        async with connection.transaction():
            await connection.execute(
                "INSERT INTO inbox (consumer, source, id) SELECT 'floor', '/floor', unnest($1::text[])"
                " ON CONFLICT DO NOTHING",
                [dict(record.headers)["ce_id"].decode() for record in batch],
            )
            await connection.executemany(
                "INSERT INTO effect (line, version) VALUES ($1, $2)",
                [(uuid.UUID(fact["line_id"]), fact["line_version"]) for fact in facts],
            )
        await consumer.commit()


async def copier() -> None:
    """Kafka to a copy: one upsert of many rows a batch, then the offset."""
    connection = await asyncpg.connect(DATABASE)
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=KAFKA,
        group_id=f"{TOPIC}.floor",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=100,
    )
    await consumer.start()
    while True:
        batch = [r for part in (await consumer.getmany(timeout_ms=10, max_records=500)).values() for r in part]
        if not batch:
            continue
        latest = {record.key: record for record in batch}
        states = [(json.loads(r.value), dict(r.headers)["ce_sequence"].decode()) for r in latest.values()]
        await connection.execute(
            "INSERT INTO customer_copy AS t (customer_id, code, tier, sequence) SELECT * FROM"
            " unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) ON CONFLICT (customer_id) DO UPDATE SET"
            " code = excluded.code, tier = excluded.tier, sequence = excluded.sequence"
            " WHERE t.sequence < excluded.sequence",
            [uuid.UUID(state["customer_id"]) for state, _ in states],
            [state["code"] for state, _ in states],
            [state["tier"] for state, _ in states],
            [sequence for _, sequence in states],
        )
        await consumer.commit()


if __name__ == "__main__":
    uvloop.run({"api": api, "relay": relay, "receiver": receiver, "copier": copier}[sys.argv[1]]())
