"""P2: balanced lines, changes with their reason, issue."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.planning.balance.domain import (
    Proposal,
    SalesLine,
    SalesPlan,
    adjust,
    balanced,
    checked_months,
    issue,
    overlaps,
    supersede,
)
from services.planning.demand.domain import Need
from shared.kernel.errors import DomainError
from tests.domain.planning.making import D, an_id, key, need

pytestmark = pytest.mark.rule("P2")
DRAFT = SalesPlan(an_id("sales"), "2027-01", 3)


def a_line(open_firm: str = "30", open_forecast: str = "70") -> SalesLine:
    demand = need(open_firm, open_forecast)
    return SalesLine(an_id("line"), key(), demand, demand.open, proposed=demand.open)


def test_a_line_carries_the_rough_cut_and_its_reason() -> None:
    (line,) = balanced({key(): need("30", "70")}, {key(): Proposal(D(50), reason="line L1 is full")}, [an_id("line")])
    assert (line.quantity, line.cut, line.reason) == (D(80), D(20), "line L1 is full")


def test_firm_demand_is_never_cut_and_shows_as_late() -> None:
    (line,) = balanced(
        {key(): need("30", "70")}, {key(): Proposal(D(0), late_firm=D(12), reason="full")}, [an_id("line")]
    )
    assert (line.quantity, line.late_firm) == (D(30), D(12))


def test_what_has_nothing_open_is_no_line() -> None:
    assert balanced({key(): Need(signed=D(5), forecast=D(5))}, {}, [an_id("line")]) == ()


@given(st.integers(0, 100), st.integers(0, 100), st.integers(-10, 200))
def test_a_balanced_quantity_lies_between_signed_and_demanded(firm: int, forecast: int, room: int) -> None:
    for line in balanced(
        {key(): need(str(firm), str(forecast))}, {key(): Proposal(D(room), reason="x")}, [an_id("line")]
    ):
        assert line.need.open_firm <= line.quantity <= line.need.open
        assert (line.cut > 0) == bool(line.reason)


@pytest.mark.parametrize(
    ("quantity", "reason", "code"),
    [
        ("80", "", "reason-needed"),
        ("80", "  ", "reason-needed"),
        ("101", "more", "above-demand"),
        ("29", "less", "below-signed"),
        ("-1", "less", "bad-quantity"),
        ("50.0001", "odd", "bad-quantity"),
        ("Infinity", "odd", "bad-quantity"),
    ],
)
def test_a_change_is_refused(quantity: str, reason: str, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        adjust(DRAFT, a_line(), D(quantity), reason)
    assert refusal.value.code == code


def test_a_change_within_bounds_keeps_its_reason() -> None:
    line = adjust(DRAFT, a_line(), D(80), "重点客户优先")
    assert (line.quantity, line.cut, line.reason, line.version) == (D(80), D(20), "重点客户优先", 2)


def test_an_issued_plan_is_closed() -> None:
    issued, fact = issue(DRAFT, [adjust(DRAFT, a_line(), D(80), "产能不足")], 4)
    assert (issued.status, issued.version, fact.version, fact.lines, fact.cuts) == ("issued", 4, 4, 1, 1)
    with pytest.raises(DomainError) as refusal:
        adjust(issued, a_line(), D(80), "late wish")
    assert refusal.value.code == "sales-plan-closed"
    with pytest.raises(DomainError):
        issue(issued, [], 5)


def test_a_cut_without_a_reason_stops_the_issue() -> None:
    with pytest.raises(DomainError) as refusal:
        issue(DRAFT, [replace(a_line(), quantity=D(80))], 1)
    assert refusal.value.code == "reason-needed"


def test_plans_of_common_months_supersede_each_other() -> None:
    issued, _ = issue(DRAFT, [], 1)
    assert overlaps(issued, SalesPlan(an_id("b"), "2027-03", 1))
    assert not overlaps(issued, SalesPlan(an_id("b"), "2027-04", 3))
    assert supersede(issued).status == "superseded"


@pytest.mark.parametrize(
    ("first", "months"), [("2026-10", 3), ("2028-01", 3), ("2027-01", 0), ("2027-01", 7), ("x", 1)]
)
def test_months_out_of_reach_are_refused(first: str, months: int) -> None:
    with pytest.raises(DomainError):
        checked_months(first, months, date(2026, 11, 23))
