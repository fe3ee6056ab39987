"""A view that is read in several statements is one moment's: nothing commits in between for it."""

import asyncpg

from shared.database import Database


async def test_a_reader_sees_one_moment(street_database: str) -> None:
    """Without the snapshot the second statement would tell of what the first did not know."""
    database, writer = Database(street_database), await asyncpg.connect(street_database)
    try:
        count = "SELECT count(*) FROM consumer_stop"
        async with database.reading() as tx:
            before = await tx.raw.fetchval(count)
            await writer.execute("INSERT INTO consumer_stop (consumer, reason) VALUES ('test', 'test')")
            assert await tx.raw.fetchval(count) == before
        async with database.reading() as tx:
            assert await tx.raw.fetchval(count) == before + 1
    finally:
        await writer.close()
        await database.close()
