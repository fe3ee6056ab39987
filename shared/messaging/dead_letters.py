"""What could not be applied: kept whole in the service's database, published to ``<group>.dlq``, redriven or discarded.

The row is committed first and published after, so a crash between the two publishes again and loses nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from shared import inbox
from shared.consuming import Copy, Facts
from shared.database import Context, Database, Transaction
from shared.envelope import InvalidEvent
from shared.failpoints import failpoint
from shared.kernel.errors import absent, conflict
from shared.messaging import copies, facts
from shared.messaging.record import Record, headers_from_json
from shared.publishing import Producing

Specs = Facts | Sequence[Copy]

_KEEP = """
INSERT INTO dead_letter
    (consumer, topic, partition, kafka_offset, subject, sequence, key, value, headers, error, message, attempts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12)
ON CONFLICT (consumer, topic, partition, kafka_offset) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a record is dead: the error's class, its message, how often it was tried."""

    error: str
    message: str
    attempts: int


async def bury(tx: Transaction, group: str, record: Record, verdict: Verdict) -> None:
    """Keep a record that will not be applied; the same event delivered again is then known and passed by."""
    subject, number, event = None, None, None
    try:
        envelope = record.envelope()
        subject, event = envelope.subject, (envelope.source, envelope.id)
        number = envelope.number()
    except InvalidEvent:
        number = None
    if event is not None and number is not None:
        await inbox.first_time(tx, group, [event])
    await tx.raw.execute(
        _KEEP,
        group,
        record.topic,
        record.partition,
        record.offset,
        subject,
        number,
        record.key,
        record.value,
        record.headers_json(),
        verdict.error,
        verdict.message.encode(errors="replace").decode().replace("\0", "")[:2000],  # what a text column takes
        verdict.attempts,
    )


async def publish_pending(database: Database, group: str, producer: Producing) -> int:
    """Send what is kept but not yet published to the group's dead-letter topic; how many went."""

    async def work(tx: Transaction) -> int:
        rows = await tx.raw.fetch(
            "SELECT *, headers::text AS headers_text FROM dead_letter WHERE consumer = $1 AND published_at IS NULL"
            " ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED",
            group,
        )
        for row in rows:
            await producer.send_and_wait(f"{group}.dlq", row["value"], row["key"], _headers(row))
        failpoint("after-dead-letter")
        await tx.raw.execute(
            "UPDATE dead_letter SET published_at = now() WHERE id = ANY($1::bigint[])", [row["id"] for row in rows]
        )
        return len(rows)

    return await database.run(work, Context("dead-letter"))


def _headers(row: asyncpg.Record) -> list[tuple[str, bytes]]:
    kept = [(name, raw if raw is not None else b"") for name, raw in headers_from_json(row["headers_text"])]
    added = {
        "dlq_topic": row["topic"],
        "dlq_partition": str(row["partition"]),
        "dlq_offset": str(row["kafka_offset"]),
        "dlq_group": row["consumer"],
        "dlq_error": row["error"],
        "dlq_message": row["message"],
        "dlq_attempts": str(row["attempts"]),
        "dlq_time": row["at"].isoformat(),
    }
    return kept + [(name, text.encode()) for name, text in added.items()]


async def redrive(tx: Transaction, specs: Specs, letter: int) -> None:
    """Apply a dead record now, for its own consumer only. What it held back is released by that consumer's worker.

    DomainError ``no-such-dead-letter`` or ``not-dead``; whatever the command raises leaves the letter dead."""
    row = await _locked(tx, letter)
    record = Record(
        row["topic"],
        row["partition"],
        row["kafka_offset"],
        row["key"],
        row["value"],
        headers_from_json(row["headers_text"]),
    )
    if isinstance(specs, Facts):
        item = facts.take(record)
        positions = await inbox.open_cursors(tx, specs.group, specs.topic, [item.envelope.subject])
        position = positions[item.envelope.subject]
        if item.number > position + 1:
            raise conflict(
                "earlier-fact-missing",
                f"fact {item.number} of its subject cannot come before fact {position + 1}",
                remedy="Redrive or discard the earlier dead letter of the same subject first.",
            )
        if item.number == position + 1:
            await facts.perform(tx, specs, item, facts.Tally())
            await inbox.move_cursors(tx, specs.group, specs.topic, {item.envelope.subject: item.number})
    else:
        await copies.apply_batch(tx, specs, [record], facts.Tally())
    await tx.raw.execute("UPDATE dead_letter SET status = 'redriven' WHERE id = $1", letter)


async def discard(tx: Transaction, specs: Specs, letter: int) -> None:
    """Give a dead record up; the facts behind it go on."""
    row = await _locked(tx, letter)
    if isinstance(specs, Facts) and row["subject"] is not None and row["sequence"] is not None:
        await facts.skip(tx, specs, row["subject"], row["sequence"])
    await tx.raw.execute("UPDATE dead_letter SET status = 'discarded' WHERE id = $1", letter)


async def _locked(tx: Transaction, letter: int) -> asyncpg.Record:
    row = await tx.raw.fetchrow(
        "SELECT *, headers::text AS headers_text FROM dead_letter WHERE id = $1 FOR UPDATE", letter
    )
    if row is None:
        raise absent("no-such-dead-letter", f"there is no dead letter {letter}")
    if row["status"] != "dead":
        raise conflict("not-dead", f"dead letter {letter} was already {row['status']}")
    return row
