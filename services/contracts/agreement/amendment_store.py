"""Rows of amendments <-> domain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import msgspec

from services.contracts.agreement.domain.amendments import Amendment
from services.contracts.agreement.domain.lines import Wanted
from services.contracts.agreement.store import changed_meanwhile, submission_of, submission_values
from services.contracts.supply.domain import Heading
from shared.database import Transaction
from shared.kernel.errors import DomainError, absent

_COLUMNS = """amendment_id, agreement_id, agreement_number, customer_id, unit_id, status, version, wanted, change,
submitted_by, submitted_at, year, cumulative, approval_needed, policy_version, approved_by, approved_at, remark,
reason"""
_READ = _COLUMNS.replace("wanted", "wanted::text AS wanted")
_INSERT = f"""INSERT INTO amendment ({_COLUMNS})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"""
_PEEK = "SELECT amendment_id, agreement_id, customer_id, unit_id, year FROM amendment WHERE amendment_id = $1"
_LOAD = f"SELECT {_READ} FROM amendment WHERE amendment_id = $1 FOR NO KEY UPDATE"
_OPEN = f"""SELECT {_READ} FROM amendment
WHERE agreement_id = $1 AND status IN ('submitted', 'approved') FOR NO KEY UPDATE"""
_ALL = f"SELECT {_READ} FROM amendment WHERE agreement_id = $1 ORDER BY submitted_at, amendment_id"
_ONE = f"SELECT {_READ} FROM amendment WHERE amendment_id = $1"
_SAVE = """
UPDATE amendment SET status = $3, version = $4, submitted_by = $5, submitted_at = $6, year = $7, cumulative = $8,
    approval_needed = $9, policy_version = $10, approved_by = $11, approved_at = $12, remark = $13, reason = $14
WHERE amendment_id = $1 AND version = $2 RETURNING true
"""
_FLAG = """
UPDATE amendment SET approval_needed = true, version = version + 1
WHERE customer_id = ANY($1::uuid[]) AND year = $2 AND status = 'submitted' AND NOT approval_needed
"""
_WANTED = msgspec.json.Decoder(tuple[Wanted, ...])


@dataclass(frozen=True, slots=True)
class AmendmentPeek:
    """What must be known of an amendment before anything is locked."""

    amendment_id: UUID
    agreement_id: UUID
    customer_id: UUID
    unit_id: UUID
    year: int


def absent_amendment() -> DomainError:
    """None, or not the asker's to see."""
    return absent("amendment-absent", "No such amendment")


def _amendment(row: asyncpg.Record) -> Amendment:
    submission = submission_of(row)
    if submission is None:
        raise LookupError("an amendment without its submission")
    return Amendment(
        amendment_id=row["amendment_id"],
        heading=Heading(row["agreement_id"], row["agreement_number"], row["customer_id"], row["unit_id"]),
        wanted=_WANTED.decode(row["wanted"]),
        change=row["change"],
        submission=submission,
        status=row["status"],
        version=row["version"],
        reason=row["reason"],
    )


async def peek(tx: Transaction, amendment_id: UUID) -> AmendmentPeek | None:
    """A look without a lock."""
    row = await tx.raw.fetchrow(_PEEK, amendment_id)
    return AmendmentPeek(**row) if row else None


async def load(tx: Transaction, amendment_id: UUID) -> Amendment:
    """An amendment, locked; its contract was locked before."""
    row = await tx.raw.fetchrow(_LOAD, amendment_id)
    if row is None:
        raise absent_amendment()
    return _amendment(row)


async def load_open(tx: Transaction, agreement_id: UUID) -> Amendment | None:
    """The contract's one open amendment, locked."""
    row = await tx.raw.fetchrow(_OPEN, agreement_id)
    return _amendment(row) if row else None


async def one(tx: Transaction, amendment_id: UUID) -> Amendment | None:
    """An amendment, to read."""
    row = await tx.raw.fetchrow(_ONE, amendment_id)
    return _amendment(row) if row else None


async def of_agreement(tx: Transaction, agreement_id: UUID) -> Sequence[Amendment]:
    """All amendments of a contract, to read, the oldest first."""
    return [_amendment(row) for row in await tx.raw.fetch(_ALL, agreement_id)]


async def insert(tx: Transaction, amendment: Amendment) -> None:
    """A new amendment."""
    heading = amendment.heading
    await tx.raw.execute(
        _INSERT,
        amendment.amendment_id,
        heading.agreement_id,
        heading.agreement_number,
        heading.customer_id,
        heading.unit_id,
        amendment.status,
        amendment.version,
        msgspec.json.encode(amendment.wanted).decode(),
        amendment.change,
        *submission_values(amendment.submission),
        amendment.reason,
    )


async def save(tx: Transaction, before: Amendment, after: Amendment) -> None:
    """Bring a loaded amendment to ``after``; what it proposes never changes."""
    saved = await tx.raw.fetchval(
        _SAVE,
        after.amendment_id,
        before.version,
        after.status,
        after.version,
        *submission_values(after.submission),
        after.reason,
    )
    if not saved:
        raise changed_meanwhile()


async def flag(tx: Transaction, customers: list[UUID], year: int) -> None:
    """Let the submitted amendments of these customers and this year, so far free of it, need approval (K1)."""
    await tx.raw.execute(_FLAG, customers, year)
