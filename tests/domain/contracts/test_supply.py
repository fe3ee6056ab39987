"""Contract lines: shipments (K4) and promised dates."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.contracts.supply import domain
from shared.events.contracts import ShipmentRecorded, ShipmentState
from shared.events.planning import PromiseMade
from shared.kernel.errors import DomainError
from tests.domain.contracts.making import CLERK, NOON, TODAY, an_id, goods, heading


def line(quantity: str = "10.000", status: domain.LineStatus = "signed") -> domain.Line:
    return domain.Line(an_id("line"), heading(), 1, goods(quantity=quantity), status=status)


def shipment(quantity: str, day: date = TODAY) -> domain.Shipment:
    return domain.Shipment(an_id("shipment"), "FH-1", an_id("line"), "B-1", Decimal(quantity), day, NOON, CLERK)


def made(plan_version: int, line_version: int, day: date | None) -> PromiseMade:
    return PromiseMade(
        line_id=an_id("line"),
        line_version=line_version,
        plan_id=an_id(f"plan-{plan_version}"),
        plan_version=plan_version,
        promised_on=day,
    )


@pytest.mark.rule("K4")
def test_shipments_add_up_to_at_most_what_is_ordered() -> None:
    once = domain.ship(line(), shipment("6.000"), TODAY)
    assert once.shipped == Decimal("6.000")
    assert domain.ship(once, shipment("4.000"), TODAY).shipped == Decimal("10.000")
    with pytest.raises(DomainError) as error:
        domain.ship(once, shipment("4.001"), TODAY)
    assert error.value.code == "above-ordered"


@pytest.mark.rule("K4")
@pytest.mark.parametrize("status", ["draft", "cancelled"])
def test_only_signed_lines_are_shipped(status: domain.LineStatus) -> None:
    with pytest.raises(DomainError) as error:
        domain.ship(line(status=status), shipment("1.000"), TODAY)
    assert error.value.code == "line-not-signed"


@pytest.mark.rule("K4")
def test_a_shipment_is_not_recorded_before_it_left() -> None:
    with pytest.raises(DomainError) as error:
        domain.ship(line(), shipment("1.000", TODAY + timedelta(days=1)), TODAY)
    assert error.value.code == "shipped-later"


@pytest.mark.rule("K4")
def test_a_shipment_goes_out_as_fact_and_state_with_its_batch() -> None:
    fact, state = domain.shipment_events(line(), shipment("1.000"))
    assert isinstance(fact, ShipmentRecorded)
    assert isinstance(state, ShipmentState)
    assert fact.batch_number == state.batch_number == "B-1"


def test_shipping_leaves_the_version_so_that_promises_under_way_still_fit() -> None:
    assert domain.ship(line(), shipment("1.000"), TODAY).version == line().version


def test_the_version_rises_with_product_quantity_date_and_status_but_not_with_the_price() -> None:
    before = line()
    assert domain.changed(before, replace(before.goods, unit_price=Decimal("99.0000"))).version == 1
    assert domain.changed(before, replace(before.goods, quantity=Decimal("11.000"))).version == 2
    assert domain.changed(before, replace(before.goods, product_code="P2")).version == 2
    assert domain.changed(before, replace(before.goods, requested_on=date(2026, 12, 1))).version == 2
    assert domain.moved(before, "cancel").version == 2


def test_a_promise_stands_beside_the_requested_date_and_names_the_one_before() -> None:
    first, outcome, fact = domain.promise(line(), made(1, 1, date(2026, 9, 5)))
    assert outcome == "applied"
    assert fact is not None
    assert fact.previous_promised_on is None
    second, _, fact = domain.promise(first, made(2, 1, date(2026, 9, 9)))
    assert fact is not None
    assert (fact.requested_on, fact.previous_promised_on) == (goods().requested_on, date(2026, 9, 5))
    assert second.public().promised_on == date(2026, 9, 9)


def test_a_superseded_plan_or_line_version_changes_nothing() -> None:
    stands, _, _ = domain.promise(line(), made(5, 1, date(2026, 9, 5)))
    assert domain.promise(stands, made(4, 1, date(2026, 9, 1))) == (stands, "superseded-plan", None)
    changed = domain.changed(stands, replace(stands.goods, quantity=Decimal("20.000")))
    assert domain.promise(changed, made(6, 1, date(2026, 9, 1))) == (changed, "superseded-line", None)


def test_a_cancelled_line_has_no_promise() -> None:
    stands, _, _ = domain.promise(line(), made(5, 1, date(2026, 9, 5)))
    assert domain.moved(stands, "cancel").promised_on is None


def test_prices_have_at_most_four_decimals() -> None:
    assert domain.checked_price(Decimal("0.0125")) == Decimal("0.0125")
    for price in ("-1", "NaN", "0.00001", "1E+99"):
        with pytest.raises(DomainError):
            domain.checked_price(Decimal(price))
