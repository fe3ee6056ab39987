"""Looking things up in the copies. What is not there yet is answered ``not-yet-known``: it may be on its way."""

from uuid import UUID

import sqlalchemy as sa

from services.complaints.copies.domain import KnownCustomer, KnownDepartment, KnownLine
from services.complaints.copies.tables import customer_copy, department_copy, line_copy, person_copy, shipment_copy
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.errors import invalid, not_yet_known

LONGEST_MERGE_CHAIN = 20


async def customer(tx: Transaction, code: str, actor: Actor) -> KnownCustomer:
    """The customer of a code, or the one it was merged into.

    Of another unit's customer the actor learns no more than of one that does not exist: both are ``not-yet-known``."""
    known = sa.select(customer_copy.c.customer_id).where(customer_copy.c.code == code, ~customer_copy.c.deleted)
    row = (await tx.sql.execute(known.order_by(customer_copy.c.merged_into.is_not(None)).limit(1))).first()
    found = await _survivor(tx, row.customer_id) if row is not None else None
    if found is None or not actor.may_see(found.unit_id):
        raise not_yet_known("customer", code, field="customer_code")
    return found


async def survivor_id(tx: Transaction, customer_id: UUID) -> UUID:
    """The id under which a customer goes now, merges applied; its own when this service has not heard of it."""
    found = await _survivor(tx, customer_id)
    return found.id if found is not None else customer_id


async def _survivor(tx: Transaction, customer_id: UUID) -> KnownCustomer | None:
    found: KnownCustomer | None = None
    following: UUID | None = customer_id
    for _ in range(LONGEST_MERGE_CHAIN):
        if following is None:
            break
        query = sa.select(customer_copy).where(customer_copy.c.customer_id == following, ~customer_copy.c.deleted)
        row = (await tx.sql.execute(query)).first()
        if row is None:  # the survivor's state is still on its way: the double is the best that is known
            break
        found = KnownCustomer(id=row.customer_id, code=row.code, unit_id=row.unit_id)
        following = row.merged_into
    return found


async def line(tx: Transaction, agreement_number: str, line_no: int) -> KnownLine:
    """A contract line with the batches shipped on it; where a number was used again, the line that still stands."""
    query = (
        sa.select(line_copy)
        .where(
            line_copy.c.agreement_number == agreement_number,
            line_copy.c.line_no == line_no,
            ~line_copy.c.deleted,
        )
        .order_by(line_copy.c.status == "cancelled", line_copy.c.line_id.desc())
        .limit(1)
    )
    row = (await tx.sql.execute(query)).first()
    if row is None:
        raise not_yet_known("contract line", f"{agreement_number}/{line_no}", field="line_no")
    shipped = sa.select(shipment_copy.c.batch_number).where(
        shipment_copy.c.line_id == row.line_id, ~shipment_copy.c.deleted
    )
    return KnownLine(
        id=row.line_id,
        agreement_number=row.agreement_number,
        line_no=row.line_no,
        customer_id=await survivor_id(tx, row.customer_id),
        unit_id=row.unit_id,
        batches=frozenset((await tx.sql.execute(shipped)).scalars()),
    )


async def department(tx: Transaction, code: str, *, field: str = "department_code") -> KnownDepartment:
    """An active department by its code; DomainError ``department-inactive`` for one that is no more."""
    query = sa.select(department_copy).where(department_copy.c.code == code, ~department_copy.c.deleted)
    row = (await tx.sql.execute(query)).first()
    if row is None:
        raise not_yet_known("department", code, field=field)
    if not row.active:
        raise invalid("department-inactive", f"Department {code} is no longer active", field=field)
    return KnownDepartment(id=row.department_id, code=row.code, kind=row.kind)


async def department_kind(tx: Transaction, department_id: UUID) -> str:
    """The kind of a department already used here."""
    query = sa.select(department_copy.c.kind).where(department_copy.c.department_id == department_id)
    return str((await tx.sql.execute(query)).scalar_one())


async def require_person(tx: Transaction, person_id: UUID, unit_id: UUID, *, field: str) -> None:
    """The person works in the unit now; DomainErrors ``not-yet-known``, ``not-of-the-unit``."""
    query = sa.select(person_copy).where(person_copy.c.person_id == person_id, ~person_copy.c.deleted)
    row = (await tx.sql.execute(query)).first()
    if row is None:
        raise not_yet_known("person", str(person_id), field=field)
    if row.department_id != unit_id or not row.active:
        raise invalid("not-of-the-unit", "The first contact must work in the complaint's unit", field=field)
