"""A street of real processes: a sender (API and relay) and a receiver (consumers), each with its own database."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.testing.api import AUDIENCE, ISSUER, jwks_path
from tests.faults import probe
from tests.faults.ledger import Ledger
from tests.support import databases, street, topics
from tests.support.processes import Process, service_environment
from tests.support.servers import Addresses

PROMISES = "planning.promise.v1"
DLQ = "contracts.promise.dlq"


@dataclass(slots=True)
class Street:
    """The processes and where they keep their state."""

    api: Process
    relay: Process
    receiver: Process
    ledger: Ledger
    sender_database: str
    receiver_database: str
    kafka: str
    prefix: str

    @property
    def topic(self) -> str:
        return self.prefix + PROMISES

    @property
    def dlq(self) -> str:
        return self.prefix + DLQ

    async def start(self, **receiver: str) -> None:
        """Start all three and wait until they are ready."""
        await self.api.start()
        await self.relay.start()
        await self.receiver.start(**receiver)
        for process in (self.api, self.relay, self.receiver):
            await process.ready()

    async def effects_are(self, count: int, seconds: float = 40) -> None:
        """Wait until the receiver has this many effects."""

        async def reached() -> object:
            found = await street.rows(self.receiver_database, "SELECT count(*) FROM effect")
            return found[0][0] >= count or found[0][0]

        await street.until(reached, seconds)

    async def restart_when_dead(self, process: Process, **environment: str) -> None:
        """Wait for its death and start it again, as a supervisor would."""
        await process.died()
        await process.start(**environment)
        await process.ready()

    def another(self, process: Process, **environment: str) -> Process:
        """A second process of the same kind, on a port of its own."""
        made, api, worker = service_environment(
            "probe",
            database=self.sender_database if process is not self.receiver else self.receiver_database,
            kafka=self.kafka,
            prefix=self.prefix,
            tokens=(jwks_path(), ISSUER, AUDIENCE),
        )
        port = api if process.arguments[0] == "api" else worker
        log = process.log.with_name(f"{process.log.stem}-{port}.log")
        return Process(process.module, process.arguments, {**made, **environment}, port, log)


@asynccontextmanager
async def laid(kafka: str, admin: str, prefix: str, folder: Path) -> AsyncIterator[Street]:
    """A street on these servers, nothing started yet; everything is killed at the end."""
    async with AsyncExitStack() as stack:
        template = await databases.template_of_street(admin)
        sender = await stack.enter_async_context(databases.cloned(admin, template))
        receiver = await stack.enter_async_context(databases.cloned(admin, template))
        for url in (sender, receiver):
            await street.prepare(url, *probe.DDL)
        await topics.create(kafka, prefix, {PROMISES, DLQ})
        made = []
        for name, arguments, database in (
            ("api", ["api"], sender),
            ("relay", ["worker", "--roles=relay"], sender),
            ("receiver", ["worker", "--roles=consumers"], receiver),
        ):
            environment, api_port, worker_port = service_environment(
                "probe", database=database, kafka=kafka, prefix=prefix, tokens=(jwks_path(), ISSUER, AUDIENCE)
            )
            port = api_port if name == "api" else worker_port
            made.append(Process("tests.faults.probe", arguments, environment, port, folder / f"{name}.log"))
        api, relay, receiving = made
        laid_out = Street(api, relay, receiving, Ledger(api.url), sender, receiver, kafka, prefix)
        try:
            yield laid_out
        finally:
            for process in made:
                await process.kill()


@pytest.fixture
async def probe_street(servers: Addresses, topic_prefix: str, tmp_path: Path) -> AsyncIterator[Street]:
    """A street on the run's servers; the test starts its processes."""
    async with laid(servers.kafka, servers.database_admin, topic_prefix, tmp_path) as made:
        yield made
