"""Changing the organisation: each change is one public state for the other services."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.customers.organisation import domain, store
from services.customers.organisation.domain import Department, Outcome, Person
from services.customers.organisation.views import DepartmentView, PersonView, department_view, person_view
from shared import outbox
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.errors import absent, conflict, invalid
from shared.kernel.ids import stable_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SayDepartment:
    """What a department is, by its code."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SayPerson:
    """Who somebody is and where they work, by staff number. ``active`` None: as they are; at work when new."""

    staff_no: str
    name: str
    department_code: str
    roles: tuple[str, ...]
    account: str
    active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDepartment:
    """Rename, close or open a department; None leaves a thing as it is."""

    department_id: UUID
    expected: int | None
    name: str | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePerson:
    """Move, deactivate or give other roles to a person; None leaves a thing as it is."""

    actor: Actor
    person_id: UUID
    expected: int | None
    name: str | None = None
    department_code: str | None = None
    roles: tuple[str, ...] | None = None
    account: str | None = None
    active: bool | None = None


async def say_department(tx: Transaction, cmd: SayDepartment) -> Outcome:
    """Create or change the department; nothing is written or published when nothing differs."""
    code = domain.checked_code(cmd.code, "code")
    key = stable_id("department", code)
    old = await store.department_by_id(tx, key, lock=True)
    active = old.active if old else True
    new = Department(department_id=key, code=code, name=cmd.name, kind=cmd.kind, active=active)
    return await _settle_department(tx, old, new)


async def change_department(tx: Transaction, cmd: ChangeDepartment) -> DepartmentView:
    """Rename, close or open; DomainErrors ``department-absent``, ``version-mismatch``, ``department-in-use``."""
    old = await store.department_by_id(tx, cmd.department_id, lock=True)
    if old is None:
        raise absent("department-absent", "there is no such department")
    _require_version(old.version, cmd.expected)
    new = replace(
        old,
        name=old.name if cmd.name is None else cmd.name,
        active=old.active if cmd.active is None else cmd.active,
    )
    if old.active and not new.active:
        domain.require_closable(old, await store.people_at_work(tx, old.department_id))
    await _settle_department(tx, old, new)
    return department_view(await _stored_department(tx, old.department_id))


async def say_person(tx: Transaction, cmd: SayPerson) -> Outcome:
    """Create or change the person; DomainErrors ``unknown-department``, ``account-taken``, ``last-admin``, …"""
    staff_no = domain.checked_code(cmd.staff_no, "staff_no")
    department = await _department(tx, cmd.department_code)
    key = stable_id("person", staff_no)
    old = await store.person_by_id(tx, key)
    active = old.active if old else True
    new = Person(
        person_id=key,
        staff_no=staff_no,
        name=cmd.name,
        department_id=department.department_id,
        roles=cmd.roles,
        account=cmd.account,
        active=active if cmd.active is None else cmd.active,
    )
    return await _settle_person(tx, old, new, department)


async def change_person(tx: Transaction, cmd: ChangePerson) -> PersonView:
    """Move, deactivate, rename or give other roles; DomainErrors ``person-absent``, ``version-mismatch``, …"""
    old = await store.person_by_id(tx, cmd.person_id)
    if old is None:
        raise absent("person-absent", "there is no such person")
    _require_version(old.version, cmd.expected)
    if cmd.department_code is None:
        department = await _stored_department(tx, old.department_id)
    else:
        department = await _department(tx, cmd.department_code)
    new = replace(
        old,
        department_id=department.department_id,
        name=old.name if cmd.name is None else cmd.name,
        roles=old.roles if cmd.roles is None else cmd.roles,
        account=old.account if cmd.account is None else cmd.account,
        active=old.active if cmd.active is None else cmd.active,
    )
    await _settle_person(tx, old, new, department)
    stored = await store.person_by_id(tx, old.person_id)
    if stored is None:
        raise LookupError("a locked person cannot vanish")
    return person_view(stored, department.code, cmd.actor)


async def _settle_department(tx: Transaction, old: Department | None, new: Department) -> Outcome:
    settled, outcome = domain.settle_department(old, new)
    if outcome != "unchanged":
        await store.save_department(tx, settled, fresh=old is None)
        await outbox.append(tx, states=[settled.public()])
    return outcome


async def _settle_person(tx: Transaction, old: Person | None, new: Person, department: Department) -> Outcome:
    settled, outcome = domain.settle_person(old, new, department)
    if outcome == "unchanged":
        return outcome
    if old is not None and old.is_admin:
        domain.require_admin_left(settled, await store.admins_besides(tx, settled.person_id))
    await store.save_person(tx, settled, fresh=old is None)
    if old is None or old.public() != settled.public():
        await outbox.append(tx, states=[settled.public()])
    return outcome


async def _department(tx: Transaction, code: str) -> Department:
    found = await store.department_by_code(tx, code.strip())
    if found is None:
        raise invalid("unknown-department", f"there is no department {code}", field="department_code")
    return found


async def _stored_department(tx: Transaction, department_id: UUID) -> Department:
    found = await store.department_by_id(tx, department_id)
    if found is None:
        raise LookupError("departments are closed, never deleted")
    return found


def _require_version(version: int, expected: int | None) -> None:
    if expected is not None and expected != version:
        raise conflict("version-mismatch", f"this is at version {version}, not {expected}", remedy="Read it again.")
