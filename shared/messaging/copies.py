"""Applies whole public states to a copy: many rows in one statement, stale ones dropped by sequence."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from shared.consuming import Copy
from shared.database import Transaction
from shared.envelope import Envelope
from shared.events.registry import BY_CLASS, BY_TYPE
from shared.messaging.decoding import decode
from shared.messaging.facts import Tally, context_of
from shared.messaging.record import Record

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


async def apply_batch(tx: Transaction, specs: Sequence[Copy], records: Sequence[Record], tally: Tally) -> None:
    """Bring the copies of one group up to these records; raises at the first that is invalid."""
    latest: dict[tuple[Copy, str], tuple[Envelope, Record]] = {}
    by_event = {BY_CLASS[spec.event].type: spec for spec in specs}
    for record in records:
        envelope = record.envelope()
        envelope.version()
        spec = by_event.get(envelope.type)
        if spec is None:
            tally.skipped += 1
            continue
        known = latest.get((spec, envelope.subject))
        if known is None or known[0].sequence < envelope.sequence:
            latest[spec, envelope.subject] = (envelope, record)
        else:
            tally.repeated += 1
    for spec in specs:
        mine = [pair for (owner, _), pair in latest.items() if owner is spec]
        if mine:
            await _apply(tx, spec, mine, tally)


async def _apply(tx: Transaction, spec: Copy, pairs: Sequence[tuple[Envelope, Record]], tally: Tally) -> None:
    states: dict[str, object] = {}
    rows: list[dict[str, object]] = []
    for envelope, _ in pairs:
        if envelope.data is None:
            await tx.raw.execute(_tombstone(spec.table), envelope.subject, envelope.sequence)
            tally.applied += 1
            continue
        state = decode(BY_TYPE[envelope.type], envelope)
        if state is None:
            tally.skipped += 1
            continue
        states[envelope.subject] = state
        row = dict(spec.values(state))
        rows.append(row | {"sequence": envelope.sequence, "deleted": False})
    if not rows:
        return
    rows.sort(key=lambda row: str(row[_key(spec.table)]))  # one lock order for all
    changed = await tx.raw.fetch(_upsert(spec.table), msgspec.json.encode(rows).decode())
    tally.applied += len(changed)
    tally.repeated += len(rows) - len(changed)
    if spec.after and changed:
        reason, tx.context = tx.context, context_of(pairs[0][0])
        await spec.after(tx, [states[str(row[0])] for row in changed])
        tx.context = reason


def _key(table: sa.Table) -> str:
    return str(next(iter(table.primary_key.columns)).name)


@lru_cache
def _upsert(table: sa.Table) -> str:
    names = [column.name for column in table.columns]
    typed = ", ".join(f'"{column.name}" {column.type.compile(_DIALECT)}' for column in table.columns)
    quoted = ", ".join(f'"{name}"' for name in names)
    key = _key(table)
    moves = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name != key)
    return (
        f'INSERT INTO "{table.name}" AS t ({quoted}) SELECT {quoted} FROM jsonb_to_recordset($1::jsonb) AS r({typed}) '
        f'ON CONFLICT ("{key}") DO UPDATE SET {moves} WHERE t.sequence < excluded.sequence RETURNING t."{key}"'
    )


@lru_cache
def _tombstone(table: sa.Table) -> str:
    return f'UPDATE "{table.name}" SET deleted = true, sequence = $2 WHERE "{_key(table)}"::text = $1 AND sequence < $2'
