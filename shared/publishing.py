"""The one way onto Kafka: an idempotent producer with acks from all replicas, behind time-outs.

aiokafka's ``send`` and ``stop`` can hang while brokers are away and an idempotent producer can stay broken, so every
call has a deadline and a failed producer is replaced, never repaired.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Protocol

from aiokafka import AIOKafkaProducer

log = logging.getLogger(__name__)
Headers = Sequence[tuple[str, bytes]]


class Producing(Protocol):
    """What others need of a producer."""

    async def send_and_wait(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> None: ...


class Producer:
    """A producer that is made on first use and made anew after a failure. ``prefix`` goes before every topic."""

    def __init__(self, bootstrap: str, *, prefix: str = "", deadline: float = 30.0) -> None:
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._deadline = deadline
        self._client: AIOKafkaProducer | None = None

    async def _ready(self) -> AIOKafkaProducer:
        if self._client is None:
            client = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                max_batch_size=262_144,
                max_request_size=2_097_152,
                request_timeout_ms=10_000,
                metadata_max_age_ms=30_000,
            )
            try:
                await asyncio.wait_for(client.start(), self._deadline)
            except BaseException:
                await _stop(client)
                raise
            self._client = client
        return self._client

    async def send(
        self, topic: str, value: bytes | None, key: bytes | None, headers: Headers
    ) -> "asyncio.Future[object]":
        """Queue one record; the future is done when all replicas have it. Order per key is the order of calls."""
        client = await self._ready()
        future: asyncio.Future[object] = await client.send(
            self._prefix + topic, value=value, key=key, headers=list(headers)
        )
        return future

    async def send_and_wait(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> None:
        """One record, acknowledged by all replicas within the deadline, or an error and a fresh producer next time."""
        try:
            async with asyncio.timeout(self._deadline):
                await (await self.send(topic, value, key, headers))
        except BaseException:
            await self.discard()
            raise

    async def discard(self) -> None:
        """Give the present client up; what it still held may or may not arrive."""
        client, self._client = self._client, None
        if client is not None:
            await _stop(client)


async def _stop(client: AIOKafkaProducer) -> None:
    try:
        await asyncio.wait_for(client.stop(), 3)
    except Exception as error:
        log.warning("producer did not stop cleanly: %s", type(error).__name__)
        sender = getattr(client, "_sender", None)
        task = getattr(sender, "sender_task", None)
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await asyncio.wait_for(task, 1)
