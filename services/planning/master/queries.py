"""Master data as lists. Must not change anything."""

from typing import Any

import sqlalchemy as sa

from services.planning.master import tables
from services.planning.master.views import LineView, MaterialView, ProductDetail, ProductView, RoutingView, UsageView
from shared.database import Transaction
from shared.kernel.errors import absent
from shared.paging import Page, PageQuery, fetch_page

_PRODUCTS = sa.select(*(tables.product.c[name] for name in ProductView.__struct_fields__))
_ON_ORDER = (
    sa.select(sa.func.coalesce(sa.func.sum(tables.receipt.c.quantity), 0))
    .where(tables.receipt.c.material_code == tables.material.c.code)
    .where(tables.receipt.c.due_on >= tables.material.c.stock_on)
    .scalar_subquery()
)


def _named(statement: sa.Select[Any], table: sa.Table, asked: PageQuery) -> sa.Select[Any]:
    if asked.pattern is None:
        return statement
    return statement.where(
        table.c.code.ilike(asked.pattern, escape="\\") | table.c.name.ilike(asked.pattern, escape="\\")
    )


async def products(tx: Transaction, asked: PageQuery) -> Page[ProductView]:
    """Products by code; ``q`` looks into code and name."""
    table = tables.product
    order = asked.order({"code": table.c.code, "name": table.c.name, "stock": table.c.stock}, "code")
    return await fetch_page(
        tx,
        _named(_PRODUCTS, table, asked),
        asked,
        order=(order, table.c.code),
        view=lambda row: ProductView(**row._mapping),
    )


async def product(tx: Transaction, code: str) -> ProductDetail:
    """One product with routings and bill; DomainError ``no-such-product``."""
    row = (await tx.sql.execute(_PRODUCTS.where(tables.product.c.code == code))).one_or_none()
    if row is None:
        raise absent("no-such-product", f"there is no product {code}")
    routings = await tx.sql.execute(
        sa.select(tables.routing).where(tables.routing.c.product_code == code).order_by(tables.routing.c.line_code)
    )
    bill = await tx.sql.execute(
        sa.select(tables.bill).where(tables.bill.c.product_code == code).order_by(tables.bill.c.material_code)
    )
    return ProductDetail(
        ProductView(**row._mapping),
        [RoutingView(each.line_code, each.hours_per_unit, each.setup_hours) for each in routings],
        [UsageView(each.material_code, each.per_unit) for each in bill],
    )


async def lines(tx: Transaction, asked: PageQuery) -> Page[LineView]:
    """Production lines by code."""
    table = tables.production_line
    order = asked.order({"code": table.c.code, "name": table.c.name}, "code")
    return await fetch_page(
        tx,
        _named(sa.select(table), table, asked),
        asked,
        order=(order, table.c.code),
        view=lambda row: LineView(**row._mapping),
    )


async def materials(tx: Transaction, asked: PageQuery) -> Page[MaterialView]:
    """Materials by code, with what is on order."""
    table = tables.material
    order = asked.order({"code": table.c.code, "name": table.c.name, "stock": table.c.stock}, "code")
    return await fetch_page(
        tx,
        _named(sa.select(table, _ON_ORDER.label("on_order")), table, asked),
        asked,
        order=(order, table.c.code),
        view=lambda row: MaterialView(**row._mapping),
    )
