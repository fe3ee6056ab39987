"""A child process with a log file, and signals that reach all of its descendants.

Knows nothing of what runs inside. A process is named by pid and start time, since pids come again.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

import psutil

from deploy.local.errors import LocalError

_LOG_LIMIT = 20_000_000


@dataclass(frozen=True)
class User:
    """An operating-system user that a child runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """What to start: `log` receives both outputs; `user` None means as ourselves.

    `launch` does the starting, so that the process is on record from its first moment, or refuses. `fork` may know a
    shorter way than a new interpreter, and answers None when it does not.
    """

    name: str
    argv: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    cwd: Path | None = None
    user: User | None = None
    launch: "Launch | None" = None
    fork: "Fork | None" = None


@dataclass(frozen=True)
class Identity:
    """A process for all time: its pid and the moment it began (seconds since 1970)."""

    pid: int
    created: float

    def process(self) -> psutil.Process | None:
        """The living process of that identity, or None."""
        try:
            found = psutil.Process(self.pid)
            alive = abs(found.create_time() - self.created) < 0.05 and found.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return found if alive else None


class Running(Protocol):
    """A process that was started; `subprocess.Popen` is one."""

    pid: int

    def poll(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; subprocess.TimeoutExpired after `timeout` seconds."""


Launch = Callable[[str, Callable[[], Running]], Running]
Fork = Callable[[Program], Running | None]


class Child:
    """One started program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._popen = program.launch(program.name, partial(_start, program)) if program.launch else _start(program)
        self.identity = identity_of(self._popen.pid)

    @property
    def pid(self) -> int:
        """The operating system's process id."""
        return self.identity.pid

    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._popen.poll()

    def stop(self, seconds: float = 15, gentle: signal.Signals = signal.SIGTERM) -> None:
        """Ask with `gentle`, wait up to `seconds`, then kill it with its descendants."""
        stop_tree(self.identity, seconds, gentle)
        self._popen.wait()

    def kill(self) -> None:
        """SIGKILL it and its descendants, and wait until they are gone."""
        kill_tree(self.identity)
        self._popen.wait()

    def pause(self) -> None:
        """SIGSTOP it and its descendants: sockets stay open, nobody answers."""
        for process in _tree(self.identity):
            _signal(process, signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT it and its descendants."""
        for process in reversed(_tree(self.identity)):
            _signal(process, signal.SIGCONT)

    def wait_ready(self, probe: Callable[[], bool], seconds: float) -> None:
        """Ask `probe` until it is true; LocalError with the log's tail when the child ends or time is up."""
        until = time.monotonic() + seconds
        while not probe():
            if self.exit_code() is not None:
                raise LocalError(f"{self.program.name} ended with {self.exit_code()}.\n{self.log_tail()}")
            if time.monotonic() > until:
                raise LocalError(f"{self.program.name} is not ready after {seconds:.0f} s.\n{self.log_tail()}")
            time.sleep(0.03)

    def log_tail(self, lines: int = 15) -> str:
        """The last lines of the log, headed by its path."""
        return log_tail(self.program.log, lines)


def log_tail(path: Path, lines: int = 15) -> str:
    """The last `lines` lines of a log file, headed by its path; an absent file is said to be empty."""
    if not path.exists():
        return f"{path} is empty."
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 20_000))
        tail = file.read().decode("utf-8", "replace").splitlines()[-lines:]
    return f"Last lines of {path}:\n" + "\n".join(tail)


def run(program: Program, seconds: float = 120) -> None:
    """Run `program` to its end; LocalError with the log's tail unless it answers 0 within `seconds`."""
    child = Child(program)
    try:
        code = child._popen.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        raise LocalError(f"{program.name} did not end within {seconds:.0f} s.\n{child.log_tail()}") from None
    except BaseException:
        child.kill()
        raise
    if code != 0:
        raise LocalError(f"{program.name} ended with {code}.\n{child.log_tail()}")


def stop_tree(identity: Identity, seconds: float, gentle: signal.Signals = signal.SIGTERM) -> None:
    """End a process by `gentle`; what is left of it and its descendants after `seconds` is killed."""
    tree = _tree(identity)
    if not tree:
        return
    for process in tree:
        if process.status() == psutil.STATUS_STOPPED:
            _signal(process, signal.SIGCONT)
    _signal(tree[0], gentle)
    _, alive = psutil.wait_procs(tree, timeout=seconds)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=5)


def kill_tree(identity: Identity) -> None:
    """SIGKILL a process, then its descendants, and wait until they are gone."""
    tree = _tree(identity)
    for process in tree:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(tree, timeout=5)


def _tree(identity: Identity) -> list[psutil.Process]:
    root = identity.process()
    if root is None:
        return []
    try:
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return [root]


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def identity_of(pid: int) -> Identity:
    """The identity of a process that began just now."""
    try:
        return Identity(pid, psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return Identity(pid, time.time())


def _start(program: Program) -> Running:
    _rotate(program.log)
    forked = program.fork(program) if program.fork else None
    return forked or _popen(program)


def _popen(program: Program) -> Running:
    with program.log.open("ab") as log:
        owner = program.user
        return subprocess.Popen(
            list(program.argv),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=program.cwd or "/",
            env=dict(program.env),
            user=owner.uid if owner else None,
            group=owner.gid if owner else None,
            extra_groups=os.getgrouplist(owner.name, owner.gid) if owner else None,
            start_new_session=True,
        )


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))
