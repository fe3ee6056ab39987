"""P1: the time node, the unit's plan and its revisions, and firm demand that consumes forecast."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.planning.demand.domain import (
    DemandPlan,
    FirmLine,
    Key,
    PlanLine,
    checked_lines,
    consume,
    redraft,
    submit,
    time_node,
)
from shared.kernel.errors import DomainError
from tests.domain.planning.making import NORTH, SOUTH, D, an_id, firm, key

pytestmark = pytest.mark.rule("P1")

quantities = st.integers(0, 5000).map(lambda thousandths: Decimal(thousandths) / 1000)
months = st.sampled_from(["2026-12", "2027-01", "2027-02"])
keys = st.builds(Key, st.sampled_from([NORTH, SOUTH]), st.sampled_from(["P1", "P2"]), months)


@st.composite
def lines(draw: st.DrawFn) -> FirmLine:
    """Any signed line, over-shipped ones too."""
    slot, number = draw(keys), draw(st.integers(0, 10**9))
    day = draw(st.integers(1, 28))
    line = firm(str(number), "0", f"{slot.month}-{day:02d}", product=slot.product_code, unit=slot.unit_id)
    return FirmLine(
        line.line_id,
        1,
        line.unit_id,
        line.customer_id,
        line.product_code,
        draw(quantities),
        draw(quantities),
        line.requested_on,
    )


firms = st.lists(lines(), max_size=30)
forecasts = st.dictionaries(keys, quantities, max_size=12)


def test_a_signed_line_consumes_the_forecast_of_its_unit_product_and_month() -> None:
    needs = consume([firm("a", "30", "2027-01-20")], {key(): D(100)})
    assert needs[key()].open_forecast == 70
    assert needs[key()].open_firm == 30


def test_what_was_shipped_still_consumes_forecast_but_is_not_planned_again() -> None:
    needs = consume([firm("a", "30", "2027-01-20", shipped="30")], {key(): D(100)})
    assert (needs[key()].open_firm, needs[key()].open_forecast) == (D(0), D(70))


def test_what_is_signed_beyond_the_forecast_spills_into_no_other_month() -> None:
    needs = consume([firm("a", "130", "2027-01-20")], {key(): D(100), key("2027-02"): D(50)})
    assert needs[key()].open_forecast == 0
    assert needs[key("2027-02")].open_forecast == 50


def test_over_shipment_leaves_nothing_open() -> None:
    assert firm("a", "10", "2027-01-20", shipped="12").open == 0


@given(firms, forecasts)
def test_each_key_is_consumed_by_its_own_lines_alone(signed: list[FirmLine], forecast: dict[Key, Decimal]) -> None:
    needs = consume(signed, forecast)
    assert needs.keys() == forecast.keys() | {line.key for line in signed}
    for slot, need in needs.items():
        own = [line for line in signed if line.key == slot]
        assert need == consume(own, {slot: forecast[slot]} if slot in forecast else {})[slot]


@given(firms, forecasts)
def test_only_what_is_open_is_planned(signed: list[FirmLine], forecast: dict[Key, Decimal]) -> None:
    for slot, need in consume(signed, forecast).items():
        own = [line for line in signed if line.key == slot]
        assert need.signed == sum((line.quantity for line in own), D(0))
        assert need.open_firm == sum((max(D(0), line.quantity - line.shipped) for line in own), D(0))
        assert need.open_forecast == max(D(0), forecast.get(slot, D(0)) - need.signed)
        assert need.open_forecast >= 0
        assert need.open_firm >= 0


@given(firms, forecasts)
def test_signed_and_open_forecast_together_are_the_greater_of_both(
    signed: list[FirmLine], forecast: dict[Key, Decimal]
) -> None:
    for slot, need in consume(signed, forecast).items():
        assert need.signed + need.open_forecast == max(need.signed, forecast.get(slot, D(0)))


@given(firms, forecasts, lines())
def test_another_signed_line_never_raises_the_open_forecast(
    signed: list[FirmLine], forecast: dict[Key, Decimal], more: FirmLine
) -> None:
    before, with_more = consume(signed, forecast), consume([*signed, more], forecast)
    for slot, need in before.items():
        if slot == more.key:
            assert with_more[slot].open_forecast <= need.open_forecast
        else:
            assert with_more[slot] == need


@given(firms, forecasts, st.randoms(use_true_random=False))
def test_the_order_of_lines_means_nothing(signed: list[FirmLine], forecast: dict[Key, Decimal], chance: object) -> None:
    shuffled = list(signed)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert consume(shuffled, forecast) == consume(signed, forecast)


@pytest.mark.parametrize(
    ("month", "due_day", "node"),
    [
        ("2026-12", 20, "2026-11-20T16:00:00+00:00"),
        ("2027-01", 20, "2026-12-20T16:00:00+00:00"),
        ("2027-03", 31, "2027-02-28T16:00:00+00:00"),
    ],
)
def test_the_time_node_is_the_end_of_the_day_in_shanghai(month: str, due_day: int, node: str) -> None:
    assert time_node(month, due_day) == datetime.fromisoformat(node)


def a_draft(*lines: PlanLine) -> DemandPlan:
    return redraft(DemandPlan(an_id("plan"), NORTH, "2027-01"), tuple(lines))


def test_a_plan_is_late_from_the_time_node_on() -> None:
    node = time_node("2027-01", 20)
    last_moment = datetime(2026, 12, 20, 15, 59, 59, tzinfo=UTC)
    draft = a_draft(PlanLine("P1", D(5)))
    assert submit(draft, last_moment, node)[1].late is False
    assert submit(draft, node, node)[1].late is True


def test_a_resubmission_is_a_new_revision() -> None:
    node = time_node("2027-01", 20)
    first, _ = submit(a_draft(PlanLine("P1", D(5))), node, node)
    second, fact = submit(redraft(first, (PlanLine("P1", D(6)),)), node, node)
    assert (first.revision, second.revision, fact.revision) == (1, 2, 2)


def test_the_same_plan_is_not_submitted_twice() -> None:
    node = time_node("2027-01", 20)
    first, _ = submit(a_draft(PlanLine("P1", D(5))), node, node)
    with pytest.raises(DomainError, match="already says the same"):
        submit(redraft(first, first.lines), node, node)


def test_nothing_saved_is_nothing_to_submit_but_an_empty_draft_is_an_answer() -> None:
    node = time_node("2027-01", 20)
    with pytest.raises(DomainError, match="no draft"):
        submit(DemandPlan(an_id("plan"), NORTH, "2027-01"), node, node)
    assert submit(a_draft(), node, node)[1].lines == 0


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([PlanLine("P9", D(1))], "unknown-product"),
        ([PlanLine("P1", D(1)), PlanLine("P1", D(2))], "product-twice"),
        ([PlanLine("P1", D(0))], "bad-quantity"),
        ([PlanLine("P1", D("NaN"))], "bad-quantity"),
    ],
)
def test_a_bad_line_is_refused_with_its_field(lines: list[PlanLine], code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        checked_lines(lines, frozenset({"P1"}))
    assert refusal.value.code == code
    assert refusal.value.field
