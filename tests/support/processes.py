"""Service processes of a test's own: started as an operator starts them, killed as nobody should."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from shared.processes import free_port

ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Process:
    """One ``python -m <module> <arguments>`` with its environment; ``port`` answers ``/health``."""

    module: str
    arguments: list[str]
    environment: Mapping[str, str]
    port: int
    log: Path
    child: asyncio.subprocess.Process | None = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, **more: str) -> None:
        """Start it; ``more`` is added to the environment, for this start only."""
        clean = {
            k: v for k, v in os.environ.items() if not k.startswith(("SHOUWEN_", "FAILPOINT", "PROBE_", "PYTHONDONT"))
        }
        with self.log.open("ab") as out:
            self.child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self.module,
                *self.arguments,
                cwd=ROOT,
                env={**clean, **self.environment, **more},
                stdout=out,
                stderr=out,
            )

    async def ready(self, path: str = "/health/ready", seconds: float = 40) -> None:
        """Wait until its health says 200."""
        deadline = asyncio.get_running_loop().time() + seconds
        async with httpx.AsyncClient() as client:
            while asyncio.get_running_loop().time() < deadline:
                if self.child is not None and self.child.returncode is not None:
                    raise AssertionError(f"ended with {self.child.returncode}: {self.tail()}")
                try:
                    if (await client.get(self.url + path, timeout=5)).status_code == 200:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
                await asyncio.sleep(0.05)
        raise AssertionError(f"not ready in {seconds} s: {self.tail()}")

    async def died(self, seconds: float = 40) -> int:
        """Wait until it is gone; its exit code (negative: the signal)."""
        assert self.child is not None
        return await asyncio.wait_for(self.child.wait(), seconds)

    async def kill(self) -> None:
        """SIGKILL."""
        if self.child is not None and self.child.returncode is None:
            self.child.kill()
            await self.child.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        assert self.child is not None
        self.child.send_signal(number)

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-2000:]


def service_environment(
    name: str, *, database: str, kafka: str, prefix: str, tokens: tuple[str, str, str]
) -> tuple[dict[str, str], int, int]:
    """Environment of one service's processes, with free ports: (environment, API port, worker port)."""
    jwks, issuer, audience = tokens
    api, worker = free_port(), free_port()
    values = {
        "DATABASE": database,
        "KAFKA": kafka,
        "JWKS": jwks,
        "ISSUER": issuer,
        "AUDIENCE": audience,
        "HTTP_PORT": str(api),
        "WORKER_PORT": str(worker),
        "TOPIC_PREFIX": prefix,
    }
    return {f"SHOUWEN_{name.upper()}_{key}": value for key, value in values.items()}, api, worker
