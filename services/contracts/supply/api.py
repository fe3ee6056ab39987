"""Routes of contract lines and shipments (K4)."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import Parameter

from services.contracts.supply import commands, queries
from services.contracts.supply.domain import LineStatus
from services.contracts.supply.queries import LineFilters, ShipmentFilters
from services.contracts.supply.views import LineDetail, LineView, ShipmentView
from shared import exports
from shared.http import ApiRequest, Page, PageQuery, actor_of, perform, permits, read
from shared.http.acting import database_of

AgreementNumber = Annotated[str | None, Parameter(max_length=100, description="a contract's number")]
Code = Annotated[str | None, Parameter(max_length=100, description="a code")]
Day = Annotated[date | None, Parameter(description="a day, inclusive")]

EXPORT_HEADINGS = (
    "合同编号", "客户编码", "行号", "产品编码", "产品名称", "数量", "计量单位",
    "单价", "金额", "要求交货日期", "承诺交货日期", "已发数量", "状态",
)  # fmt: skip


class NewShipment(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Goods that left. number: logistics' own, unique in the company; quantity: in the line's unit of measure."""

    number: str
    batch_number: str
    quantity: Decimal
    shipped_on: date


@get("/lines", **permits("agreement.read"), summary="Contract lines")
async def lines(
    request: ApiRequest,
    paging: PageQuery,
    agreement: AgreementNumber = None,
    unit: Code = None,
    customer: Code = None,
    product: Code = None,
    status: LineStatus | None = None,
    requested_from: Day = None,
    requested_to: Day = None,
    late: Annotated[bool | None, Parameter(description="open and promised after the requested date")] = None,
) -> Response[Page[LineView]]:
    """Requested and promised dates side by side."""
    filters = LineFilters(
        agreement=agreement,
        unit=unit,
        customer=customer,
        product=product,
        status=status,
        requested_from=requested_from,
        requested_to=requested_to,
        late=late,
    )
    return await read(request, queries.lines, paging, filters, actor_of(request))


@get(
    "/lines/export",
    **permits("agreement.read"),
    media_type=exports.MEDIA_TYPE,
    summary="Contract lines as a workbook",
)
async def export_lines(
    request: ApiRequest,
    paging: PageQuery,
    agreement: AgreementNumber = None,
    unit: Code = None,
    customer: Code = None,
    product: Code = None,
    status: LineStatus | None = None,
    requested_from: Day = None,
    requested_to: Day = None,
) -> Response[bytes]:
    """The same lines as the list, all of them, as .xlsx."""
    filters = LineFilters(
        agreement=agreement,
        unit=unit,
        customer=customer,
        product=product,
        status=status,
        requested_from=requested_from,
        requested_to=requested_to,
    )
    async with database_of(request).reading() as tx:
        rows = await queries.exported_lines(tx, filters, paging.pattern, actor_of(request))
    book = await asyncio.to_thread(exports.workbook, {"合同行": exports.Table(EXPORT_HEADINGS, rows)})
    headers = {"Content-Disposition": 'attachment; filename="lines.xlsx"'}
    return Response(book, media_type=exports.MEDIA_TYPE, headers=headers)


@get("/lines/{line_id:uuid}", **permits("agreement.read"), summary="A line with its shipments and dates")
async def line(request: ApiRequest, line_id: UUID) -> Response[LineDetail]:
    """Every date that was asked for or promised, for ever."""
    return await read(request, queries.line_detail, line_id, actor_of(request))


@post("/lines/{line_id:uuid}/shipments", **permits("shipment.record"), status_code=201, summary="Record a shipment")
async def record_shipment(request: ApiRequest, line_id: UUID, data: NewShipment) -> Response[ShipmentView]:
    """Goods of a signed line left, at most what is open (K4)."""
    cmd = commands.RecordShipment(
        actor=actor_of(request),
        line=line_id,
        number=data.number,
        batch_number=data.batch_number,
        quantity=data.quantity,
        shipped_on=data.shipped_on,
    )
    return await perform(request, commands.record_shipment, cmd)


@get("/shipments", **permits("agreement.read"), summary="Shipments")
async def shipments(
    request: ApiRequest,
    paging: PageQuery,
    number: Code = None,
    agreement: AgreementNumber = None,
    customer: Code = None,
    product: Code = None,
    batch: Code = None,
    shipped_from: Day = None,
    shipped_to: Day = None,
) -> Response[Page[ShipmentView]]:
    """What left, by day, batch, contract or customer (K4)."""
    filters = ShipmentFilters(
        number=number,
        agreement=agreement,
        customer=customer,
        product=product,
        batch=batch,
        shipped_from=shipped_from,
        shipped_to=shipped_to,
    )
    return await read(request, queries.shipments, paging, filters, actor_of(request))


ROUTES = (lines, export_lines, line, record_shipment, shipments)
