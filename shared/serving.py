"""Composes a service's two processes from its table and its settings."""

import asyncio
import logging
from collections.abc import Sequence

from shared.database import Database
from shared.http import build_api
from shared.http.app import heads_of
from shared.http.health import Readiness
from shared.processes import serve, worker_health
from shared.service import Service
from shared.settings import ServiceSettings
from shared.worker import make_worker, stop_on_signals

log = logging.getLogger(__name__)


async def run_api(service: Service, settings: ServiceSettings) -> None:
    """Serve the service's HTTP until a signal."""
    stop = stop_on_signals()
    database = Database(settings.database, name=f"{service.name}-api", pool=16)
    try:
        await serve(build_api(service, settings, database), settings.http_host, settings.http_port, stop)
    finally:
        await database.close()


async def run_worker(service: Service, settings: ServiceSettings, roles: Sequence[str]) -> None:
    """Run the service's worker roles until a signal or until one of them fails."""
    stop = stop_on_signals()
    worker = make_worker(service, settings, roles)
    tasks: list[asyncio.Task[None]] = []
    if settings.worker_port:
        readiness = Readiness(worker.database, heads_of(service.name), _NoKeys())
        app = worker_health(worker, readiness.checks)
        tasks.append(asyncio.create_task(serve(app, settings.http_host, settings.worker_port, stop)))
    try:
        await worker.run(stop)
    finally:
        stop.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        await worker.database.close()


class _NoKeys:
    """A worker checks no tokens, so it waits for no keys."""

    async def refresh(self) -> None:
        """Nothing to fetch."""
