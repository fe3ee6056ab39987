"""A contract from draft to signature and back, decision by decision (K1)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import get_args

import pytest

from services.contracts.agreement.domain import agreement as contracts
from services.contracts.agreement.domain.lines import Wanted, checked_lines, sum_of
from services.contracts.agreement.domain.states import AGREEMENT, AMENDMENT, COUNTED, Action, Status, after, diagram
from services.contracts.exposure.domain import Shares
from shared.events.contracts import (
    AgreementApproved,
    AgreementCancelled,
    AgreementDrafted,
    AgreementSigned,
    AgreementSubmitted,
)
from shared.kernel.errors import DomainError
from tests.domain.contracts.making import (
    CLERK,
    HEAD,
    NOON,
    OTHER_CLERK,
    POLICY,
    TODAY,
    drafted,
    goods,
    heading,
    ids,
    signed,
    standing,
    submitted,
    wanted,
)


def refusal(error: pytest.ExceptionInfo[DomainError]) -> str:
    return error.value.code


def test_money_is_rounded_half_up_per_line_and_then_summed() -> None:
    lines = [Wanted(1, goods("0.333", "1.500")), Wanted(2, goods("0.333", "1.500")), Wanted(3, goods("1.005", "1"))]
    assert sum_of(lines) == Decimal("0.50") + Decimal("0.50") + Decimal("1.01")


def test_a_draft_says_that_it_was_drafted_and_counts_nothing() -> None:
    decided = contracts.draft(heading(), wanted("100.00", "20.50"), CLERK, ids("line"))
    assert decided.agreement.status == "draft"
    assert decided.agreement.amount == Decimal("120.50")
    assert [type(fact) for fact in decided.facts] == [AgreementDrafted]
    assert not decided.entries
    assert not decided.lines


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((), "no-lines"),
        ((Wanted(1, goods()), Wanted(1, goods())), "line-twice"),
        ((Wanted(0, goods()),), "bad-line-no"),
        (tuple(Wanted(number, goods()) for number in range(1, 502)), "too-many-lines"),
        ((Wanted(1, goods("999999999999.00", "2")),), "bad-amount"),
    ],
)
def test_lines_that_make_no_contract_are_refused(lines: tuple[Wanted, ...], code: str) -> None:
    with pytest.raises(DomainError) as error:
        checked_lines(lines)
    assert refusal(error) == code


def test_a_rewritten_draft_keeps_the_ids_of_its_lines_and_remembers_every_author() -> None:
    before = drafted("100.00", "200.00")
    after_ = contracts.rewrite(before, before.heading, wanted("150.00"), OTHER_CLERK, ids("fresh")).agreement
    assert [line.line_id for line in after_.lines] == [before.lines[0].line_id]
    assert after_.authors == {CLERK, OTHER_CLERK}
    assert after_.version == before.version + 1


@pytest.mark.rule("K1")
def test_a_submission_below_the_limit_reserves_its_amount_all_the_same() -> None:
    decided = contracts.submit(drafted("2500.00"), CLERK, NOON, standing(), POLICY)
    (fact,) = decided.facts
    assert isinstance(fact, AgreementSubmitted)
    assert (fact.approval_needed, fact.cumulative, fact.year) == (False, Decimal("2500.00"), 2026)
    assert [entry.amount for entry in decided.entries] == [Decimal("2500.00")]


@pytest.mark.rule("K1")
def test_the_contract_that_brings_the_total_exactly_to_the_limit_needs_approval() -> None:
    assert contracts.submit(
        drafted("1500.00"), CLERK, NOON, standing("2500.00"), POLICY
    ).agreement.submitted.approval_needed
    just_below = contracts.submit(drafted("1499.99"), CLERK, NOON, standing("2500.00"), POLICY).agreement
    assert not just_below.submitted.approval_needed


@pytest.mark.rule("K1")
def test_a_contract_that_finds_the_limit_reached_needs_approval_however_small() -> None:
    decided = contracts.submit(drafted("0.01"), CLERK, NOON, standing("4000.00"), POLICY)
    assert decided.agreement.submitted.approval_needed


@pytest.mark.rule("K1")
def test_whoever_drafted_rewrote_or_submitted_does_not_approve() -> None:
    draft = contracts.rewrite(drafted("5000.00"), heading(), wanted("5001.00"), OTHER_CLERK, ids("fresh")).agreement
    waiting = contracts.submit(draft, HEAD, NOON, standing(), POLICY).agreement
    for author in (CLERK, OTHER_CLERK, HEAD):
        with pytest.raises(DomainError) as error:
            contracts.approve(waiting, author, "", NOON, standing("5001.00"), POLICY)
        assert refusal(error) == "approver-is-author"
        with pytest.raises(DomainError) as error:
            contracts.refuse(waiting, author, "no", {})
        assert refusal(error) == "approver-is-author"


@pytest.mark.rule("K1")
def test_a_contract_that_needs_approval_is_not_signed_without_it_and_is_signed_with_it() -> None:
    waiting = submitted("5000.00")
    with pytest.raises(DomainError) as error:
        contracts.sign(waiting, TODAY, TODAY, standing("5000.00"), POLICY)
    assert refusal(error) == "approval-needed"
    approved = contracts.approve(waiting, HEAD, "同意", NOON, standing("5000.00"), POLICY)
    assert isinstance(approved.facts[0], AgreementApproved)
    decided = contracts.sign(approved.agreement, TODAY, TODAY, standing("5000.00"), POLICY)
    assert isinstance(decided.facts[0], AgreementSigned)
    assert [line.status for line in decided.lines] == ["signed"]


@pytest.mark.rule("K1")
def test_a_contract_overtaken_by_others_is_refused_on_signing_and_can_then_be_approved() -> None:
    small = submitted("2500.00")
    assert not small.submitted.approval_needed
    with pytest.raises(DomainError) as error:
        contracts.sign(small, TODAY, TODAY, standing("5000.00"), POLICY)
    assert refusal(error) == "approval-needed"
    approved = contracts.approve(small, HEAD, "", NOON, standing("5000.00"), POLICY).agreement
    assert contracts.sign(approved, TODAY, TODAY, standing("5000.00"), POLICY).agreement.status == "signed"


@pytest.mark.rule("K1")
def test_an_approval_by_an_author_that_slipped_in_is_caught_on_signing() -> None:
    waiting = submitted("5000.00")
    forged = replace(waiting, status="approved", submission=replace(waiting.submitted, approved_by=CLERK))
    with pytest.raises(DomainError) as error:
        contracts.sign(forged, TODAY, TODAY, standing("5000.00"), POLICY)
    assert refusal(error) == "approver-is-author"


@pytest.mark.rule("K1")
def test_where_no_approval_is_needed_none_is_given() -> None:
    with pytest.raises(DomainError) as error:
        contracts.approve(submitted("10.00"), HEAD, "", NOON, standing("10.00"), POLICY)
    assert refusal(error) == "approval-not-needed"


@pytest.mark.rule("K1")
def test_refusal_withdrawal_and_cancellation_release_what_was_counted() -> None:
    waiting = submitted("5000.00")
    shares: Shares = {(None, 2026): Decimal("5000.00")}
    for decided in (
        contracts.refuse(waiting, HEAD, "太贵", shares),
        contracts.withdraw(waiting, "", shares),
        contracts.cancel(waiting, "客户取消", shares),
    ):
        assert [entry.amount for entry in decided.entries] == [Decimal("-5000.00")]
        assert decided.agreement.status not in COUNTED


@pytest.mark.rule("K1")
def test_a_reopened_contract_has_lost_its_approval_and_asks_anew() -> None:
    approved = contracts.approve(submitted("5000.00"), HEAD, "", NOON, standing("5000.00"), POLICY).agreement
    cancelled = contracts.cancel(approved, "改签", {(None, 2026): Decimal("5000.00")}).agreement
    draft = contracts.reopen(cancelled).agreement
    assert draft.submission is None
    again = contracts.submit(draft, CLERK, NOON, standing(), POLICY)
    assert again.agreement.submitted.approval_needed
    assert again.agreement.submitted.approved_by is None
    assert [entry.amount for entry in again.entries] == [Decimal("5000.00")]


@pytest.mark.rule("K1")
def test_a_contract_submitted_in_december_and_signed_in_january_keeps_its_year() -> None:
    december = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    waiting = contracts.submit(drafted("3000.00"), CLERK, december, standing(year=2026), POLICY).agreement
    day = date(2027, 1, 4)
    decided = contracts.sign(waiting, day, day, standing("3000.00", year=2026), POLICY)
    assert decided.agreement.submitted.year == 2026
    assert decided.agreement.signed_amounts == {2027: Decimal("3000.00")}
    assert not decided.entries


def test_a_contract_is_signed_between_its_submission_and_today() -> None:
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(DomainError) as error:
            contracts.sign(submitted("1.00"), day, TODAY, standing("1.00"), POLICY)
        assert refusal(error) == "bad-signing-day"


def test_a_cancelled_contract_says_what_it_had_put_into_the_signed_volume() -> None:
    decided = contracts.cancel(signed("100.00", "50.00"), "客户取消", {(None, 2026): Decimal("150.00")})
    (fact,) = decided.facts
    assert isinstance(fact, AgreementCancelled)
    assert fact.signed_amounts == {"2026": Decimal("150.00")}
    assert [line.status for line in decided.lines] == ["cancelled", "cancelled"]
    assert not contracts.cancel(contracts.reopen(decided.agreement).agreement, "又取消", {}).agreement.signed_amounts


def test_a_contract_with_goods_on_the_way_cannot_be_cancelled() -> None:
    contract = signed("100.00")
    shipped = replace(contract, lines=tuple(replace(line, shipped=Decimal("0.500")) for line in contract.lines))
    with pytest.raises(DomainError) as error:
        contracts.cancel(shipped, "客户取消", {})
    assert refusal(error) == "line-shipped"


def test_a_published_line_that_a_reopened_draft_drops_stays_as_cancelled_and_can_come_back() -> None:
    cancelled = contracts.cancel(signed("100.00", "50.00"), "改签", {}).agreement
    draft = contracts.reopen(cancelled).agreement
    shorter = contracts.rewrite(draft, draft.heading, wanted("100.00"), CLERK, ids("fresh"))
    assert [(line.line_no, line.status, line.dropped) for line in shorter.agreement.lines] == [
        (1, "draft", False),
        (2, "cancelled", True),
    ]
    assert [line.line_no for line in shorter.lines] == [2]
    assert shorter.agreement.amount == Decimal("100.00")
    back = contracts.rewrite(shorter.agreement, draft.heading, wanted("100.00", "50.00"), CLERK, ids("fresh")).agreement
    assert [line.line_id for line in back.lines] == [line.line_id for line in draft.lines]
    assert back.lines[1].version > draft.lines[1].version


@pytest.mark.parametrize("status", get_args(Status))
@pytest.mark.parametrize("action", get_args(Action))
def test_nothing_moves_a_contract_but_the_table(status: Status, action: Action) -> None:
    if (status, action) in AGREEMENT:
        assert after(status, action) == AGREEMENT[status, action]
    else:
        with pytest.raises(DomainError) as error:
            after(status, action)
        assert refusal(error) == "not-possible-now"


def test_the_diagram_shows_every_transition() -> None:
    text = diagram(AGREEMENT, "draft")
    assert text.count("-->") == len(AGREEMENT) + 1
    assert "submitted --> signed: sign" in text
    assert diagram(AMENDMENT, "submitted").startswith("stateDiagram-v2")
