"""C3: doubles are merged, never deleted, and no chain or circle of them can form."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customers.archive.domain import Customer
from services.customers.doubles.domain import merge
from shared.events.customers import CustomerMerged
from shared.kernel.errors import DomainError
from tests.domain.customers.making import customer

pytestmark = pytest.mark.rule("C3")


def refused(code: str) -> "pytest.RaisesExc[DomainError]":
    return pytest.raises(DomainError, check=lambda error: error.code == code)


def test_the_double_says_where_it_went() -> None:
    double, survivor = customer(code="A"), customer(code="B")
    changed, facts = merge(double, survivor, [], pending_change=False)
    assert [(one.code, one.merged_into) for one in changed] == [("A", survivor.customer_id)]
    assert facts == [CustomerMerged(customer_id=double.customer_id, into=survivor.customer_id)]


def test_those_merged_into_the_double_before_follow_it() -> None:
    double, survivor = customer(code="B"), customer(code="C")
    first = customer(code="A", merged_into=double.customer_id)
    changed, _ = merge(double, survivor, [first], pending_change=False)
    assert {one.merged_into for one in changed} == {survivor.customer_id}
    assert {one.code for one in changed} == {"A", "B"}


def test_what_cannot_be_merged() -> None:
    one, other = customer(code="A"), customer(code="B")
    with refused("merge-into-itself"):
        merge(one, one, [], pending_change=False)
    with refused("customer-merged"):
        merge(customer(merged_into=other.customer_id), other, [], pending_change=False)
    with refused("survivor-merged"):
        merge(one, customer(merged_into=one.customer_id), [], pending_change=False)
    with refused("tier-change-pending"):
        merge(one, other, [], pending_change=True)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=30))
def test_no_order_of_merges_makes_a_chain_or_a_circle(pairs: list[tuple[int, int]]) -> None:
    archive: dict[UUID, Customer] = {}
    for index in range(6):
        one = customer(code=f"C{index}", customer_id=UUID(int=index + 1))
        archive[one.customer_id] = one
    for left, right in pairs:
        double, survivor = archive[UUID(int=left + 1)], archive[UUID(int=right + 1)]
        earlier = [one for one in archive.values() if one.merged_into == double.customer_id]
        try:
            changed, _ = merge(double, survivor, earlier, pending_change=False)
        except DomainError:
            continue
        archive.update({one.customer_id: one for one in changed})
    for one in archive.values():
        if one.merged_into is not None:
            assert archive[one.merged_into].merged_into is None
