"""Load from outside: a bare HTTP client, open loop (what is due is sent, answered or not) or closed loop."""

import asyncio
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from shared.testing.api import token


@dataclass(slots=True)
class _Pipe:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def post(self, head: bytes, line: uuid.UUID, version: int) -> int:
        body = f'{{"line":"{line}","version":{version}}}'.encode()
        self.writer.write(
            head + f"Idempotency-Key: {line}.{version}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = 0
        for text in answer.split(b"\r\n"):
            if text.lower().startswith(b"content-length:"):
                length = int(text.split(b":")[1])
        await self.reader.readexactly(length)
        return int(answer[9:12])


class Client:
    """Keep-alive connections to one address."""

    def __init__(self, port: int, connections: int = 32) -> None:
        self._port = port
        self._size = connections
        self._free: asyncio.Queue[_Pipe] = asyncio.Queue()
        self._head = (
            f"POST /promises HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token(roles=['admin'])}\r\n"
            "Content-Type: application/json\r\n"
        ).encode()
        self.refused = 0

    async def open(self) -> None:
        """Connect."""
        for _ in range(self._size):
            self._free.put_nowait(_Pipe(*await asyncio.open_connection("127.0.0.1", self._port)))

    async def close(self) -> None:
        """Let go."""
        while not self._free.empty():
            self._free.get_nowait().writer.close()

    async def post(self, line: uuid.UUID, version: int) -> float:
        """One request; seconds until its answer."""
        pipe = await self._free.get()
        began = time.perf_counter()
        try:
            status = await pipe.post(self._head, line, version)
        finally:
            self._free.put_nowait(pipe)
        self.refused += status != 201
        return time.perf_counter() - began

    async def open_loop(self, rate: int, seconds: float, lines: Sequence[uuid.UUID]) -> list[float]:
        """``rate`` requests a second whatever the answers do; seconds from when each was due to its answer."""
        taken: list[float] = []

        async def one(due: float, line: uuid.UUID, version: int) -> None:
            await self.post(line, version)
            taken.append(time.perf_counter() - due)

        tasks = []
        began = time.perf_counter()
        for n in range(int(rate * seconds)):
            due = began + n / rate
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            tasks.append(asyncio.create_task(one(due, lines[n % len(lines)], 1_000_000 + n)))
        await asyncio.gather(*tasks)
        return taken

    async def closed_loop(self, clients: int, count: int) -> float:
        """``count`` requests by ``clients`` at once; requests a second."""
        left = iter(range(count))

        async def one() -> None:
            for n in left:
                await self.post(uuid.uuid4(), n)

        began = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(clients)))
        return count / (time.perf_counter() - began)
