"""Loads and saves complaints. Also the one place that says which complaints a person may see, in SQL for all reads."""

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.complaints.quality import tables
from services.complaints.quality.domain.complaint import Appeal, Complaint, Decision, Measure, Responsibility
from services.complaints.quality.tables import appeal, complaint, measure, step
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.dates import business_date
from shared.kernel.errors import absent, conflict

SEE_ALL = ("market", "enterprise-management", "leadership", "admin")
SAME_NAME = tuple(one.name for one in fields(Complaint) if one.name not in ("responsibility", "measures", "appeals"))


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """The complaints of the actor: their unit's; for quality supervision those about quality; those their department
    answers for, owns a measure of or appealed in; those they are first contact of. Some roles see all."""
    if actor.has(*SEE_ALL):
        return sa.true()
    seen: list[sa.ColumnElement[bool]] = [complaint.c.first_contact_id == actor.person_id]
    if actor.has("quality"):
        seen.append(complaint.c.category == "quality")
    if actor.unit_id is not None:
        own_measure = sa.exists().where(
            measure.c.complaint_id == complaint.c.id, measure.c.department_id == actor.unit_id
        )
        own_appeal = sa.exists().where(appeal.c.complaint_id == complaint.c.id, appeal.c.department_id == actor.unit_id)
        seen += [
            complaint.c.unit_id == actor.unit_id,
            complaint.c.responsible_department_id == actor.unit_id,
            own_measure,
            own_appeal,
        ]
    return sa.or_(*seen)


def no_such_complaint() -> Exception:
    """What whoever may not see a complaint hears, too."""
    return absent("complaint-absent", "There is no such complaint")


async def load(tx: Transaction, complaint_id: UUID, actor: Actor) -> Complaint:
    """The complaint, locked for this transaction; DomainError ``complaint-absent`` if none that the actor may see."""
    query = sa.select(complaint).where(complaint.c.id == complaint_id, visible(actor)).with_for_update()
    row = (await tx.sql.execute(query)).mappings().first()
    if row is None:
        raise no_such_complaint()
    return await _whole(tx, row)


async def find(tx: Transaction, number: str, actor: Actor) -> Complaint | None:
    """The complaint of a number, locked; None if the number is free. DomainError ``number-taken`` when the complaint
    is not the actor's to see."""
    query = sa.select(complaint, visible(actor).label("may_see")).where(complaint.c.number == number).with_for_update()
    row = (await tx.sql.execute(query)).mappings().first()
    if row is None:
        return None
    if not row["may_see"]:
        raise number_taken(number)
    return await _whole(tx, row)


def number_taken(number: str) -> Exception:
    """A business key names one complaint in the whole company."""
    return conflict("number-taken", f"The complaint number {number} is taken", field="number", remedy="Use another.")


async def next_number(tx: Transaction) -> str:
    """A fresh complaint number: TS, the business year, a running count. Gaps mean nothing."""
    while True:
        running = (await tx.sql.execute(sa.select(tables.numbers.next_value()))).scalar_one()
        number = f"TS{business_date(tx.now).year}{running:06d}"
        taken = sa.select(sa.exists().where(complaint.c.number == number))
        if not (await tx.sql.execute(taken)).scalar_one():
            return number


async def add(tx: Transaction, decision: Decision) -> None:
    """Keep a new complaint; DomainError ``number-taken`` if somebody was faster."""
    statement = insert(complaint).values(_columns(decision.complaint)).on_conflict_do_nothing(index_elements=["number"])
    if (await tx.sql.execute(statement.returning(complaint.c.id))).first() is None:
        raise number_taken(decision.complaint.number)
    await _add_step(tx, decision)


async def save(tx: Transaction, before: Complaint, decision: Decision) -> None:
    """Keep what a decision changed: the complaint (if still at the version loaded), its measures and appeals, and the
    line of history."""
    after = decision.complaint
    statement = (
        sa.update(complaint)
        .where(complaint.c.id == after.id, complaint.c.version == before.version)
        .values(_columns(after))
    )
    if (await tx.sql.execute(statement)).rowcount != 1:
        raise conflict("version-mismatch", "The complaint was changed meanwhile", remedy="Read it again and repeat.")
    await _save_parts(tx, measure, after.id, before.measures, after.measures)
    await _save_parts(tx, appeal, after.id, before.appeals, after.appeals)
    await _add_step(tx, decision)


async def _save_parts(
    tx: Transaction,
    table: sa.Table,
    complaint_id: UUID,
    before: Sequence[Measure | Appeal],
    after: Sequence[Measure | Appeal],
) -> None:
    for position, part in enumerate(after):
        if position < len(before) and before[position] == part:
            continue
        values = _part(part) | {"complaint_id": complaint_id, "position": position}
        statement = insert(table).values(values)
        await tx.sql.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def _part(part: Measure | Appeal) -> dict[str, object]:
    values = {one.name: getattr(part, one.name) for one in fields(part)}
    if "to" in values:
        values["to_instance"] = values.pop("to")
    return values


async def _add_step(tx: Transaction, decision: Decision) -> None:
    entry, after = decision.entry, decision.complaint
    values = {one.name: getattr(entry, one.name) for one in fields(entry)}
    values |= {
        "complaint_id": after.id,
        "version": after.version,
        "detail": msgspec.to_builtins(dict(entry.detail)),
    }
    await tx.sql.execute(sa.insert(step).values(values))


def _columns(value: Complaint) -> dict[str, object]:
    columns = {name: getattr(value, name) for name in SAME_NAME}
    responsibility = value.responsibility
    columns["responsible_department_id"] = responsibility.department_id if responsibility else None
    columns["responsible_instance"] = responsibility.instance if responsibility else None
    columns["responsible_at"] = responsibility.fixed_at if responsibility else None
    return columns


async def _whole(tx: Transaction, row: sa.RowMapping) -> Complaint:
    measures = sa.select(measure).where(measure.c.complaint_id == row["id"]).order_by(measure.c.position)
    appeals = sa.select(appeal).where(appeal.c.complaint_id == row["id"]).order_by(appeal.c.position)
    responsibility = (
        Responsibility(
            department_id=row["responsible_department_id"],
            instance=row["responsible_instance"],
            fixed_at=row["responsible_at"],
        )
        if row["responsible_department_id"] is not None
        else None
    )
    return Complaint(
        **{name: row[name] for name in SAME_NAME},
        responsibility=responsibility,
        measures=tuple(_measure(part) for part in (await tx.sql.execute(measures)).mappings()),
        appeals=tuple(_appeal(part) for part in (await tx.sql.execute(appeals)).mappings()),
    )


def _measure(row: sa.RowMapping) -> Measure:
    return Measure(**{one.name: row[one.name] for one in fields(Measure)})


def _appeal(row: sa.RowMapping) -> Appeal:
    names = [one.name for one in fields(Appeal) if one.name != "to"]
    return Appeal(to=row["to_instance"], **{name: row[name] for name in names})
