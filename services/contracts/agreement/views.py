"""What the outside sees of contracts and amendments."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from services.contracts.agreement.domain.agreement import Agreement
from services.contracts.agreement.domain.amendments import Amendment
from shared.kernel.money import CNY


class AgreementLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a contract. amount: CNY, rounded half up per line."""

    id: UUID
    line_no: int
    product_code: str
    quantity: Decimal
    unit_of_measure: str
    unit_price: Decimal
    amount: Decimal
    requested_on: date
    promised_on: date | None
    status: str
    version: int
    shipped: Decimal


class AgreementSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A contract in a list. year: of its submission; approval_needed: null before it was submitted (K1)."""

    id: UUID
    number: str
    customer_code: str
    customer_name: str
    unit_id: UUID
    status: str
    version: int
    amount: Decimal
    currency: str
    year: int | None
    approval_needed: bool | None
    drafted_at: datetime
    signed_on: date | None


class AgreementView(msgspec.Struct, frozen=True, kw_only=True):
    """A contract. amount, cumulative: CNY; cumulative: the customer's total of the year with this contract when it was
    submitted; policy_version: of the approval policy that decided last; reason: of the last refusal, withdrawal or
    cancellation (K1)."""

    id: UUID
    number: str
    customer_id: UUID
    customer_code: str
    unit_id: UUID
    status: str
    version: int
    amount: Decimal
    currency: str
    lines: list[AgreementLine]
    drafted_by: UUID
    submitted_by: UUID | None
    submitted_at: datetime | None
    year: int | None
    cumulative: Decimal | None
    approval_needed: bool | None
    policy_version: int | None
    approved_by: UUID | None
    approved_at: datetime | None
    remark: str
    signed_on: date | None
    reason: str


class AmendedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as an amendment wants it. amount: CNY, rounded half up per line."""

    line_no: int
    product_code: str
    quantity: Decimal
    unit_of_measure: str
    unit_price: Decimal
    amount: Decimal
    requested_on: date


class AmendmentView(msgspec.Struct, frozen=True, kw_only=True):
    """A change to a signed contract: all its lines as they shall be. change: CNY by which the contract moves; the
    rest as of a contract (K1)."""

    id: UUID
    agreement_id: UUID
    agreement_number: str
    status: str
    version: int
    lines: list[AmendedLine]
    change: Decimal
    currency: str
    submitted_by: UUID
    submitted_at: datetime
    year: int
    cumulative: Decimal
    approval_needed: bool
    policy_version: int
    approved_by: UUID | None
    approved_at: datetime | None
    remark: str
    reason: str


def agreement_view(agreement: Agreement, customer_code: str) -> AgreementView:
    """A contract as it is answered."""
    heading, submission = agreement.heading, agreement.submission
    return AgreementView(
        id=heading.agreement_id,
        number=heading.agreement_number,
        customer_id=heading.customer_id,
        customer_code=customer_code,
        unit_id=heading.unit_id,
        status=agreement.status,
        version=agreement.version,
        amount=agreement.amount,
        currency=CNY,
        lines=[
            AgreementLine(
                id=line.line_id,
                line_no=line.line_no,
                product_code=line.goods.product_code,
                quantity=line.goods.quantity,
                unit_of_measure=line.goods.unit_of_measure,
                unit_price=line.goods.unit_price,
                amount=line.goods.amount,
                requested_on=line.goods.requested_on,
                promised_on=line.promised_on,
                status=line.status,
                version=line.version,
                shipped=line.shipped,
            )
            for line in agreement.lines
            if not line.dropped
        ],
        drafted_by=agreement.drafted_by,
        submitted_by=submission.by if submission else None,
        submitted_at=submission.at if submission else None,
        year=submission.year if submission else None,
        cumulative=submission.cumulative if submission else None,
        approval_needed=submission.approval_needed if submission else None,
        policy_version=submission.policy_version if submission else None,
        approved_by=submission.approved_by if submission else None,
        approved_at=submission.approved_at if submission else None,
        remark=submission.remark if submission else "",
        signed_on=agreement.signed_on,
        reason=agreement.reason,
    )


def amendment_view(amendment: Amendment) -> AmendmentView:
    """An amendment as it is answered."""
    heading, submission = amendment.heading, amendment.submission
    return AmendmentView(
        id=amendment.amendment_id,
        agreement_id=heading.agreement_id,
        agreement_number=heading.agreement_number,
        status=amendment.status,
        version=amendment.version,
        lines=[
            AmendedLine(
                line_no=want.line_no,
                product_code=want.goods.product_code,
                quantity=want.goods.quantity,
                unit_of_measure=want.goods.unit_of_measure,
                unit_price=want.goods.unit_price,
                amount=want.goods.amount,
                requested_on=want.goods.requested_on,
            )
            for want in amendment.wanted
        ],
        change=amendment.change,
        currency=CNY,
        submitted_by=submission.by,
        submitted_at=submission.at,
        year=submission.year,
        cumulative=submission.cumulative,
        approval_needed=submission.approval_needed,
        policy_version=submission.policy_version,
        approved_by=submission.approved_by,
        approved_at=submission.approved_at,
        remark=submission.remark,
        reason=amendment.reason,
    )
