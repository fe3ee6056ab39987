"""Customers, units and askers for tests, plain unless a test says otherwise."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from services.customers.archive.domain import Customer, RegisterCustomer
from services.customers.organisation.domain import Department, Person
from shared.auth.domain import Actor
from shared.kernel.ids import stable_id

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CREDIT_CODE = "91110000600037341L"


def department(code: str = "DB", **changes: Any) -> Department:
    """A business unit."""
    values: dict[str, Any] = {"name": "东北业务部", "kind": "unit", **changes}
    return Department(department_id=stable_id("department", code), code=code, **values)


def person(staff_no: str = "1001", **changes: Any) -> Person:
    """A clerk of the unit."""
    values: dict[str, Any] = {
        "name": "张伟",
        "department_id": department().department_id,
        "roles": ("unit-clerk",),
        "account": f"p{staff_no}",
        **changes,
    }
    return Person(person_id=stable_id("person", staff_no), staff_no=staff_no, **values)


def actor(*roles: str, unit: str = "DB", staff_no: str | None = None) -> Actor:
    """Somebody of ``unit`` with ``roles``; another person each time unless ``staff_no`` says who."""
    number = staff_no or str(uuid4())
    return Actor(stable_id("person", number), f"p{number}", frozenset(roles), stable_id("department", unit))


def customer(**changes: Any) -> Customer:
    """A company of the unit, a prospect."""
    values: dict[str, Any] = {
        "customer_id": uuid4(),
        "code": "KH0001",
        "credit_code": CREDIT_CODE,
        "name": "沈阳机械有限公司",
        "kind": "company",
        "unit_id": department().department_id,
        "tier": "reserve",
        "first_tier": "reserve",
        "region": "辽宁",
        "address": "沈阳市和平区1号",
        "registered_at": NOW,
        "registered_by": UUID(int=1),
        "reviewed_at": NOW,
        **changes,
    }
    return Customer(**values)


def registration(**changes: Any) -> RegisterCustomer:
    """The unit's clerk takes in a company."""
    values: dict[str, Any] = {
        "actor": actor("unit-clerk"),
        "name": "沈阳机械有限公司",
        "kind": "company",
        "code": "KH0001",
        "credit_code": CREDIT_CODE,
        **changes,
    }
    return RegisterCustomer(**values)
