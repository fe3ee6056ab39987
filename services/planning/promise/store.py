"""The last promise of each line: read to be compared, written when another is made. Must not decide anything."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from shared.database import Transaction
from shared.events.planning import PromiseMade

_LAST = "SELECT line_id, line_version, promised_on FROM promise WHERE line_id = ANY ($1::uuid[])"
_MAKE = """
INSERT INTO promise AS p (line_id, line_version, plan_id, plan_version, promised_on, cause, made_at)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::int[], $5::date[], $6::text[], $7::timestamptz[])
ON CONFLICT (line_id) DO UPDATE SET line_version = excluded.line_version, plan_id = excluded.plan_id,
    plan_version = excluded.plan_version, promised_on = excluded.promised_on, cause = excluded.cause,
    made_at = excluded.made_at
"""


async def last(tx: Transaction, lines: Sequence[UUID]) -> dict[UUID, tuple[int, date | None]]:
    """Line -> (its version then, the promised day or None), of those that were ever promised."""
    rows = await tx.raw.fetch(_LAST, list(lines))
    return {row["line_id"]: (row["line_version"], row["promised_on"]) for row in rows}


async def keep(tx: Transaction, made: Sequence[PromiseMade]) -> None:
    """Keep these as the last promises of their lines."""
    await tx.raw.execute(
        _MAKE,
        [promise.line_id for promise in made],
        [promise.line_version for promise in made],
        [promise.plan_id for promise in made],
        [promise.plan_version for promise in made],
        [promise.promised_on for promise in made],
        [promise.cause for promise in made],
        [tx.now for _ in made],
    )
