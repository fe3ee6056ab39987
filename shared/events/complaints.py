"""What complaints publishes: a complaint's way from the first word to the proven cure (Q1, Q2)."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from shared.events.registry import fact

COMPLAINT = "complaints.complaint.v1"


@fact("complaints.complaint.received.v1", topic=COMPLAINT, key="complaint_id")
@dataclass(frozen=True, kw_only=True)
class ComplaintReceived:
    """A unit recorded what a customer reported, linked to contract line and batch (Q1)."""

    complaint_id: UUID
    number: str
    customer_id: UUID
    unit_id: UUID
    line_id: UUID | None
    batch_number: str | None
    category: Literal["quality", "delivery", "service", "other"]


@fact("complaints.complaint.escalated.v1", topic=COMPLAINT, key="complaint_id")
@dataclass(frozen=True, kw_only=True)
class ComplaintEscalated:
    """A quality complaint went to quality supervision (Q2)."""

    complaint_id: UUID


@fact("complaints.complaint.accepted.v1", topic=COMPLAINT, key="complaint_id")
@dataclass(frozen=True, kw_only=True)
class ComplaintAccepted:
    """Quality supervision took the complaint on."""

    complaint_id: UUID
    accepted_by: UUID


@fact("complaints.complaint.contained.v1", topic=COMPLAINT, key="complaint_id")
@dataclass(frozen=True, kw_only=True)
class ComplaintContained:
    """The damage was stopped from spreading."""

    complaint_id: UUID
    batch_numbers: tuple[str, ...] = ()


@fact("complaints.complaint.cause-found.v1", topic=COMPLAINT, key="complaint_id")
@dataclass(frozen=True, kw_only=True)
class CauseFound:
    """The cause, as a category that can be counted."""

    complaint_id: UUID
    cause_category: str


@fact("complaints.complaint.responsibility-fixed.v1", topic=COMPLAINT, key="complaint_id")
@dataclass(frozen=True, kw_only=True)
class ResponsibilityFixed:
    """A department answers for it; it may appeal."""

    complaint_id: UUID
    department_id: UUID
    instance: Literal["quality", "enterprise-management", "leadership"]


@fact("complaints.complaint.responsibility-appealed.v1", topic=COMPLAINT, key="complaint_id")
@dataclass(frozen=True, kw_only=True)
class ResponsibilityAppealed:
    """The department objects; the next instance decides (enterprise management, then leadership)."""

    complaint_id: UUID
    department_id: UUID
    to: Literal["enterprise-management", "leadership"]


@fact("complaints.complaint.measure-decided.v1", topic=COMPLAINT, key="complaint_id")
@dataclass(frozen=True, kw_only=True)
class MeasureDecided:
    """An improvement measure with its owner."""

    complaint_id: UUID
    measure_id: UUID
    department_id: UUID


@fact("complaints.complaint.measure-carried-out.v1", topic=COMPLAINT, key="complaint_id")
@dataclass(frozen=True, kw_only=True)
class MeasureCarriedOut:
    """The measure was carried out."""

    complaint_id: UUID
    measure_id: UUID


@fact("complaints.complaint.effectiveness-judged.v1", topic=COMPLAINT, key="complaint_id")
@dataclass(frozen=True, kw_only=True)
class EffectivenessJudged:
    """The measure was seen to work, or not (then another is due)."""

    complaint_id: UUID
    effective: bool


@fact("complaints.complaint.customer-told.v1", topic=COMPLAINT, key="complaint_id")
@dataclass(frozen=True, kw_only=True)
class CustomerTold:
    """The customer has its answer: the first contact's duty ends here."""

    complaint_id: UUID


@fact("complaints.complaint.closed.v1", topic=COMPLAINT, key="complaint_id")
@dataclass(frozen=True, kw_only=True)
class ComplaintClosed:
    """Closed: for quality complaints only after proven effect and told customer."""

    complaint_id: UUID


@fact("complaints.complaint.reopened.v1", topic=COMPLAINT, key="complaint_id")
@dataclass(frozen=True, kw_only=True)
class ComplaintReopened:
    """It came back; ``times`` counts reopenings."""

    complaint_id: UUID
    times: int
