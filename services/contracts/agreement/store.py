"""Rows of contracts <-> domain values, each saved at the version it was loaded with. Prepared statements: hot."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from services.contracts.agreement.domain.agreement import Agreement, Submission
from services.contracts.supply import store as lines
from services.contracts.supply.domain import Heading
from shared.database import Transaction
from shared.kernel.errors import DomainError, absent, conflict

_INSERT = """
INSERT INTO agreement (agreement_id, number, customer_id, unit_id, status, version, amount, drafted_by, drafted_at,
                       authors, remark, signed_amounts, reason)
VALUES ($1, $2, $3, $4, 'draft', 1, $5, $6, $7, $8, '', '{}', '') ON CONFLICT (number) DO NOTHING RETURNING true
"""
_COLUMNS = """agreement_id, number, customer_id, unit_id, status, version, drafted_by, authors, submitted_by,
submitted_at, year, cumulative, approval_needed, policy_version, approved_by, approved_at, remark, signed_on,
signed_amounts::text AS signed_amounts, reason"""
_LOAD = f"SELECT {_COLUMNS} FROM agreement WHERE agreement_id = $1"
_LOCKED = " FOR NO KEY UPDATE"
_LOOK = """
SELECT a.agreement_id, a.customer_id, coalesce(c.code, '') AS customer_code, a.unit_id, a.year
FROM agreement a LEFT JOIN customer_copy c USING (customer_id) WHERE
"""
_PEEK = f"{_LOOK} a.agreement_id = $1"
_FIND = f"{_LOOK} a.number = $1"
_SAVE = """
UPDATE agreement SET customer_id = $3, status = $4, version = $5, amount = $6, authors = $7, submitted_by = $8,
    submitted_at = $9, year = $10, cumulative = $11, approval_needed = $12, policy_version = $13, approved_by = $14,
    approved_at = $15, remark = $16, signed_on = $17, signed_amounts = $18, reason = $19
WHERE agreement_id = $1 AND version = $2 RETURNING true
"""
_FLAG = """
UPDATE agreement SET approval_needed = true, version = version + 1
WHERE customer_id = ANY($1::uuid[]) AND year = $2 AND status = 'submitted' AND NOT approval_needed
"""
_AMOUNTS = msgspec.json.Decoder(dict[int, Decimal])


@dataclass(frozen=True, slots=True)
class Peek:
    """What must be known of a contract before it is locked: whose it is, and which year to lock first."""

    agreement_id: UUID
    customer_id: UUID
    customer_code: str
    unit_id: UUID
    year: int | None


def absent_agreement() -> DomainError:
    """None, or not the asker's to see."""
    return absent("agreement-absent", "No such contract")


def changed_meanwhile() -> DomainError:
    """Somebody moved it between the look and the lock."""
    return conflict("changed-meanwhile", "Somebody changed it at the same moment", remedy="Read it and try again.")


def checked_version(version: int, expected: int | None) -> None:
    """DomainError ``version-mismatch`` (412) unless the asker named the present version, or none."""
    if expected is not None and expected != version:
        raise conflict("version-mismatch", f"The present version is {version}", remedy="Read it again, then repeat.")


async def peek(tx: Transaction, agreement_id: UUID) -> Peek | None:
    """A look without a lock."""
    row = await tx.raw.fetchrow(_PEEK, agreement_id)
    return Peek(**row) if row else None


async def find(tx: Transaction, number: str) -> Peek | None:
    """A look by number, without a lock."""
    row = await tx.raw.fetchrow(_FIND, number)
    return Peek(**row) if row else None


async def load(tx: Transaction, agreement_id: UUID, *, locked: bool = True) -> Agreement:
    """The contract and its lines, locked unless only read. Lock the customer's year before, where the decision needs
    it (K1). DomainError ``agreement-absent``."""
    row = await tx.raw.fetchrow(_LOAD + (_LOCKED if locked else ""), agreement_id)
    if row is None:
        raise absent_agreement()
    return Agreement(
        heading=Heading(row["agreement_id"], row["number"], row["customer_id"], row["unit_id"]),
        drafted_by=row["drafted_by"],
        authors=frozenset(row["authors"]),
        status=row["status"],
        version=row["version"],
        lines=await lines.lines_of(tx, agreement_id, locked=locked),
        submission=submission_of(row),
        signed_on=row["signed_on"],
        signed_amounts=_AMOUNTS.decode(row["signed_amounts"]),
        reason=row["reason"],
    )


def submission_of(row: asyncpg.Record) -> Submission | None:
    """The submission kept in a row of a contract or amendment."""
    if row["submitted_by"] is None:
        return None
    return Submission(
        by=row["submitted_by"],
        at=row["submitted_at"],
        year=row["year"],
        cumulative=row["cumulative"],
        approval_needed=row["approval_needed"],
        policy_version=row["policy_version"],
        approved_by=row["approved_by"],
        approved_at=row["approved_at"],
        remark=row["remark"],
    )


def submission_values(submission: Submission | None) -> tuple[Any, ...]:
    """The columns of a submission: by, at, year, cumulative, needed, policy, approved by and at, remark."""
    if submission is None:
        return (None,) * 8 + ("",)
    return (
        submission.by,
        submission.at,
        submission.year,
        submission.cumulative,
        submission.approval_needed,
        submission.policy_version,
        submission.approved_by,
        submission.approved_at,
        submission.remark,
    )


async def insert(tx: Transaction, agreement: Agreement) -> None:
    """A new draft with its lines, or DomainError ``number-taken``."""
    heading = agreement.heading
    made = await tx.raw.fetchval(
        _INSERT,
        heading.agreement_id,
        heading.agreement_number,
        heading.customer_id,
        heading.unit_id,
        agreement.amount,
        agreement.drafted_by,
        tx.now,
        sorted(agreement.authors),
    )
    if not made:
        raise conflict("number-taken", "Another contract has this number", field="number")
    await lines.insert(tx, agreement.lines)


async def save(tx: Transaction, before: Agreement, after: Agreement) -> None:
    """Bring a loaded contract and its lines to ``after``."""
    amounts = {str(year): str(amount) for year, amount in after.signed_amounts.items()}
    saved = await tx.raw.fetchval(
        _SAVE,
        after.heading.agreement_id,
        before.version,
        after.heading.customer_id,
        after.status,
        after.version,
        after.amount,
        sorted(after.authors),
        *submission_values(after.submission),
        after.signed_on,
        msgspec.json.encode(amounts).decode(),
        after.reason,
    )
    if not saved:
        raise changed_meanwhile()
    await lines.save(tx, before.lines, after.lines)


async def flag(tx: Transaction, customers: list[UUID], year: int) -> None:
    """Let the submitted contracts of these customers and this year, so far free of it, need approval (K1)."""
    await tx.raw.execute(_FLAG, customers, year)
