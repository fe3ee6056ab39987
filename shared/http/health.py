"""Whether this process lives, and whether it should get requests: database, migrations, keys. Public, and silent on
anything but yes or no."""

import asyncio
from typing import Any, Protocol

import msgspec
from litestar import Request, Response, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared import telemetry
from shared.database import Database
from shared.http.doors import problem_responses, public
from shared.kernel.errors import DomainError

PATIENCE = 3.0  # seconds for all checks
log = telemetry.logger("shared.http")


class Health(msgspec.Struct, frozen=True):
    """status: live or ready; checks: what was found, by name."""

    status: str
    checks: dict[str, str]


class Keys(Protocol):
    """What proves tokens."""

    async def refresh(self) -> None:
        """Raises DomainError when there are none to be had."""


class Readiness:
    """One check at a time, however many ask: a database that hangs must not be hung on by every probe."""

    def __init__(self, database: Database, heads: frozenset[str], keys: Keys) -> None:
        self.database = database
        self.heads = heads
        self.keys = keys
        self._under_way: asyncio.Task[dict[str, str]] | None = None

    async def checks(self) -> dict[str, str]:
        """The name of each check and ``ok`` or what is wrong."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._look())
        done, _ = await asyncio.wait({self._under_way}, timeout=PATIENCE)
        return self._under_way.result() if done else {"database": "slow"}

    async def close(self) -> None:
        """Wait for the check under way: cancelling it would leak its connection."""
        if self._under_way is not None:
            await asyncio.wait({self._under_way}, timeout=PATIENCE)

    async def _look(self) -> dict[str, str]:
        found = {"database": "ok", "migrations": "ok", "keys": "ok"}
        try:
            async with self.database.reading() as tx:
                if self.heads:
                    there = await tx.raw.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
                    rows = await tx.raw.fetch("SELECT version_num FROM alembic_version") if there else []
                    if {row["version_num"] for row in rows} != self.heads:
                        found["migrations"] = "not at head"
                else:
                    await tx.raw.fetchval("SELECT 1")
        except Exception as error:
            log.warning("database not ready", **telemetry.describe(error))
            found |= {"database": "unreachable", "migrations": "unknown"}
        try:
            await self.keys.refresh()
        except DomainError as error:
            found["keys"] = error.code
        return found


@get("/health/live", **public())
async def live() -> Health:
    """The process answers."""
    return Health("live", {})


@get("/health/ready", **public(), responses=problem_responses(503))
async def ready(request: Request[Any, Any, Any]) -> Health:
    """The service can do its work: 503 with what is missing otherwise."""
    checks = await request.app.state.readiness.checks()
    if any(found != "ok" for found in checks.values()):
        raise DomainError(
            "unready", "not-ready", "the service cannot do its work yet", retry_after=1, extra={"checks": checks}
        )
    return Health("ready", checks)


@get("/metrics", **public(), include_in_schema=False)
async def metrics() -> Response[bytes]:
    """Prometheus's text format."""
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST}, media_type="text/plain")
