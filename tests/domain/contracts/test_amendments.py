"""Changes to a signed contract (K1)."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.contracts.agreement.domain import amendments
from services.contracts.agreement.domain.agreement import Agreement
from services.contracts.agreement.domain.lines import Wanted
from services.contracts.exposure.domain import Shares, Standing
from shared.events.contracts import AgreementAmended
from shared.kernel.errors import DomainError
from tests.domain.contracts.making import (
    CLERK,
    HEAD,
    NOON,
    POLICY,
    an_id,
    goods,
    ids,
    signed,
    standing,
    submitted,
    wanted,
)


def propose(
    agreement: Agreement, lines: tuple[Wanted, ...], at: Standing, when: datetime = NOON
) -> amendments.AmendmentDecided:
    proposal = amendments.Proposal(an_id("amendment"), lines, CLERK, when)
    return amendments.submit(agreement, proposal, False, at, POLICY)


@pytest.mark.rule("K1")
def test_an_amendment_counts_what_it_adds_in_the_year_of_its_own_submission() -> None:
    decided = propose(
        signed("3000.00"), wanted("3500.00"), standing("0.00", year=2027), datetime(2027, 1, 5, tzinfo=UTC)
    )
    (entry,) = decided.entries
    assert (entry.year, entry.amount) == (2027, Decimal("500.00"))
    assert not decided.amendment.submission.approval_needed


@pytest.mark.rule("K1")
def test_an_amendment_that_brings_the_total_to_the_limit_is_applied_only_when_approved() -> None:
    contract = signed("3000.00")
    decided = propose(contract, wanted("3000.00", "1000.00"), standing("3000.00", own="3000.00"))
    assert decided.amendment.submission.approval_needed
    total = standing("4000.00", own="4000.00")
    with pytest.raises(DomainError) as error:
        amendments.apply(contract, decided.amendment, total, POLICY, ids("fresh"))
    assert error.value.code == "approval-needed"
    with pytest.raises(DomainError) as error:
        amendments.approve(decided.amendment, CLERK, "", NOON, total, POLICY)
    assert error.value.code == "approver-is-author"
    approved = amendments.approve(decided.amendment, HEAD, "同意", NOON, total, POLICY).amendment
    applied, result = amendments.apply(contract, approved, total, POLICY, ids("fresh"))
    assert applied.status == "applied"
    (fact,) = result.facts
    assert isinstance(fact, AgreementAmended)
    assert (fact.amount, fact.change, fact.year) == (Decimal("4000.00"), Decimal("1000.00"), 2026)
    assert [(line.line_no, line.version) for line in result.lines] == [(2, 1)]


@pytest.mark.rule("K1")
def test_a_decrease_gives_room_only_when_applied_and_only_its_own() -> None:
    contract = signed("3000.00")
    decided = propose(contract, wanted("1000.00"), standing("3000.00", own="3000.00"))
    assert decided.entries[0].amount == 0
    _, result = amendments.apply(contract, decided.amendment, standing("3000.00", own="3000.00"), POLICY, ids("x"))
    assert [entry.amount for entry in result.entries] == [Decimal("-2000.00")]
    _, elsewhere = amendments.apply(contract, decided.amendment, standing("3000.00", own="500.00"), POLICY, ids("x"))
    assert [entry.amount for entry in elsewhere.entries] == [Decimal("-500.00")]
    _, none = amendments.apply(contract, decided.amendment, standing("3000.00", own="0.00"), POLICY, ids("x"))
    assert not none.entries


@pytest.mark.rule("K1")
def test_even_a_change_of_date_asks_where_the_total_stands_at_the_limit() -> None:
    later = (Wanted(1, replace(goods("3000.00"), requested_on=goods().requested_on.replace(month=12))),)
    assert propose(signed("3000.00"), later, standing("4000.00")).amendment.submission.approval_needed
    assert not propose(signed("3000.00"), later, standing("3000.00")).amendment.submission.approval_needed


def test_only_a_signed_contract_is_amended_one_amendment_at_a_time_and_not_by_nothing() -> None:
    proposal = amendments.Proposal(an_id("amendment"), wanted("20.00"), CLERK, NOON)
    with pytest.raises(DomainError) as error:
        amendments.submit(submitted("10.00"), proposal, False, standing(), POLICY)
    assert error.value.code == "not-possible-now"
    with pytest.raises(DomainError) as error:
        amendments.submit(signed("10.00"), proposal, True, standing(), POLICY)
    assert error.value.code == "amendment-open"
    with pytest.raises(DomainError) as error:
        propose(signed("10.00"), wanted("10.00"), standing())
    assert error.value.code == "nothing-amended"


@pytest.mark.rule("K4")
def test_a_shipped_line_is_never_amended_below_what_left_nor_dropped_nor_turned_into_another_product() -> None:
    contract = signed("10.00", "10.00")
    lines = (replace(contract.lines[0], shipped=Decimal("1.000")), contract.lines[1])
    shipped = replace(contract, lines=lines)
    less = (Wanted(1, goods("10.00", "0.500")), Wanted(2, goods("10.00")))
    other = (Wanted(1, goods("10.00", product="P2")), Wanted(2, goods("10.00")))
    dropped = (Wanted(2, goods("10.00")),)
    for lines_, code in ((less, "below-shipped"), (other, "product-shipped"), (dropped, "line-shipped")):
        with pytest.raises(DomainError) as error:
            propose(shipped, lines_, standing())
        assert error.value.code == code


def test_goods_shipped_while_an_amendment_waits_are_seen_when_it_is_applied() -> None:
    contract = signed("10.00", "10.00")
    decided = propose(contract, (Wanted(2, goods("10.00")),), standing("20.00"))
    lines = (replace(contract.lines[0], shipped=Decimal("1.000")), contract.lines[1])
    with pytest.raises(DomainError) as error:
        amendments.apply(replace(contract, lines=lines), decided.amendment, standing("20.00"), POLICY, ids("x"))
    assert error.value.code == "line-shipped"


@pytest.mark.rule("K1")
def test_refusal_and_withdrawal_of_an_amendment_release_what_it_added() -> None:
    amendment = propose(signed("3000.00"), wanted("4500.00"), standing("3000.00")).amendment
    shares: Shares = {(amendment.amendment_id, 2026): Decimal("1500.00")}
    for decided in (amendments.refuse(amendment, HEAD, "太多", shares), amendments.withdraw(amendment, "", shares)):
        assert [entry.amount for entry in decided.entries] == [Decimal("-1500.00")]
