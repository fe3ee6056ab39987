"""One running suite for all tests here, the small company in it, and the end of each process's log when one fails."""

from collections.abc import AsyncIterator, Generator
from pathlib import Path as Folder
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

for helper in ("complaining", "path", "people", "producing", "selling"):
    pytest.register_assert_rewrite(f"tests.e2e.{helper}")

from tests.e2e.company import Company, settle_in  # noqa: E402
from tests.e2e.path import Path  # noqa: E402
from tests.e2e.suite import Suite, running  # noqa: E402
from tests.support.servers import Addresses  # noqa: E402

ORDER = ("test_path", "test_doors", "test_plans", "test_copies", "test_privacy")
"""What looks at all that happened comes last."""
TAIL = 2500  # characters of a log that are shown


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files of this folder into their order; other tests stay where they are. The first one starts it all."""
    mine = [item for item in items if item.path.parent == Folder(__file__).parent]
    for item in mine:
        item.add_marker(pytest.mark.timeout(300))
    ordered = iter(sorted(mine, key=lambda item: ORDER.index(item.path.stem)))
    items[:] = [next(ordered) if item in mine else item for item in items]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def suite(servers: Addresses, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Suite]:
    """Four services as eight processes, on databases and topics of their own."""
    async with running(servers, f"e2e{uuid4().hex[:8]}.", tmp_path_factory.mktemp("logs")) as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """The departments' HTTP client."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        yield client


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def company(suite: Suite, http: httpx.AsyncClient) -> Company:
    """The small company in the running suite."""
    return await settle_in(suite, http)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def path(company: Company) -> Path:
    """The main path; ``await path.walked()`` for what it left."""
    return Path(company)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of each process's log beside a failure."""
    report = yield
    suite = getattr(item, "funcargs", {}).get("suite")
    if report.failed and isinstance(suite, Suite):
        for name, process in suite.processes().items():
            if process.log.exists():
                report.sections.append((f"log of {name}", process.log.read_text(errors="replace")[-TAIL:]))
    return report
