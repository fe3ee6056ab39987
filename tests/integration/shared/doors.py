"""A service as small as can be, to prove the doors that all services share: boxes on a shelf."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import httpx
import msgspec
from litestar import Response, get, post, put
from litestar.params import Parameter
from sqlalchemy import Column, Integer, MetaData, Numeric, Table, Text, Uuid, select

from shared.auth.domain import Actor
from shared.database import Transaction
from shared.http import ApiRequest, Page, PageQuery, expected_version, fetch_page, perform, permits, read
from shared.imports import Outcome, Sheet, import_route
from shared.kernel.errors import DomainError, absent, conflict, invalid, not_yet_known
from shared.kernel.ids import new_id
from shared.service import Service
from shared.testing.api import api

DDL = """CREATE TABLE box (id uuid PRIMARY KEY, name text NOT NULL, label text UNIQUE, weight numeric(18,2) NOT NULL,
    pieces integer NOT NULL DEFAULT 1, unit_id uuid, version integer NOT NULL DEFAULT 1)"""
boxes = Table(
    "box",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("label", Text),
    Column("weight", Numeric(18, 2)),
    Column("pieces", Integer),
    Column("unit_id", Uuid),
    Column("version", Integer),
)


class Side(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    colour: str
    width: Decimal


class NewBox(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: str
    weight: Decimal
    made_on: date | None = None
    label: str | None = None
    pieces: int = 1
    sides: list[Side] = []


class Weighing(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    weight: Decimal


class BoxView(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    weight: Decimal
    version: int


@dataclass(frozen=True)
class Make:
    box: NewBox
    actor: Actor


@dataclass(frozen=True)
class Weigh:
    box_id: UUID
    weight: Decimal
    actor: Actor
    expected: int | None


async def make(tx: Transaction, cmd: Make) -> BoxView:
    box_id = new_id()
    row = {
        "id": box_id,
        "name": cmd.box.name,
        "label": cmd.box.label,
        "weight": cmd.box.weight,
        "pieces": cmd.box.pieces,
        "unit_id": cmd.actor.unit_id,
        "version": 1,
    }
    await tx.sql.execute(boxes.insert().values(**row))
    if cmd.box.name == "too heavy":
        raise conflict("too-heavy", "the shelf does not hold it", field="weight", remedy="Take something out.")
    if cmd.box.name == "broken":
        raise ZeroDivisionError("the secret of 张三")
    return BoxView(box_id, cmd.box.name, cmd.box.weight, 1)


async def weigh(tx: Transaction, cmd: Weigh) -> BoxView:
    found = await one_box(tx, cmd.box_id, cmd.actor)
    if cmd.expected is not None and cmd.expected != found.version:
        raise DomainError("conflict", "version-mismatch", "someone else changed it", extra={"current": found.version})
    await tx.sql.execute(
        boxes.update().where(boxes.c.id == cmd.box_id).values(weight=cmd.weight, version=found.version + 1)
    )
    return BoxView(found.id, found.name, cmd.weight, found.version + 1)


async def one_box(tx: Transaction, box_id: UUID, actor: Actor) -> BoxView:
    row = (await tx.sql.execute(select(boxes).where(boxes.c.id == box_id))).one_or_none()
    if row is None or not actor.may_see(row.unit_id):
        raise absent("no-such-box", "there is no such box")
    return BoxView(row.id, row.name, row.weight, row.version)


async def many_boxes(tx: Transaction, asked: PageQuery, name: str | None) -> Page[BoxView]:
    statement = select(boxes)
    if name:
        statement = statement.where(boxes.c.name == name)
    if asked.pattern:
        statement = statement.where(boxes.c.name.like(asked.pattern))
    order = asked.order({"name": boxes.c.name, "weight": boxes.c.weight}, "name")
    return await fetch_page(
        tx,
        statement,
        asked,
        order=(order, boxes.c.id),
        view=lambda row: BoxView(row.id, row.name, row.weight, row.version),
    )


@post("/boxes", **permits("box.make"))
async def post_box(request: ApiRequest, data: NewBox) -> Response[BoxView]:
    """Put a box on the shelf."""
    return await perform(request, make, Make(data, request.user), location="/boxes/{id}")


@get("/boxes", **permits("box.see"))
async def get_boxes(request: ApiRequest, paging: PageQuery, name: str | None = None) -> Response[Page[BoxView]]:
    """What stands on the shelf."""
    return await read(request, many_boxes, paging, name)


@get("/boxes/{box_id:uuid}", **permits("box.see"))
async def get_box(
    request: ApiRequest, box_id: UUID, measure: Annotated[str, Parameter(query="in")] = "kg"
) -> Response[BoxView]:
    """One box."""
    return await read(request, one_box, box_id, request.user)


@put("/boxes/{box_id:uuid}", **permits("box.make"))
async def put_box(request: ApiRequest, box_id: UUID, data: Weighing) -> Response[BoxView]:
    """Weigh it anew."""
    expected = expected_version(request, required=True)
    return await perform(request, weigh, Weigh(box_id, data.weight, request.user, expected), keyed=False)


@post("/boxes/{box_id:uuid}/weighings", **permits("box.make"), status_code=200)
async def post_weighing(request: ApiRequest, box_id: UUID, data: Weighing) -> Response[BoxView]:
    """Weigh it, whoever else does."""
    return await perform(request, weigh, Weigh(box_id, data.weight, request.user, expected_version(request)))


class BoxRow(msgspec.Struct):
    label: str
    name: str
    weight: Decimal
    pieces: int = 1
    made_on: date | None = None


async def import_box(tx: Transaction, actor: Actor, rows: Sequence[BoxRow]) -> Outcome:
    first = rows[0]
    for index, row in enumerate(rows):
        if row.weight <= 0:
            raise DomainError("invalid", "bad-weight", "no weight", field="weight", extra={"row_index": index})
        if row.name == "unheard":
            raise not_yet_known("maker", "M1", field="name")
    weight = sum((row.weight for row in rows), Decimal(0))
    known = (await tx.sql.execute(select(boxes).where(boxes.c.label == first.label))).one_or_none()
    if known is not None and known.weight == weight:
        return "unchanged"
    if known is not None:
        await tx.sql.execute(boxes.update().where(boxes.c.id == known.id).values(weight=weight))
        return "updated"
    values = {"name": first.name, "label": first.label, "pieces": first.pieces, "weight": weight}
    await tx.sql.execute(boxes.insert().values(id=new_id(), unit_id=actor.unit_id, version=1, **values))
    return "created"


class LabelRow(msgspec.Struct):
    label: str
    name: str


async def rename_box(tx: Transaction, actor: Actor, rows: Sequence[LabelRow]) -> Outcome:
    row = rows[0]
    changed = await tx.sql.execute(boxes.update().where(boxes.c.label == row.label).values(name=row.name))
    if not changed.rowcount:
        raise invalid("no-such-label", "no box has this label", field="label")
    return "updated"


BOXES: Sheet[BoxRow] = Sheet(
    name="箱",
    row=BoxRow,
    headings={"label": "编号", "name": "名称", "weight": "重量", "pieces": "件数", "made_on": "日期"},
    group_by="label",
    apply=import_box,
)
LABELS: Sheet[LabelRow] = Sheet(name="改名", row=LabelRow, headings={"label": "编号", "name": "名称"}, apply=rename_box)

SERVICE = Service(
    name="doors",
    permissions={"box.make": frozenset({"unit-clerk"}), "box.see": frozenset({"unit-clerk", "market"})},
    routes=[
        post_box,
        get_boxes,
        get_box,
        put_box,
        post_weighing,
        import_route("/imports/boxes", [BOXES, LABELS], permission="box.make"),
    ],
)


@asynccontextmanager
async def shelf(url: str, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the small service on a database with the street's tables."""
    connection = await asyncpg.connect(url)
    await connection.execute(DDL)
    await connection.close()
    async with api(SERVICE, url, **options) as client:
        yield client
