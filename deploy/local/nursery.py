"""One Python process that has imported what all others need, and forks whenever one is wanted.

Starting eight service processes one by one means importing the same libraries eight times: half a minute of work for
two cores, and a hundred megabytes each. A forked one begins where its imports ended, in a session of its own, with the
environment, log and arguments of the program that it becomes: as if it had been started by `python -m`.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

from deploy.local import places
from deploy.local.errors import LocalError
from deploy.local.process import Identity, Program, Running, identity_of

# No numpy here: it starts threads when imported, which a fork would not copy.
PRELOADED = (
    "shared.cli",
    "shared.serving",
    "alembic.command",
    "psycopg",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.lifespan.on",
    "joserfc.jwt",
    "httpx",
)
_READY_SECONDS = 60
_REPLY_SECONDS = 30


class Nursery:
    """The starting side. `fork` answers None while it is not ready or when it has died: then start in another way."""

    def __init__(self, process: Running, channel: socket.socket) -> None:
        self.process = process
        self._channel = channel
        self._changed = threading.Condition()
        self._ready = False
        self._closed = False
        self._replies: list[int] = []
        self._exits: dict[int, int] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def wait_ready(self) -> None:
        """Return when the imports are done; LocalError when it ended instead."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._ready or self._closed, _READY_SECONDS) or self._closed:
                raise LocalError("The process that the services start from has ended; see logs/nursery.log.")

    def fork(self, program: Program) -> Running | None:
        """Start `python -m module …` by a fork. One at a time: the caller holds a lock."""
        if not self._ready or self._closed or list(program.argv[:2]) != [sys.executable, "-m"]:
            return None
        request = {
            "name": program.name,
            "module": program.argv[2],
            "arguments": list(program.argv[3:]),
            "env": dict(program.env),
            "log": str(program.log),
            "cwd": str(program.cwd or places.ROOT),
        }
        with self._changed:
            try:
                self._channel.sendall(json.dumps(request).encode() + b"\n")
            except OSError:
                return None
            self._changed.wait_for(lambda: self._replies or self._closed, _REPLY_SECONDS)
            if not self._replies:
                self._closed = True
                return None
            return _Forked(self, identity_of(self._replies.pop()))

    def exit_code(self, identity: Identity) -> int | None:
        """None while it lives; its code afterwards, -1 when nobody was left to hear it."""
        with self._changed:
            known = self._exits.get(identity.pid)
            if known is None and self._closed and identity.process() is None:
                return -1
            return known

    def wait(self, identity: Identity, seconds: float | None) -> int:
        """Its exit code; subprocess.TimeoutExpired after `seconds`."""
        until = time.monotonic() + (seconds if seconds is not None else float("inf"))
        while (code := self.exit_code(identity)) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(identity.pid), seconds or 0)
            with self._changed:
                self._changed.wait(0.1)
        return code

    def _listen(self) -> None:
        with self._channel.makefile("r", encoding="utf-8") as lines, contextlib.suppress(OSError):
            for line in lines:
                told = json.loads(line)
                with self._changed:
                    self._ready |= "ready" in told
                    if "forked" in told:
                        self._exits.pop(told["forked"], None)
                        self._replies.append(told["forked"])
                    if "ended" in told:
                        self._exits[told["ended"]] = told["code"]
                    self._changed.notify_all()
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class _Forked:
    """What `subprocess.Popen` is to a process that we did not start ourselves."""

    def __init__(self, nursery: Nursery, identity: Identity) -> None:
        self.pid = identity.pid
        self._nursery = nursery
        self._identity = identity

    def poll(self) -> int | None:
        return self._nursery.exit_code(self._identity)

    def wait(self, timeout: float | None = None) -> int:
        return self._nursery.wait(self._identity, timeout)


def start(argv: list[str], program: Program) -> Nursery:
    """Start `argv` (it gets the number of its channel as last argument) with the log and environment of `program`."""
    ours, theirs = socket.socketpair()
    with theirs, program.log.open("ab") as log:
        process = subprocess.Popen(
            [*argv, str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=places.ROOT,
            env=dict(program.env),
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    return Nursery(process, ours)


def serve(descriptor: int) -> NoReturn:
    """The forking side: import, then fork on demand until the other side is gone. A child becomes what was asked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in PRELOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # so that collecting garbage does not touch, and thereby copy, what all share
    with socket.socket(fileno=descriptor) as channel:
        request = _serve(channel)
    if request is None:
        raise SystemExit(0)
    _become(request)


def _serve(channel: socket.socket) -> dict[str, Any] | None:
    """A request in the child that was forked for it; None when the other side is gone."""
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker)
    _tell(channel, {"ready": True})
    waiting = b""
    while True:
        readable, _, _ = select.select([channel.fileno(), woken], [], [])
        if woken in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(woken, 4096)
            _reap(channel)
        if channel.fileno() not in readable:
            continue
        part = channel.recv(65536)
        if not part:
            return None
        *lines, waiting = (waiting + part).split(b"\n")
        for line in lines:
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.close(woken)
                os.close(waker)
                return dict(json.loads(line))
            _tell(channel, {"forked": pid})


def _reap(channel: socket.socket) -> None:
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            _tell(channel, {"ended": ended[0], "code": os.waitstatus_to_exitcode(ended[1])})


def _tell(channel: socket.socket, message: dict[str, Any]) -> None:
    # Whoever started us may be gone: then there is nobody to tell, and the next read ends us.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        channel.sendall(json.dumps(message).encode() + b"\n")


def _become(request: dict[str, Any]) -> NoReturn:
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    with contextlib.suppress(OSError):  # what `ps` and `top` show; the command line stays the nursery's
        Path("/proc/self/comm").write_text(request["name"][:15], encoding="utf-8")
    os.chdir(request["cwd"])
    sys.path[0] = request["cwd"]
    sys.argv = [request["module"], *request["arguments"]]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)
    raise SystemExit(0)
