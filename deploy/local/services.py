"""The services' processes as the runner starts them: command, environment, readiness. Knows no service's inside."""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.local import issuer, places, ports
from deploy.local.errors import LocalError
from deploy.local.process import Child, Program
from deploy.local.settings import LocalSettings

_READY_SECONDS = 90
_STOP_SECONDS = 25


@dataclass(frozen=True)
class Addresses:
    """Where the servers are: a database address by service, and the broker."""

    databases: Mapping[str, str]
    kafka: str


def service_environment(name: str, settings: LocalSettings, addresses: Addresses) -> dict[str, str]:
    """The whole environment of a service's process; what the caller's environment sets for it comes first."""
    prefix = f"SHOUWEN_{name.upper()}_"
    ours = {
        "DATABASE": addresses.databases[name],
        "KAFKA": addresses.kafka,
        "JWKS": str(issuer.key_set_file()),
        "ISSUER": issuer.ISSUER,
        "AUDIENCE": issuer.AUDIENCE,
        "HTTP_HOST": ports.LOOPBACK,
        "HTTP_PORT": str(settings.http[name]),
        "WORKER_PORT": str(settings.worker[name]),
    }
    return {**{prefix + key: value for key, value in ours.items()}, **python_environment()}


def python_environment() -> dict[str, str]:
    """Ours, with output at once and the checkout importable."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(places.ROOT), "SHOUWEN_VAR": str(places.var())}


def python(*arguments: str) -> list[str]:
    """A command of this interpreter."""
    return [sys.executable, *arguments]


class ServiceProcess:
    """One supervised Python process with a health address (None: ready as soon as it lives)."""

    def __init__(self, program: Program, health: str | None) -> None:
        self.name = program.name
        self.health = health
        self._program = program
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The running process; LocalError when it was not started."""
        if self._child is None:
            raise LocalError(f"{self.name} was not started.")
        return self._child

    def start(self) -> None:
        """Start it and return when it is ready; LocalError with its log's tail otherwise."""
        self._child = Child(self._program)
        self._child.wait_ready(self.ready, _READY_SECONDS)

    def ready(self) -> bool:
        """Whether it says so itself."""
        return self.health is None or answer(self.health)[0]

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        if self._child is not None:
            self._child.stop(_STOP_SECONDS)
            self._child = None


def answer(url: str, seconds: float = 2) -> tuple[bool, dict[str, Any]]:
    """(whether it answered 200, its JSON object) of a health address; an unreachable one is not ready."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as response:  # noqa: S310  (our own loopback addresses)
            return response.status == 200, _object(response.read())
    except urllib.error.HTTPError as refused:
        return False, _object(refused.read())
    except (OSError, ValueError):
        return False, {}


def _object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
