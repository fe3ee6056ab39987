"""Marks that a batch is being handled, committed before it: one that is found again belongs to a process that died.

Marks are committed without waiting for the disk: they are to outlive a process, not the server.
"""

from collections.abc import Sequence

from shared.database import Context, Database, Transaction
from shared.messaging.record import Record

_BEGIN = """
WITH fast AS (SELECT set_config('synchronous_commit', 'off', true) AS mode)
INSERT INTO batch_marker (consumer, topic, partition, first_offset, single, attempts)
SELECT $1, m.topic, m.partition, 0, false, 1
FROM unnest($2::text[], $3::int[]) AS m(topic, partition), fast WHERE fast.mode IS NOT NULL
ON CONFLICT DO NOTHING
"""
_SINGLE = """
WITH fast AS (SELECT set_config('synchronous_commit', 'off', true) AS mode)
INSERT INTO batch_marker AS b (consumer, topic, partition, first_offset, single, attempts)
SELECT $1, $2, $3, $4, true, 1 FROM fast WHERE fast.mode IS NOT NULL
ON CONFLICT (consumer, topic, partition, single, first_offset) DO UPDATE SET attempts = b.attempts + 1
RETURNING attempts - 1
"""
_CLEAR = """
DELETE FROM batch_marker WHERE consumer = $1 AND NOT single
AND (topic, partition) IN (SELECT * FROM unnest($2::text[], $3::int[]))
"""
_CLEAR_SINGLE = """
DELETE FROM batch_marker WHERE consumer = $1 AND topic = $2 AND partition = $3 AND single AND first_offset = $4
"""
CONTEXT = Context("marker")


def _partitions(records: Sequence[Record]) -> tuple[list[str], list[int]]:
    places = sorted({(record.topic, record.partition) for record in records})
    return [topic for topic, _ in places], [partition for _, partition in places]


async def begin(database: Database, group: str, records: Sequence[Record]) -> bool:
    """Mark the batch's partitions; True when one of them was marked already: its batch did not end."""
    topics, partitions = _partitions(records)
    async with database.single() as raw:
        status = await raw.execute(_BEGIN, group, topics, partitions)
    return int(status.rpartition(" ")[2]) < len(topics)


async def clear(tx: Transaction, group: str, records: Sequence[Record]) -> None:
    """The batch ended: part of its own transaction."""
    await tx.raw.execute(_CLEAR, group, *_partitions(records))


async def forget(database: Database, group: str, records: Sequence[Record]) -> None:
    """The batch ended, outside its transactions."""
    async with database.single() as raw:
        await raw.execute(_CLEAR, group, *_partitions(records))


async def single(database: Database, group: str, record: Record) -> int:
    """Mark one record; how many processes died on it before."""
    async with database.single() as raw:
        deaths = await raw.fetchval(_SINGLE, group, record.topic, record.partition, record.offset)
    return int(deaths)


async def clear_single(tx: Transaction, group: str, record: Record) -> None:
    """The record was dealt with: part of its own transaction."""
    await tx.raw.execute(_CLEAR_SINGLE, group, record.topic, record.partition, record.offset)


async def forget_single(database: Database, group: str, record: Record) -> None:
    """The record is handed back; that is no death."""
    async with database.single() as raw:
        await raw.execute(_CLEAR_SINGLE, group, record.topic, record.partition, record.offset)


async def stop(database: Database, group: str, reason: str) -> None:
    """Stop a consumer until someone resumes it, over restarts too."""

    async def work(tx: Transaction) -> None:
        await tx.raw.execute(
            "INSERT INTO consumer_stop (consumer, reason) VALUES ($1, $2) ON CONFLICT (consumer) DO NOTHING",
            group,
            reason,
        )

    await database.run(work, CONTEXT)


async def resume(tx: Transaction, group: str) -> bool:
    """Let a stopped consumer go on; False when it was not stopped."""
    status = await tx.raw.execute("DELETE FROM consumer_stop WHERE consumer = $1", group)
    return status == "DELETE 1"


async def is_stopped(database: Database, group: str) -> bool:
    """Does this consumer stand still until someone resumes it?"""
    async with database.single() as raw:
        return bool(await raw.fetchval("SELECT EXISTS (SELECT 1 FROM consumer_stop WHERE consumer = $1)", group))
