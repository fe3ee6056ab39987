"""P3: the plan's life, its weeks, its problem and the promises that follow."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.planning.balance.problems import NO_LINE, UNKNOWN, Wanted, build
from services.planning.master.horizon import horizon
from services.planning.production.domain import (
    TRANSITIONS,
    Fate,
    ForecastAllowed,
    Ground,
    Promised,
    Standing,
    after,
    checked_issue,
    issue,
    open_forecast,
    promises,
    take,
)
from shared.kernel.errors import DomainError
from tests.domain.planning.making import D, an_id, firm, key, master, planned, solved

pytestmark = pytest.mark.rule("P3")

TODAY = date(2026, 11, 25)  # a Wednesday
WEEKS = horizon(TODAY, "2027-01")


def test_weeks_run_from_the_next_monday_to_four_weeks_after_the_last_month() -> None:
    assert WEEKS.starts[0] == date(2026, 11, 30)
    assert WEEKS.starts[-1] == date(2027, 2, 22)
    assert horizon(date(2026, 11, 30), "2027-01").starts[0] == date(2026, 12, 7)


@given(st.dates(date(2026, 11, 1), date(2027, 3, 31)))
def test_a_line_delivered_in_its_due_week_is_in_time_or_the_wish_lies_before_the_plan(wanted: date) -> None:
    week = WEEKS.due_week(wanted)
    assert WEEKS.promise_day(week) <= wanted or week == 0
    assert week == len(WEEKS.starts) - 1 or WEEKS.promise_day(week + 1) > wanted


def test_forecast_may_be_delivered_in_any_week_of_its_month() -> None:
    opens, due = WEEKS.month_weeks("2027-01")
    assert WEEKS.promise_day(opens) == date(2027, 1, 1)
    assert WEEKS.promise_day(due) == date(2027, 1, 29)
    assert WEEKS.month_weeks("2026-11") == (0, 0)


def test_material_counts_only_from_the_week_that_begins_with_it_there() -> None:
    problem = build(master(), Wanted([], {}), WEEKS).problem
    (steel,) = problem.materials
    assert list(steel.receipts[:4]) == [0, 100, 50, 0]
    assert sum(steel.receipts) == 150  # the delivery from before the count lies in the stock


def test_firm_lines_are_single_demands_with_their_weight_and_week() -> None:
    problem = build(master(), Wanted([planned("a", "10", "2026-12-18", weight="8")], {}), WEEKS).problem
    (demand,) = problem.demands
    assert (demand.id, demand.quantity, demand.weight, demand.kind) == (str(an_id("a")), D(10), D(8), "firm")
    assert WEEKS.promise_day(demand.due) == date(2026, 12, 18)


def test_an_overdue_line_is_wanted_in_the_first_week() -> None:
    (demand,) = build(master(), Wanted([planned("a", "10", "2026-10-01")], {}), WEEKS).problem.demands
    assert demand.due == 0


def test_what_no_line_makes_is_left_out_with_its_cause_unless_stock_covers_it() -> None:
    lines = [
        planned("first", "7", "2026-12-01", product="P3"),
        planned("second", "7", "2026-12-02", product="P3"),
        planned("strange", "1", "2026-12-03", product="P9"),
    ]
    asked = build(master(), Wanted(lines, {key(product="P3"): D(4)}), WEEKS)
    causes = {line.line_id: line.left_out for line in asked.firm}
    assert causes == {an_id("first"): "", an_id("second"): NO_LINE, an_id("strange"): UNKNOWN}
    assert [demand.id for demand in asked.problem.demands] == [str(an_id("first"))]


def test_pieces_are_planned_whole_unless_someone_asked_for_a_part() -> None:
    whole = build(master(), Wanted([planned("a", "10", "2026-12-18")], {}), WEEKS).problem
    part = build(master(), Wanted([planned("a", "10.5", "2026-12-18")], {}), WEEKS).problem
    assert [product.decimals for product in whole.products if product.id == "P1"] == [0]
    assert [product.decimals for product in part.products if product.id == "P1"] == [1]


def test_what_was_signed_after_the_balance_consumes_the_allowed_forecast() -> None:
    allowed = [ForecastAllowed(key(), D(80)), ForecastAllowed(key("2027-02"), D(10))]
    left = open_forecast([firm("late", "30", "2027-01-10")], allowed, ["2027-01"])
    assert left == {key(): Decimal(50)}


def test_a_taken_plan_has_a_new_token_each_time() -> None:
    queued = solved()
    queued = type(queued)(queued.plan_id, queued.sales_plan_id, "queued", queued.made_at)
    first = take(queued)
    second = take(first)
    assert (first.status, first.attempt, second.attempt) == ("solving", 1, 2)


@pytest.mark.parametrize("command", ["take", "keep", "fail", "supersede"])
def test_a_solved_plan_refuses_what_its_table_does_not_hold(command: str) -> None:
    assert ("solved", command) not in TRANSITIONS
    with pytest.raises(DomainError):
        after(solved(), command)  # type: ignore[arg-type]


def test_a_plan_whose_ground_has_moved_is_not_issued() -> None:
    plan, first = solved(), date(2026, 12, 4)
    checked_issue(plan, "issued", None, first, TODAY)
    for sales, newest, today, code in (
        ("superseded", None, TODAY, "sales-plan-superseded"),
        ("issued", solved(made="2026-11-23T03:00:00").made_at, TODAY, "newer-plan-issued"),
        ("issued", None, date(2026, 12, 5), "plan-past"),
    ):
        with pytest.raises(DomainError) as refusal:
            checked_issue(plan, sales, newest, first, today)
        assert refusal.value.code == code


NOW = Standing(1, True)


def test_only_changed_lines_get_a_promise() -> None:
    issued, _ = issue(solved(), 2, ("f", D(1), D(1)), 0)
    lines = [planned(name, "1", "2026-12-18") for name in ("new", "same", "moved", "amended", "lost")]
    fates = {line.line_id: Fate(2) for line in lines} | {an_id("lost"): Fate(None, "line L1 is full")}
    friday = WEEKS.promise_day(2)
    last = {
        an_id("same"): Promised(1, friday),
        an_id("moved"): Promised(1, date(2026, 12, 4)),
        an_id("amended"): Promised(0, friday),
        an_id("lost"): Promised(1, friday),
    }
    made = promises(issued, lines, fates, WEEKS, Ground({line.line_id: NOW for line in lines}, last))
    assert {promise.line_id: promise.promised_on for promise in made} == {
        an_id("new"): friday,
        an_id("moved"): friday,
        an_id("amended"): friday,
        an_id("lost"): None,
    }
    assert {promise.cause for promise in made} == {"", "line L1 is full"}
    assert {promise.plan_version for promise in made} == {2}


def test_lines_that_moved_on_get_no_promise_from_this_plan() -> None:
    issued, _ = issue(solved(), 2, ("f", D(1), D(1)), 0)
    lines = [planned(name, "1", "2026-12-18") for name in ("amended", "shipped", "gone")]
    standing = {an_id("amended"): Standing(2, True), an_id("shipped"): Standing(1, False)}
    assert promises(issued, lines, {line.line_id: Fate(1) for line in lines}, WEEKS, Ground(standing, {})) == []


def test_a_line_left_out_says_why() -> None:
    issued, _ = issue(solved(), 2, ("f", D(1), D(1)), 0)
    asked = build(master(), Wanted([planned("strange", "1", "2026-12-03", product="P9")], {}), WEEKS)
    (promise,) = promises(issued, asked.firm, {}, WEEKS, Ground({an_id("strange"): NOW}, {}))
    assert (promise.promised_on, promise.cause) == (None, UNKNOWN)
