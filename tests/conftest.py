"""Fixtures of every layer. Domain, architecture and contract tests start no server."""

import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import hypothesis
import pytest

from tests.support import databases, servers, topics

# The same examples in every run of continuous integration; fresh ones on a developer's machine find what is new.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")

SERVERLESS = ("tests/domain", "tests/architecture", "tests/contract")
OWNED = pytest.StashKey[servers.Owned]()


def pytest_configure(config: pytest.Config) -> None:
    worker = hasattr(config, "workerinput")
    if worker or servers.running() or config.option.collectonly:
        return
    wanted = config.args or ["tests"]
    if all(str(arg).removeprefix(f"{config.rootpath}/").startswith(SERVERLESS) for arg in wanted):
        return
    config.stash[OWNED] = servers.Owned()


def pytest_unconfigure(config: pytest.Config) -> None:
    owned = config.stash.get(OWNED, None)
    if owned is not None:
        owned.stop()


def pytest_report_header(config: pytest.Config) -> str:
    return f"servers: {os.environ.get(servers.VERSIONS) or ('running ones' if servers.running() else 'none')}"


@pytest.fixture(scope="session", name="servers")
def _servers() -> servers.Addresses:
    """The real Kafka and PostgreSQL of this run."""
    found = servers.running()
    assert found is not None, "this layer needs servers: run it through make test or pytest tests/<layer>"
    return found


@pytest.fixture
async def topic_prefix(servers: servers.Addresses) -> AsyncIterator[str]:
    """A prefix of this test's own; topics under it are deleted afterwards."""
    async with topics.prefixed(servers.kafka, f"t{uuid.uuid4().hex[:10]}.") as prefix:
        yield prefix


@pytest.fixture
async def service_database(servers: servers.Addresses) -> AsyncIterator[Callable[[str], Awaitable[str]]]:
    """``await service_database("contracts")`` -> the address of a fresh, migrated database of that service."""
    async with AsyncExitStack() as stack:

        async def make(service: str) -> str:
            template = await databases.template_of_service(servers.database_admin, service)
            return await stack.enter_async_context(databases.cloned(servers.database_admin, template))

        yield make


@pytest.fixture
async def street_database(servers: servers.Addresses) -> AsyncIterator[str]:
    """The address of a fresh database with the street's tables only."""
    template = await databases.template_of_street(servers.database_admin)
    async with databases.cloned(servers.database_admin, template) as url:
        yield url
