"""Telling the relay that rows were committed: one coalesced notification, outside every business transaction.

NOTIFY inside a transaction takes a lock over all commits of the cluster; here one statement stands for every commit of
the last milliseconds. A lost notification costs nothing but the relay's polling interval.
"""

import asyncio
import contextlib
import logging

import asyncpg

CHANNEL = "outbox"
PAUSE = 0.002  # seconds in which further wake-ups are folded into one
log = logging.getLogger(__name__)
# What a connection of our own raises when the server goes away under it.
LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.exceptions.InternalClientError)


class Waker:
    """Sends ``NOTIFY outbox`` soon after ``wake()``, many wakes in one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Say that rows were committed. Never waits and never fails."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        self._due.set()

    async def close(self) -> None:
        """Stop, and let go of the connection."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        connection: asyncpg.Connection[asyncpg.Record] | None = None
        try:
            while True:
                await self._due.wait()
                self._due.clear()
                try:
                    if connection is None or connection.is_closed():
                        connection = await asyncpg.connect(self._url, timeout=5)
                    await connection.execute(f"NOTIFY {CHANNEL}")
                except LOST as error:
                    log.warning("wake-up not sent, the relay polls: %s", type(error).__name__)
                    connection = None
                await asyncio.sleep(PAUSE)
        finally:
            if connection is not None:
                connection.terminate()
