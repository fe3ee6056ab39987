"""What a complaint is. Pure: no clock, no ids of its own making, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

Category = Literal["quality", "delivery", "service", "other"]
Status = Literal[
    "received",
    "escalated",
    "accepted",
    "contained",
    "cause-found",
    "responsibility-fixed",
    "measures-decided",
    "carried-out",
    "measure-due",
    "proved",
    "customer-told",
    "closed",
]
CauseCategory = Literal[
    "material", "process", "equipment", "workmanship", "design", "packaging", "transport", "storage", "use", "other"
]
Instance = Literal["quality", "enterprise-management", "leadership"]
HigherInstance = Literal["enterprise-management", "leadership"]
Outcome = Literal["upheld", "moved"]


@dataclass(frozen=True, kw_only=True)
class Responsibility:
    """Which department answers for the cause, fixed by which instance and when."""

    department_id: UUID
    instance: Instance
    fixed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Appeal:
    """The responsible department's objection. ``outcome`` None: the instance ``to`` has not decided yet."""

    id: UUID
    round: int
    department_id: UUID
    to: HigherInstance
    reason: str
    filed_by: UUID
    filed_at: datetime
    outcome: Outcome | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    decision: str | None = None


@dataclass(frozen=True, kw_only=True)
class Measure:
    """An improvement measure and its owner. ``effective`` None: not judged yet."""

    id: UUID
    round: int
    department_id: UUID
    description: str
    due_on: date
    carried_out_by: UUID | None = None
    carried_out_at: datetime | None = None
    evidence: str | None = None
    effective: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """A complaint as it stands.

    ``round`` counts reopenings: what is None here has not happened *in this round*; measures and appeals of earlier
    rounds stay with their own number. ``first_contact_id`` is answerable until ``told_at`` (C8). ``version`` rises with
    every step (it is the ETag).
    """

    id: UUID
    number: str
    customer_id: UUID
    unit_id: UUID
    line_id: UUID | None
    batch_number: str | None
    category: Category
    description: str
    reported_on: date
    first_contact_id: UUID
    received_at: datetime
    status: Status = "received"
    round: int = 0
    version: int = 1
    escalated_at: datetime | None = None
    accepted_by: UUID | None = None
    accepted_at: datetime | None = None
    contained_at: datetime | None = None
    cause_category: CauseCategory | None = None
    responsibility: Responsibility | None = None
    proved_at: datetime | None = None
    told_at: datetime | None = None
    closed_at: datetime | None = None
    measures: tuple[Measure, ...] = ()
    appeals: tuple[Appeal, ...] = ()

    @property
    def about_quality(self) -> bool:
        """Whether the long way (Q2) applies."""
        return self.category == "quality"

    @property
    def present_measures(self) -> tuple[Measure, ...]:
        """The measures of this round."""
        return tuple(measure for measure in self.measures if measure.round == self.round)

    @property
    def open_appeal(self) -> Appeal | None:
        """The appeal that still waits for its decision; there is one at most."""
        return next((appeal for appeal in self.appeals if appeal.outcome is None), None)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the history: who did what, when, and the words that go with it (they never leave the service)."""

    action: str
    round: int
    from_status: Status | None
    to_status: Status
    person_id: UUID
    department_id: UUID | None
    at: datetime
    detail: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a step leads to: the new state, the facts to publish, the line for the history."""

    complaint: Complaint
    facts: tuple[object, ...]
    entry: Entry
