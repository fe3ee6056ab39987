"""Routes of tiers."""

from uuid import UUID

import msgspec
from litestar import Response, get, post

from services.customers.tiers import commands, queries
from services.customers.tiers.commands import ChangeTier
from services.customers.tiers.domain import Decide, Status
from services.customers.tiers.views import TierChangeView, TierHistory, Volumes
from shared.events.customers import Tier
from shared.http import ApiRequest, Page, PageQuery, actor_of, perform, permits, read


class NewTier(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The tier that is asked for, and why."""

    tier: Tier
    reason: str


class Approval(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What the approver remarks, if anything."""

    remark: str = ""


class Refusal(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Why not."""

    reason: str


@post("/customers/{customer_id:uuid}/tier-changes", **permits("tier.change"), status_code=201)
async def change_tier(request: ApiRequest, customer_id: UUID, data: NewTier) -> Response[TierChangeView]:
    """Move the customer's tier; into or out of strategic it waits for the market department's approval."""
    cmd = ChangeTier(actor=actor_of(request), customer_id=customer_id, tier=data.tier, reason=data.reason)
    return await perform(request, commands.change_tier, cmd, location="/tier-changes/{change_id}")


@get("/tier-changes", **permits("tier.read"))
async def list_changes(
    request: ApiRequest, paging: PageQuery, status: Status | None = None, code: str | None = None
) -> Response[Page[TierChangeView]]:
    """Changes of tier, newest first; ``status=pending`` for what waits; ``code`` of a customer."""
    return await read(request, queries.changes, paging, status, code, actor_of(request))


@get("/tier-changes/{change_id:uuid}", **permits("tier.read"))
async def one_change(request: ApiRequest, change_id: UUID) -> Response[TierChangeView]:
    """One change of tier with the evidence of its day."""
    return await read(request, queries.one_change, change_id, actor_of(request))


@post("/tier-changes/{change_id:uuid}/approve", **permits("tier.decide"), status_code=200)
async def approve(request: ApiRequest, change_id: UUID, data: Approval) -> Response[TierChangeView]:
    """Let a pending change happen; never by who proposed it."""
    cmd = Decide(actor=actor_of(request), change_id=change_id, decision="approve", remark=data.remark)
    return await perform(request, commands.decide, cmd)


@post("/tier-changes/{change_id:uuid}/refuse", **permits("tier.decide"), status_code=200)
async def refuse(request: ApiRequest, change_id: UUID, data: Refusal) -> Response[TierChangeView]:
    """Refuse a pending change, with the reason."""
    cmd = Decide(actor=actor_of(request), change_id=change_id, decision="refuse", remark=data.reason)
    return await perform(request, commands.decide, cmd)


@get("/customers/{customer_id:uuid}/tiers", **permits("tier.read"))
async def tier_history(request: ApiRequest, customer_id: UUID) -> Response[TierHistory]:
    """Every tier the customer was ever in, oldest first."""
    return await read(request, queries.history, customer_id, actor_of(request))


@get("/customers/{customer_id:uuid}/volumes", **permits("tier.read"))
async def customer_volumes(request: ApiRequest, customer_id: UUID) -> Response[Volumes]:
    """What the customer signed by calendar year, and the tier that the criteria suggest."""
    return await read(request, queries.volumes, customer_id, actor_of(request))


ROUTES = [change_tier, list_changes, one_change, approve, refuse, tier_history, customer_volumes]
