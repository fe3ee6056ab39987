"""Rows of lines, shipments and dates <-> domain values. Prepared statements: lines are on every command's path."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from services.contracts.supply.domain import Goods, Heading, Line, Outcome, Shipment
from shared.database import Transaction
from shared.events.planning import PromiseMade
from shared.kernel.errors import conflict

COLUMNS = (
    "line_id, agreement_id, agreement_number, customer_id, unit_id, line_no, product_code, quantity, unit_of_measure,"
    " unit_price, amount, requested_on, status, version, shipped, promised_on, plan_version, published, dropped"
)
_TYPES = (
    "$1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::int[], $7::text[], $8::numeric[], $9::text[],"
    " $10::numeric[], $11::numeric[], $12::date[], $13::text[], $14::int[], $15::numeric[], $16::date[], $17::int[],"
    " $18::bool[], $19::bool[]"
)
_INSERT = f"INSERT INTO line ({COLUMNS}) SELECT {COLUMNS} FROM unnest({_TYPES}) AS n({COLUMNS})"
_CHANGED = [name.strip() for name in COLUMNS.split(",")][2:]
_UPDATE = (
    f"UPDATE line l SET {', '.join(f'{name} = n.{name}' for name in _CHANGED)}"
    f" FROM unnest({_TYPES}) AS n({COLUMNS}) WHERE l.line_id = n.line_id"
)
_OF_AGREEMENT = f"SELECT {COLUMNS} FROM line WHERE agreement_id = $1 ORDER BY line_no"
_ONE = f"SELECT {COLUMNS} FROM line WHERE line_id = $1"
_BY_NUMBER = f"SELECT {COLUMNS} FROM line WHERE agreement_number = $1 AND line_no = $2"
_LOCKED = " FOR NO KEY UPDATE"
_SHIP = """
INSERT INTO shipment (shipment_id, number, line_id, batch_number, quantity, shipped_on, recorded_at, recorded_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (number) DO NOTHING RETURNING true
"""
_SHIPMENT = """
SELECT shipment_id, number, line_id, batch_number, quantity, shipped_on, recorded_at, recorded_by
FROM shipment WHERE number = $1
"""
_PROMISED = """
INSERT INTO promise_history (line_id, at, line_version, promised_on, plan_id, plan_version, outcome, cause)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_REQUESTED = """
INSERT INTO promise_history (line_id, at, line_version, requested_on, outcome, cause)
SELECT line_id, $4, line_version, requested_on, 'requested', ''
FROM unnest($1::uuid[], $2::int[], $3::date[]) AS n(line_id, line_version, requested_on)
"""


def _line(row: asyncpg.Record) -> Line:
    return Line(
        line_id=row["line_id"],
        heading=Heading(row["agreement_id"], row["agreement_number"], row["customer_id"], row["unit_id"]),
        line_no=row["line_no"],
        goods=Goods(
            row["product_code"], row["quantity"], row["unit_of_measure"], row["unit_price"], row["requested_on"]
        ),
        status=row["status"],
        version=row["version"],
        shipped=row["shipped"],
        promised_on=row["promised_on"],
        plan_version=row["plan_version"],
        published=row["published"],
        dropped=row["dropped"],
    )


def _columns(lines: Sequence[Line]) -> list[list[Any]]:
    rows = [
        (
            line.line_id,
            line.heading.agreement_id,
            line.heading.agreement_number,
            line.heading.customer_id,
            line.heading.unit_id,
            line.line_no,
            line.goods.product_code,
            line.goods.quantity,
            line.goods.unit_of_measure,
            line.goods.unit_price,
            line.goods.amount,
            line.goods.requested_on,
            line.status,
            line.version,
            line.shipped,
            line.promised_on,
            line.plan_version,
            line.published,
            line.dropped,
        )
        for line in lines
    ]
    return [list(column) for column in zip(*rows, strict=True)]


async def lines_of(tx: Transaction, agreement_id: UUID, *, locked: bool) -> tuple[Line, ...]:
    """A contract's lines by number; ``locked``: nobody ships or promises on them until the transaction ends."""
    rows = await tx.raw.fetch(_OF_AGREEMENT + (_LOCKED if locked else ""), agreement_id)
    return tuple(_line(row) for row in rows)


async def load(tx: Transaction, line_id: UUID) -> Line | None:
    """One line, locked."""
    row = await tx.raw.fetchrow(_ONE + _LOCKED, line_id)
    return _line(row) if row else None


async def load_by_number(tx: Transaction, agreement_number: str, line_no: int) -> Line | None:
    """One line by its contract's number and its own, locked."""
    row = await tx.raw.fetchrow(_BY_NUMBER + _LOCKED, agreement_number, line_no)
    return _line(row) if row else None


async def insert(tx: Transaction, lines: Sequence[Line]) -> None:
    """New lines."""
    if lines:
        await tx.raw.execute(_INSERT, *_columns(lines))


async def update(tx: Transaction, lines: Sequence[Line]) -> None:
    """Changed lines, loaded with a lock before."""
    if lines:
        await tx.raw.execute(_UPDATE, *_columns(lines))


async def save(tx: Transaction, before: Sequence[Line], after: Sequence[Line]) -> None:
    """Bring a contract's lines from ``before`` (locked) to ``after``; keeps every requested date of signed lines."""
    former = {line.line_id: line for line in before}
    gone = sorted(former.keys() - {line.line_id for line in after})
    if gone:
        await tx.raw.execute("DELETE FROM line WHERE line_id = ANY($1::uuid[])", gone)
    await update(tx, [line for line in after if line.line_id in former and former[line.line_id] != line])
    await insert(tx, [line for line in after if line.line_id not in former])
    await _keep_requested(tx, [line for line in after if _asked_anew(former.get(line.line_id), line)])


def _asked_anew(before: Line | None, line: Line) -> bool:
    if line.status != "signed":
        return False
    return before is None or before.status != "signed" or before.goods.requested_on != line.goods.requested_on


async def _keep_requested(tx: Transaction, lines: Sequence[Line]) -> None:
    if lines:
        await tx.raw.execute(
            _REQUESTED,
            [line.line_id for line in lines],
            [line.version for line in lines],
            [line.goods.requested_on for line in lines],
            tx.now,
        )


async def insert_shipment(tx: Transaction, shipment: Shipment) -> None:
    """A new shipment, or DomainError ``number-taken``."""
    made = await tx.raw.fetchval(
        _SHIP,
        shipment.shipment_id,
        shipment.number,
        shipment.line_id,
        shipment.batch_number,
        shipment.quantity,
        shipment.shipped_on,
        shipment.recorded_at,
        shipment.recorded_by,
    )
    if not made:
        raise conflict("number-taken", "Another shipment has this number", field="number")


async def load_shipment(tx: Transaction, number: str) -> Shipment | None:
    """A shipment by its number."""
    row = await tx.raw.fetchrow(_SHIPMENT, number)
    return Shipment(**row) if row else None


async def keep_promise(tx: Transaction, made: PromiseMade, outcome: Outcome) -> None:
    """Note a promise and what became of it, for ever."""
    await tx.raw.execute(
        _PROMISED,
        made.line_id,
        tx.now,
        made.line_version,
        made.promised_on,
        made.plan_id,
        made.plan_version,
        outcome,
        made.cause,
    )


def public(lines: Iterable[Line]) -> list[object]:
    """The public states of lines."""
    return [line.public() for line in lines]
