"""A database per test: cloned from a migrated template, dropped afterwards. Real PostgreSQL, plain asyncpg."""

import hashlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from anyio import to_thread

from shared import migrating, schema

ROOT = Path(__file__).resolve().parents[2]


def with_database(admin: str, name: str) -> str:
    """The same server and user, another database."""
    return urlunsplit(urlsplit(admin)._replace(path=f"/{name}"))


async def template_of_service(admin: str, service: str) -> str:
    """The name of a database migrated to the service's newest revision, made on first use."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "services" / service / "migrations").rglob("*.py")):
        digest.update(path.read_bytes())
    digest.update((ROOT / "shared" / "schema.py").read_bytes())

    async def fill(url: str) -> None:
        await to_thread.run_sync(migrating.upgrade, service, url)

    return await _template(admin, f"tmpl_{service}_{digest.hexdigest()[:12]}", fill)


async def template_of_street(admin: str) -> str:
    """The name of a database with nothing but the street's tables."""
    digest = hashlib.sha256(schema.STREET_V1.encode()).hexdigest()[:12]

    async def fill(url: str) -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(schema.STREET_V1)
        await connection.close()

    return await _template(admin, f"tmpl_street_{digest}", fill)


async def _template(admin: str, name: str, fill: Callable[[str], Awaitable[None]]) -> str:
    connection = await asyncpg.connect(admin)
    try:
        await connection.execute("SELECT pg_advisory_lock(72623860)")  # test processes run side by side
        if not await connection.fetchval("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name):
            unfinished = f"{name}_making"
            await connection.execute(f'DROP DATABASE IF EXISTS "{unfinished}" WITH (FORCE)')
            await connection.execute(f'CREATE DATABASE "{unfinished}"')
            await fill(with_database(admin, unfinished))
            await connection.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    finally:
        await connection.close()
    return name


@asynccontextmanager
async def cloned(admin: str, template: str) -> AsyncIterator[str]:
    """The address of a fresh clone of ``template``, dropped at the end with whoever still uses it."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    connection = await asyncpg.connect(admin)
    try:
        await connection.execute("SELECT pg_advisory_lock(72623861)")  # a template is copied by one at a time
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    finally:
        await connection.close()
    try:
        yield with_database(admin, name)
    finally:
        connection = await asyncpg.connect(admin)
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.close()
