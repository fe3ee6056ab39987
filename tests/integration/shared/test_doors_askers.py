"""Who may pass: tokens of every wrong kind, permissions, and routes that forgot to declare one."""

import base64
import hmac
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time
from typing import Any
from uuid import uuid4

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from litestar import get

from shared.auth.tokens import KeySource, UnauthenticatedError, Verifier
from shared.database import Database
from shared.http import build_api, permits
from shared.http.doors import OpenDoorError, routes_of
from shared.kernel.errors import DomainError
from shared.service import Service
from shared.settings import ServiceSettings
from shared.testing.api import AUDIENCE, ISSUER, KID, headers, jwks_path, signing_key, token
from tests.integration.shared.doors import SERVICE, shelf


def claims(**changes: Any) -> dict[str, Any]:
    made = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(uuid4()),
        "account": "zhang",
        "roles": ["unit-clerk"],
        "unit": None,
        "exp": int(time()) + 600,
        **changes,
    }
    return {name: value for name, value in made.items() if value != "left out"}


def signed(header: dict[str, Any] | None = None, key: Any = None, algorithm: str = "RS256", **changes: Any) -> str:
    return jwt.encode(
        {"alg": algorithm, "kid": KID, **(header or {})},
        claims(**changes),
        key or signing_key(),
        algorithms=[algorithm],
    )


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def unsigned() -> str:
    return f"{encoded({'alg': 'none', 'kid': KID})}.{encoded(claims())}."


def confused() -> str:
    """The public key, which anybody has, used as the secret of an HMAC."""
    head, payload = (encoded(part) for part in ({"alg": "HS256", "kid": KID}, claims()))
    secret = signing_key().as_pem(private=False)
    proof = hmac.digest(secret, f"{head}.{payload}".encode(), "sha256")
    return f"{head}.{payload}.{base64.urlsafe_b64encode(proof).rstrip(b'=').decode()}"


