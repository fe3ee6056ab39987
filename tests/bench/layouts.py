"""The two layouts that are compared: the suite's processes and the bare floor's, each with fresh state."""

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.processes import free_port
from shared.testing.api import AUDIENCE, ISSUER, jwks_path
from tests.faults import probe
from tests.faults.conftest import PROMISES
from tests.support import databases, street, topics
from tests.support.processes import Process, service_environment

CUSTOMERS = "customers.customer.state.v1"


@dataclass(slots=True)
class Layout:
    """One side: its processes, unstarted, and where their state is."""

    name: str
    api: Process
    relay: Process
    receiver: Process
    copier: Process
    sender: str
    receiving: str
    topic: str
    states: str


@asynccontextmanager
async def layout(name: str, kafka: str, admin: str, folder: Path) -> AsyncIterator[Layout]:
    """A fresh layout, ``suite`` or ``floor``; its processes are killed and its data dropped at the end."""
    prefix = f"b{uuid.uuid4().hex[:10]}."
    async with AsyncExitStack() as stack:
        template = await databases.template_of_street(admin)
        sender = await stack.enter_async_context(databases.cloned(admin, template))
        receiving = await stack.enter_async_context(databases.cloned(admin, template))
        for url in (sender, receiving):
            await street.prepare(url, *probe.DDL, street.COPY)
        await stack.enter_async_context(topics.prefixed(kafka, prefix))
        await topics.create(
            kafka, prefix, {PROMISES, CUSTOMERS, "contracts.promise.dlq", "contracts.customer-copy.dlq"}
        )
        make = _suite if name == "suite" else _floor
        made = Layout(
            name,
            make("api", sender, kafka, prefix, folder),
            make("relay", sender, kafka, prefix, folder),
            make("receiver", receiving, kafka, prefix, folder),
            make("copier", receiving, kafka, prefix, folder),
            sender,
            receiving,
            prefix + PROMISES,
            prefix + CUSTOMERS,
        )
        try:
            yield made
        finally:
            for process in (made.api, made.relay, made.receiver, made.copier):
                await process.kill()


ROLES = {
    "api": ["api"],
    "relay": ["worker", "--roles=relay"],
    "receiver": ["worker", "--roles=consumers"],
    "copier": ["worker", "--roles=consumers"],
}


def _suite(role: str, database: str, kafka: str, prefix: str, folder: Path) -> Process:
    environment, api, worker = service_environment(
        "probe", database=database, kafka=kafka, prefix=prefix, tokens=(jwks_path(), ISSUER, AUDIENCE)
    )
    environment["SHOUWEN_PROBE_LOG_LEVEL"] = "WARNING"
    environment["PROBE_CONSUMER"] = "copies" if role == "copier" else "plain"
    port = api if role == "api" else worker
    return Process("tests.faults.probe", ROLES[role], environment, port, folder / f"suite-{role}.log")


def _floor(role: str, database: str, kafka: str, prefix: str, folder: Path) -> Process:
    port = free_port()
    environment = {
        "FLOOR_DATABASE": database,
        "FLOOR_KAFKA": kafka,
        "FLOOR_TOPIC": prefix + (CUSTOMERS if role == "copier" else PROMISES),
        "FLOOR_PORT": str(port),
    }
    return Process("tests.bench.floor", [role], environment, port, folder / f"floor-{role}.log")
