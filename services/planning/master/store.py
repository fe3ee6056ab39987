"""Master data: rows to values and back. Must not decide anything."""

from collections.abc import Mapping
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.planning.master import tables
from services.planning.master.domain import Line, Master, Material, Product, Receipt, Routing, Usage
from shared.database import Transaction

Outcome = Literal["created", "updated", "unchanged"]


async def put(tx: Transaction, table: sa.Table, key: Mapping[str, object], values: Mapping[str, object]) -> Outcome:
    """Write the row of a business key; says whether that made, changed or left it."""
    statement = insert(table).values(**key, **values)
    moved = sa.or_(*(table.c[name].is_distinct_from(statement.excluded[name]) for name in values))
    upsert = statement.on_conflict_do_update(
        index_elements=list(key), set_={name: statement.excluded[name] for name in values}, where=moved
    )
    fresh: bool | None = (
        await tx.sql.execute(upsert.returning(sa.literal_column("xmax = 0", sa.Boolean)))
    ).scalar_one_or_none()
    if fresh is None:
        return "unchanged"
    return "created" if fresh else "updated"


async def locked_product(tx: Transaction, code: str) -> Product | None:
    """The product of that code, held until the transaction ends."""
    row = (
        await tx.sql.execute(sa.select(tables.product).where(tables.product.c.code == code).with_for_update())
    ).one_or_none()
    return Product(**row._mapping) if row else None


async def locked_material(tx: Transaction, code: str) -> Material | None:
    """The material of that code, held until the transaction ends."""
    statement = sa.select(tables.material).where(tables.material.c.code == code).with_for_update()
    row = (await tx.sql.execute(statement)).one_or_none()
    return Material(**row._mapping) if row else None


async def exists(tx: Transaction, table: sa.Table, code: str) -> bool:
    """Whether there is a row of that code."""
    return bool((await tx.sql.execute(sa.select(sa.exists().where(table.c.code == code)))).scalar_one())


async def product_codes(tx: Transaction) -> frozenset[str]:
    """The codes of all products that can be planned."""
    rows = await tx.sql.execute(sa.select(tables.product.c.code).where(tables.product.c.active))
    return frozenset(rows.scalars())


async def load(tx: Transaction) -> Master:
    """All master data, in order of its keys."""
    return Master(
        products=[Product(**row) for row in await _rows(tx, tables.product, "code")],
        lines=[Line(**row) for row in await _rows(tx, tables.production_line, "code")],
        routings=[Routing(**row) for row in await _rows(tx, tables.routing, "product_code", "line_code")],
        materials=[Material(**row) for row in await _rows(tx, tables.material, "code")],
        bill=[Usage(**row) for row in await _rows(tx, tables.bill, "product_code", "material_code")],
        receipts=[Receipt(**row) for row in await _rows(tx, tables.receipt, "number")],
    )


async def _rows(tx: Transaction, table: sa.Table, *order: str) -> list[dict[str, Any]]:
    rows = await tx.sql.execute(sa.select(table).order_by(*(table.c[name] for name in order)))
    return [dict(row._mapping) for row in rows]
