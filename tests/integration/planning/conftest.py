"""Planning over HTTP on a real database of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from services.planning.app import SERVICE
from shared.database import Database
from shared.testing.api import api
from tests.integration.planning.world import Company, Time


@pytest.fixture
async def company(service_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Company]:
    """A company with units, customers and master data."""
    url = await service_database("planning")
    time = Time()
    async with api(SERVICE, url, clock=time) as client:
        database = Database(url, clock=time, name="test-planning-copies", pool=2)
        try:
            made = Company(url, client, time, database)
            await made.settle_in()
            yield made
        finally:
            await database.close()
