"""One PostgreSQL per service: the pool, the transaction that every command gets, and its retry.

SQLAlchemy Core writes most SQL; hot statements go to the same asyncpg connection underneath. The engine runs in
autocommit and the transaction is asyncpg's own, so that both kinds of statement share it from the first one on.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import asyncpg
import sqlalchemy.exc
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.failpoints import failpoint
from shared.kernel.dates import Clock, system_clock
from shared.waking import Waker

T = TypeVar("T")
TRIES = 6


@dataclass(frozen=True, slots=True)
class Context:
    """Why a transaction runs; carried into every event it causes."""

    correlation_id: str
    causation_id: str | None = None
    actor_id: UUID | None = None
    unit_id: UUID | None = None
    traceparent: str | None = None


@dataclass(slots=True)
class Transaction:
    """What a command may use: two ways to speak SQL on one connection, the time, and the reason.

    On ``raw``, json and jsonb go in as text and come out as Python objects (the driver's codec is SQLAlchemy's).

    ``now`` is constant within the transaction, UTC, from the injected clock. ``appended`` counts outbox rows."""

    sql: AsyncConnection
    raw: "asyncpg.Connection[asyncpg.Record]"
    now: datetime
    context: Context
    appended: int = 0

    @contextlib.asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that may fail alone; its outbox rows go with it."""
        async with self.raw.transaction():
            yield


def database_error(error: BaseException) -> BaseException:
    """The driver's own error behind SQLAlchemy's wrapping."""
    if isinstance(error, sqlalchemy.exc.DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error


def is_race(error: BaseException) -> bool:
    """Two transactions met (serialisation failure, deadlock): the same work may be tried again at once."""
    return isinstance(database_error(error), asyncpg.SerializationError | asyncpg.DeadlockDetectedError)


def is_outage(error: BaseException) -> bool:
    """The database cannot be reached or is not serving: try later; nothing is wrong with the work."""
    cause = database_error(error)
    if isinstance(error, sqlalchemy.exc.TimeoutError):  # no free connection in time
        return True
    if isinstance(cause, asyncpg.InterfaceError):  # most are our own mistakes, these few are not
        return "closed" in str(cause) or "released" in str(cause)
    return isinstance(
        cause,
        asyncpg.PostgresConnectionError
        | asyncpg.InsufficientResourcesError
        | asyncpg.OperatorInterventionError
        | asyncpg.QueryCanceledError
        | asyncpg.LockNotAvailableError
        | asyncpg.exceptions.InternalClientError
        | ConnectionError
        | OSError
        | TimeoutError,
    )


def engine_url(url: str) -> str:
    """``postgresql://…`` for SQLAlchemy's asyncpg dialect."""
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


class Database:
    """A service's database. ``clock`` is the one injected clock of the service."""

    def __init__(self, url: str, *, clock: Clock = system_clock, name: str = "shouwen", pool: int = 10) -> None:
        self.url = url
        self.clock = clock
        self.engine: AsyncEngine = create_async_engine(
            engine_url(url),
            isolation_level="AUTOCOMMIT",
            pool_size=pool,
            max_overflow=0,
            pool_timeout=10,
            pool_reset_on_return=None,
            connect_args={
                "timeout": 5,
                "command_timeout": 60,
                "server_settings": {"application_name": name, "lock_timeout": "10s", "timezone": "UTC"},
            },
        )
        self._waker = Waker(url)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._waker.close()
        await self.engine.dispose()

    async def run(self, work: Callable[[Transaction], Awaitable[T]], context: Context) -> T:
        """Do ``work`` in one transaction, again when it merely raced with another, and wake the relay after commit."""
        for left in range(TRIES - 1, -1, -1):
            try:
                async with self._transaction(context, readonly=False) as tx:
                    result = await work(tx)
                    appended = tx.appended
                    failpoint("before-commit")
            except Exception as error:
                if not left or not is_race(error):
                    raise
                await asyncio.sleep(random.uniform(0.005, 0.05) * (TRIES - left))
                continue
            failpoint("after-commit")
            if appended:
                self._waker.wake()
            return result
        raise AssertionError("the last try returns or raises")

    @contextlib.asynccontextmanager
    async def reading(self, context: Context | None = None) -> AsyncIterator[Transaction]:
        """A read-only transaction on one snapshot: what a view reads in several statements belongs together."""
        async with self._transaction(context or Context("read"), readonly=True) as tx:
            yield tx

    @contextlib.asynccontextmanager
    async def single(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        """A connection on which each statement commits by itself. For the street's own marks, never for a command."""
        async with self.engine.connect() as sql:
            raw = await _driver(sql)
            try:
                yield raw
            finally:
                if raw.is_closed():
                    await sql.invalidate()

    @contextlib.asynccontextmanager
    async def _transaction(self, context: Context, *, readonly: bool) -> AsyncIterator[Transaction]:
        async with self.engine.connect() as sql:
            raw = await _driver(sql)
            try:
                async with raw.transaction(isolation="repeatable_read" if readonly else None, readonly=readonly):
                    yield Transaction(sql, raw, self.clock(), context)
            finally:
                if raw.is_closed() or raw.is_in_transaction():  # never hand out a dead one, nor one with locks
                    await sql.invalidate()


async def _driver(sql: AsyncConnection) -> "asyncpg.Connection[asyncpg.Record]":
    raw = (await sql.get_raw_connection()).driver_connection
    if not isinstance(raw, asyncpg.Connection):
        raise TypeError("the engine must be asyncpg's")
    return raw
