"""Route of merging."""

from uuid import UUID

import msgspec
from litestar import Response, post

from services.customers.archive.views import CustomerView
from services.customers.doubles import commands
from services.customers.doubles.domain import Merge
from shared.http import ApiRequest, actor_of, expected_version, perform, permits


class Into(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The surviving customer's code, and why they are one."""

    into_code: str
    reason: str = ""


@post("/customers/{customer_id:uuid}/merge", **permits("customer.merge"), status_code=200)
async def merge(request: ApiRequest, customer_id: UUID, data: Into) -> Response[CustomerView]:
    """Say that this customer is a double of another. Nothing is deleted; what the double signed counts there."""
    cmd = Merge(
        actor=actor_of(request),
        double_id=customer_id,
        into_code=data.into_code,
        reason=data.reason,
        expected=expected_version(request),
    )
    return await perform(request, commands.merge, cmd)


ROUTES = [merge]
