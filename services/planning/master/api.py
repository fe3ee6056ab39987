"""Master data over HTTP. Must not know SQL."""

from litestar import Response, get

from services.planning.master import queries
from services.planning.master.views import LineView, MaterialView, ProductDetail, ProductView
from shared.http import ApiRequest, Page, PageQuery, permits, read


@get("/products", **permits("master.read"))
async def products(request: ApiRequest, paging: PageQuery) -> Response[Page[ProductView]]:
    """Products that can be sold and planned."""
    return await read(request, queries.products, paging)


@get("/products/{code:str}", **permits("master.read"))
async def product(request: ApiRequest, code: str) -> Response[ProductDetail]:
    """One product with the lines that make it and the material it takes."""
    return await read(request, queries.product, code)


@get("/lines", **permits("master.read"))
async def lines(request: ApiRequest, paging: PageQuery) -> Response[Page[LineView]]:
    """Production lines."""
    return await read(request, queries.lines, paging)


@get("/materials", **permits("master.read"))
async def materials(request: ApiRequest, paging: PageQuery) -> Response[Page[MaterialView]]:
    """Bought materials with stock and what is on order."""
    return await read(request, queries.materials, paging)


routes = [products, product, lines, materials]
