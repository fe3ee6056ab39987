"""What a department and a person are, and how the organisation's own data may change. Pure."""

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Literal, get_args
from uuid import UUID

from shared.auth.domain import ROLES
from shared.events.customers import DepartmentState, PersonState
from shared.kernel.errors import conflict, invalid

DepartmentKind = Literal[
    "unit", "market", "quality", "production", "finance", "logistics", "office", "enterprise-management", "leadership"
]
KINDS: frozenset[str] = frozenset(get_args(DepartmentKind))
KIND_LABELS = {
    "业务单位": "unit",
    "市场部": "market",
    "质量监督部": "quality",
    "生产部": "production",
    "财务部": "finance",
    "物流部": "logistics",
    "公司办公室": "office",
    "企业管理部": "enterprise-management",
    "公司领导": "leadership",
}
Outcome = Literal["created", "updated", "unchanged"]

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,31}")
_ACCOUNT = re.compile(r"[0-9A-Za-z][0-9A-Za-z._@-]{0,63}")


def checked_text(value: str | None, field: str, most: int, *, needed: bool = False) -> str:
    """``value`` trimmed ("" for nothing), free of control characters and at most ``most`` characters long.

    DomainErrors ``bad-text``; ``missing-text`` when there is nothing and it is ``needed``."""
    text = (value or "").strip()
    if needed and not text:
        raise invalid("missing-text", f"{field} must not be empty", field=field)
    if len(text) > most or any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise invalid("bad-text", f"{field} takes at most {most} characters, none of them a control", field=field)
    return text


def checked_code(value: str, field: str) -> str:
    """A business code: 1 to 32 of letters, digits, ``_`` and ``-``; else DomainError ``bad-code``."""
    code = value.strip()
    if not _CODE.fullmatch(code):
        raise invalid(
            "bad-code", f"{field} takes 1 to 32 letters, digits, _ or -, the first a letter or digit", field=field
        )
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A business unit or another department. ``version`` rises with each change."""

    department_id: UUID
    code: str
    name: str
    kind: str
    active: bool = True
    version: int = 1

    def public(self) -> DepartmentState:
        """As others may know it."""
        return DepartmentState(
            department_id=self.department_id, code=self.code, name=self.name, kind=self.kind, active=self.active
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who works here. ``staff_no``, ``name`` and ``account`` never leave this service."""

    person_id: UUID
    staff_no: str
    name: str
    department_id: UUID
    roles: tuple[str, ...]
    account: str
    active: bool = True
    version: int = 1

    def public(self) -> PersonState:
        """As others may know it: where and in which roles, never who."""
        return PersonState(
            person_id=self.person_id, department_id=self.department_id, roles=self.roles, active=self.active
        )

    @property
    def is_admin(self) -> bool:
        """Whether this person can, now, administer the organisation."""
        return self.active and "admin" in self.roles


def checked_department(department: Department) -> Department:
    """The same with clean texts, or DomainError ``bad-code``, ``missing-text``, ``bad-text``, ``unknown-kind``."""
    if department.kind not in KINDS:
        raise invalid(
            "unknown-kind",
            f"{department.kind!r} is no kind of department",
            field="kind",
            remedy="One of " + ", ".join(KIND_LABELS),
        )
    return replace(
        department,
        code=checked_code(department.code, "code"),
        name=checked_text(department.name, "name", 100, needed=True),
    )


def checked_person(person: Person) -> Person:
    """The same with clean texts and sorted roles, or DomainError ``bad-code``, ``bad-account``, ``unknown-role``, …"""
    if unknown := sorted(set(person.roles) - ROLES):
        raise invalid(
            "unknown-role",
            f"no such role: {', '.join(unknown)}",
            field="roles",
            remedy="Roles are " + ", ".join(sorted(ROLES)),
        )
    if not person.roles:
        raise invalid("no-role", "a person needs at least one role", field="roles")
    if not _ACCOUNT.fullmatch(person.account):
        raise invalid("bad-account", "account takes 1 to 64 letters, digits, . _ @ or -", field="account")
    return replace(
        person,
        staff_no=checked_code(person.staff_no, "staff_no"),
        name=checked_text(person.name, "name", 60, needed=True),
        roles=tuple(sorted(set(person.roles))),
    )


def settle_department(old: Department | None, new: Department) -> tuple[Department, Outcome]:
    """What stands after ``new`` was said of the department that was ``old``.

    A department's kind is fixed: others route duties by it (``kind-is-fixed``)."""
    new = checked_department(new)
    if old is None:
        return new, "created"
    if old.kind != new.kind:
        raise conflict(
            "kind-is-fixed",
            f"department {old.code} is of kind {old.kind}",
            field="kind",
            remedy="Close it and open another under a new code.",
        )
    new = replace(new, version=old.version)
    return (old, "unchanged") if new == old else (replace(new, version=old.version + 1), "updated")


def settle_person(old: Person | None, new: Person, department: Department) -> tuple[Person, Outcome]:
    """What stands after ``new`` was said of the person that was ``old``; only an active department takes people in."""
    new = checked_person(new)
    moves_in = new.active and (old is None or old.department_id != department.department_id or not old.active)
    if moves_in and not department.active:
        raise conflict("department-closed", f"department {department.code} is closed", field="department_code")
    if old is None:
        return new, "created"
    new = replace(new, version=old.version)
    return (old, "unchanged") if new == old else (replace(new, version=old.version + 1), "updated")


def require_closable(department: Department, active_people: int) -> None:
    """A department with people at work cannot close (``department-in-use``)."""
    if active_people:
        raise conflict(
            "department-in-use",
            f"{active_people} people work in department {department.code}",
            field="active",
            remedy="Move or deactivate them first.",
        )


def require_admin_left(person: Person, other_admins: int) -> None:
    """The last administrator stays one (``last-admin``)."""
    if not person.is_admin and other_admins == 0:
        raise conflict(
            "last-admin",
            "this would leave nobody to administer the organisation",
            field="roles",
            remedy="Make somebody else an administrator first.",
        )
