"""The demo token issuer: accounts of the sample company, RS256 tokens, a key set; for loopback and nowhere else.

It stands for the company's identity provider, whose tokens carry the same claims. A service knows only its key set.
Must not know what a role may do.
"""

import hashlib
import hmac
import ipaddress
import json
import os
import secrets
import socket
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from deploy.local import places
from deploy.local.errors import LocalError

ISSUER = "shouwen-demo"
AUDIENCE = "shouwen"
TOKEN_SECONDS = 8 * 3600
_BODY_LIMIT = 4096


@dataclass(frozen=True)
class Account:
    """A demo account: who signs in, what the token says of that person."""

    account: str
    password: str
    person_id: str
    roles: tuple[str, ...]
    department_id: str | None
    name: str = ""
    department_code: str | None = None

    def claims(self, now: int) -> dict[str, Any]:
        """The token's claims at `now` (seconds since 1970)."""
        return {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": self.person_id,
            "account": self.account,
            "roles": list(self.roles),
            "unit": self.department_id,
            "iat": now,
            "nbf": now,
            "exp": now + TOKEN_SECONDS,
            "jti": secrets.token_hex(16),
        }


def folder() -> Path:
    """Where the key and the key set are kept."""
    return places.var() / "issuer"


def accounts_file() -> Path:
    """The sample company's accounts: a JSON list of objects with `Account`'s fields; SHOUWEN_ACCOUNTS moves it."""
    named = os.environ.get("SHOUWEN_ACCOUNTS")
    return Path(named) if named else places.var() / "sample" / "accounts.json"


def key_set_file() -> Path:
    """The public keys as the services read them; made with the key when absent."""
    _key()
    return folder() / "jwks.json"


def read_accounts() -> dict[str, Account]:
    """The accounts by name; none while the file is absent. Passwords that are missing admit nobody."""
    try:
        listed = json.loads(accounts_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {entry["account"]: _account(entry) for entry in listed}


def token_for(account: str) -> str:
    """A token for a demo account without its password, minted with the local key: for the loader and for tests.

    LocalError when there is no such account.
    """
    found = read_accounts().get(account)
    if found is None:
        raise LocalError(f"There is no demo account {account!r} in {accounts_file()}.")
    return mint(found)


def mint(account: Account) -> str:
    """A signed token for `account`, valid for eight hours."""
    key = _key()
    return jwt.encode({"alg": "RS256", "kid": key.kid, "typ": "JWT"}, account.claims(int(time.time())), key)


def serve(host: str, port: int) -> None:
    """Answer until the process is ended; LocalError for an address that others could reach."""
    require_loopback(host)
    key_set_file()
    with ThreadingHTTPServer((host, port), _Handler) as server:
        server.daemon_threads = True
        server.serve_forever()


def require_loopback(host: str) -> None:
    """Raise LocalError unless every address of `host` is a loopback address: demo passwords are no secret."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host or "0.0.0.0", None)}
    except OSError as error:
        raise LocalError(f"The demo issuer cannot listen on {host!r}: {error}") from error
    if not all(ipaddress.ip_address(str(address).partition("%")[0]).is_loopback for address in found):
        raise LocalError(f"The demo issuer listens on loopback only, not on {host!r}: its passwords are published.")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        if self.path == "/jwks.json":
            self._answer(HTTPStatus.OK, json.loads((folder() / "jwks.json").read_text(encoding="utf-8")))
        elif self.path == "/health/live":
            self._answer(HTTPStatus.OK, {"status": "live"})
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "absent", "There is no such resource.")

    def do_POST(self) -> None:
        if self.path != "/token":
            self._refuse(HTTPStatus.NOT_FOUND, "absent", "There is no such resource.")
            return
        asked = self._credentials()
        if asked is None:
            told = "Send account and password, as JSON or as a form."
            self._refuse(HTTPStatus.BAD_REQUEST, "invalid", told)
            return
        account = _admitted(*asked)
        if account is None:
            self._refuse(HTTPStatus.UNAUTHORIZED, "unknown-account", "The account or its password is wrong.")
            return
        self._answer(
            HTTPStatus.OK, {"access_token": mint(account), "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        )

    def _credentials(self) -> tuple[str, str] | None:
        try:
            length = int(self.headers.get("Content-Length", "0"))
            if not 0 < length <= _BODY_LIMIT:
                self.close_connection = True
                return None
            body = self.rfile.read(length).decode()
            if self.headers.get_content_type() == "application/json":
                fields = json.loads(body)
                account, password = fields["account"], fields["password"]
            else:
                form = parse_qs(body, strict_parsing=True)
                account, password = form["account"][0], form["password"][0]
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        return (account, password) if isinstance(account, str) and isinstance(password, str) else None

    def _refuse(self, status: HTTPStatus, code: str, detail: str) -> None:
        body = {"type": f"/problems/{code}", "title": status.phrase, "status": int(status), "detail": detail}
        self._answer(status, body, "application/problem+json")

    def _answer(self, status: HTTPStatus, body: object, kind: str = "application/json") -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(data)


def _admitted(account: str, password: str) -> Account | None:
    found = read_accounts().get(account)
    # Compared as digests under a key of this moment, and for an unknown account too, so that time tells nothing.
    salt = secrets.token_bytes(32)
    given = hmac.digest(salt, password.encode("utf-8", "surrogatepass"), hashlib.sha256)
    kept = hmac.digest(salt, (found.password if found else "").encode(), hashlib.sha256)
    matches = hmac.compare_digest(given, kept)
    return found if matches and found is not None and found.password else None


def _account(entry: dict[str, Any]) -> Account:
    return Account(
        account=entry["account"],
        password=entry.get("password") or "",
        person_id=entry["person_id"],
        roles=tuple(entry["roles"]),
        department_id=entry.get("department_id"),
        name=entry.get("name", ""),
        department_code=entry.get("department_code"),
    )


def _key() -> RSAKey:
    file = folder() / "key.json"
    if not file.exists():
        with places.alone(places.make_folder(folder()) / "lock"):
            if not file.exists():
                _make_key(file)
    return RSAKey.import_key(json.loads(file.read_text(encoding="utf-8")))


def _make_key(file: Path) -> None:
    fresh = RSAKey.generate_key(2048, parameters={"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)
    public = KeySet([fresh]).as_dict(private=False)
    (folder() / "jwks.json").write_text(json.dumps(public, indent=2) + "\n", encoding="utf-8")
    places.write_secret(file, json.dumps(fresh.as_dict(private=True)))
