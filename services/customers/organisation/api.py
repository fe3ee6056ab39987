"""Routes of the organisation."""

from uuid import UUID

import msgspec
from litestar import Response, get, patch

from services.customers.organisation import commands, queries
from services.customers.organisation.commands import ChangeDepartment, ChangePerson
from services.customers.organisation.views import DepartmentView, PersonView
from shared.http import ApiRequest, Page, PageQuery, actor_of, expected_version, perform, permits, read


class DepartmentChanges(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is to be different; null or left out leaves a thing as it is."""

    name: str | None = None
    active: bool | None = None


class PersonChanges(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is to be different; null or left out leaves a thing as it is."""

    name: str | None = None
    department_code: str | None = None
    roles: tuple[str, ...] | None = None
    account: str | None = None
    active: bool | None = None


@get("/departments", **permits("organisation.read"))
async def list_departments(
    request: ApiRequest, paging: PageQuery, kind: str | None = None
) -> Response[Page[DepartmentView]]:
    """Departments by page; ``kind=unit`` for the business units."""
    return await read(request, queries.departments, paging, kind)


@get("/departments/{department_id:uuid}", **permits("organisation.read"))
async def one_department(request: ApiRequest, department_id: UUID) -> Response[DepartmentView]:
    """One department."""
    return await read(request, queries.department_of, department_id)


@patch("/departments/{department_id:uuid}", **permits("organisation.change"))
async def change_department(
    request: ApiRequest, department_id: UUID, data: DepartmentChanges
) -> Response[DepartmentView]:
    """Rename, close or open a department (If-Match)."""
    cmd = ChangeDepartment(
        department_id=department_id,
        expected=expected_version(request, required=True),
        name=data.name,
        active=data.active,
    )
    return await perform(request, commands.change_department, cmd, keyed=False)


@get("/people", **permits("organisation.read"))
async def list_people(request: ApiRequest, paging: PageQuery, unit: str | None = None) -> Response[Page[PersonView]]:
    """People by page; names only for who may know them."""
    return await read(request, queries.people, paging, unit, actor_of(request))


@get("/people/{person_id:uuid}", **permits("organisation.read"))
async def one_person(request: ApiRequest, person_id: UUID) -> Response[PersonView]:
    """One person."""
    return await read(request, queries.person_of, person_id, actor_of(request))


@patch("/people/{person_id:uuid}", **permits("organisation.change"))
async def change_person(request: ApiRequest, person_id: UUID, data: PersonChanges) -> Response[PersonView]:
    """Move, deactivate or give other roles to a person (If-Match)."""
    cmd = ChangePerson(
        actor=actor_of(request),
        person_id=person_id,
        expected=expected_version(request, required=True),
        name=data.name,
        department_code=data.department_code,
        roles=data.roles,
        account=data.account,
        active=data.active,
    )
    return await perform(request, commands.change_person, cmd, keyed=False)


ROUTES = [list_departments, one_department, change_department, list_people, one_person, change_person]
