"""Builds a service's HTTP application from its table. The only place that knows how the parts of the door fit."""

import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any, cast

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.exceptions.base_exceptions import LitestarDeprecationWarning
from litestar.params import Parameter

from shared import migrating, telemetry
from shared.auth.tokens import KeySource, Verifier
from shared.http import health
from shared.http.body import LARGEST, JsonBody
from shared.http.doors import check_doors, doorkeeper, methods_at
from shared.http.edge import Edge
from shared.http.openapi import ClosedStructs, corrected, description, query_names
from shared.http.problems import MEDIA_TYPE, refusal
from shared.paging import PageQuery

if TYPE_CHECKING:
    from shared.database import Database
    from shared.service import Service
    from shared.settings import ServiceSettings

log = telemetry.logger("shared.http")


def build_api(service: "Service", settings: "ServiceSettings", database: "Database") -> Litestar:
    """The ASGI application of ``service``: its routes, health, metrics and API description.

    ``app.state`` holds service, settings, database and verifier; who made the database closes it. Raises OpenDoorError
    for a route that does not declare its permission."""
    keys = KeySource(settings.jwks)
    readiness = health.Readiness(database, heads_of(service.name), keys)
    state = State(
        {
            "service": service,
            "settings": settings,
            "database": database,
            "readiness": readiness,
            "verifier": Verifier(keys, issuer=settings.issuer, audience=settings.audience),
        }
    )
    with warnings.catch_warnings():
        # Litestar 3 will want a marker on every parameter; the pinned Litestar 2 infers them
        warnings.simplefilter("ignore", LitestarDeprecationWarning)
        app = _application(service, state)
        check_doors(app, service)
        app.state.openapi = corrected(app)
    app.state.query_names = query_names(app)
    app.asgi_handler = cast(Any, Edge(app.asgi_handler, service.name))
    return app


def _application(service: "Service", state: State) -> Litestar:
    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        yield
        await state.readiness.close()

    return Litestar(
        route_handlers=[*_with_companions(service), health.live, health.ready, health.metrics],
        guards=[doorkeeper],
        dependencies={"paging": Provide(_paging, sync_to_thread=False)},
        dto=JsonBody,
        return_dto=None,
        exception_handlers={HTTPException: _refuse, Exception: _refuse},
        request_max_body_size=LARGEST,
        openapi_config=description(service.name),
        plugins=[ClosedStructs()],
        lifespan=[running],
        logging_config=None,
        state=state,
    )


def _with_companions(service: "Service") -> list[Any]:
    """The service's routes, and those that came in one piece with another (an import's template)."""
    routes: list[Any] = []
    for route in service.routes:
        routes.append(route)
        routes += (getattr(route, "opt", None) or {}).get("beside", [])
    return routes


def heads_of(name: str) -> frozenset[str]:
    """The newest revision, or none where the service keeps no migrations."""
    if not (migrating.SERVICES / name / "migrations").is_dir():
        return frozenset()
    return frozenset({migrating.head(name)})


def _paging(
    page: Annotated[int, Parameter(ge=1, description="counts from 1")] = 1,
    size: Annotated[int, Parameter(ge=1, le=200, description="items per page")] = 50,
    sort: Annotated[str | None, Parameter(description="a name to sort by, - in front for descending")] = None,
    q: Annotated[str | None, Parameter(max_length=100, description="free text to find")] = None,
) -> PageQuery:
    return PageQuery(page=page, size=size, sort=sort, q=q)


def _refuse(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    found = refusal(error)
    headers = dict(found.headers)
    if isinstance(error, MethodNotAllowedException):
        headers["Allow"] = ", ".join(methods_at(request.app, request.scope["path"]))
    if found.unexpected:
        say: Callable[..., None] = log.error if found.status == 500 else log.warning
        say("request failed", status=found.status, code=found.code, **telemetry.describe(error))
    return Response(
        found.document(telemetry.trace().correlation_id),
        status_code=found.status,
        headers=headers,
        media_type=MEDIA_TYPE,
    )
