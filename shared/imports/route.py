"""The HTTP side of an import: the book in, the report out, rows, key and answer in one transaction."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter

from shared import exports
from shared.database import Transaction
from shared.http.acting import ApiRequest, actor_of, perform
from shared.http.doors import permits
from shared.http.problems import BodyError
from shared.imports.applying import OnError, apply_book
from shared.imports.cells import columns_of
from shared.imports.parse import headings_of, parse_book
from shared.imports.sheets import Report, Sheet

LARGEST = 16 << 20  # bytes of a book
XLSX = exports.MEDIA_TYPE
RAW_TYPES = frozenset({XLSX, "application/octet-stream", "application/vnd.ms-excel", "application/x-zip-compressed"})
BODY = {
    "required": True,
    "content": {
        XLSX: {"schema": {"type": "string", "format": "binary"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
    },
}
# books unfolded at once: each may take 100 MB for seconds
_unfolding = ThreadPoolExecutor(max_workers=2, thread_name_prefix="workbook")


def import_route(path: str, sheets: Sequence[Sheet[Any]], *, permission: str) -> HTTPRouteHandler:
    """POST ``path`` takes a book of ``sheets`` (raw .xlsx, or multipart field ``file``) with ``on_error=nothing|keep``;
    GET ``path``/template gives an empty one. Both need ``permission``; the template's route comes along by itself."""
    for sheet in sheets:
        columns_of(sheet.row, dict(sheet.headings))  # a row type that no cell can be fails at start

    @get(f"{path}/template", **permits(permission), sync_to_thread=False, summary="An empty workbook")
    def template() -> Response[bytes]:
        """The workbook that this import takes, with its headings."""
        book = exports.workbook({sheet.name: exports.Table(headings_of(sheet)) for sheet in sheets})
        return Response(book, media_type=XLSX, headers={"Content-Disposition": 'attachment; filename="template.xlsx"'})

    @post(
        path,
        **permits(permission, beside=[template], body=BODY),
        status_code=200,
        request_max_body_size=LARGEST,
        summary="Import a workbook: " + "、".join(sheet.name for sheet in sheets),
    )
    async def take_book(
        request: ApiRequest,
        on_error: Annotated[OnError, Parameter(description="nothing: any error undoes all; keep: keep the good")] = (
            "nothing"
        ),
    ) -> Response[Report]:
        """Errors are named by sheet, row and column. The same book again changes nothing."""
        data = await _file_of(request)
        loop = asyncio.get_running_loop()
        parts, ignored = await loop.run_in_executor(_unfolding, parse_book, data, sheets)
        actor = actor_of(request)

        async def command(tx: Transaction, _: None) -> Report:
            return await apply_book(tx, actor, parts, ignored, on_error)

        return await perform(request, command, None, told=data)

    return take_book


async def _file_of(request: ApiRequest) -> bytes:
    """The book's bytes, however they were sent."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        file = (await request.form()).get("file")
        if not isinstance(file, UploadFile):
            raise BodyError(400, "body-required", "the form has no file", "Send the workbook as the field file.")
        return await file.read()
    if kind not in RAW_TYPES:
        raise BodyError(
            415, "unsupported-media-type", "this takes an .xlsx workbook", f"Send Content-Type: {XLSX}, or a form."
        )
    if not (data := await request.body()):
        raise BodyError(400, "body-required", "this request needs a workbook", "Send one as the body.")
    return data
