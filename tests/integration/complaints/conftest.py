"""Fixtures of complaints' tests: its API on a database of the test's own."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.integration.complaints.world import Desk
from tests.integration.complaints.world import desk as opened


@pytest.fixture
async def desk(service_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Desk]:
    """The service with its company."""
    async with opened(await service_database("complaints")) as found:
        yield found
