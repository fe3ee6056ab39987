"""Promises as a list. Units see those of their own lines. Must not change anything."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.planning.demand import tables as demand
from services.planning.promise import tables
from services.planning.promise.views import PromiseView
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.errors import absent
from shared.paging import Page, PageQuery, fetch_page

_PROMISE, _LINE = tables.promise, demand.firm_line


def _promises(actor: Actor) -> sa.Select[Any]:
    names = ("agreement_number", "line_no", "unit_id", "product_code", "requested_on")
    statement: sa.Select[Any] = sa.select(
        _PROMISE,
        *(_LINE.c[name] for name in names),
        sa.func.coalesce(_LINE.c.version == _PROMISE.c.line_version, sa.false()).label("current"),
    ).outerjoin(_LINE, _LINE.c.line_id == _PROMISE.c.line_id)
    return statement if actor.company_wide else statement.where(_LINE.c.unit_id == actor.unit_id)


def _view(row: Any) -> PromiseView:
    return PromiseView(**row._mapping)


async def promises(tx: Transaction, asked: PageQuery, actor: Actor, late: bool | None) -> Page[PromiseView]:
    """The last promise of each line; ``late``: only those after the requested day or without a day, or only others."""
    statement = _promises(actor)
    if late is not None:
        after = _PROMISE.c.promised_on.is_(None) | (_PROMISE.c.promised_on > _LINE.c.requested_on)
        statement = statement.where(after if late else ~after)
    if asked.pattern is not None:
        statement = statement.where(_LINE.c.agreement_number.ilike(asked.pattern, escape="\\"))
    sortable = {
        "promised_on": _PROMISE.c.promised_on,
        "requested_on": _LINE.c.requested_on,
        "made_at": _PROMISE.c.made_at,
    }
    order = asked.order(sortable, "promised_on")
    return await fetch_page(tx, statement, asked, order=(order, _PROMISE.c.line_id), view=_view)


async def promise(tx: Transaction, line_id: UUID, actor: Actor) -> PromiseView:
    """The last promise of a line; DomainError ``no-promise``."""
    row = (await tx.sql.execute(_promises(actor).where(_PROMISE.c.line_id == line_id))).one_or_none()
    if row is None:
        raise absent("no-promise", "no promise was made for that line")
    return _view(row)
