"""A service's HTTP application in the test's own event loop, on a real PostgreSQL, with tokens that it trusts."""

import asyncio
import atexit
import json
import os
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from time import time
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey
from litestar import Litestar

from shared.database import Database
from shared.http import build_api
from shared.kernel.dates import Clock, system_clock
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from shared.service import Service

ISSUER = "https://issuer.test.invalid"
AUDIENCE = "shouwen"
KID = "test"


@lru_cache(maxsize=1)
def signing_key() -> RSAKey:
    """The private key of this process's test tokens, made once."""
    return RSAKey.generate_key(2048, {"kid": KID, "use": "sig", "alg": "RS256"}, private=True)


@lru_cache(maxsize=1)
def jwks_path() -> str:
    """A file with the public key set that proves test tokens; gone when the process ends."""
    handle, path = tempfile.mkstemp(prefix="shouwen-jwks-", suffix=".json")
    with os.fdopen(handle, "w") as file:
        json.dump({"keys": [signing_key().as_dict(private=False)]}, file)
    atexit.register(Path(path).unlink, missing_ok=True)
    return path


def token(
    *,
    person: UUID | None = None,
    account: str | None = None,
    roles: Iterable[str] = (),
    unit: UUID | None = None,
    lasts: float = 86_400,
) -> str:
    """A signed token of a person (a fresh one unless given) with roles and, if any, a unit; valid ``lasts`` seconds."""
    person_id = person or uuid4()
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(person_id),
        "account": account or f"account-{person_id}",
        "roles": sorted(roles),
        "unit": str(unit) if unit else None,
        "iat": int(time()),
        "exp": int(time() + lasts),
    }
    return jwt.encode({"alg": "RS256", "kid": KID}, claims, signing_key(), algorithms=["RS256"])


def headers(token: str, key: str | None = None, *, if_match: int | str | None = None) -> dict[str, str]:
    """Request headers: the token, an Idempotency-Key (a fresh one unless given; harmless on a GET), If-Match."""
    made = {"Authorization": f"Bearer {token}", "Idempotency-Key": key or str(uuid4())}
    if if_match is not None:
        made["If-Match"] = f'"{if_match}"' if isinstance(if_match, int) else if_match
    return made


@asynccontextmanager
async def api(
    service: "Service", database_url: str, *, clock: Clock = system_clock, pool: int = 10
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of ``service`` on the migrated database at ``database_url``; ``clock`` is the service's time.

    The client's ``app`` is not a network server: requests run in this event loop."""
    settings = ServiceSettings(
        name=service.name, database=database_url, jwks=jwks_path(), issuer=ISSUER, audience=AUDIENCE
    )
    database = Database(database_url, clock=clock, name=f"test-{service.name}", pool=pool)
    app = build_api(service, settings, database)
    try:
        async with _running(app):
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
                yield client
    finally:
        await database.close()


@asynccontextmanager
async def _running(app: Litestar) -> AsyncIterator[None]:
    """The application's lifespan in one task of its own: a fixture is torn down in another task than it was set up."""
    started, over = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await over.wait()

    life = asyncio.create_task(live())
    starting = asyncio.create_task(started.wait())
    await asyncio.wait({life, starting}, return_when=asyncio.FIRST_COMPLETED)
    starting.cancel()
    if life.done():
        await life
    try:
        yield
    finally:
        over.set()
        await life
