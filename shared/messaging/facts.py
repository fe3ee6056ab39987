"""Applies facts: once per (consumer, source, id), in sequence per subject, in the transaction of their effect.

A fact that comes too early is held; it is released, in order, when the gap before it is closed. A fact that went to the
dead letter leaves such a gap, so later facts of its subject wait and other subjects go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shared import inbox
from shared.consuming import Facts
from shared.database import Context, Database, Transaction
from shared.envelope import Envelope, InvalidEvent
from shared.events.registry import BY_TYPE
from shared.failpoints import failpoint
from shared.messaging.decoding import decode
from shared.messaging.record import Record, headers_from_json

_HOLD = """
INSERT INTO held (consumer, topic, subject, sequence, partition, kafka_offset, key, value, headers)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb) ON CONFLICT DO NOTHING
"""
_NEXT_HELD = """
SELECT h.*, h.headers::text AS headers_text FROM held h JOIN cursor c USING (consumer, topic, subject)
WHERE h.consumer = $1 AND h.sequence <= c.sequence + 1 ORDER BY h.subject, h.sequence LIMIT 1 FOR UPDATE OF h, c
"""
_UNHOLD = "DELETE FROM held WHERE consumer = $1 AND topic = $2 AND subject = $3 AND sequence = $4"


@dataclass(frozen=True, slots=True)
class Taken:
    """One decoded record on its way to a handler."""

    record: Record
    envelope: Envelope
    number: int


@dataclass(slots=True)
class Tally:
    """What became of records: for metrics and for tests."""

    applied: int = 0
    skipped: int = 0
    repeated: int = 0
    held: int = 0


def take(record: Record) -> Taken:
    """Decode a fact's record; InvalidEvent when it can never be applied."""
    envelope = record.envelope()
    if envelope.data is None:
        raise InvalidEvent("a tombstone is not valid on a fact topic")
    return Taken(record, envelope, envelope.number())


async def apply_batch(tx: Transaction, spec: Facts, records: Sequence[Record], tally: Tally) -> None:
    """Apply records in the order given; raises at the first that is invalid or whose command fails."""
    taken = [take(record) for record in records]
    fresh = await inbox.first_time(tx, spec.group, [(t.envelope.source, t.envelope.id) for t in taken])
    failpoint("after-inbox")
    positions = await inbox.open_cursors(tx, spec.group, spec.topic, [t.envelope.subject for t in taken])
    moved: dict[str, int] = {}
    for item in taken:
        event = (item.envelope.source, item.envelope.id)
        subject = item.envelope.subject
        if event not in fresh or item.number <= positions[subject]:
            tally.repeated += 1
            continue
        fresh.discard(event)
        if item.number > positions[subject] + 1:
            await _hold(tx, spec, item)
            tally.held += 1
            continue
        await perform(tx, spec, item, tally)
        positions[subject] = moved[subject] = item.number
    await inbox.move_cursors(tx, spec.group, spec.topic, moved)


async def perform(tx: Transaction, spec: Facts, item: Taken, tally: Tally) -> None:
    """Run the command behind one fact; a type without a handler, or an unknown one, is counted and skipped."""
    published = BY_TYPE.get(item.envelope.type)
    handler = spec.handlers.get(published.cls) if published else None
    if published is None or handler is None:
        tally.skipped += 1
        return
    fact = decode(published, item.envelope)
    if fact is None:
        tally.skipped += 1
        return
    reason, tx.context = tx.context, context_of(item.envelope)
    try:
        await handler(tx, fact)
    finally:
        tx.context = reason
    tally.applied += 1


def context_of(envelope: Envelope) -> Context:
    """The reason for what an event causes: same correlation, the event as cause."""
    return Context(
        correlation_id=envelope.correlationid or envelope.id,
        causation_id=envelope.id,
        actor_id=_uuid(envelope.actorid),
        unit_id=_uuid(envelope.unitid),
        traceparent=envelope.traceparent,
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


async def _hold(tx: Transaction, spec: Facts, item: Taken) -> None:
    record = item.record
    place = (record.partition, record.offset, record.key, record.value, record.headers_json())
    await tx.raw.execute(_HOLD, spec.group, spec.topic, item.envelope.subject, item.number, *place)


async def next_held(tx: Transaction, spec: Facts) -> tuple[Record | None, str, int] | None:
    """The next held fact whose turn has come, locked: (record or None for a discarded one, subject, sequence)."""
    row = await tx.raw.fetchrow(_NEXT_HELD, spec.group)
    if row is None:
        return None
    record = Record(
        row["topic"],
        row["partition"],
        row["kafka_offset"],
        row["key"],
        row["value"],
        headers_from_json(row["headers_text"]),
    )
    return (None if row["skip"] else record), row["subject"], row["sequence"]


async def release(tx: Transaction, spec: Facts, tally: Tally) -> bool:
    """Apply one held fact whose turn has come; False when there is none."""
    due = await next_held(tx, spec)
    if due is None:
        return False
    record, subject, sequence = due
    position = (await inbox.open_cursors(tx, spec.group, spec.topic, [subject]))[subject]
    if record is not None and sequence == position + 1:
        await perform(tx, spec, take(record), tally)
    if sequence == position + 1:
        await inbox.move_cursors(tx, spec.group, spec.topic, {subject: sequence})
    await unhold(tx, spec, subject, sequence)
    return True


async def unhold(tx: Transaction, spec: Facts, subject: str, sequence: int) -> None:
    """Take a fact out of the waiting ones."""
    await tx.raw.execute(_UNHOLD, spec.group, spec.topic, subject, sequence)


async def any_held(database: Database, group: str) -> bool:
    """Does any fact of this group wait for an earlier one?"""
    async with database.reading() as tx:
        return bool(await tx.raw.fetchval("SELECT EXISTS (SELECT 1 FROM held WHERE consumer = $1)", group))


async def skip(tx: Transaction, spec: Facts, subject: str, sequence: int) -> None:
    """Give a fact up: its place counts as passed, now or when those before it are through."""
    position = (await inbox.open_cursors(tx, spec.group, spec.topic, [subject]))[subject]
    if sequence <= position:
        return
    if sequence == position + 1:
        await inbox.move_cursors(tx, spec.group, spec.topic, {subject: sequence})
        return
    await tx.raw.execute(
        "INSERT INTO held (consumer, topic, subject, sequence, skip, partition, kafka_offset, headers)"
        " VALUES ($1, $2, $3, $4, true, -1, -1, '[]') ON CONFLICT DO NOTHING",
        spec.group,
        spec.topic,
        subject,
        sequence,
    )
