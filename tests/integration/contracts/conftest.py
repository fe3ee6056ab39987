"""Fixtures of contracts on a real PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.integration.contracts.world import World, made


@pytest.fixture
async def world(service_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[World]:
    """The service over HTTP on a fresh database."""
    async with made(await service_database("contracts")) as ready:
        yield ready
