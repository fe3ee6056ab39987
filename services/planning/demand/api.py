"""Demand over HTTP (P1). Must not know SQL."""

from decimal import Decimal
from uuid import UUID

import msgspec
from litestar import Response, get, post, put

from services.planning.demand import commands, queries
from services.planning.demand.domain import PlanLine
from services.planning.demand.views import DemandPlanView, FirmView, MissingView, RevisionView, SubmittedPlan
from shared.http import ApiRequest, Page, PageQuery, actor_of, expected_version, perform, permits, read


class DraftLine(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What the unit expects to sell of a product in the month."""

    product_code: str
    quantity: Decimal


class Draft(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The whole draft; no lines: the unit expects nothing."""

    lines: list[DraftLine]


@get("/firm-demand", **permits("demand.read"))
async def firm_demand(
    request: ApiRequest, paging: PageQuery, month: str | None = None, product: str | None = None
) -> Response[Page[FirmView]]:
    """Signed contract lines with what is open of them; ``q`` looks into contract numbers."""
    return await read(request, queries.firm_demand, paging, actor_of(request), month, product)


@get("/demand-plans", **permits("demand.read"))
async def demand_plans(
    request: ApiRequest, paging: PageQuery, month: str | None = None
) -> Response[Page[SubmittedPlan]]:
    """The latest submission of each unit, for a month or all."""
    return await read(request, queries.plans, month, paging, actor_of(request))


@get("/demand-plans/{month:str}", **permits("demand.read"))
async def demand_plan(request: ApiRequest, month: str, unit: UUID | None = None) -> Response[DemandPlanView]:
    """The asker's own unit's plan for a month, or that of the unit named."""
    return await read(request, queries.plan, month, unit, actor_of(request))


@get("/demand-plans/{month:str}/revisions", **permits("demand.read"))
async def revisions(request: ApiRequest, month: str, unit: UUID | None = None) -> Response[list[RevisionView]]:
    """Every submission of the unit for the month, as it was."""
    return await read(request, queries.revisions, month, unit, actor_of(request))


@get("/demand-plans/{month:str}/missing", **permits("demand.read"))
async def missing(request: ApiRequest, month: str) -> Response[MissingView]:
    """Late and missing units of a month."""
    return await read(request, queries.missing, month, actor_of(request))


@put("/demand-plans/{month:str}", **permits("demand.plan"))
async def save_draft(request: ApiRequest, month: str, data: Draft) -> Response[DemandPlanView]:
    """Replace the draft of the asker's unit; If-Match names the version read (``"0"`` where none was begun)."""
    lines = [PlanLine(line.product_code, line.quantity) for line in data.lines]
    command = commands.SaveDraft(month, lines, actor_of(request), expected_version(request, required=True))
    return await perform(request, commands.save_draft, command, keyed=False)


@post("/demand-plans/{month:str}/submit", **permits("demand.plan"), status_code=200)
async def submit(request: ApiRequest, month: str) -> Response[DemandPlanView]:
    """Submit the draft of the asker's unit as a new revision."""
    command = commands.SubmitPlan(month, actor_of(request), expected_version(request))
    return await perform(request, commands.submit_plan, command)


routes = [firm_demand, demand_plans, demand_plan, revisions, missing, save_draft, submit]
