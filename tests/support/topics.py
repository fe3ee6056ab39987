"""Topics of a test's own, under its prefix, as the topics file states them."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient

from deploy.local import topics


async def create(bootstrap: str, prefix: str, names: Collection[str] | None = None) -> None:
    """Create these topics (all of the file by default) with ``prefix`` before their names."""
    wanted = [t for t in topics.read_topics(prefix) if names is None or t.name.removeprefix(prefix) in names]
    await topics.ensure(bootstrap, wanted)


@asynccontextmanager
async def prefixed(bootstrap: str, prefix: str) -> AsyncIterator[str]:
    """Yields the prefix; what was made under it is deleted at the end."""
    yield prefix
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        mine = [name for name in await admin.list_topics() if name.startswith(prefix)]
        if mine:
            await admin.delete_topics(mine)
    finally:
        await admin.close()
