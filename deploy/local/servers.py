"""Both embedded servers together, on free ports in a folder of the caller's; what tests and benches run on.

Instances are independent and may run beside each other and beside `make run`; they share the downloads only.
"""

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local import places, ports, postgres
from deploy.local.errors import LocalError
from deploy.local.kafka import KafkaServer
from deploy.local.postgres import PostgresServer

_TRIES = 3


class Servers:
    """PostgreSQL and Kafka, started; a context manager that stops them at its end."""

    def __init__(self, database: PostgresServer, broker: KafkaServer) -> None:
        self.postgres = database
        self.kafka_server = broker

    @property
    def database_admin(self) -> str:
        """The superuser's address, for asyncpg, psycopg and libpq."""
        return self.postgres.admin

    @property
    def kafka(self) -> str:
        """The broker's address for clients, `host:port`."""
        return self.kafka_server.bootstrap

    def versions(self) -> dict[str, str]:
        """`{"kafka": "4.3.1", "postgresql": "18.6"}`, as the running servers say."""
        return {"kafka": self.kafka_server.version(), "postgresql": postgres.server_version(self.database_admin)}

    def create_service_database(self, name: str, password: str) -> str:
        """A role and a database of its own; answers the role's address of it."""
        postgres.create_service_database(self.database_admin, name, password)
        return postgres.service_address(self.database_admin, name, password)

    def stop(self) -> None:
        """End both in order; safe to repeat."""
        _both(self.postgres.stop, self.kafka_server.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(folder: Path, *, fsync: bool = False) -> Servers:
    """Start both in `folder` (data found there is kept) on free ports; LocalError when one cannot.

    As root, `folder` must be one that PostgreSQL's user may enter: `scratch_folder()` makes such a one.
    """
    for attempt in range(1, _TRIES + 1):
        client, controller, sql = ports.free_ports(3)
        servers = Servers(
            PostgresServer(folder / "postgres", sql, fsync=fsync), KafkaServer(folder / "kafka", client, controller)
        )
        try:
            _both(servers.postgres.start, servers.kafka_server.start)
        except BaseException as error:
            servers.stop()
            # Between choosing a port and using it, a neighbour may have taken it.
            lost = isinstance(error, LocalError) and ("taken by" in str(error) or "in use" in str(error))
            if attempt == _TRIES or not lost:
                raise
        else:
            return servers
    raise AssertionError("unreachable")


def scratch_folder(name: str = "servers") -> Path:
    """A new empty folder under `var/scratch` that PostgreSQL's user may enter; remove it with `forget`."""
    parent = places.make_folder(places.var() / "scratch")
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))
    folder.chmod(0o711)
    return folder


def forget(folder: Path) -> None:
    """Remove a scratch folder with the data in it."""
    shutil.rmtree(folder)


def _both(*work: Callable[[], object]) -> None:
    with ThreadPoolExecutor(len(work)) as pool:
        running = [pool.submit(step) for step in work]
    for step in running:
        step.result()
