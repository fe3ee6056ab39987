"""Routes of the ledger."""

from typing import Annotated

from litestar import Response, get
from litestar.params import Parameter

from services.contracts.exposure import queries
from services.contracts.exposure.views import ExposureView
from shared.http import ApiRequest, actor_of, permits, read


@get("/exposures/{customer_code:str}", **permits("exposure.read"), summary="What counts for a customer, and why")
async def exposure(
    request: ApiRequest,
    customer_code: str,
    year: Annotated[int | None, Parameter(ge=2000, le=2999, description="one calendar year; all without")] = None,
) -> Response[ExposureView]:
    """Every submitted contract, amendment and opening balance of the customer and those merged with it (K1)."""
    return await read(request, queries.exposure, customer_code, year, actor_of(request))


ROUTES = (exposure,)
