"""The outbox: facts and states written in the business transaction, published by the relay after its commit.

Positions follow commit order per subject, because the subject's sequence row is locked in the same statement before
they are taken. Call ``append`` once, last in a command, so that the lock is held for the commit only.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from shared.database import Transaction
from shared.events.registry import BY_CLASS, Published, describe
from shared.kernel.ids import new_id

SEQUENCE_DIGITS = 20

_APPEND = """
WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::int[]) AS w(topic, subject, n)
), numbered AS (
    INSERT INTO outbox_sequence AS q (topic, subject, last)
    SELECT topic, subject, n FROM wanted ORDER BY topic, subject
    ON CONFLICT (topic, subject) DO UPDATE SET last = q.last + excluded.last
    RETURNING topic, subject, last
)
INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, sequence, headers, time)
SELECT f.id, f.topic, f.subject, f.type, f.payload,
       CASE WHEN f.state THEN (SELECT lpad(epoch::text, 4, '0') FROM street_epoch) || '-' ELSE '' END
           || lpad((n.last - f.back)::text, 20, '0'),
       $10::jsonb, $11
FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[], $12::bool[])
     WITH ORDINALITY AS f(id, topic, subject, type, payload, back, state, ordinal)
JOIN numbered n ON n.topic = f.topic AND n.subject = f.subject
ORDER BY f.ordinal
"""


@dataclass(frozen=True, slots=True)
class _Row:
    published: Published
    subject: str
    payload: str | None


def _row(event: object) -> _Row:
    published = describe(event)
    return _Row(published, str(getattr(event, published.key)), msgspec.json.encode(event).decode())


async def append(tx: Transaction, facts: Sequence[object] = (), *, states: Sequence[object] = ()) -> None:
    """Put facts and whole public states into the outbox, in this order.

    Facts get contiguous sequence numbers per (topic, subject); states get rising ones behind the epoch."""
    await _insert(tx, [_row(event) for event in (*facts, *states)])


async def tombstone(tx: Transaction, state: type, key: UUID | str) -> None:
    """Publish that the state behind ``key`` is gone (erasure)."""
    await _insert(tx, [_Row(BY_CLASS[state], str(key), None)])


async def _insert(tx: Transaction, rows: Sequence[_Row]) -> None:
    if not rows:
        return
    counts = Counter((row.published.topic, row.subject) for row in rows)
    subjects = sorted(counts)
    left = dict(counts)
    back: list[int] = []
    for row in rows:
        slot = (row.published.topic, row.subject)
        left[slot] -= 1
        back.append(left[slot])
    await tx.raw.execute(
        _APPEND,
        [topic for topic, _ in subjects],
        [subject for _, subject in subjects],
        [counts[slot] for slot in subjects],
        [new_id() for _ in rows],
        [row.published.topic for row in rows],
        [row.subject for row in rows],
        [row.published.type for row in rows],
        [row.payload for row in rows],
        back,
        _headers(tx),
        tx.now,
        [row.published.kind == "state" for row in rows],
    )
    tx.appended += len(rows)


def _headers(tx: Transaction) -> str:
    context = tx.context
    wanted = {
        "ce_correlationid": context.correlation_id,
        "ce_causationid": context.causation_id,
        "ce_actorid": str(context.actor_id) if context.actor_id else None,
        "ce_unitid": str(context.unit_id) if context.unit_id else None,
        "traceparent": context.traceparent,
    }
    return msgspec.json.encode({name: value for name, value in wanted.items() if value}).decode()
