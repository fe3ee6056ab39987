"""Measures, in the databases themselves, the time from one service's commit to the next one's.

PostgreSQL keeps each transaction's commit time (``track_commit_timestamp``); the row that a fact left behind names its
transaction: in the producer's ``outbox_sequence``, in the consumer's ``cursor`` or in its copy of the state. Knows the
columns of the main street, and no feature's tables by name: copies are found by their shape.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self

import asyncpg

from deploy.sample.demo.watching import Seen
from deploy.sample.suite import SampleError

_PRODUCED = """SELECT {time} FROM outbox_sequence
WHERE topic = $1 AND subject = $2 AND last = $3"""
_CONSUMED = """SELECT sequence, CASE WHEN sequence = $4 THEN {time} END FROM cursor
WHERE consumer = $1 AND topic = $2 AND subject = $3 AND sequence >= $4"""
_COPIES = """SELECT c.oid::regclass::text AS name, quote_ident(a.attname) AS key
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
WHERE i.indisprimary AND i.indnatts = 1
  AND (SELECT count(*) FROM pg_attribute x WHERE x.attrelid = c.oid AND x.attname IN ('sequence', 'deleted')) = 2"""
_COPIED = """SELECT sequence, CASE WHEN sequence = $2 THEN {time} END FROM {name}
WHERE {key}::text = $1 AND sequence >= $2"""
_TIME, _NO_TIME = "pg_xact_commit_timestamp(xmin)", "NULL::timestamptz"
_LOOK_AGAIN = 0.02


class Clocks:
    """One connection a database, for reading only. Use it as an async context manager."""

    def __init__(self, databases: Mapping[str, str], readers: Mapping[str, Sequence[str]]) -> None:
        self._databases = databases
        self._readers = readers
        self._connections: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
        self._copies: dict[str, list[str]] = {}
        self._time = _NO_TIME

    async def __aenter__(self) -> Self:
        try:
            for service, address in self._databases.items():
                self._connections[service] = await asyncpg.connect(address, timeout=10)
            settings = [await c.fetchval("SHOW track_commit_timestamp") for c in self._connections.values()]
            self._time = _TIME if all(setting == "on" for setting in settings) else _NO_TIME
            for service, connection in self._connections.items():
                found = await connection.fetch(_COPIES)
                self._copies[service] = [self._query(_COPIED, name=row["name"], key=row["key"]) for row in found]
        except (OSError, asyncpg.PostgresError) as error:
            await self.__aexit__()
            raise SampleError(f"A service's database cannot be read: {error!r}") from error
        return self

    async def __aexit__(self, *_: object) -> None:
        for connection in self._connections.values():
            await connection.close()

    async def passed(self, seen: Seen, seconds: float = 30) -> dict[str, float | None]:
        """Milliseconds from the producer's commit to that of each group that reads the topic.

        Waits until each has applied it, SampleError when one has not in time. None: it was applied, but together with
        something newer, or the server keeps no commit times."""
        began = await self._committed(seen)
        until = time.monotonic() + seconds
        times: dict[str, float | None] = {}
        for group in self._readers.get(seen.topic, ()):
            while (applied := await self._applied(group, seen)) is None:
                if time.monotonic() > until:
                    raise SampleError(
                        f"{group} has not applied {seen.type} of {seen.subject} after {seconds:.0f} s. "
                        f"`make status` shows lag; `python -m services.{group.partition('.')[0]} dlq list` what failed."
                    )
                await asyncio.sleep(_LOOK_AGAIN)
            ended = applied[0]
            times[group] = None if began is None or ended is None else round((ended - began).total_seconds() * 1000, 3)
        return times

    def _query(self, text: str, **names: str) -> str:
        return text.format(time=self._time, **names)

    async def _committed(self, seen: Seen) -> datetime | None:
        producer = self._connections[seen.topic.partition(".")[0]]
        number = int(seen.sequence.rpartition("-")[2])
        found: datetime | None = await producer.fetchval(self._query(_PRODUCED), seen.topic, seen.subject, number)
        return found

    async def _applied(self, group: str, seen: Seen) -> tuple[datetime | None] | None:
        """When the group committed it, None before it did."""
        service = group.partition(".")[0]
        connection = self._connections[service]
        if "-" not in seen.sequence:
            number = int(seen.sequence)
            row = await connection.fetchrow(self._query(_CONSUMED), group, seen.topic, seen.subject, number)
            return None if row is None else (row[1],)
        for copied in self._copies[service]:
            row = await connection.fetchrow(copied, seen.subject, seen.sequence)
            if row is not None:
                return (row[1],)
        return None
