"""Who may pass. Every route names its permission or says that it is public; the guard denies whatever does neither."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.utils import normalize_path

from shared.auth.tokens import UnauthenticatedError, Verifier
from shared.http.body import nul_character
from shared.http.problems import MEDIA_TYPE, Problem
from shared.kernel.errors import DomainError, invalid

if TYPE_CHECKING:
    from shared.service import Service

REFUSALS = {
    400: "The request cannot be read.",
    401: "No valid token.",
    403: "The asker lacks the permission.",
    404: "No such thing, or not the asker's to see.",
    409: "The present state refuses it.",
    412: "Another version is current.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "A field is wrong, missing or unknown.",
    428: "If-Match is required.",
    503: "Try again after Retry-After seconds.",
}


def problem_responses(*statuses: int) -> dict[int, ResponseSpec]:
    """The problems a route may answer, for its API description."""
    return {
        status: ResponseSpec(
            data_container=Problem, description=REFUSALS[status], media_type=MEDIA_TYPE, generate_examples=False
        )
        for status in statuses or tuple(REFUSALS)
    }


def permits(permission: str, **opt: object) -> dict[str, Any]:
    """Keyword arguments of a route that needs ``permission`` (one of the service's table)."""
    return {
        "opt": {"permission": permission, **opt},
        "tags": [permission.partition(".")[0]],
        "responses": problem_responses(),
    }


def public() -> dict[str, Any]:
    """Keyword arguments of a route that anyone may call: health and the API's own description only."""
    return {"opt": {"public": True}, "tags": ["service"]}


class OpenDoorError(Exception):
    """A route declares neither a permission of its service nor that it is public."""


def routes_of(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Every (method, path template, handler) that the application answers, OPTIONS aside."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in sorted(handler.http_methods):
                if method != "OPTIONS":
                    yield method, route.path_format, handler


def methods_at(app: Litestar, path: str) -> list[str]:
    """The methods that a request's path takes."""
    template = app.asgi_router.handle_routing(path=normalize_path(path), method="OPTIONS")[-1]
    return sorted({method for method, there, _ in routes_of(app) if there == template})


def check_doors(app: Litestar, service: "Service") -> None:
    """Raise OpenDoorError naming every route that declares nothing, or a permission nobody could hold."""
    wrong = []
    for method, path, handler in routes_of(app):
        permission = handler.opt.get("permission")
        if permission is None and handler.opt.get("public") is not True:
            wrong.append(f"{method} {path} declares no permission")
        elif permission is not None and not service.permissions.get(permission):
            wrong.append(f"{method} {path} declares {permission!r}, which is not in the permissions of {service.name}")
    if wrong:
        raise OpenDoorError("; ".join(wrong))


def bearer(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The bearer token of a request, or UnauthenticatedError."""
    header = connection.headers.get("authorization")
    if header is None:
        raise UnauthenticatedError("this needs a bearer token", missing=True)
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnauthenticatedError("the Authorization header holds no bearer token", missing=True)
    return token.strip()


async def doorkeeper(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The application's one guard: proves the asker, sets ``request.user``, checks permission and parameters' names."""
    if handler.opt.get("public") is True or connection.scope.get("method") == "OPTIONS":
        return
    state = connection.app.state
    verifier: Verifier = state.verifier
    actor = await verifier.actor(bearer(connection))
    connection.scope["user"] = actor
    permission = handler.opt.get("permission", "")
    if actor.roles.isdisjoint(state.service.permissions.get(permission, ())):
        raise DomainError(
            "forbidden",
            "not-permitted",
            f"this needs the permission {permission}",
            remedy="Ask someone whose role holds it.",
            extra={"permission": permission},
        )
    _check_query(connection, state.query_names)


def _check_query(connection: ASGIConnection[Any, Any, Any, Any], known: dict[tuple[str, str], frozenset[str]]) -> None:
    """A mistyped filter must not silently answer the whole list."""
    if not connection.scope["query_string"]:
        return
    names = known.get((str(connection.scope.get("method")), connection.scope["path_template"]), frozenset())
    for name, value in connection.query_params.multi_items():
        if name not in names:
            allowed = ", ".join(sorted(names)) or "none"
            raise invalid("unknown-parameter", "unknown query parameter", field=name[:64], remedy=f"Known: {allowed}.")
        if "\x00" in value:
            raise nul_character(name)
