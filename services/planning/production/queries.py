"""Production plans as lists: lots, load, stock, promises. Must not change anything."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.planning.demand import tables as demand
from services.planning.engine.problem import Problem
from services.planning.master.horizon import Horizon, weeks_from
from services.planning.production import store, tables
from services.planning.production.views import (
    LineLoad,
    LotView,
    PlanPromise,
    ProductionPlanRow,
    ProductionPlanView,
    StockView,
)
from services.planning.promise import tables as promise
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.paging import Page, PageQuery, fetch_page

_PLAN, _FIRM, _LOT, _STOCK = (
    tables.production_plan,
    tables.production_firm,
    tables.production_lot,
    tables.production_stock,
)
_OUTCOME, _LINE, _PROMISE = tables.production_outcome, demand.firm_line, promise.promise
PERCENT = Decimal("0.0001")


async def plan(tx: Transaction, plan_id: UUID) -> ProductionPlanView:
    """One plan with its progress and figures."""
    return await store.view(tx, plan_id)


async def plans(tx: Transaction, asked: PageQuery, status: str | None) -> Page[ProductionPlanRow]:
    """Production plans, the newest first."""
    names = ("plan_id", "sales_plan_id", "status", "made_at", "solved_at", "issued_at", "objective")
    statement = sa.select(
        *(_PLAN.c[name] for name in names), _PLAN.c.version.label("issued_version"), _PLAN.c.proved_gap.label("gap")
    )
    if status is not None:
        statement = statement.where(_PLAN.c.status == status)
    order = asked.order({"made_at": _PLAN.c.made_at, "issued_version": _PLAN.c.version}, "-made_at")
    return await fetch_page(
        tx, statement, asked, order=(order, _PLAN.c.plan_id), view=lambda row: ProductionPlanRow(**row._mapping)
    )


async def _question(tx: Transaction, plan_id: UUID) -> tuple[Problem, Horizon]:
    statement = sa.select(_PLAN.c.problem, _PLAN.c.first_week, _PLAN.c.weeks).where(_PLAN.c.plan_id == plan_id)
    row = (await tx.sql.execute(statement)).one_or_none()
    if row is None:
        raise store.no_such_plan()
    return store.decode_problem(row.problem), weeks_from(row.first_week, row.weeks)


def _lot_view(problem: Problem, weeks: Horizon) -> Callable[[Any], LotView]:
    ways = {(way.product, way.line): way for way in problem.routings}

    def view(row: Any) -> LotView:
        way = ways[row.product_code, row.line_code]
        return LotView(
            line_code=row.line_code,
            week=row.week,
            starts_on=weeks.starts[row.week],
            product_code=row.product_code,
            quantity=row.quantity,
            hours=way.hours_per_unit * row.quantity,
            setup_hours=way.setup_hours,
        )

    return view


async def lots(tx: Transaction, plan_id: UUID, asked: PageQuery, line: str | None) -> Page[LotView]:
    """What each line makes, week by week."""
    view = _lot_view(*await _question(tx, plan_id))
    statement = sa.select(_LOT).where(_LOT.c.plan_id == plan_id)
    if line is not None:
        statement = statement.where(_LOT.c.line_code == line)
    if asked.pattern is not None:
        statement = statement.where(_LOT.c.product_code.ilike(asked.pattern, escape="\\"))
    sortable = {"week": _LOT.c.week, "line": _LOT.c.line_code, "product": _LOT.c.product_code}
    order = asked.order(sortable, "week")
    return await fetch_page(
        tx, statement, asked, order=(order, _LOT.c.line_code, _LOT.c.week, _LOT.c.product_code), view=view
    )


async def load(tx: Transaction, plan_id: UUID) -> list[LineLoad]:
    """Hours taken and there, for every line and week: the picture of the load."""
    problem, weeks = await _question(tx, plan_id)
    ways = {(way.product, way.line): way for way in problem.routings}
    run: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    setup: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for row in await tx.sql.execute(sa.select(_LOT).where(_LOT.c.plan_id == plan_id)):
        way = ways[row.product_code, row.line_code]
        run[row.line_code, row.week] += way.hours_per_unit * row.quantity
        setup[row.line_code, row.week] += way.setup_hours
    return [
        LineLoad(
            line_code=line.id,
            week=week,
            starts_on=weeks.starts[week],
            capacity=hours,
            run_hours=run[line.id, week],
            setup_hours=setup[line.id, week],
            share=((run[line.id, week] + setup[line.id, week]) / hours).quantize(PERCENT) if hours else None,
        )
        for line in sorted(problem.lines, key=lambda line: line.id)
        for week, hours in enumerate(line.hours)
    ]


async def stock(tx: Transaction, plan_id: UUID, asked: PageQuery, kind: str | None) -> Page[StockView]:
    """What lies there at the end of each week."""
    _, weeks = await _question(tx, plan_id)
    statement = sa.select(_STOCK).where(_STOCK.c.plan_id == plan_id)
    if kind is not None:
        statement = statement.where(_STOCK.c.kind == kind)
    if asked.pattern is not None:
        statement = statement.where(_STOCK.c.item.ilike(asked.pattern, escape="\\"))
    order = asked.order({"item": _STOCK.c.item, "week": _STOCK.c.week}, "item")
    return await fetch_page(
        tx,
        statement,
        asked,
        order=(order, _STOCK.c.kind, _STOCK.c.item, _STOCK.c.week),
        view=lambda row: StockView(
            kind=row.kind, item=row.item, week=row.week, starts_on=weeks.starts[row.week], quantity=row.quantity
        ),
    )


async def promises(tx: Transaction, plan_id: UUID, asked: PageQuery, actor: Actor) -> Page[PlanPromise]:
    """What the plan means for each firm line that it saw; a unit sees its own."""
    _, weeks = await _question(tx, plan_id)
    statement = (
        sa.select(
            _FIRM,
            _LINE.c.agreement_number,
            _LINE.c.line_no,
            _OUTCOME.c.completed,
            _OUTCOME.c.cause,
            (_PROMISE.c.line_id.is_not(None)).label("published"),
        )
        .select_from(
            _FIRM.outerjoin(_LINE, _LINE.c.line_id == _FIRM.c.line_id)
            .outerjoin(
                _OUTCOME,
                (_OUTCOME.c.plan_id == _FIRM.c.plan_id) & (_OUTCOME.c.demand == sa.cast(_FIRM.c.line_id, sa.Text)),
            )
            .outerjoin(_PROMISE, (_PROMISE.c.line_id == _FIRM.c.line_id) & (_PROMISE.c.plan_id == _FIRM.c.plan_id))
        )
        .where(_FIRM.c.plan_id == plan_id)
    )
    if not actor.company_wide:
        statement = statement.where(_FIRM.c.unit_id == actor.unit_id)
    if asked.pattern is not None:
        statement = statement.where(_LINE.c.agreement_number.ilike(asked.pattern, escape="\\"))
    sortable = {"requested_on": _FIRM.c.requested_on, "completed": _OUTCOME.c.completed, "weight": _FIRM.c.weight}
    order = asked.order(sortable, "requested_on")
    return await fetch_page(tx, statement, asked, order=(order, _FIRM.c.line_id), view=lambda row: _promise(row, weeks))


def _promise(row: Any, weeks: Horizon) -> PlanPromise:
    day = None if row.completed is None else weeks.promise_day(row.completed)
    return PlanPromise(
        line_id=row.line_id,
        line_version=row.line_version,
        agreement_number=row.agreement_number,
        line_no=row.line_no,
        unit_id=row.unit_id,
        product_code=row.product_code,
        quantity=row.quantity,
        requested_on=row.requested_on,
        promised_on=day,
        late=day is None or day > row.requested_on,
        cause=row.left_out or row.cause or "",
        published=row.published,
    )


async def book(tx: Transaction, plan_id: UUID) -> tuple[ProductionPlanView, list[LotView], list[LineLoad]]:
    """A whole plan for a workbook."""
    found = await store.view(tx, plan_id)
    view = _lot_view(*await _question(tx, plan_id))
    made = await tx.sql.execute(
        sa.select(_LOT).where(_LOT.c.plan_id == plan_id).order_by(_LOT.c.week, _LOT.c.line_code, _LOT.c.product_code)
    )
    return found, [view(row) for row in made], await load(tx, plan_id)
