"""What a run leaves on disk for others: its processes, its addresses, its secrets. Only this room names those files.

`run.json` tells users, tests and the loader where everything is; `pids.json` tells the next run what to clean up.
"""

import fcntl
import json
import os
import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from deploy.local import kafka, places, postgres
from deploy.local.errors import LocalError
from deploy.local.process import Identity, Running, identity_of, stop_tree

RUNNER_LOG = "runner.log"
_STOP_SECONDS = 25
_SERVERS = (postgres.NAME, kafka.NAME)


def run_file() -> Path:
    """Addresses, demo accounts and what was loaded, as JSON."""
    return places.var() / "run.json"


def logs() -> Path:
    """The folder of every process's log."""
    return places.var() / "logs"


def begin_logs() -> None:
    """Let every log begin with this run; the one before is kept as `.1`."""
    for log in logs().glob("*.log"):
        if log.name != RUNNER_LOG:  # that one is being written to already
            log.replace(log.with_name(log.name + ".1"))


def read_run() -> dict[str, Any]:
    """The content of `run.json`; empty when there was no run."""
    return _read(run_file())


def write_run(content: dict[str, Any]) -> None:
    """Replace `run.json`; it holds passwords, so it is its owner's alone."""
    _write(run_file(), content)


def service_passwords(names: tuple[str, ...]) -> dict[str, str]:
    """Each service's database password, made at the first run and kept."""
    file = places.var() / "secrets.json"
    kept: dict[str, str] = _read(file)
    missing = {name: secrets.token_urlsafe(24) for name in names if name not in kept}
    if missing:
        kept |= missing
        _write(file, kept)
    return {name: kept[name] for name in names}


@contextmanager
def only_run() -> Iterator[bool]:
    """Be the one run of this `var/` while it lasts; False when another one lives."""
    with (places.var() / "run.lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        _write(_runner_file(), {"pid": os.getpid(), "created": psutil.Process().create_time()})
        yield True


def runner() -> Identity | None:
    """The process of the latest run, living or not."""
    entry = _read(_runner_file())
    return Identity(entry["pid"], entry["created"]) if entry else None


class Ledger:
    """The processes of this run, kept in `pids.json` from the moment each begins; none begins once it is closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Identity] = {}
        self._closed = False

    def launch(self, name: str, start: Callable[[], Running]) -> Running:
        """Start a process and record it; a former one of that name is forgotten. LocalError when closed."""
        with self._lock:
            if self._closed:
                raise LocalError(f"{name} is not started: the run is being stopped.")
            process = start()
            self._known[name] = identity_of(process.pid)
            _write(_pids_file(), {n: {"pid": i.pid, "created": i.created} for n, i in self._known.items()})
            return process

    def close(self) -> None:
        """Let no further process begin."""
        with self._lock:
            self._closed = True


def recorded() -> dict[str, Identity]:
    """The processes of the latest run by name, living or not."""
    return {name: Identity(entry["pid"], entry["created"]) for name, entry in _read(_pids_file()).items()}


def stop_recorded() -> list[str]:
    """End whatever the latest run left behind; answers the names of what was still alive.

    Servers last, so that their clients can end in order.
    """
    alive = {name: identity for name, identity in recorded().items() if identity.process() is not None}
    for name in sorted(alive, key=lambda n: n in _SERVERS):
        # PostgreSQL waits for its clients on SIGTERM, and cuts them on SIGINT.
        stop_tree(alive[name], _STOP_SECONDS, signal.SIGINT if name == postgres.NAME else signal.SIGTERM)
    _pids_file().unlink(missing_ok=True)
    return list(alive)


def _runner_file() -> Path:
    return places.var() / "runner.json"


def _pids_file() -> Path:
    return places.var() / "pids.json"


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return content if isinstance(content, dict) else {}


def _write(file: Path, content: object) -> None:
    places.make_folder(file.parent)
    places.write_secret(file, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
