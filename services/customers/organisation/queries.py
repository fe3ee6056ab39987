"""Reading the organisation."""

from uuid import UUID

from sqlalchemy import or_, select

from services.customers.organisation import store
from services.customers.organisation.domain import Department, Person
from services.customers.organisation.tables import department, person
from services.customers.organisation.views import NAMES_FOR, DepartmentView, PersonView, department_view, person_view
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.errors import absent
from shared.paging import Page, PageQuery, fetch_page

DEPARTMENT_SORTS = {"code": department.c.code, "name": department.c.name, "kind": department.c.kind}
PERSON_SORTS = {"department": department.c.code, "person": person.c.person_id}


async def departments(tx: Transaction, asked: PageQuery, kind: str | None) -> Page[DepartmentView]:
    """Departments, by code unless asked otherwise."""
    statement = select(department)
    if kind is not None:
        statement = statement.where(department.c.kind == kind)
    if asked.pattern:
        statement = statement.where(
            or_(
                department.c.code.ilike(asked.pattern, escape="\\"), department.c.name.ilike(asked.pattern, escape="\\")
            )
        )
    return await fetch_page(
        tx,
        statement,
        asked,
        order=(asked.order(DEPARTMENT_SORTS, "code"), department.c.department_id),
        view=lambda row: department_view(Department(**row._mapping)),
    )


async def department_of(tx: Transaction, department_id: UUID) -> DepartmentView:
    """One department, or ``department-absent``."""
    found = await store.department_by_id(tx, department_id)
    if found is None:
        raise absent("department-absent", "there is no such department")
    return department_view(found)


async def people(tx: Transaction, asked: PageQuery, unit: str | None, actor: Actor) -> Page[PersonView]:
    """People: company-wide roles see all, others their own department's. q looks into names and accounts, for those
    alone who may see all of them."""
    statement = select(person, department.c.code.label("department_code")).join(
        department, department.c.department_id == person.c.department_id
    )
    if not actor.company_wide:
        statement = statement.where(person.c.department_id == actor.unit_id)
    if unit is not None:
        statement = statement.where(department.c.code == unit)
    if asked.pattern and actor.has(*NAMES_FOR):
        found = [column.ilike(asked.pattern, escape="\\") for column in (person.c.name, person.c.account)]
        statement = statement.where(or_(*found, person.c.staff_no == asked.q))
    elif asked.pattern:
        statement = statement.where(department.c.code.ilike(asked.pattern, escape="\\"))
    return await fetch_page(
        tx,
        statement,
        asked,
        order=(asked.order(PERSON_SORTS, "department"), person.c.person_id),
        view=lambda row: _view(dict(row._mapping), actor),
    )


async def person_of(tx: Transaction, person_id: UUID, actor: Actor) -> PersonView:
    """One person, or ``person-absent``, also for a person of another department who is not the asker's to see."""
    statement = (
        select(person, department.c.code.label("department_code"))
        .join(department, department.c.department_id == person.c.department_id)
        .where(person.c.person_id == person_id)
    )
    row = (await tx.sql.execute(statement)).mappings().one_or_none()
    if row is None or not actor.may_see(row["department_id"]):
        raise absent("person-absent", "there is no such person")
    return _view(dict(row), actor)


def _view(row: dict[str, object], actor: Actor) -> PersonView:
    code = str(row.pop("department_code"))
    return person_view(Person(**row), code, actor)  # type: ignore[arg-type]
