"""Promises over HTTP (P3, K3). Must not know SQL."""

from uuid import UUID

from litestar import Response, get

from services.planning.promise import queries
from services.planning.promise.views import PromiseView
from shared.http import ApiRequest, Page, PageQuery, actor_of, permits, read


@get("/promises", **permits("promise.read"))
async def promises(request: ApiRequest, paging: PageQuery, late: bool | None = None) -> Response[Page[PromiseView]]:
    """The last promise of each contract line; ``q`` looks into contract numbers."""
    return await read(request, queries.promises, paging, actor_of(request), late)


@get("/promises/{line_id:uuid}", **permits("promise.read"))
async def promise(request: ApiRequest, line_id: UUID) -> Response[PromiseView]:
    """The last promise of one contract line."""
    return await read(request, queries.promise, line_id, actor_of(request))


routes = [promises, promise]
