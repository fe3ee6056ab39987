"""C1: the four tiers, who moves them, and what the signed volume suggests."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customers.archive.domain import Customer
from services.customers.tiers import domain
from shared.events.customers import Tier, TierChanged
from shared.kernel.errors import DomainError
from shared.policy import DEFAULTS, Policy
from tests.domain.customers.making import NOW, actor, customer

pytestmark = pytest.mark.rule("C1")

CRITERIA = Policy(1, DEFAULTS["tiers"].values)
EVIDENCE = domain.Evidence(volumes={"2026": Decimal("5000000.00")}, suggested="key", policy_version=1)
TIERS: list[Tier] = ["strategic", "key", "general", "reserve"]


def refused(code: str) -> "pytest.RaisesExc[DomainError]":
    return pytest.raises(DomainError, check=lambda error: error.code == code)


def propose(who: Customer, tier: Tier, *roles: str, **changes: Any) -> tuple[domain.TierChange, Customer, list[object]]:
    proposal = domain.Proposal(
        actor=changes.get("actor", actor(*roles)), tier=tier, reason=changes.get("reason", "签约量增长")
    )
    return domain.propose(uuid4(), who, proposal, EVIDENCE, NOW)


@given(st.sampled_from(TIERS), st.sampled_from(TIERS))
def test_every_move_is_applied_at_once_unless_it_touches_strategic(old: Tier, new: Tier) -> None:
    if old == new:
        with refused("same-tier"):
            propose(customer(tier=old), new, "unit-head")
        return
    change, after, facts = propose(customer(tier=old), new, "unit-head")
    if "strategic" in (old, new):
        assert (change.status, after.tier, facts) == ("pending", old, [])
    else:
        assert (change.status, after.tier, after.version) == ("applied", new, 2)
        assert facts == [TierChanged(customer_id=after.customer_id, old_tier=old, new_tier=new)]


def test_market_approves_a_move_into_strategic_and_the_fact_names_the_approver() -> None:
    change, same, _ = propose(customer(tier="key"), "strategic", "unit-head")
    market = actor("market")
    decided, after, facts = domain.decide(
        change, same, domain.Decide(actor=market, change_id=change.change_id, decision="approve"), NOW
    )
    assert (decided.status, decided.decided_by, after.tier) == ("applied", market.person_id, "strategic")
    assert facts == [
        TierChanged(
            customer_id=after.customer_id,
            old_tier="key",
            new_tier="strategic",
            approved_by=market.person_id,
        )
    ]


def test_market_approves_a_move_out_of_strategic_too() -> None:
    change, after, facts = propose(customer(tier="strategic"), "general", "unit-head")
    assert (change.status, after.tier, facts) == ("pending", "strategic", [])


def test_nobody_approves_their_own_proposal() -> None:
    market = actor("market")
    change, same, _ = propose(customer(tier="key"), "strategic", actor=market)
    assert change.status == "pending"
    with refused("own-proposal"):
        domain.decide(change, same, domain.Decide(actor=market, change_id=change.change_id, decision="approve"), NOW)


def test_a_refusal_has_its_reason_and_leaves_the_tier() -> None:
    change, same, _ = propose(customer(tier="key"), "strategic", "unit-head")
    with refused("missing-text"):
        domain.decide(
            change, same, domain.Decide(actor=actor("market"), change_id=change.change_id, decision="refuse"), NOW
        )
    decided, after, facts = domain.decide(
        change,
        same,
        domain.Decide(actor=actor("market"), change_id=change.change_id, decision="refuse", remark="签约量不足"),
        NOW,
    )
    assert (decided.status, decided.remark, after.tier, facts) == ("refused", "签约量不足", "key", [])


def test_what_is_decided_stays_decided() -> None:
    change, same, _ = propose(customer(tier="key"), "general", "unit-head")
    with refused("change-decided"):
        domain.decide(
            change, same, domain.Decide(actor=actor("market"), change_id=change.change_id, decision="approve"), NOW
        )


def test_a_change_needs_its_reason_and_a_customer_that_is_not_a_double() -> None:
    with refused("missing-text"):
        propose(customer(), "general", "unit-head", reason=" ")
    with refused("customer-merged"):
        propose(customer(merged_into=uuid4()), "general", "unit-head")


@pytest.mark.parametrize(
    ("signed", "suggested"),
    [
        ("0.00", "reserve"),
        ("0.01", "general"),
        ("999999.99", "general"),
        ("1000000.00", "key"),
        ("9999999.99", "key"),
        ("10000000.00", "strategic"),
    ],
)
def test_the_signed_volume_suggests_a_tier_by_the_policys_criteria(signed: str, suggested: Tier) -> None:
    for year in ("2026", "2025"):
        assert domain.suggest("company", {year: Decimal(signed)}, 2026, CRITERIA) == suggested


def test_old_volume_suggests_nothing_and_a_sole_trader_is_at_most_general() -> None:
    assert domain.suggest("company", {"2024": Decimal("20000000.00")}, 2026, CRITERIA) == "reserve"
    assert domain.suggest("sole-trader", {"2026": Decimal("20000000.00")}, 2026, CRITERIA) == "general"
