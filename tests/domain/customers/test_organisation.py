"""The organisation: what a department and a person may be, and what leaves the service of them."""

from dataclasses import asdict, replace
from typing import Any

import pytest

from services.customers.organisation import domain
from shared.kernel.errors import DomainError
from tests.domain.customers.making import department, person


def refused(code: str) -> "pytest.RaisesExc[DomainError]":
    return pytest.raises(DomainError, check=lambda error: error.code == code)


def test_saying_the_same_twice_changes_nothing() -> None:
    first, outcome = domain.settle_person(None, person(), department())
    assert outcome == "created"
    again, outcome = domain.settle_person(first, person(), department())
    assert (again, outcome) == (first, "unchanged")


def test_a_person_who_moves_keeps_their_id_and_gets_a_new_version() -> None:
    south = department("HN", name="华南业务部")
    moved, outcome = domain.settle_person(person(), person(department_id=south.department_id), south)
    assert outcome == "updated"
    assert moved.person_id == person().person_id
    assert (moved.department_id, moved.version) == (south.department_id, 2)


def test_a_closed_department_takes_nobody_in_but_its_people_may_leave() -> None:
    closed = department(active=False)
    with refused("department-closed"):
        domain.settle_person(None, person(), closed)
    left, outcome = domain.settle_person(person(), person(active=False), closed)
    assert outcome == "updated"
    assert not left.active


def test_what_leaves_the_service_of_a_person_names_nobody() -> None:
    who = person()
    public = asdict(who.public())
    assert set(public) == {"person_id", "department_id", "roles", "active"}
    assert not {who.name, who.account, who.staff_no} & {str(value) for value in public.values()}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"roles": ("unit-clerk", "emperor")}, "unknown-role"),
        ({"roles": ()}, "no-role"),
        ({"account": "张 伟"}, "bad-account"),
        ({"name": "  "}, "missing-text"),
        ({"name": "张\x00伟"}, "bad-text"),
    ],
)
def test_a_person_has_to_make_sense(change: dict[str, Any], code: str) -> None:
    with refused(code):
        domain.settle_person(None, person(**change), department())


def test_a_departments_kind_stays_because_others_route_duties_by_it() -> None:
    with refused("kind-is-fixed"):
        domain.settle_department(department(), department(kind="quality"))
    with refused("unknown-kind"):
        domain.settle_department(None, department(kind="canteen"))


def test_a_department_closes_only_when_nobody_works_there() -> None:
    with refused("department-in-use"):
        domain.require_closable(department(), active_people=1)
    domain.require_closable(department(), active_people=0)


def test_the_last_administrator_cannot_be_taken_away() -> None:
    admin = person(roles=("admin",))
    with refused("last-admin"):
        domain.require_admin_left(replace(admin, active=False), other_admins=0)
    domain.require_admin_left(replace(admin, active=False), other_admins=1)
    domain.require_admin_left(admin, other_admins=0)
