"""JSON logs, correlation ids and W3C trace context. Knows no HTTP framework and no Kafka client.

Logs carry no personal data: people appear by id, errors by type and place. The text of an error is logged only where it
cannot hold a row's values (see ``describe``).
"""

import logging
import os
import re
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from traceback import extract_tb
from typing import Any

import msgspec
import structlog

from shared.kernel.ids import new_id

CORRELATION = re.compile(r"[A-Za-z0-9._-]{1,64}")
TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
SPEAKING = (OSError, TypeError, AttributeError, ImportError, RuntimeError, NotImplementedError, AssertionError)
SILENT_STATES = ("22", "23")  # SQLSTATE classes whose messages quote the data itself


@dataclass(frozen=True, slots=True)
class Trace:
    """What ties log lines, facts and answers of one piece of work together."""

    correlation_id: str
    traceparent: str


NOWHERE = Trace("", "")
_current: ContextVar[Trace] = ContextVar("shouwen_trace", default=NOWHERE)


def correlation_of(offered: str | None) -> str:
    """The offered correlation id if it is sane (1 to 64 of A-Z a-z 0-9 . _ -), else a fresh one."""
    return offered if offered and CORRELATION.fullmatch(offered) else new_id().hex


def child_of(parent: str | None) -> str:
    """A traceparent for a new span: in the parent's trace if ``parent`` is a valid version-00 traceparent, else in a
    fresh, sampled trace."""
    found = TRACEPARENT.fullmatch(parent) if parent else None
    span = os.urandom(8).hex()
    if found and int(found[1], 16) and int(found[2], 16):
        return f"00-{found[1]}-{span}-{found[3]}"
    return f"00-{os.urandom(16).hex()}-{span}-01"


def trace() -> Trace:
    """The trace of the work under way; empty strings outside any."""
    return _current.get()


@contextmanager
def tracing(correlation_id: str, traceparent: str) -> Iterator[Trace]:
    """Within the block, log lines carry ``correlation_id``."""
    token = _current.set(Trace(correlation_id, traceparent))
    try:
        yield _current.get()
    finally:
        _current.reset(token)


def logger(name: str) -> Any:
    """A structured logger: ``log.info("event in words", key=value)``. Values must hold no personal data."""
    return structlog.get_logger(name)


def describe(error: BaseException) -> dict[str, object]:
    """What may be logged of an error: types along its chain, SQLSTATE, and where it was raised."""
    chain: list[str] = []
    said: dict[str, object] = {}
    link: BaseException | None = error
    last = error
    while link is not None and len(chain) < 6:
        chain.append(type(link).__name__)
        last = link
        state = getattr(link, "sqlstate", None)
        if isinstance(state, str):
            said["sqlstate"] = state
            if not state.startswith(SILENT_STATES):
                said["message"] = str(getattr(link, "message", None) or link.args[:1])[:300]
        elif isinstance(link, SPEAKING) and "message" not in said:
            said["message"] = str(link)[:300]
        link = getattr(link, "orig", None) or link.__cause__
    frames = [
        f"{f.filename.rsplit('/site-packages/')[-1]}:{f.lineno} {f.name}" for f in extract_tb(error.__traceback__)
    ]
    if last is not error:
        frames += [f"{f.filename}:{f.lineno} {f.name}" for f in extract_tb(last.__traceback__)[-2:]]
    return {"error": " < ".join(chain), **said, "at": frames[-12:]}


def _with_trace(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    now = _current.get()
    if now.correlation_id:
        event.setdefault("correlation_id", now.correlation_id)
    return event


def _with_error(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replaces a traceback, whose text may quote data, by its description."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()[1]
    if isinstance(found, tuple):
        found = found[1]
    if isinstance(found, BaseException):
        event.update(describe(found))
    return event


class _Named:
    def __init__(self, service: str) -> None:
        self.service = service

    def __call__(self, _: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = self.service
        return event


def _line(_: object, __: str, event: MutableMapping[str, Any]) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


class _Stdout:
    """Writes lines as they are: the detour over the standard library's logging was a tenth of a request's time."""

    def __init__(self, *_: object) -> None: ...

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):  # whoever read our lines is gone: the work goes on
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    debug = info = warning = error = critical = msg


def configure(service: str, level: str = "INFO") -> None:
    """Send every log line of this process, our own and the libraries', to stdout as one JSON object a line with
    ``time``, ``level``, ``service``, ``event`` and, within a request or a record, ``correlation_id``."""
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _with_trace,
        _Named(service),
        _with_error,
    ]
    structlog.configure(
        processors=[*shared, _line],
        logger_factory=_Stdout,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _line],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "faststream"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = name != "uvicorn.access"  # our own line per request replaces it
    for name in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
