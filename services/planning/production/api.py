"""The production plan over HTTP (P3). Must not know SQL."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post

from services.planning.production import commands, queries
from services.planning.production.commands import DecidePlan
from services.planning.production.views import (
    LineLoad,
    LotView,
    PlanPromise,
    ProductionPlanRow,
    ProductionPlanView,
    StockView,
)
from shared.exports import MEDIA_TYPE, Table, workbook
from shared.http import ApiRequest, Page, PageQuery, actor_of, expected_version, perform, permits, read
from shared.http.acting import database_of

LOTS = ("周", "周一", "生产线", "产品编码", "数量", "工时", "换型工时")
LOAD = ("周", "周一", "生产线", "可用工时", "加工工时", "换型工时", "负荷")
State = Literal["queued", "solving", "solved", "failed", "cancelled", "issued", "superseded"]


class NewProductionPlan(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to plan, and when to stop: when no better plan could save more than the share ``gap`` of the cost, or after
    so many ``seconds`` of search."""

    sales_plan_id: UUID
    seconds: Annotated[float, msgspec.Meta(ge=1, le=600)] = 20
    gap: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.01


@post("/production-plans", **permits("production.plan"), status_code=202)
async def make(request: ApiRequest, data: NewProductionPlan) -> Response[ProductionPlanView]:
    """Queue the planning of an issued sales plan; read the plan to see it solved."""
    command = commands.MakeProductionPlan(data.sales_plan_id, data.seconds, data.gap, actor_of(request))
    return await perform(request, commands.make_plan, command, location="/production-plans/{plan_id}")


@get("/production-plans", **permits("production.read"))
async def plans(
    request: ApiRequest, paging: PageQuery, status: State | None = None
) -> Response[Page[ProductionPlanRow]]:
    """Production plans, the newest first."""
    return await read(request, queries.plans, paging, status)


@get("/production-plans/{plan_id:uuid}", **permits("production.read"))
async def plan(request: ApiRequest, plan_id: UUID) -> Response[ProductionPlanView]:
    """One plan: where it stands, what it costs, what is proved."""
    return await read(request, queries.plan, plan_id)


@get("/production-plans/{plan_id:uuid}/lots", **permits("production.read"))
async def lots(
    request: ApiRequest, plan_id: UUID, paging: PageQuery, line: str | None = None
) -> Response[Page[LotView]]:
    """What each line makes, week by week; ``q`` looks into product codes."""
    return await read(request, queries.lots, plan_id, paging, line)


@get("/production-plans/{plan_id:uuid}/load", **permits("production.read"))
async def load(request: ApiRequest, plan_id: UUID) -> Response[list[LineLoad]]:
    """Hours taken and there, for every line and week."""
    return await read(request, queries.load, plan_id)


@get("/production-plans/{plan_id:uuid}/stock", **permits("production.read"))
async def stock(
    request: ApiRequest, plan_id: UUID, paging: PageQuery, kind: Literal["product", "material"] | None = None
) -> Response[Page[StockView]]:
    """What lies there at the end of each week; ``q`` looks into codes."""
    return await read(request, queries.stock, plan_id, paging, kind)


@get("/production-plans/{plan_id:uuid}/promises", **permits("promise.read"))
async def promises(request: ApiRequest, plan_id: UUID, paging: PageQuery) -> Response[Page[PlanPromise]]:
    """What the plan means for each contract line that it saw; ``q`` looks into contract numbers."""
    return await read(request, queries.promises, plan_id, paging, actor_of(request))


@get("/production-plans/{plan_id:uuid}/workbook", **permits("production.read"), media_type=MEDIA_TYPE)
async def book(request: ApiRequest, plan_id: UUID) -> Response[bytes]:
    """Lots and load as a workbook."""
    async with database_of(request).reading() as tx:
        found, made, loads = await queries.book(tx, plan_id)
    tables = {
        "排产": Table(
            LOTS,
            [
                (lot.week + 1, lot.starts_on, lot.line_code, lot.product_code, lot.quantity, lot.hours, lot.setup_hours)
                for lot in made
            ],
        ),
        "负荷": Table(
            LOAD,
            [
                (row.week + 1, row.starts_on, row.line_code, row.capacity, row.run_hours, row.setup_hours, row.share)
                for row in loads
            ],
        ),
    }
    headers = {"Content-Disposition": f'attachment; filename="production-plan-{found.first_week}.xlsx"'}
    return Response(workbook(tables), media_type=MEDIA_TYPE, headers=headers)


@post("/production-plans/{plan_id:uuid}/cancel", **permits("production.plan"), status_code=200)
async def cancel(request: ApiRequest, plan_id: UUID) -> Response[ProductionPlanView]:
    """Give a plan up that is not issued; a search that runs is stopped."""
    command = DecidePlan(plan_id, actor_of(request), expected_version(request))
    return await perform(request, commands.cancel_plan, command)


@post("/production-plans/{plan_id:uuid}/issue", **permits("production.plan"), status_code=200)
async def issue(request: ApiRequest, plan_id: UUID) -> Response[ProductionPlanView]:
    """Issue a solved plan: it supersedes the earlier one, and each changed contract line gets its promise."""
    command = DecidePlan(plan_id, actor_of(request), expected_version(request))
    return await perform(request, commands.issue_plan, command)


routes = [make, plans, plan, lots, load, stock, promises, book, cancel, issue]
