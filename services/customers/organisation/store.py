"""Departments and people to and from their rows."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, insert, select, update

from services.customers.organisation.domain import Department, Person
from services.customers.organisation.tables import department, person
from services.customers.taken import taken, unless_taken
from shared.database import Transaction

_TAKEN = {
    "department_code": taken("code-taken", "code", "code"),
    "person_staff_no": taken("staff-no-taken", "staff number", "staff_no"),
    "person_account": taken(
        "account-taken", "account", "account", "Every person signs in with an account of their own."
    ),
}


async def department_by_code(tx: Transaction, code: str) -> Department | None:
    """The department with that code."""
    return await _department(tx, select(department).where(department.c.code == code))


async def department_by_id(tx: Transaction, department_id: UUID, *, lock: bool = False) -> Department | None:
    """The department, locked if it is to be changed."""
    statement = select(department).where(department.c.department_id == department_id)
    return await _department(tx, statement.with_for_update(key_share=True) if lock else statement)


async def _department(tx: Transaction, statement: Select[tuple[object, ...]]) -> Department | None:
    row = (await tx.sql.execute(statement)).mappings().one_or_none()
    return Department(**row) if row is not None else None


async def person_by(tx: Transaction, condition: ColumnElement[bool]) -> Person | None:
    """The one person of whom ``condition`` is true, locked."""
    row = (
        (await tx.sql.execute(select(person).where(condition).with_for_update(key_share=True))).mappings().one_or_none()
    )
    return Person(**{**row, "roles": tuple(row["roles"])}) if row is not None else None


async def person_by_id(tx: Transaction, person_id: UUID) -> Person | None:
    """The person, locked."""
    return await person_by(tx, person.c.person_id == person_id)


async def people_at_work(tx: Transaction, department_id: UUID) -> int:
    """How many active people a department has."""
    statement = select(func.count()).where(person.c.department_id == department_id, person.c.active)
    return int((await tx.sql.execute(statement)).scalar_one())


async def admins_besides(tx: Transaction, person_id: UUID) -> int:
    """How many active administrators there are but for this person; they cannot leave before this transaction ends."""
    statement = (
        select(person.c.person_id)
        .where(person.c.active, person.c.roles.contains(["admin"]), person.c.person_id != person_id)
        .order_by(person.c.person_id)
        .with_for_update(key_share=True)
    )
    return len((await tx.sql.execute(statement)).all())


async def save_department(tx: Transaction, new: Department, *, fresh: bool) -> None:
    """Write it; DomainError ``code-taken``."""
    async with unless_taken(tx, _TAKEN):
        if fresh:
            await tx.sql.execute(insert(department).values(asdict(new)))
        else:
            await tx.sql.execute(
                update(department).where(department.c.department_id == new.department_id).values(asdict(new))
            )


async def save_person(tx: Transaction, new: Person, *, fresh: bool) -> None:
    """Write them; DomainErrors ``staff-no-taken``, ``account-taken``."""
    values = {**asdict(new), "roles": list(new.roles)}
    async with unless_taken(tx, _TAKEN):
        if fresh:
            await tx.sql.execute(insert(person).values(values))
        else:
            await tx.sql.execute(update(person).where(person.c.person_id == new.person_id).values(values))
