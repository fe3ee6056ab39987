"""The sales plan over HTTP (P2). Must not know SQL."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post, put

from services.planning.balance import commands, queries
from services.planning.balance.views import ChangeView, SalesLineView, SalesPlanRow, SalesPlanView
from shared.exports import MEDIA_TYPE, Table, workbook
from shared.http import ApiRequest, Page, PageQuery, actor_of, expected_version, perform, permits, read
from shared.http.acting import database_of

HEADINGS = ("业务单位编码", "产品编码", "月份", "已签未交", "预测", "需求", "平衡量", "削减", "理由")


class NewSalesPlan(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which months to balance: ``months`` of them from ``first_month`` (YYYY-MM)."""

    first_month: str
    months: Annotated[int, msgspec.Meta(ge=1, le=6)] = 3


class Adjustment(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What may be planned of a line's demand instead, and why."""

    quantity: Decimal
    reason: Annotated[str, msgspec.Meta(max_length=1000)] = ""


@post("/sales-plans", **permits("balance.make"), status_code=201)
async def make(request: ApiRequest, data: NewSalesPlan) -> Response[SalesPlanView]:
    """Balance demand against capacity and material: a draft with proposed cuts."""
    command = commands.MakeSalesPlan(data.first_month, data.months, actor_of(request))
    return await perform(request, commands.make_plan, command, location="/sales-plans/{sales_plan_id}")


@get("/sales-plans", **permits("balance.read"))
async def plans(
    request: ApiRequest, paging: PageQuery, status: Literal["draft", "issued", "superseded"] | None = None
) -> Response[Page[SalesPlanRow]]:
    """Sales plans, the newest first."""
    return await read(request, queries.plans, paging, status)


@get("/sales-plans/{sales_plan_id:uuid}", **permits("balance.read"))
async def plan(request: ApiRequest, sales_plan_id: UUID) -> Response[SalesPlanView]:
    """One sales plan with its totals, its sources and the units that were missing."""
    return await read(request, queries.plan, sales_plan_id)


@get("/sales-plans/{sales_plan_id:uuid}/lines", **permits("balance.read"))
async def lines(
    request: ApiRequest, sales_plan_id: UUID, paging: PageQuery, cut: bool | None = None
) -> Response[Page[SalesLineView]]:
    """The plan's lines; a unit sees its own. ``q`` looks into product codes."""
    return await read(request, queries.lines, sales_plan_id, paging, actor_of(request), cut)


@get("/sales-plans/{sales_plan_id:uuid}/lines/{line_id:uuid}/changes", **permits("balance.read"))
async def changes(request: ApiRequest, sales_plan_id: UUID, line_id: UUID) -> Response[list[ChangeView]]:
    """Every change of a line with its reason."""
    return await read(request, queries.changes, sales_plan_id, line_id, actor_of(request))


@get("/sales-plans/{sales_plan_id:uuid}/workbook", **permits("balance.read"), media_type=MEDIA_TYPE)
async def book(request: ApiRequest, sales_plan_id: UUID) -> Response[bytes]:
    """The plan as a workbook."""
    async with database_of(request).reading() as tx:
        plan, rows = await queries.sheet(tx, sales_plan_id, actor_of(request))
    cells = [
        (
            unit,
            row.product_code,
            row.month,
            row.firm,
            row.open_forecast,
            row.demand,
            row.quantity,
            row.cut,
            row.reason,
        )
        for unit, row in rows
    ]
    name = f"sales-plan-{plan.first_month}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(workbook({"销售计划": Table(HEADINGS, cells)}), media_type=MEDIA_TYPE, headers=headers)


@put("/sales-plans/{sales_plan_id:uuid}/lines/{line_id:uuid}", **permits("balance.make"))
async def adjust(request: ApiRequest, sales_plan_id: UUID, line_id: UUID, data: Adjustment) -> Response[SalesLineView]:
    """Set another quantity for a line, with the reason; If-Match names the line's version."""
    command = commands.AdjustLine(
        sales_plan_id,
        line_id,
        data.quantity,
        data.reason,
        actor_of(request),
        expected_version(request, required=True),
    )
    return await perform(request, commands.adjust_line, command, keyed=False)


@post("/sales-plans/{sales_plan_id:uuid}/issue", **permits("balance.make"), status_code=200)
async def issue(request: ApiRequest, sales_plan_id: UUID) -> Response[SalesPlanView]:
    """Issue the plan; it supersedes earlier ones with a month in common."""
    command = commands.IssueSalesPlan(sales_plan_id, actor_of(request), expected_version(request))
    return await perform(request, commands.issue_plan, command)


routes = [make, plans, plan, lines, changes, book, adjust, issue]
