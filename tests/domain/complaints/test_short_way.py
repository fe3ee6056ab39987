"""Q1: what is not about quality is answered and closed by the unit itself; a complaint's link to what was delivered."""

from datetime import UTC, date, datetime

import pytest

from services.complaints.copies.domain import KnownCustomer, KnownLine
from services.complaints.intake.domain import check_line_reference, check_link, check_reported
from services.complaints.quality.domain import decisions
from services.complaints.quality.domain.complaint import Category
from shared.events.complaints import ComplaintClosed, ComplaintReceived, CustomerTold
from shared.kernel.errors import DomainError
from tests.domain.complaints.people import CLERK, HEAD, INSPECTOR, STRANGER, UNIT, by, known, received

pytestmark = pytest.mark.rule("Q1")
CUSTOMER = KnownCustomer(id=known("customer"), code="C-1", unit_id=UNIT)


def line(customer: str = "customer", *batches: str) -> KnownLine:
    return KnownLine(
        id=known("line"),
        agreement_number="HT-1",
        line_no=1,
        customer_id=known(customer),
        unit_id=UNIT,
        batches=frozenset(batches),
    )


@pytest.mark.parametrize("category", ["delivery", "service", "other"])
def test_the_unit_answers_and_closes_what_is_not_about_quality(category: Category) -> None:
    complaint = received(category)
    told = decisions.tell_customer(complaint, by(HEAD), "已致歉并补发")
    closed = decisions.close(told.complaint, by(CLERK))
    assert told.facts == (CustomerTold(complaint_id=complaint.id),)
    assert closed.facts == (ComplaintClosed(complaint_id=complaint.id),)
    again = decisions.reopen(closed.complaint, by(CLERK), "又迟到").complaint
    assert (again.status, again.round, again.told_at) == ("received", 1, None)


def test_other_units_and_quality_supervision_do_not_close_it() -> None:
    told = decisions.tell_customer(received("delivery"), by(CLERK), "已补发").complaint
    for actor in (STRANGER, INSPECTOR):
        with pytest.raises(DomainError) as refused:
            decisions.close(told, by(actor))
        assert refused.value.code == "not-your-step"


def test_it_does_not_close_before_the_customer_is_told() -> None:
    with pytest.raises(DomainError) as early:
        decisions.close(received("service"), by(CLERK))
    assert early.value.code == "wrong-status"


def test_only_quality_complaints_escalate_to_quality_supervision() -> None:
    with pytest.raises(DomainError) as refused:
        decisions.escalate(received("delivery"), by(CLERK))
    assert refused.value.code == "wrong-status"


def test_receiving_publishes_the_links_and_not_the_words() -> None:
    complaint = received()
    (fact,) = decisions.receive(complaint, by(CLERK)).facts
    assert isinstance(fact, ComplaintReceived)
    assert (fact.line_id, fact.batch_number, fact.unit_id) == (known("line"), "B-1", UNIT)
    assert complaint.description not in repr(fact)


def test_a_line_of_another_customer_is_invalid() -> None:
    with pytest.raises(DomainError) as refused:
        check_link(CUSTOMER, line("somebody else", "B-1"), "B-1", delivered=True)
    assert (refused.value.kind, refused.value.code) == ("invalid", "line-of-another-customer")


def test_a_batch_must_have_been_shipped_on_that_line() -> None:
    check_link(CUSTOMER, line("customer", "B-1", "B-2"), "B-2", delivered=True)
    with pytest.raises(DomainError) as refused:
        check_link(CUSTOMER, line("customer", "B-1"), "B-9", delivered=True)
    assert (refused.value.code, refused.value.field) == ("not-yet-known", "batch_number")


def test_a_quality_complaint_needs_a_delivered_line_a_complaint_about_lateness_does_not() -> None:
    check_link(CUSTOMER, line(), None, delivered=False)
    with pytest.raises(DomainError) as refused:
        check_link(CUSTOMER, line(), None, delivered=True)
    assert refused.value.code == "not-yet-known"


@pytest.mark.parametrize(("agreement", "number", "batch"), [("HT-1", None, None), (None, 1, None), (None, None, "B-1")])
def test_a_line_is_named_whole_or_not_at_all(agreement: str | None, number: int | None, batch: str | None) -> None:
    with pytest.raises(DomainError) as refused:
        check_line_reference(agreement, number, batch)
    assert refused.value.code == "incomplete-line"


def test_a_report_of_tomorrow_is_refused_by_shanghais_calendar() -> None:
    evening = datetime(2026, 11, 2, 16, 30, tzinfo=UTC)  # already 3 November in Shanghai
    check_reported(date(2026, 11, 3), evening)
    with pytest.raises(DomainError) as refused:
        check_reported(date(2026, 11, 4), evening)
    assert refused.value.field == "reported_on"
