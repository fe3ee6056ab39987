"""The relay: outbox rows to Kafka, in position order, by one active leader per shard.

Leadership is an advisory lock on the same connection that reads and clears the rows: a leader that loses the
connection can clear nothing, so the next one publishes those rows again and consumers drop the doubles.
A batch is acknowledged whole before the next is read: nothing overtakes a failure.
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass

import asyncpg
import msgspec

from shared.envelope import Outgoing, encode
from shared.failpoints import failpoint
from shared.publishing import Producer
from shared.waking import CHANNEL, LOST

LOCK = 0x53_48_4F_55  # the relay's advisory lock; the shard is the second key
POLL = 0.25  # seconds between looks when no wake-up comes
VACUUM_EVERY = 50_000  # cleared rows between two VACUUMs: the table stays small under any load
DEADLINE = 30.0
log = logging.getLogger(__name__)

_SELECT = """
SELECT position, id, aggregatetype, aggregateid, type, payload, sequence, headers, time FROM outbox
WHERE $2::int = 1 OR ((hashtext(aggregateid) % $2) + $2) % $2 = $3 ORDER BY position LIMIT $1
"""


@dataclass(slots=True)
class RelayState:
    """What health and metrics show."""

    leading: bool = False
    published: int = 0
    failures: int = 0


class Relay:
    """Publishes one shard of a service's outbox; ``run`` until cancelled."""

    def __init__(self, url: str, source: str, producer: Producer, *, shard: int = 0, shards: int = 1) -> None:
        self._url = url
        self._source = source
        self._producer = producer
        self._shard = shard
        self._shards = shards
        self.batch = 1_000
        self.state = RelayState()
        self._woken = asyncio.Event()
        self._cleared = 0

    async def run(self) -> None:
        """Lead when the lock is free, follow otherwise; come back after every fault."""
        try:
            while True:
                try:
                    await self._session()
                except LOST as error:
                    log.warning("relay lost its database: %s", type(error).__name__)
                finally:
                    self.state.leading = False
                await asyncio.sleep(0.5)
        finally:
            await self._producer.discard()

    async def _session(self) -> None:
        connection = await asyncpg.connect(
            self._url, timeout=5, command_timeout=60, server_settings={"application_name": "relay"}
        )
        try:
            await self._elected(connection)
            self.state.leading = True
            log.info("relay leads shard %s", self._shard)
            await connection.add_listener(CHANNEL, self._wake)
            await self._lead(connection)
        finally:
            connection.terminate()

    async def _elected(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", LOCK, self._shard):  # noqa: ASYNC110
            await asyncio.sleep(0.5)  # the lock lives in PostgreSQL: there is no event to wait for

    def _wake(self, *_: object) -> None:
        self._woken.set()

    async def _lead(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        while True:
            self._woken.clear()
            rows = await connection.fetch(_SELECT, self.batch, self._shards, self._shard)
            if not rows:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), POLL)
                continue
            failpoint("relay-selected")
            try:
                await self._publish(rows)
            except Exception as error:  # whatever the client raises: nothing is cleared, all is sent again
                self.state.failures += 1
                log.warning("relay could not publish, will again: %s", type(error).__name__)
                await self._producer.discard()
                await asyncio.sleep(min(0.1 * 2 ** min(self.state.failures, 5), 2))
                continue
            self.state.failures = 0
            failpoint("relay-acknowledged")
            await connection.execute(
                "DELETE FROM outbox WHERE position = ANY($1::bigint[])", [r["position"] for r in rows]
            )
            self.state.published += len(rows)
            await self._tidy(connection, len(rows))

    async def _publish(self, rows: list[asyncpg.Record]) -> None:
        async with asyncio.timeout(DEADLINE):
            futures = []
            for row in rows:
                value = None if row["payload"] is None else row["payload"].encode()
                headers = encode(_outgoing(row, self._source))
                futures.append(
                    await self._producer.send(row["aggregatetype"], value, row["aggregateid"].encode(), headers)
                )
                failpoint("relay-sent")
            for future in futures:
                await future

    async def _tidy(self, connection: "asyncpg.Connection[asyncpg.Record]", cleared: int) -> None:
        self._cleared += cleared
        if self._cleared >= VACUUM_EVERY:
            self._cleared = 0
            await connection.execute("VACUUM (TRUNCATE off) outbox")


def _outgoing(row: asyncpg.Record, source: str) -> Outgoing:
    return Outgoing(
        id=str(row["id"]),
        source=source,
        type=row["type"],
        subject=row["aggregateid"],
        time=row["time"].isoformat().replace("+00:00", "Z"),
        sequence=row["sequence"],
        extensions=msgspec.json.decode(row["headers"], type=dict[str, str]),
    )
