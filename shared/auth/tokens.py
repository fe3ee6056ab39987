"""Proves a bearer token: an RS256 JWT of our issuer for our audience, signed by a key of the JWKS.

Knows no HTTP server. No other algorithm is accepted, whatever the token or a key says of itself.
"""

import asyncio
import base64
import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import RSAKey

from shared import telemetry
from shared.auth.domain import Actor
from shared.kernel.dates import Clock, system_clock
from shared.kernel.errors import DomainError

ALGORITHMS = ["RS256"]
LEEWAY = 10  # seconds of clock skew
REMEMBERED = 10_000  # proved tokens kept
LONGEST_TOKEN = 8_192
FRESH = 300.0  # seconds until the key set is read again, so that a withdrawn key stops working
PATIENCE = 5.0  # seconds between two readings for the sake of an unknown kid or after a failure

log = telemetry.logger("shared.auth")


class UnauthenticatedError(Exception):
    """No proof of who asks. ``reason`` is fit for the asker and tells nothing of keys."""

    def __init__(self, reason: str, *, missing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.missing = missing


class KeySource:
    """The public RSA keys of a JWKS at a path or http(s) URL, by kid; read on first use and again when stale."""

    def __init__(self, where: str, *, clock: Clock = system_clock) -> None:
        self.where = where
        self.clock = clock
        self.generation = 0
        self._keys: dict[str, RSAKey] = {}
        self._document: bytes | None = None
        self._read_at = float("-inf")
        self._tried_at = float("-inf")
        self._lock = asyncio.Lock()

    @property
    def loaded(self) -> bool:
        """Whether there is any key to prove a token with."""
        return bool(self._keys)

    async def key(self, kid: str) -> RSAKey | None:
        """The key named ``kid``; an unknown one makes the set be read again, at most every ``PATIENCE`` seconds."""
        await self.refresh()
        if kid not in self._keys:
            await self.refresh(force=True)
        return self._keys.get(kid)

    async def refresh(self, *, force: bool = False) -> None:
        """Read the set if it is stale or, with ``force``, at once. While old keys are there a failure only logs.

        Raises DomainError ``keys-unreachable`` if there never were any."""
        if not self._due(force):
            return
        async with self._lock:
            if not self._due(force):
                return
            self._tried_at = self._seconds()
            try:
                document = await self._read()
                keys = _rsa_keys(document)
            except (OSError, httpx.HTTPError, ValueError) as error:
                log.warning("key set unreadable", **telemetry.describe(error))
                if not self._keys:
                    raise _unreachable() from error
                return
            self._read_at = self._seconds()
            if document != self._document:
                self._document, self._keys = document, keys
                self.generation += 1

    def _seconds(self) -> float:
        return self.clock().timestamp()

    def _due(self, force: bool) -> bool:
        now = self._seconds()
        if not self._keys:
            return True
        return (force or now - self._read_at > FRESH) and now - self._tried_at > PATIENCE

    async def _read(self) -> bytes:
        if self.where.startswith(("http://", "https://")):
            async with httpx.AsyncClient(timeout=5, follow_redirects=False) as client:
                answer = await client.get(self.where)
                return answer.raise_for_status().content
        return await asyncio.to_thread(Path(self.where.removeprefix("file://")).read_bytes)


def _unreachable() -> DomainError:
    return DomainError("unready", "keys-unreachable", "tokens cannot be checked at the moment", retry_after=2)


def _rsa_keys(document: bytes) -> dict[str, RSAKey]:
    """The signing keys of a JWKS by kid; others (encryption, other families, private ones) are passed over."""
    keys: dict[str, RSAKey] = {}
    for entry in json.loads(document)["keys"]:
        usable = entry.get("kty") == "RSA" and entry.get("use", "sig") == "sig" and entry.get("alg", "RS256") == "RS256"
        if usable and isinstance(entry.get("kid"), str):
            keys[entry["kid"]] = RSAKey.import_key({"kty": "RSA", "n": entry["n"], "e": entry["e"]})
    return keys


@dataclass(frozen=True, slots=True)
class _Proved:
    actor: Actor
    until: float
    generation: int


class Verifier:
    """Turns a bearer token into the Actor it proves; remembers proved tokens until they expire or keys change."""

    def __init__(self, keys: KeySource, *, issuer: str, audience: str, clock: Clock = system_clock) -> None:
        self.keys = keys
        self._claims = {"iss": issuer, "aud": audience}
        self._clock = clock
        self._proved: OrderedDict[bytes, _Proved] = OrderedDict()

    async def actor(self, token: str) -> Actor:
        """Who ``token`` proves to be asking. Raises UnauthenticatedError, or DomainError ``keys-unreachable``."""
        mark = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        now = self._clock().timestamp()
        known = self._proved.get(mark)
        if known and now < known.until:
            await self.keys.refresh()
            if known.generation == self.keys.generation:
                self._proved.move_to_end(mark)
                return known.actor
        actor, until = await self._prove(token, now)
        self._proved[mark] = _Proved(actor, until, self.keys.generation)
        if len(self._proved) > REMEMBERED:
            self._proved.popitem(last=False)
        return actor

    async def _prove(self, token: str, now: float) -> tuple[Actor, float]:
        key = await self.keys.key(_kid(token))
        if key is None:
            raise UnauthenticatedError("the token is signed by a key that is not known here")
        try:
            claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
            self._check(claims, now)
        except ExpiredTokenError:
            raise UnauthenticatedError("the token has expired") from None
        except (JoseError, ValueError) as error:
            log.info("token refused", error=type(error).__name__)
            raise UnauthenticatedError("the token is not valid here") from None
        return _actor(claims), float(claims["exp"]) + LEEWAY

    def _check(self, claims: Mapping[str, Any], now: float) -> None:
        registry = jwt.JWTClaimsRegistry(
            now=int(now),
            leeway=LEEWAY,
            iss={"essential": True, "value": self._claims["iss"]},
            aud={"essential": True, "value": self._claims["aud"]},
            exp={"essential": True},
            sub={"essential": True},
        )
        registry.validate(dict(claims))


def _kid(token: str) -> str:
    """The key a compact JWS names. Refused before any key is looked up: other algorithms, critical extensions."""
    head, _, rest = token.partition(".")
    if len(token) > LONGEST_TOKEN or rest.count(".") != 1:
        raise UnauthenticatedError("the token is not a signed JWT")
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        algorithm, kid = header["alg"], header["kid"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UnauthenticatedError("the token is not a signed JWT that names its key") from None
    if algorithm not in ALGORITHMS or not isinstance(kid, str) or "crit" in header:
        raise UnauthenticatedError("the token is not signed with RS256 by a named key")
    return kid


def _actor(claims: Mapping[str, Any]) -> Actor:
    account, roles, unit = claims.get("account"), claims.get("roles"), claims.get("unit")
    if not isinstance(account, str) or not account or not isinstance(roles, list) or not _texts(roles):
        raise UnauthenticatedError("the token lacks the account or the roles")
    try:
        return Actor(
            person_id=UUID(str(claims["sub"])),
            account=account,
            roles=frozenset(roles),
            unit_id=None if unit is None else UUID(str(unit)),
        )
    except ValueError:
        raise UnauthenticatedError("the token names person or unit by something that is no id") from None


def _texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)
