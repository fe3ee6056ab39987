"""What may be linked to what when a complaint comes in (Q1). Pure."""

from datetime import date, datetime

from services.complaints.copies.domain import KnownCustomer, KnownLine
from shared.kernel.dates import business_date
from shared.kernel.errors import invalid, not_yet_known


def check_link(customer: KnownCustomer, line: KnownLine, batch_number: str | None, *, delivered: bool) -> None:
    """A complaint's line belongs to its customer and its batch was shipped on that line.

    ``delivered``: a complaint about quality is about goods that arrived, so the line needs a shipment even where no
    batch is named. A shipment may still be on its way from contracts, hence ``not-yet-known``; a line of another
    customer stays wrong (``line-of-another-customer``)."""
    if line.customer_id != customer.id:
        raise invalid(
            "line-of-another-customer",
            f"Line {line.name} does not belong to customer {customer.code}",
            field="line_no",
            remedy="Check customer code, agreement number and line number.",
        )
    if batch_number is not None and batch_number not in line.batches:
        raise not_yet_known(f"on line {line.name} a shipment of batch", batch_number, field="batch_number")
    if delivered and not line.batches:
        raise not_yet_known("a shipment of line", line.name, field="line_no")


def check_line_sight(customer: KnownCustomer, line: KnownLine, *, may_see: bool) -> None:
    """Whoever may see neither the line nor its customer learns no more than that the line is not known."""
    if not may_see and line.customer_id != customer.id:
        raise not_yet_known("contract line", line.name, field="line_no")


def check_reported(reported_on: date, now: datetime) -> None:
    """A customer cannot have reported tomorrow (Shanghai's day); DomainError ``reported-in-the-future``."""
    if reported_on > business_date(now):
        raise invalid("reported-in-the-future", f"{reported_on} has not come yet", field="reported_on")


def check_line_reference(agreement_number: str | None, line_no: int | None, batch_number: str | None) -> None:
    """Agreement and line number come together, a batch only with them; DomainError ``incomplete-line``."""
    if (agreement_number is None) != (line_no is None):
        field = "line_no" if line_no is None else "agreement_number"
        raise invalid("incomplete-line", "Name agreement number and line number together, or neither", field=field)
    if batch_number is not None and line_no is None:
        raise invalid("incomplete-line", "A batch needs the contract line it was shipped on", field="agreement_number")
