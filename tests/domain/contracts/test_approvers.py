"""Who may approve, by role, unit and band (K1)."""

from decimal import Decimal

import pytest

from services.contracts.approval.domain import checked_approver
from services.contracts.exposure.domain import ApprovalPolicy, read_policy
from shared.auth.domain import Actor
from shared.kernel.errors import DomainError
from shared.policy.domain import Policy
from tests.domain.contracts.making import POLICY, an_id, standing

UNIT = an_id("unit")


def actor(*roles: str, unit: str = "unit") -> Actor:
    return Actor(an_id("someone"), "someone", frozenset(roles), an_id(unit))


def allowed(who: Actor, total: str, policy: ApprovalPolicy = POLICY) -> bool:
    try:
        checked_approver(who, UNIT, standing(total), policy)
    except DomainError as error:
        return error.code != "not-an-approver"
    return True


@pytest.mark.rule("K1")
def test_a_unit_head_approves_for_the_own_unit_only_and_market_for_all() -> None:
    assert allowed(actor("unit-head"), "4000.00")
    assert not allowed(actor("unit-head", unit="another"), "4000.00")
    assert allowed(actor("market", unit="another"), "4000.00")
    assert not allowed(actor("unit-clerk"), "4000.00")
    assert not allowed(actor("finance"), "4000.00")


@pytest.mark.rule("K1")
def test_the_band_of_the_total_names_the_approvers_and_a_higher_one_may_always() -> None:
    policy = read_policy(
        Policy(
            3,
            {
                "limit": "4000.00",
                "approver_roles": "unit-head",
                "bands": "4000:unit-head;100000:market;1000000:leadership",
            },
        )
    )
    assert allowed(actor("unit-head"), "99999.99", policy)
    assert not allowed(actor("unit-head"), "100000.00", policy)
    assert allowed(actor("market"), "100000.00", policy)
    assert not allowed(actor("market"), "1000000.00", policy)
    assert allowed(actor("leadership"), "4000.00", policy)


def test_the_policy_without_bands_has_one() -> None:
    policy = read_policy(Policy(1, {"limit": "4000.00", "approver_roles": "unit-head,market"}))
    assert policy == POLICY


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"limit": "much"},
        {"limit": "4000"},
        {"limit": "NaN", "approver_roles": "market"},
        {"limit": "1", "bands": "x:y"},
    ],
)
def test_a_policy_that_cannot_be_read_stops_the_decision(values: dict[str, str]) -> None:
    with pytest.raises(DomainError) as error:
        read_policy(Policy(9, values))
    assert (error.value.code, error.value.kind) == ("policy-unusable", "unready")


def test_the_limit_is_a_decimal_and_reached_when_equal() -> None:
    assert POLICY.reached(Decimal("4000.00"))
    assert not POLICY.reached(Decimal("3999.99"))
