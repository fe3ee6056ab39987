"""C3: customers in their unit's archive."""

from dataclasses import asdict
from typing import Any
from uuid import uuid4

import pytest

from services.customers.archive import domain
from services.customers.archive.credit_code import checked_credit_code
from services.customers.organisation.domain import Department
from shared.events.customers import CustomerRegistered
from shared.kernel.errors import DomainError
from tests.domain.customers.making import CREDIT_CODE, NOW, actor, customer, department, registration

pytestmark = pytest.mark.rule("C3")


def refused(code: str) -> "pytest.RaisesExc[DomainError]":
    return pytest.raises(DomainError, check=lambda error: error.code == code)


def register(**changes: Any) -> tuple[domain.Customer, list[object]]:
    return domain.register(uuid4(), "KH0001", registration(**changes), department(), NOW)


def test_a_clerk_registers_a_company_in_its_own_unit() -> None:
    new, facts = register(tier="general")
    assert (new.tier, new.first_tier, new.unit_id) == ("general", "general", department().department_id)
    assert facts == [
        CustomerRegistered(customer_id=new.customer_id, code="KH0001", unit_id=new.unit_id, tier="general")
    ]


def test_a_clerk_cannot_register_for_another_unit_but_market_can() -> None:
    with refused("other-unit"):
        register(actor=actor("unit-clerk", unit="HN"))
    register(actor=actor("market", unit="SCB"))


@pytest.mark.parametrize("other", [None, department(kind="finance"), department(active=False)])
def test_customers_belong_to_active_business_units_only(other: Department | None) -> None:
    with refused("unknown-unit"):
        domain.require_unit(other, "DB")


@pytest.mark.rule("C1")
def test_nobody_is_strategic_from_the_start_except_in_markets_opening_data() -> None:
    with refused("strategic-needs-approval"):
        register(tier="strategic", actor=actor("market"))
    with refused("strategic-needs-approval"):
        register(tier="strategic", actor=actor("archive-keeper"), opening=True)
    new, _ = register(tier="strategic", actor=actor("market"), opening=True)
    assert new.tier == "strategic"


def test_a_company_is_known_by_its_credit_code_and_a_sole_trader_by_ours() -> None:
    with refused("credit-code-missing"):
        register(credit_code=None)
    with refused("credit-code-not-expected"):
        register(kind="sole-trader")
    new, _ = register(kind="sole-trader", credit_code=None)
    assert new.credit_code is None


def test_the_credit_code_is_checked_to_its_last_digit() -> None:
    assert checked_credit_code("9111 0000 6000 3734 1l") == CREDIT_CODE
    assert checked_credit_code(" ") is None
    for wrong in ("91110000600037341M", "9111000060003734", "9I110000600037341L", "九1110000600037341L"):
        with refused("bad-credit-code"):
            checked_credit_code(wrong)


def test_a_sole_traders_name_stays_in_this_service() -> None:
    assert customer().public().name == "沈阳机械有限公司"
    trader = customer(kind="sole-trader", credit_code=None, name="王秀英")
    assert trader.public().name == ""
    assert "王秀英" not in str(asdict(trader.public()))


def test_the_public_state_carries_nothing_that_others_need_not_know() -> None:
    assert set(asdict(customer().public())) == {
        *("customer_id", "code", "name", "unit_id", "tier", "kind", "merged_into")
    }


def test_a_change_that_changes_nothing_is_none() -> None:
    old = customer()
    assert domain.change(old, domain.Changes(name=" 沈阳机械有限公司 ", region="辽宁")) is old
    new = domain.change(old, domain.Changes(address=""))
    assert (new.address, new.region, new.version) == ("", "辽宁", 2)


def test_a_company_that_becomes_a_sole_trader_gives_its_credit_code_back() -> None:
    new = domain.change(customer(), domain.Changes(kind="sole-trader"))
    assert new.credit_code is None
    with refused("credit-code-missing"):
        domain.change(new, domain.Changes(kind="company"))


def test_only_market_moves_a_customer_to_another_unit() -> None:
    south = department("HN")
    with refused("move-is-markets"):
        domain.move(customer(), south, actor("archive-keeper"))
    assert domain.move(customer(), south, actor("market")).unit_id == south.department_id


def test_a_double_is_read_but_never_changed() -> None:
    double = customer(merged_into=uuid4())
    with refused("customer-merged"):
        domain.change(double, domain.Changes(name="新名字"))
    with refused("customer-merged"):
        domain.move(double, department("HN"), actor("market"))
    with refused("customer-merged"):
        domain.review(double, NOW)


def test_a_change_of_what_was_not_seen_is_refused() -> None:
    with refused("version-mismatch"):
        domain.require_version(customer(version=3), 2)
    domain.require_version(customer(version=3), 3)


def test_contacts_are_for_the_own_unit_and_market() -> None:
    unit = department().department_id
    assert domain.may_see_contacts(actor("unit-clerk"), unit)
    assert domain.may_see_contacts(actor("market", unit="SCB"), unit)
    for role in ("quality", "finance", "leadership", "admin"):
        assert not domain.may_see_contacts(actor(role, unit="XX"), unit)


def test_a_contacts_phone_looks_like_one() -> None:
    contact = domain.Contact(
        contact_id=uuid4(), customer_id=uuid4(), name="李娜", position="采购", phone="+86 139-0000-0000", primary=True
    )
    assert domain.checked_contact(contact).phone == "+86 139-0000-0000"
    with refused("bad-phone"):
        domain.checked_contact(
            domain.Contact(
                contact_id=uuid4(), customer_id=uuid4(), name="李娜", position="", phone="问前台", primary=False
            )
        )
