"""A key makes a request happen once: claimed first and kept last in the command's own transaction. Knows no server.

A second request with the same key waits on the first one's row and then gets its answer; if the first rolled back,
nothing was kept and the second does the work.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from shared.kernel.errors import DomainError, invalid

if TYPE_CHECKING:
    from shared.database import Transaction

LONGEST = 200
KEEP = timedelta(days=7)

CLAIM = """INSERT INTO idempotency (account, key, route, fingerprint, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (account, key) DO NOTHING RETURNING true"""
LOOK = (
    "SELECT route, fingerprint, status, headers::text AS headers, body FROM idempotency WHERE account = $1 AND key = $2"
)
STORE = "UPDATE idempotency SET status = $3, headers = $4, body = $5 WHERE account = $1 AND key = $2"
PRUNE = """DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM idempotency WHERE at < $1 LIMIT $2))"""


@dataclass(frozen=True, slots=True)
class Claim:
    """One use of a key. route: method and path; fingerprint: digest of what was asked there."""

    account: str
    key: str
    route: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, fit to be answered again."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def checked_key(key: str | None) -> str:
    """The key if it is 1 to 200 visible ASCII characters. Raises DomainError ``bad-idempotency-key``."""
    if key and len(key) <= LONGEST and all("!" <= letter <= "~" for letter in key):
        return key
    raise invalid(
        "bad-idempotency-key",
        f"an Idempotency-Key has 1 to {LONGEST} visible ASCII characters",
        field="Idempotency-Key",
        remedy="Send a fresh UUID per intent, and the same one again when repeating it.",
    )


def fingerprint(query: bytes, body: bytes) -> bytes:
    """A digest that tells two requests on one route apart."""
    return hashlib.sha256(len(query).to_bytes(4, "big") + query + body).digest()


async def take(tx: "Transaction", claim: Claim) -> Answer | None:
    """Claim the key for this transaction; the kept answer if it was used before.

    Waits for a transaction under way with the same key. Raises DomainError ``idempotency-key-reused`` when the key was
    used for something else."""
    if await tx.raw.fetchval(CLAIM, claim.account, claim.key, claim.route, claim.fingerprint, tx.now):
        return None
    kept = await tx.raw.fetchrow(LOOK, claim.account, claim.key)
    if kept is None or kept["status"] is None:
        raise DomainError("unready", "idempotency-unsettled", "the first request is being settled", retry_after=1)
    if kept["route"] != claim.route or kept["fingerprint"] != claim.fingerprint:
        raise invalid(
            "idempotency-key-reused",
            "this Idempotency-Key was used for another request",
            field="Idempotency-Key",
            remedy="Use a fresh key for a new intent.",
        )
    return Answer(kept["status"], msgspec.json.decode(kept["headers"], type=dict[str, str]), kept["body"])


async def keep(tx: "Transaction", claim: Claim, answer: Answer) -> None:
    """Keep ``answer`` for the claimed key; it is durable when the transaction is."""
    headers = msgspec.json.encode(answer.headers).decode()
    await tx.raw.execute(STORE, claim.account, claim.key, answer.status, headers, answer.body)


async def prune(tx: "Transaction", older_than: timedelta = KEEP, *, at_most: int = 5_000) -> int:
    """Forget keys claimed longer than ``older_than`` ago, ``at_most`` of them; returns how many."""
    status = await tx.raw.execute(PRUNE, tx.now - older_than, at_most)
    return int(status.rsplit(" ", 1)[-1])
