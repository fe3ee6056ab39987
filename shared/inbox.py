"""The inbox: which events a consumer has taken, and how far each subject's facts were applied.

Rows are written in the transaction of the effect, so that an event has one effect per consumer whatever is delivered
again.
"""

from collections.abc import Sequence
from datetime import timedelta

from shared.database import Transaction

_TAKE = """
INSERT INTO inbox (consumer, source, id)
SELECT $1, source, id FROM unnest($2::text[], $3::text[]) AS e(source, id) ORDER BY source, id
ON CONFLICT DO NOTHING RETURNING source, id
"""
_OPEN = """
INSERT INTO cursor AS c (consumer, topic, subject, sequence)
SELECT $1, $2, subject, 0 FROM unnest($3::text[]) AS s(subject) ORDER BY subject
ON CONFLICT (consumer, topic, subject) DO UPDATE SET sequence = c.sequence
RETURNING subject, sequence
"""
_MOVE = """
UPDATE cursor c SET sequence = m.sequence FROM unnest($3::text[], $4::bigint[]) AS m(subject, sequence)
WHERE c.consumer = $1 AND c.topic = $2 AND c.subject = m.subject
"""


async def first_time(tx: Transaction, consumer: str, events: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of these (source, id), those that ``consumer`` had not taken before; they are taken now."""
    rows = await tx.raw.fetch(_TAKE, consumer, [source for source, _ in events], [id_ for _, id_ in events])
    return {(row["source"], row["id"]) for row in rows}


async def open_cursors(tx: Transaction, consumer: str, topic: str, subjects: Sequence[str]) -> dict[str, int]:
    """The last applied sequence of each subject (0 before the first), locked until the transaction ends."""
    rows = await tx.raw.fetch(_OPEN, consumer, topic, sorted(set(subjects)))
    return {row["subject"]: row["sequence"] for row in rows}


async def move_cursors(tx: Transaction, consumer: str, topic: str, positions: dict[str, int]) -> None:
    """Note that each subject was applied up to this sequence."""
    if positions:
        await tx.raw.execute(_MOVE, consumer, topic, list(positions), list(positions.values()))


async def prune(tx: Transaction, keep: timedelta) -> int:
    """Forget events older than ``keep`` (twice the topics' retention); how many were forgotten."""
    status = await tx.raw.execute("DELETE FROM inbox WHERE at < $1", tx.now - keep)
    return int(status.rpartition(" ")[2])
