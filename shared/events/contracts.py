"""What contracts publishes: agreements and their way to signature, contract lines, shipments."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from shared.events.registry import fact, state

AGREEMENT = "contracts.agreement.v1"
LINE = "contracts.line.v1"
LINE_STATE = "contracts.line.state.v1"
SHIPMENT = "contracts.shipment.v1"
SHIPMENT_STATE = "contracts.shipment.state.v1"


@fact("contracts.agreement.drafted.v1", topic=AGREEMENT, key="agreement_id")
@dataclass(frozen=True, kw_only=True)
class AgreementDrafted:
    """A contract was drafted in a unit, or its draft was replaced by this one."""

    agreement_id: UUID
    number: str
    customer_id: UUID
    unit_id: UUID
    amount: Decimal
    currency: str = "CNY"


@fact("contracts.agreement.submitted.v1", topic=AGREEMENT, key="agreement_id")
@dataclass(frozen=True, kw_only=True)
class AgreementSubmitted:
    """The contract reserved its amount in the customer's year (K1); ``year`` is the calendar year of submission."""

    agreement_id: UUID
    customer_id: UUID
    year: int
    amount: Decimal
    cumulative: Decimal
    approval_needed: bool
    policy_version: int
    currency: str = "CNY"


@fact("contracts.agreement.approved.v1", topic=AGREEMENT, key="agreement_id")
@dataclass(frozen=True, kw_only=True)
class AgreementApproved:
    """An approver, never the drafter, let the contract go to signature (K1)."""

    agreement_id: UUID
    approved_by: UUID


@fact("contracts.agreement.refused.v1", topic=AGREEMENT, key="agreement_id")
@dataclass(frozen=True, kw_only=True)
class AgreementRefused:
    """The approver refused; the reserved amount is free again (K1)."""

    agreement_id: UUID
    refused_by: UUID


@fact("contracts.agreement.withdrawn.v1", topic=AGREEMENT, key="agreement_id")
@dataclass(frozen=True, kw_only=True)
class AgreementWithdrawn:
    """The unit took its submission back; the reserved amount is free again (K1)."""

    agreement_id: UUID


@fact("contracts.agreement.signed.v1", topic=AGREEMENT, key="agreement_id")
@dataclass(frozen=True, kw_only=True)
class AgreementSigned:
    """Both sides signed. ``signed_on`` is a business date; ``amount`` counts towards the customer's signed volume."""

    agreement_id: UUID
    number: str
    customer_id: UUID
    unit_id: UUID
    signed_on: date
    amount: Decimal
    currency: str = "CNY"


@fact("contracts.agreement.amended.v1", topic=AGREEMENT, key="agreement_id")
@dataclass(frozen=True, kw_only=True)
class AgreementAmended:
    """A signed contract's lines changed; ``amount`` is the new whole, ``change`` the difference, counted in the year
    of the amendment's own submission (K1)."""

    agreement_id: UUID
    customer_id: UUID
    year: int
    amount: Decimal
    change: Decimal
    currency: str = "CNY"


@fact("contracts.agreement.cancelled.v1", topic=AGREEMENT, key="agreement_id")
@dataclass(frozen=True, kw_only=True)
class AgreementCancelled:
    """The contract ended without effect. ``signed_amounts``: what it had put into the signed volume, by year."""

    agreement_id: UUID
    customer_id: UUID
    signed_amounts: dict[str, Decimal]
    currency: str = "CNY"


@fact("contracts.agreement.reopened.v1", topic=AGREEMENT, key="agreement_id")
@dataclass(frozen=True, kw_only=True)
class AgreementReopened:
    """A refused, withdrawn or cancelled contract is a draft again; it must be submitted anew (K1)."""

    agreement_id: UUID


@state("contracts.line.state.v1", topic=LINE_STATE, key="line_id")
@dataclass(frozen=True, kw_only=True)
class LineState:
    """A contract line as planning and complaints copy it. ``version`` rises when product, quantity, requested date or
    status changes, and fences promises: a promise names the version it was made for.

    ``status``: draft | signed | cancelled. Firm demand is the lines that are signed."""

    line_id: UUID
    version: int
    agreement_id: UUID
    agreement_number: str
    line_no: int
    customer_id: UUID
    unit_id: UUID
    product_code: str
    quantity: Decimal
    unit_of_measure: str
    requested_on: date
    shipped: Decimal
    status: Literal["draft", "signed", "cancelled"]
    promised_on: date | None = None


@fact("contracts.line.promise-applied.v1", topic=LINE, key="line_id")
@dataclass(frozen=True, kw_only=True)
class PromiseApplied:
    """Planning's promise stands on the line beside the requested date."""

    line_id: UUID
    plan_id: UUID
    plan_version: int
    requested_on: date
    promised_on: date | None
    previous_promised_on: date | None = None


@fact("contracts.shipment.recorded.v1", topic=SHIPMENT, key="shipment_id")
@dataclass(frozen=True, kw_only=True)
class ShipmentRecorded:
    """Goods of one line left (K4)."""

    shipment_id: UUID
    line_id: UUID
    batch_number: str
    quantity: Decimal
    shipped_on: date


@state("contracts.shipment.state.v1", topic=SHIPMENT_STATE, key="shipment_id")
@dataclass(frozen=True, kw_only=True)
class ShipmentState:
    """A shipment as complaints and the portal copy it (K4)."""

    shipment_id: UUID
    line_id: UUID
    agreement_id: UUID
    customer_id: UUID
    unit_id: UUID
    product_code: str
    batch_number: str
    quantity: Decimal
    shipped_on: date
    recorded_at: datetime
