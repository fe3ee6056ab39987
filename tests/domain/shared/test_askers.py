"""Whose data an asker may see."""

from uuid import uuid4

import pytest

from shared.auth.domain import ROLES, Actor

OWN, OTHER = uuid4(), uuid4()


def actor(*roles: str, unit: object = OWN) -> Actor:
    return Actor(uuid4(), "zhang", frozenset(roles), OWN if unit is OWN else None)


@pytest.mark.parametrize("role", ["unit-clerk", "unit-head", "archive-keeper", "office"])
def test_a_units_people_see_their_own_units_data_only(role: str) -> None:
    assert actor(role).may_see(OWN)
    assert not actor(role).may_see(OTHER)
    assert not actor(role).may_see(None)
    assert not actor(role, unit=None).may_see(None), "no unit is not everybody's unit"


@pytest.mark.parametrize("role", sorted(ROLES - {"unit-clerk", "unit-head", "archive-keeper", "office"}))
def test_company_wide_roles_see_all(role: str) -> None:
    assert actor(role).company_wide
    assert actor(role).may_see(OTHER)
    assert actor("unit-clerk", role).may_see(OTHER)


def test_a_role_nobody_knows_gives_nothing() -> None:
    assert not actor("emperor").may_see(OTHER)
    assert not actor().has("unit-clerk")
    assert actor("unit-head").has("unit-clerk", "unit-head")
