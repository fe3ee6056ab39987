"""Routes of policies."""

from datetime import date

import msgspec
from litestar import Response, get, post

from services.customers.policy import commands, queries
from services.customers.policy.commands import SetPolicy
from services.customers.policy.views import PolicyView
from shared.http import ApiRequest, actor_of, perform, permits, read


class NewVersion(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is to hold, and from which day on: today at the earliest. Values are texts, numbers as decimal strings."""

    effective_from: date
    values: dict[str, str]


@get("/policies", **permits("policy.read"))
async def list_policies(request: ApiRequest) -> Response[list[PolicyView]]:
    """Every policy with all of its versions."""
    return await read(request, queries.policies)


@get("/policies/{name:str}", **permits("policy.read"))
async def one_policy(request: ApiRequest, name: str) -> Response[PolicyView]:
    """One policy."""
    return await read(request, queries.policy, name)


@post("/policies/{name:str}/versions", **permits("policy.change"), status_code=201)
async def set_policy(request: ApiRequest, name: str, data: NewVersion) -> Response[PolicyView]:
    """Add a version; what held before stays for what was decided by it."""
    cmd = SetPolicy(
        actor=actor_of(request),
        policy=name,
        effective_from=data.effective_from,
        values=data.values,
    )
    return await perform(request, commands.set_policy, cmd, location="/policies/{policy}")


ROUTES = [list_policies, one_policy, set_policy]
