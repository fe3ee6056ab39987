"""The demo issuer gives tokens that the services' own verifier proves, and listens on loopback only."""

import json
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from deploy.local import issuer
from deploy.local.errors import LocalError
from shared.auth.tokens import KeySource, UnauthenticatedError, Verifier

PERSON, DEPARTMENT = uuid4(), uuid4()


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A running issuer with one account, `hd-clerk`, and one without a password."""
    monkeypatch.setenv("SHOUWEN_VAR", str(tmp_path))
    entry = {
        "account": "hd-clerk",
        "password": "秘密-demo",
        "person_id": str(PERSON),
        "roles": ["unit-clerk"],
        "department_id": str(DEPARTMENT),
        "department_code": "HD",
        "name": "张三",
    }
    locked = {**entry, "account": "locked", "password": None}
    issuer.accounts_file().parent.mkdir()
    issuer.accounts_file().write_text(json.dumps([entry, locked]), encoding="utf-8")
    issuer.key_set_file()
    with ThreadingHTTPServer(("127.0.0.1", 0), issuer._Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


async def test_a_token_by_password_is_proved_by_the_services_verifier(address: str) -> None:
    async with httpx.AsyncClient() as client:
        asked = await client.post(f"{address}/token", json={"account": "hd-clerk", "password": "秘密-demo"})
    assert asked.status_code == 200
    assert asked.headers["cache-control"] == "no-store"
    verifier = Verifier(KeySource(f"{address}/jwks.json"), issuer=issuer.ISSUER, audience=issuer.AUDIENCE)
    actor = await verifier.actor(asked.json()["access_token"])
    assert (actor.person_id, actor.account, actor.unit_id) == (PERSON, "hd-clerk", DEPARTMENT)
    assert actor.roles == frozenset({"unit-clerk"})


async def test_a_token_without_password_is_minted_for_the_loader(address: str) -> None:
    keys = KeySource(str(issuer.key_set_file()))
    actor = await Verifier(keys, issuer=issuer.ISSUER, audience=issuer.AUDIENCE).actor(issuer.token_for("hd-clerk"))
    assert actor.person_id == UUID(str(PERSON))
    with pytest.raises(LocalError, match="no demo account 'nobody'"):
        issuer.token_for("nobody")


async def test_a_token_for_another_audience_is_refused(address: str) -> None:
    keys = KeySource(str(issuer.key_set_file()))
    with pytest.raises(UnauthenticatedError):
        await Verifier(keys, issuer=issuer.ISSUER, audience="another").actor(issuer.token_for("hd-clerk"))


def test_wrong_passwords_and_malformed_requests_are_refused(address: str) -> None:
    def status(body: bytes, kind: str = "application/json") -> int:
        return httpx.post(f"{address}/token", content=body, headers={"Content-Type": kind}).status_code

    assert status(b'{"account": "hd-clerk", "password": "wrong"}') == 401
    assert status(b'{"account": "nobody", "password": ""}') == 401
    assert status(b'{"account": "locked", "password": ""}') == 401
    assert status(b"account=hd-clerk&password=%E7%A7%98%E5%AF%86-demo", "application/x-www-form-urlencoded") == 200
    for malformed in (b"{", b"[]", b'{"account": 1, "password": 2}', b'{"account": "a"}', b"\xff", b"x" * 5000, b""):
        assert status(malformed) == 400
    assert httpx.post(f"{address}/elsewhere").status_code == 404
    assert httpx.get(f"{address}/key.json").status_code == 404


def test_the_published_key_set_has_no_private_part_and_the_key_is_its_owner_s_alone(address: str) -> None:
    (key,) = httpx.get(f"{address}/jwks.json").json()["keys"]
    assert "d" not in key
    assert key["kty"] == "RSA"
    assert (issuer.folder() / "key.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.0.2.1", "no.such.host.invalid"])
def test_an_address_that_others_could_reach_is_refused(host: str) -> None:
    with pytest.raises(LocalError, match="demo issuer"):
        issuer.serve(host, 0)
