"""The outermost layer: correlation ids, trace context, one log line and one measurement per request, safe headers."""

from time import perf_counter
from typing import Any, cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Histogram

from shared import telemetry

log = telemetry.logger("shared.http")
SECONDS = Histogram(
    "shouwen_http_request_seconds",
    "Time from the request's arrival to its answer's last byte",
    ("service", "method", "route", "status"),
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Edge:
    """Wraps the application's own ASGI handler, so that even an unknown route's answer is traced."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        offered: dict[bytes, str] = {}
        for name, value in scope["headers"]:
            if name in (b"x-correlation-id", b"traceparent"):
                offered[name] = value.decode("latin-1")
        correlation = telemetry.correlation_of(offered.get(b"x-correlation-id"))
        begun, status = perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message["headers"])
                headers.append((b"x-correlation-id", correlation.encode()))
                headers.append((b"x-content-type-options", b"nosniff"))
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
                message["headers"] = headers
            await send(message)

        with telemetry.tracing(correlation, telemetry.child_of(offered.get(b"traceparent"))):
            try:
                await self.app(scope, receive, sending)
            except Exception as error:
                log.error("answer broken off", **telemetry.describe(error))
                raise
            finally:
                self._note(cast(dict[str, Any], scope), status, perf_counter() - begun)

    def _note(self, scope: dict[str, Any], status: int, seconds: float) -> None:
        """``route`` is the template: a raw path or query may hold names. 499: the asker went away first."""
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        route, status = scope.get("path_template") or "unknown", status or 499
        SECONDS.labels(self.service, method, route, status).observe(seconds)
        if route.startswith("/health") and status < 400:
            return
        person = getattr(scope.get("user"), "person_id", None)
        log.info(
            "request",
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            person=str(person) if person else None,
        )
