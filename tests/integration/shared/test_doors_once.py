"""A key makes a request happen once, whatever is sent twice, at the same moment, or cut off."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import asyncpg
import httpx
import pytest

from shared import idempotency
from shared.database import Context, Database
from shared.testing.api import headers, token
from tests.integration.shared.doors import shelf


@pytest.fixture
async def client(street_database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with shelf(street_database) as client:
        yield client


@pytest.fixture
async def rows(street_database: str, client: httpx.AsyncClient) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(street_database)
    yield connection
    await connection.close()


CLERK = token(roles=["unit-clerk"], unit=uuid4())
BOX = {"name": "small", "weight": "1.50"}


async def test_the_same_key_is_answered_alike_and_done_once(
    client: httpx.AsyncClient, rows: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    first = await client.post("/boxes", json=BOX, headers=headers(CLERK, "k1"))
    again = await client.post("/boxes", json=BOX, headers=headers(CLERK, "k1"))
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status_code, again.content) == (first.status_code, first.content)
    for kept in ("etag", "location", "content-type"):
        assert again.headers[kept] == first.headers[kept]
    assert await rows.fetchval("SELECT count(*) FROM box") == 1


async def test_twenty_at_the_same_moment_do_it_once(
    client: httpx.AsyncClient, rows: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    answers = await asyncio.gather(
        *(client.post("/boxes", json=BOX, headers=headers(CLERK, "race")) for _ in range(20))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert await rows.fetchval("SELECT count(*) FROM box") == 1


async def test_a_key_is_not_lent_to_another_request(client: httpx.AsyncClient) -> None:
    made = await client.post("/boxes", json=BOX, headers=headers(CLERK, "k1"))
    for path, body in (("/boxes", {**BOX, "weight": "2"}), (made.headers["location"] + "/weighings", {"weight": "1"})):
        answer = await client.post(path, json=body, headers=headers(CLERK, "k1"))
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-key-reused")
    other = await client.post("/boxes", json=BOX, headers=headers(token(roles=["unit-clerk"]), "k1"))
    assert "idempotency-replayed" not in other.headers, "another account's key is another key"


async def test_a_refused_request_keeps_no_key(
    client: httpx.AsyncClient, rows: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    for name, status in (("too heavy", 409), ("broken", 500)):
        answer = await client.post("/boxes", json={**BOX, "name": name}, headers=headers(CLERK, "k1"))
        assert answer.status_code == status
    assert await rows.fetchval("SELECT count(*) FROM idempotency") == 0
    assert (await client.post("/boxes", json=BOX, headers=headers(CLERK, "k1"))).status_code == 201


@pytest.mark.parametrize("key", [" ", "a b", "x" * 201, "clé"])
async def test_a_key_is_visible_ascii(client: httpx.AsyncClient, key: str) -> None:
    sent = {**headers(CLERK), "Idempotency-Key": key.encode("latin-1")}
    answer = await client.post("/boxes", json=BOX, headers=sent)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-idempotency-key")


async def test_a_creating_request_without_a_key_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/boxes", json=BOX, headers={"Authorization": f"Bearer {CLERK}"})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/idempotency-key-required")


async def test_an_answer_is_sent_only_after_its_commit(
    client: httpx.AsyncClient, rows: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await rows.execute(
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'at commit' USING ERRCODE = 'XX000'; END $$"""
    )
    await rows.execute(
        """CREATE CONSTRAINT TRIGGER late AFTER INSERT ON box DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION refuse()"""
    )
    answer = await client.post("/boxes", json=BOX, headers=headers(CLERK))
    assert answer.status_code == 500, "a commit that fails is no success"
    assert await rows.fetchval("SELECT count(*) FROM idempotency") == 0


async def test_a_second_request_waits_for_the_first_and_takes_over_when_it_fails(
    street_database: str, client: httpx.AsyncClient, rows: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    first = rows.transaction()
    await first.start()
    made = (await client.post("/boxes", json=BOX, headers=headers(CLERK, "other"))).json()
    account = await rows.fetchval("SELECT account FROM idempotency")
    await rows.execute(idempotency.CLAIM, account, "k1", "POST /boxes", b"x", await rows.fetchval("SELECT now()"))
    second = asyncio.create_task(client.post("/boxes", json=BOX, headers=headers(CLERK, "k1")))
    done, _ = await asyncio.wait({second}, timeout=0.3)
    assert not done, "it waits on the first one's row"
    await first.rollback()
    assert (await second).status_code == 201
    assert (await second).json()["id"] != made["id"]


async def test_old_keys_are_forgotten_and_young_ones_kept(
    street_database: str, client: httpx.AsyncClient, rows: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    for key in ("old", "young"):
        await client.post("/boxes", json=BOX, headers=headers(CLERK, key))
    await rows.execute("UPDATE idempotency SET at = at - interval '8 days' WHERE key = 'old'")
    database = Database(street_database)
    try:
        gone = await database.run(lambda tx: idempotency.prune(tx, timedelta(days=7)), Context("test"))
    finally:
        await database.close()
    assert gone == 1
    assert await rows.fetchval("SELECT key FROM idempotency") == "young"
