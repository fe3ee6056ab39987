"""Crash points for fault tests, off by default: ``FAILPOINT=name:nth:action`` (several with commas).

``action``: ``kill`` (SIGKILL to this process), ``raise``, or ``stop`` (SIGSTOP). The nth passage acts, once.
"""

import os
import signal
from collections import Counter


class FailpointError(RuntimeError):
    """Raised where a test asked for it."""


def _parse(text: str) -> dict[str, tuple[int, str]]:
    wanted: dict[str, tuple[int, str]] = {}
    for part in filter(None, text.split(",")):
        name, nth, action = part.split(":")
        if action not in ("kill", "raise", "stop"):
            raise ValueError(f"FAILPOINT action {action!r} is none of kill, raise, stop")
        wanted[name] = (int(nth), action)
    return wanted


_WANTED = _parse(os.environ.get("FAILPOINT", ""))
_PASSED: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """A named place where a test may make the process fail."""
    if not _WANTED or name not in _WANTED:
        return
    _PASSED[name] += 1
    nth, action = _WANTED[name]
    if _PASSED[name] != nth:
        return
    if action == "raise":
        raise FailpointError(name)
    os.kill(os.getpid(), signal.SIGKILL if action == "kill" else signal.SIGSTOP)
