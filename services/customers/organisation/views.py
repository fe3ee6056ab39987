"""The organisation as answered: names of people only to those who need them."""

from uuid import UUID

import msgspec

from services.customers.organisation.domain import Department, Person
from shared.auth.domain import Actor

NAMES_FOR = ("admin", "market", "leadership", "enterprise-management")


class DepartmentView(msgspec.Struct, frozen=True, kw_only=True):
    """A department. ``kind``: unit, market, quality, production, finance, logistics, office, enterprise-management,
    leadership."""

    department_id: UUID
    code: str
    name: str
    kind: str
    active: bool
    version: int


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """A person. ``staff_no``, ``name`` and ``account`` are null for who may not know them."""

    person_id: UUID
    department_id: UUID
    department_code: str
    roles: list[str]
    active: bool
    version: int
    staff_no: str | None
    name: str | None
    account: str | None


def may_see_names(actor: Actor, person_id: UUID, department_id: UUID) -> bool:
    """The whole company's for those who lead, keep or administer it; a unit head's own people; oneself."""
    own = actor.unit_id == department_id and actor.has("unit-head", "archive-keeper")
    return actor.has(*NAMES_FOR) or own or actor.person_id == person_id


def department_view(department: Department) -> DepartmentView:
    """All of it is public within the company."""
    return DepartmentView(
        department_id=department.department_id,
        code=department.code,
        name=department.name,
        kind=department.kind,
        active=department.active,
        version=department.version,
    )


def person_view(person: Person, department_code: str, actor: Actor) -> PersonView:
    """The person as ``actor`` may see them."""
    named = may_see_names(actor, person.person_id, person.department_id)
    return PersonView(
        person_id=person.person_id,
        department_id=person.department_id,
        department_code=department_code,
        roles=list(person.roles),
        active=person.active,
        version=person.version,
        staff_no=person.staff_no if named else None,
        name=person.name if named else None,
        account=person.account if named else None,
    )
