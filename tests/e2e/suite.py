"""Four services as eight processes of the tests' own, on databases and topics of their own. Must not know the path."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.events.topics import all_topics
from shared.testing.api import AUDIENCE, ISSUER, jwks_path
from tests.support import databases, topics
from tests.support.processes import Process, service_environment
from tests.support.servers import Addresses
from tests.support.street import header, read_topic

SERVICES = ("customers", "contracts", "planning", "complaints")
STARTING = 120.0  # seconds for eight processes on a busy machine


@dataclass(frozen=True, slots=True)
class Fact:
    """A record as it stands in a topic, read with a bare client. ``value`` is None for a tombstone."""

    type: str
    subject: str
    sequence: str
    correlation: str
    value: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Suite:
    """The running processes and where they keep their state."""

    kafka: str
    prefix: str
    databases: dict[str, str]
    apis: dict[str, Process]
    workers: dict[str, Process]

    def urls(self) -> dict[str, str]:
        """Where each service answers HTTP."""
        return {name: process.url for name, process in self.apis.items()}

    def processes(self) -> dict[str, Process]:
        """All eight by name."""
        return {
            f"{name}-{kind}": processes[name]
            for kind, processes in (("api", self.apis), ("worker", self.workers))
            for name in processes
        }

    async def facts(self, topic: str, type_: str | None = None, subject: str | None = None) -> list[Fact]:
        """What stands in a topic now, of that type and subject, in order of partition and offset."""
        found = []
        for record in await read_topic(self.kafka, self.prefix + topic):
            fact = Fact(
                type=header(record, "ce_type"),
                subject=header(record, "ce_subject"),
                sequence=header(record, "ce_sequence"),
                correlation=header(record, "ce_correlationid"),
                value=None if record.value is None else json.loads(record.value),
            )
            if type_ in (None, fact.type) and subject in (None, fact.subject):
                found.append(fact)
        return found

    async def caused(self, service: str, correlation: str) -> list[Fact]:
        """What the service has published so far, on all of its topics, for the work with this correlation id."""
        names = [name for name in topics_of("fact", "state") if name.startswith(f"{service}.")]
        found = await asyncio.gather(*(self.facts(name) for name in names))
        return [fact for facts in found for fact in facts if fact.correlation == correlation]


def topics_of(*kinds: str) -> list[str]:
    """Names, without a prefix, of the topics of these kinds (fact, state, dlq)."""
    return [name for name, topic in all_topics().items() if topic.kind in kinds]


@asynccontextmanager
async def running(servers: Addresses, prefix: str, folder: Path) -> AsyncIterator[Suite]:
    """The suite on these servers, ready; killed and dropped at the end. Logs stand in ``folder``."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(topics.prefixed(servers.kafka, prefix))
        await topics.create(servers.kafka, prefix)
        suite = Suite(servers.kafka, prefix, {}, {}, {})
        for name in SERVICES:
            template = await databases.template_of_service(servers.database_admin, name)
            url = await stack.enter_async_context(databases.cloned(servers.database_admin, template))
            _add(suite, name, url, folder)
        try:
            await _start(suite)
            yield suite
        finally:
            for process in suite.processes().values():
                await process.kill()


def _add(suite: Suite, name: str, url: str, folder: Path) -> None:
    environment, api, worker = service_environment(
        name, database=url, kafka=suite.kafka, prefix=suite.prefix, tokens=(jwks_path(), ISSUER, AUDIENCE)
    )
    module = f"services.{name}"
    suite.databases[name] = url
    suite.apis[name] = Process(module, ["api"], environment, api, folder / f"{name}-api.log")
    suite.workers[name] = Process(module, ["worker"], environment, worker, folder / f"{name}-worker.log")


async def _start(suite: Suite) -> None:
    processes = list(suite.processes().values())
    for process in processes:
        await process.start()
    async with asyncio.TaskGroup() as group:
        for process in processes:
            group.create_task(process.ready(seconds=STARTING))