@pytest.fixture
async def client(street_database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with shelf(street_database) as client:
        yield client


BAD: dict[str, Callable[[], str]] = {
    "nothing": str,
    "no jwt": lambda: "abc",
    "no json": lambda: "a.b.c",
    "too long": lambda: "x" * 10_000,
    "unsigned": unsigned,
    "algorithm confused": confused,
    "another algorithm": lambda: signed(key=RSAKey.import_key(signing_key().as_pem(private=True)), algorithm="RS512"),
    "a stranger's key": lambda: signed(key=RSAKey.generate_key(2048, private=True)),
    "an unknown key": lambda: signed({"kid": "unknown"}),
    "another issuer": lambda: signed(iss="https://elsewhere.invalid"),
    "another audience": lambda: signed(aud="another"),
    "no issuer": lambda: signed(iss="left out"),
    "no audience": lambda: signed(aud="left out"),
    "no end": lambda: signed(exp="left out"),
    "ended": lambda: signed(exp=int(time()) - 60),
    "ends oddly": lambda: signed(exp="tomorrow"),
    "not yet": lambda: signed(nbf=int(time()) + 600),
    "nobody": lambda: signed(sub="left out"),
    "no person": lambda: signed(sub="zhang"),
    "no account": lambda: signed(account="left out"),
    "roles in a text": lambda: signed(roles="unit-clerk"),
    "roles of numbers": lambda: signed(roles=[1]),
    "no unit's id": lambda: signed(unit="b1"),
}


@pytest.mark.parametrize("kind", BAD)
async def test_a_token_that_proves_nothing_is_refused(client: httpx.AsyncClient, kind: str) -> None:
    bad = BAD[kind]()
    answer = await client.get("/boxes", headers={"Authorization": f"Bearer {bad}"})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated"), answer.text
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_tampered_token_is_refused_although_its_original_was_proved_before(client: httpx.AsyncClient) -> None:
    good = signed()
    assert (await client.get("/boxes", headers=headers(good))).status_code == 200
    head, _, signature = good.split(".")
    payload = base64.urlsafe_b64encode(json.dumps(claims(roles=["admin"])).encode()).rstrip(b"=").decode()
    assert (await client.get("/boxes", headers=headers(f"{head}.{payload}.{signature}"))).status_code == 401


async def test_no_token_no_answer_but_health_and_description(client: httpx.AsyncClient) -> None:
    for path in ("/boxes", f"/boxes/{uuid4()}", "/imports/boxes/template"):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="shouwen"')
    assert (await client.get("/boxes", headers={"Authorization": "Basic eDp5"})).status_code == 401
    for path in ("/health/live", "/health/ready", "/metrics", "/schema", "/schema/openapi.json"):
        assert (await client.get(path)).status_code == 200, path


async def test_a_role_without_the_permission_is_told_which_it_lacks(client: httpx.AsyncClient) -> None:
    answer = await client.post("/boxes", json={}, headers=headers(token(roles=["market"])))
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-permitted")
    assert answer.json()["permission"] == "box.make"
    assert (await client.get("/boxes", headers=headers(token(roles=[])))).status_code == 403


def test_every_route_declares_its_permission_or_the_application_is_not_built() -> None:
    @get("/open")
    async def forgotten() -> None: ...

    @get("/odd", **permits("box.paint"))
    async def unheard_of() -> None: ...

    for route, said in ((forgotten, "GET /open declares no permission"), (unheard_of, "'box.paint'")):
        with pytest.raises(OpenDoorError, match=said):
            built(Service(name="doors", permissions=SERVICE.permissions, routes=[route]))


def test_the_routes_that_are_public_are_these_only() -> None:
    app = built(SERVICE)
    public = {path for _, path, handler in routes_of(app) if handler.opt.get("public")}
    assert {path for path in public if not path.startswith("/schema")} == {"/health/live", "/health/ready", "/metrics"}


def built(service: Service) -> Any:
    url = "postgresql://nobody@127.0.0.1:1/none"
    return build_api(service, ServiceSettings(name=service.name, database=url, jwks=jwks_path()), Database(url))


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def write_keys(path: Path, **keys: RSAKey) -> None:
    path.write_text(json.dumps({"keys": [{**key.as_dict(private=False), "kid": kid} for kid, key in keys.items()]}))


async def test_a_new_key_is_found_when_a_token_names_it_and_a_withdrawn_one_stops_working(tmp_path: Path) -> None:
    path, clock = tmp_path / "jwks.json", Time()
    old, new = (RSAKey.generate_key(2048, private=True) for _ in range(2))
    write_keys(path, old=old)
    verifier = Verifier(KeySource(str(path), clock=clock), issuer=ISSUER, audience=AUDIENCE, clock=clock)
    by_old, by_new = signed({"kid": "old"}, old, exp=int(time()) + 6000), signed({"kid": "new"}, new)
    assert (await verifier.actor(by_old)).account == "zhang"
    write_keys(path, new=new)
    with pytest.raises(UnauthenticatedError):
        await verifier.actor(by_new)  # the set was read a moment ago: no more often than every few seconds
    clock.passes(6)
    assert (await verifier.actor(by_new)).account == "zhang"
    with pytest.raises(UnauthenticatedError):
        await verifier.actor(by_old)  # although it was proved before and has not expired


async def test_keys_stay_while_their_source_is_away_and_their_absence_is_not_the_askers_fault(tmp_path: Path) -> None:
    path, clock = tmp_path / "jwks.json", Time()
    verifier = Verifier(KeySource(str(path), clock=clock), issuer=ISSUER, audience=AUDIENCE, clock=clock)
    key = RSAKey.generate_key(2048, private=True)
    good = signed({"kid": "k"}, key, exp=int(time()) + 6000)
    with pytest.raises(DomainError) as early:
        await verifier.actor(good)
    assert (early.value.kind, early.value.code) == ("unready", "keys-unreachable")
    write_keys(path, k=key)
    assert (await verifier.actor(good)).account == "zhang"
    path.write_text("{half")
    clock.passes(400)
    assert (await verifier.actor(good)).account == "zhang"


async def test_a_proved_token_is_remembered_until_it_expires_and_no_longer(tmp_path: Path) -> None:
    path, clock = tmp_path / "jwks.json", Time()
    key = RSAKey.generate_key(2048, private=True)
    write_keys(path, k=key)
    verifier = Verifier(KeySource(str(path), clock=clock), issuer=ISSUER, audience=AUDIENCE, clock=clock)
    good = signed({"kid": "k"}, key)
    first = await verifier.actor(good)
    assert await verifier.actor(good) is first
    clock.passes(700)
    with pytest.raises(UnauthenticatedError, match="expired"):
        await verifier.actor(good)
