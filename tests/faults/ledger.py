"""The independent ledger: what was acknowledged over HTTP, held against databases and topics with plain clients.

It shares no code with the street: a bare HTTP client, asyncpg and aiokafka.
"""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
import httpx

from shared.testing.api import token
from tests.support.street import header, read_topic

Sent = tuple[uuid.UUID, int]


@dataclass(slots=True)
class Ledger:
    """Every promise that a 2xx acknowledged, and how each request was answered."""

    url: str
    acknowledged: set[Sent] = field(default_factory=set)
    statuses: list[int] = field(default_factory=list)
    slowest: float = 0.0
    _token: str = field(default_factory=lambda: token(roles=["admin"]))

    async def post(self, client: httpx.AsyncClient, line: uuid.UUID, version: int) -> bool:
        """One request, tried again with the same key until it is answered; True when acknowledged."""
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": f"{line}.{version}"}
        body = {"line": str(line), "version": version}
        for _ in range(400):
            began = asyncio.get_running_loop().time()
            try:
                answer = await client.post(f"{self.url}/promises", json=body, headers=headers, timeout=30)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            self.slowest = max(self.slowest, asyncio.get_running_loop().time() - began)
            self.statuses.append(answer.status_code)
            if answer.status_code == 201:
                self.acknowledged.add((line, version))
                return True
            if answer.status_code != 503:
                return False
            await asyncio.sleep(0.1)
        return False

    async def drive(self, lines: Sequence[uuid.UUID], versions: range, *, pause: float = 0.0) -> None:
        """Per line one version after the other, the lines side by side."""
        async with httpx.AsyncClient() as client:

            async def one(line: uuid.UUID) -> None:
                for version in versions:
                    assert await self.post(client, line, version), self.statuses[-5:]
                    await asyncio.sleep(pause)

            await asyncio.gather(*(one(line) for line in lines))


async def _pairs(database: str, query: str) -> list[Sent]:
    connection = await asyncpg.connect(database)
    try:
        return [(row[0], row[1]) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def effects(receiver: str) -> list[Sent]:
    """Effects in the order in which they were applied."""
    return await _pairs(receiver, "SELECT line, version FROM effect ORDER BY n")


async def violations(ledger: Ledger, sender: str, receiver: str) -> list[str]:
    """Broken invariants, in words: I1 no loss, I2 once, I3 order as applied, I4 nothing unsent, I10 truth."""
    stored = set(await _pairs(sender, "SELECT line, version FROM sent"))
    applied = await effects(receiver)
    found = []
    if ledger.acknowledged - stored:
        found.append(f"I10: {len(ledger.acknowledged - stored)} acknowledged but not stored")
    if stored - set(applied):
        found.append(f"I1: {len(stored - set(applied))} stored but without effect")
    if set(applied) - stored:
        found.append(f"I4: {len(set(applied) - stored)} effects of what was never committed")
    if len(applied) != len(set(applied)):
        found.append(f"I2: {len(applied) - len(set(applied))} effects too many")
    by_line: dict[uuid.UUID, list[int]] = defaultdict(list)
    for line, version in applied:
        by_line[line].append(version)
    crooked = [line for line, versions in by_line.items() if versions != sorted(versions)]
    if crooked:
        found.append(f"I3: {len(crooked)} lines applied out of order")
    return found


async def topic_violations(kafka: str, topic: str) -> list[str]:
    """I3 in the topic: per subject, after removing (source, id) doubles, the sequence rises by one from 1."""
    seen: set[tuple[str, str]] = set()
    numbers: dict[str, list[int]] = defaultdict(list)
    for record in await read_topic(kafka, topic):
        event = (header(record, "ce_source"), header(record, "ce_id"))
        if event not in seen:
            seen.add(event)
            numbers[header(record, "ce_subject")].append(int(header(record, "ce_sequence")))
    return [
        f"I3: sequence of {subject} in the topic is {found[:20]}"
        for subject, found in numbers.items()
        if found != list(range(1, len(found) + 1))
    ]
