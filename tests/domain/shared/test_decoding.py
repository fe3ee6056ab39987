"""What an event's bytes may be: newer than we is tolerated, impossible is invalid."""

import uuid

import pytest

from shared.envelope import Envelope, InvalidEvent
from shared.events.registry import BY_TYPE
from shared.messaging.decoding import decode


def test_a_value_that_a_newer_version_added_is_skipped_not_buried() -> None:
    """An integrator lags: enumerations may grow, so an unknown value is counted and passed by."""
    customer = uuid.uuid4()
    data = b'{"customer_id":"%s","code":"C","name":"","unit_id":"%s","tier":"platinum","kind":"company"}'
    body = data % (str(customer).encode(), str(customer).encode())
    envelope = Envelope("1", "/services/customers", "customers.customer.state.v1", str(customer), "", "", body)
    assert decode(BY_TYPE["customers.customer.state.v1"], envelope) is None


@pytest.mark.parametrize("quantity", ["NaN", "Infinity", "1E+999999"])
def test_a_number_that_nothing_can_have_is_invalid(quantity: str) -> None:
    published = BY_TYPE["contracts.shipment.recorded.v1"]
    shipment = str(uuid.uuid4())
    body = (
        f'{{"shipment_id":"{shipment}","line_id":"{shipment}","batch_number":"B","quantity":"{quantity}",'
        f'"shipped_on":"2026-12-01"}}'
    )
    envelope = Envelope("1", "/services/contracts", published.type, shipment, "", "", body.encode())
    with pytest.raises(InvalidEvent, match="quantity"):
        decode(published, envelope)
