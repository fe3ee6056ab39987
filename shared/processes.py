"""Serves HTTP from an asyncio program: the API of a service, and the small health server of a worker."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from litestar import Litestar, get
from litestar.response import Response

from shared.worker import Worker


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: the program that holds it decides when it ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


async def serve(app: Any, host: str, port: int, stop: asyncio.Event) -> None:
    """Serve until ``stop``; then refuse new connections and finish the requests in hand (10 s)."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=30,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        backlog=1024,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    waiter = asyncio.create_task(stop.wait())
    await asyncio.wait([task, waiter], return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()
    server.should_exit = True
    await task
    if not stop.is_set():
        raise SystemExit(1)


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def worker_health(worker: Worker, database_checks: Callable[[], Awaitable[dict[str, str]]]) -> Litestar:
    """Health of a worker: ``/health/live`` and ``/health/ready`` (503 with the reasons until it is)."""

    @get("/health/live", opt={"public": True}, sync_to_thread=False)
    def live() -> dict[str, str]:
        return {"status": "live"}

    @get("/health/ready", opt={"public": True})
    async def ready() -> Response[dict[str, object]]:
        well, body = worker.health()
        checks = await database_checks()
        fit = well and all(found == "ok" for found in checks.values())
        return Response(
            {"status": "ready" if fit else "not ready", "checks": checks, **body}, status_code=200 if fit else 503
        )

    return Litestar([live, ready], openapi_config=None, logging_config=None)
