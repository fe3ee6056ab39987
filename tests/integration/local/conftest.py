"""One pair of embedded servers for the tests of the servers themselves, in a folder with a space in its name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import places, servers


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder that PostgreSQL's user may enter, with a space and Chinese characters in its name."""
    folder = servers.scratch_folder("local")
    yield places.make_folder(folder / "空 格")
    servers.forget(folder)


@pytest.fixture(scope="module")
def own_servers() -> Iterator[servers.Servers]:
    """Both servers, for one module's tests, which may stop and kill them but leave them running."""
    folder = servers.scratch_folder("local")
    with servers.start(places.make_folder(folder / "空 格")) as running:
        yield running
    servers.forget(folder)
