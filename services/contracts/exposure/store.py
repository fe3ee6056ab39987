"""Rows of the ledger, and the locks that make K1 safe against races.

Order of locks, everywhere: the customer's membership (shared; exclusive for a merge) → the (root, year) rows → the
contract → its lines. Whoever submits therefore sees every earlier submission's total, or waits for it; and a merge
waits for submissions under way and they for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.contracts.exposure.domain import NOTHING, Entry, Opening, Shares, Standing
from shared.database import Transaction

MERGES = 7_262_001
"""The advisory lock that lets one merge run at a time: merges are rare and each may touch many customers."""

_LOCK = """
SELECT m.root_id, e.total FROM exposure_member m JOIN exposure e ON e.root_id = m.root_id AND e.year = $2
WHERE m.customer_id = $1 FOR SHARE OF m FOR UPDATE OF e
"""
_MEMBER = "SELECT root_id FROM exposure_member WHERE customer_id = $1 FOR SHARE"
_NEW_MEMBER = """
INSERT INTO exposure_member (customer_id, root_id)
SELECT id, id FROM unnest($1::uuid[]) AS n(id) ORDER BY id ON CONFLICT DO NOTHING
"""
_NEW_YEAR = "INSERT INTO exposure (root_id, year, total) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING"
_YEAR = "SELECT total FROM exposure WHERE root_id = $1 AND year = $2 FOR UPDATE"
_ALL_YEARS = "SELECT year, total FROM exposure WHERE root_id = ANY($1::uuid[]) ORDER BY root_id, year FOR UPDATE"
_SHARES = """
SELECT amendment_id, year, sum(amount) AS amount FROM exposure_entry
WHERE agreement_id = $1 AND ($2::uuid IS NULL OR amendment_id = $2) GROUP BY amendment_id, year
"""
_POST = """
WITH e AS (
    SELECT * FROM unnest(
        $2::int[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::numeric[], $9::text[]
    ) AS n(year, customer_id, unit_id, agreement_id, amendment_id, number, amount, why)
), moved AS (
    UPDATE exposure x SET total = x.total + a.amount
    FROM (SELECT year, sum(amount) AS amount FROM e GROUP BY year) a
    WHERE x.root_id = $1 AND x.year = a.year RETURNING x.year
)
INSERT INTO exposure_entry
    (root_id, year, customer_id, unit_id, agreement_id, amendment_id, number, amount, why, at, by)
SELECT $1, e.year, e.customer_id, e.unit_id, e.agreement_id, e.amendment_id, e.number, e.amount, e.why, $10, $11
FROM e JOIN moved USING (year)
"""


async def lock(tx: Transaction, customer_id: UUID, year: int) -> Standing:
    """The customer's year, locked until the transaction ends: no other submission, release or merge gets between."""
    row = await tx.raw.fetchrow(_LOCK, customer_id, year)
    if row is not None:
        return Standing(row["root_id"], year, row["total"])
    root_id = await _member(tx, customer_id)
    await tx.raw.execute(_NEW_YEAR, root_id, year)
    return Standing(root_id, year, await tx.raw.fetchval(_YEAR, root_id, year))


async def lock_all(tx: Transaction, customer_id: UUID) -> UUID:
    """All years of the customer, locked, where something is taken back in years not yet known; the root."""
    root_id = await _member(tx, customer_id)
    await tx.raw.fetch(_ALL_YEARS, [root_id])
    return root_id


async def _member(tx: Transaction, customer_id: UUID) -> UUID:
    root_id: UUID | None = await tx.raw.fetchval(_MEMBER, customer_id)
    if root_id is None:
        await tx.raw.execute(_NEW_MEMBER, [customer_id])
        root_id = await tx.raw.fetchval(_MEMBER, customer_id)
    if root_id is None:
        raise LookupError(f"no membership of {customer_id} after making it")
    return root_id


async def shares(tx: Transaction, agreement_id: UUID, amendment_id: UUID | None = None) -> Shares:
    """What a contract with its amendments (or one amendment alone) still has in the ledger."""
    rows = await tx.raw.fetch(_SHARES, agreement_id, amendment_id)
    return {(row["amendment_id"], row["year"]): row["amount"] for row in rows}


def own(shares_: Shares, year: int) -> Decimal:
    """A contract's part of one year, its amendments included."""
    return sum((amount for (_, when), amount in shares_.items() if when == year), NOTHING)


async def post(tx: Transaction, root_id: UUID, entries: Iterable[Entry]) -> None:
    """Write entries and move the kept totals with them. The (root, year) rows are there and locked."""
    kept = [entry for entry in entries if entry.amount]
    if not kept:
        return
    status = await tx.raw.execute(
        _POST,
        root_id,
        [entry.year for entry in kept],
        [entry.claim.customer_id for entry in kept],
        [entry.claim.unit_id for entry in kept],
        [entry.claim.agreement_id for entry in kept],
        [entry.claim.amendment_id for entry in kept],
        [entry.claim.number for entry in kept],
        [entry.amount for entry in kept],
        [entry.why for entry in kept],
        tx.now,
        tx.context.actor_id,
    )
    if status != f"INSERT 0 {len(kept)}":
        raise LookupError(f"a year of {root_id} has no total to move")


@dataclass(frozen=True, slots=True)
class Group:
    """Customers that may come to count as one: each member's present root, locked."""

    roots: Mapping[UUID, UUID]


async def lock_groups(tx: Transaction, customers: Sequence[UUID]) -> Group:
    """Everybody who counts as one with any of these customers, and all their years, locked for a merge."""
    await tx.raw.execute("SELECT pg_advisory_xact_lock($1)", MERGES)
    await tx.raw.execute(_NEW_MEMBER, list(customers))
    rows = await tx.raw.fetch(
        """SELECT customer_id, root_id FROM exposure_member
           WHERE root_id IN (SELECT root_id FROM exposure_member WHERE customer_id = ANY($1::uuid[]))
           ORDER BY customer_id FOR UPDATE""",
        list(customers),
    )
    roots = {row["customer_id"]: row["root_id"] for row in rows}
    await tx.raw.fetch(_ALL_YEARS, list(set(roots.values())))
    return Group(roots)


async def move_roots(tx: Transaction, moved: Mapping[UUID, tuple[UUID, UUID]]) -> None:
    """Let members count under another root: customer -> (old root, new root), all locked by ``lock_groups``."""
    customers, pairs = list(moved), list(moved.values())
    olds, news = [old for old, _ in pairs], [new for _, new in pairs]
    await tx.raw.execute(
        """UPDATE exposure_member m SET root_id = n.root_id
           FROM unnest($1::uuid[], $2::uuid[]) AS n(customer_id, root_id) WHERE m.customer_id = n.customer_id""",
        customers,
        news,
    )
    await tx.raw.execute(
        """UPDATE exposure_entry e SET root_id = n.new
           FROM (SELECT DISTINCT old, new FROM unnest($1::uuid[], $2::uuid[]) AS n(old, new)) n
           WHERE e.root_id = n.old""",
        olds,
        news,
    )
    await tx.raw.execute(
        """WITH gone AS (DELETE FROM exposure WHERE root_id = ANY($1::uuid[]) RETURNING root_id, year, total),
                pairs AS (SELECT DISTINCT old, new FROM unnest($1::uuid[], $2::uuid[]) AS n(old, new))
           INSERT INTO exposure AS x (root_id, year, total)
           SELECT p.new, g.year, sum(g.total) FROM gone g JOIN pairs p ON p.old = g.root_id GROUP BY p.new, g.year
           ON CONFLICT (root_id, year) DO UPDATE SET total = x.total + excluded.total""",
        olds,
        news,
    )


async def members(tx: Transaction, root_id: UUID) -> list[UUID]:
    """Everybody who counts under this root."""
    rows = await tx.raw.fetch("SELECT customer_id FROM exposure_member WHERE root_id = $1", root_id)
    return [row["customer_id"] for row in rows]


async def standings(tx: Transaction, roots: Sequence[UUID]) -> list[Standing]:
    """All years of these roots, which the caller has locked."""
    rows = await tx.raw.fetch(
        "SELECT root_id, year, total FROM exposure WHERE root_id = ANY($1::uuid[]) ORDER BY root_id, year", roots
    )
    return [Standing(row["root_id"], row["year"], row["total"]) for row in rows]


async def load_opening(tx: Transaction, number: str) -> Opening | None:
    """The opening balance of a contract's number, locked."""
    row = await tx.raw.fetchrow(
        "SELECT customer_id, unit_id, year, signed_on, amount FROM opening_balance WHERE number = $1 FOR UPDATE", number
    )
    if row is None:
        return None
    return Opening(row["customer_id"], row["unit_id"], row["year"], number, row["signed_on"], row["amount"])


async def save_opening(tx: Transaction, opening: Opening, by: UUID) -> None:
    """Keep an opening balance, new or corrected."""
    await tx.raw.execute(
        """INSERT INTO opening_balance (number, customer_id, unit_id, year, signed_on, amount, imported_by, imported_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
           ON CONFLICT (number) DO UPDATE
           SET signed_on = excluded.signed_on, amount = excluded.amount,
               imported_by = excluded.imported_by, imported_at = excluded.imported_at""",
        opening.number,
        opening.customer_id,
        opening.unit_id,
        opening.year,
        opening.signed_on,
        opening.amount,
        by,
        tx.now,
    )
