"""The servers that a run of tests stands on: its own embedded ones, or running ones named by the environment.

``SHOUWEN_TEST_SERVERS`` holds ``<bootstrap> <superuser's address>`` when they run already, as in the workers of a
parallel run; nothing in a test may then stop them.
"""

import os
from dataclasses import dataclass

from deploy.local import servers as embedded

ADDRESSES = "SHOUWEN_TEST_SERVERS"
VERSIONS = "SHOUWEN_TEST_VERSIONS"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers are."""

    kafka: str
    database_admin: str


def running() -> Addresses | None:
    """The servers that the environment names."""
    text = os.environ.get(ADDRESSES)
    if not text:
        return None
    kafka, admin = text.split(" ", 1)
    return Addresses(kafka, admin)


class Owned:
    """Embedded servers of this run, announced to its workers and stopped at its end."""

    def __init__(self, *, fsync: bool = False) -> None:
        self._folder = embedded.scratch_folder("tests")
        self._servers = embedded.start(self._folder, fsync=fsync)
        os.environ[ADDRESSES] = f"{self._servers.kafka} {self._servers.database_admin}"
        versions = self._servers.versions()
        os.environ[VERSIONS] = f"Apache Kafka {versions['kafka']}, PostgreSQL {versions['postgresql']}"

    def stop(self) -> None:
        """End them and remove their data."""
        os.environ.pop(ADDRESSES, None)
        os.environ.pop(VERSIONS, None)
        self._servers.stop()
        embedded.forget(self._folder)
