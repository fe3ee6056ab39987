"""What readers get of a complaint: the view, and the SELECT that both a list and a single complaint are read with."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from services.complaints.copies.tables import customer_copy, department_copy, line_copy
from services.complaints.quality.domain.life import possible
from services.complaints.quality.tables import appeal, complaint, measure, step
from shared.database import Transaction


class ComplaintSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list. ``answerable_id``: the first contact, until the customer is told (C8)."""

    id: UUID
    number: str
    customer_id: UUID
    customer_code: str | None
    customer_name: str | None
    unit_id: UUID
    line_id: UUID | None
    agreement_number: str | None
    line_no: int | None
    product_code: str | None
    batch_number: str | None
    category: str
    reported_on: date
    received_at: datetime
    status: str
    reopened: int
    first_contact_id: UUID
    answerable_id: UUID | None
    responsible_department_id: UUID | None
    responsible_department_code: str | None
    responsible_instance: str | None
    version: int


class MeasureView(msgspec.Struct, frozen=True, kw_only=True):
    """An improvement measure; ``round`` tells in which opening of the complaint it was decided."""

    id: UUID
    round: int
    department_id: UUID
    department_code: str | None
    description: str
    due_on: date
    carried_out_by: UUID | None
    carried_out_at: datetime | None
    evidence: str | None
    effective: bool | None


class AppealView(msgspec.Struct, frozen=True, kw_only=True):
    """An appeal and, once decided, its outcome."""

    id: UUID
    round: int
    department_id: UUID
    to: str
    reason: str
    filed_by: UUID
    filed_at: datetime
    outcome: str | None
    decided_by: UUID | None
    decided_at: datetime | None
    decision: str | None


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the history; ``version`` is the complaint's after the step."""

    version: int
    action: str
    round: int
    from_status: str | None
    to_status: str
    person_id: UUID
    department_id: UUID | None
    at: datetime
    detail: dict[str, Any]


class ComplaintView(ComplaintSummary, frozen=True, kw_only=True):
    """A whole complaint. ``next_steps``: the actions that its status allows, whoever may take them."""

    description: str
    escalated_at: datetime | None
    accepted_by: UUID | None
    accepted_at: datetime | None
    contained_at: datetime | None
    cause_category: str | None
    responsible_at: datetime | None
    proved_at: datetime | None
    told_at: datetime | None
    closed_at: datetime | None
    next_steps: list[str]
    measures: list[MeasureView]
    appeals: list[AppealView]
    history: list[StepView]


def listed() -> sa.Select[Any]:
    """Complaints with the names that the copies give them."""
    return sa.select(
        complaint,
        complaint.c.round.label("reopened"),
        sa.case((complaint.c.told_at.is_(None), complaint.c.first_contact_id)).label("answerable_id"),
        customer_copy.c.code.label("customer_code"),
        customer_copy.c.name.label("customer_name"),
        line_copy.c.agreement_number,
        line_copy.c.line_no,
        line_copy.c.product_code,
        department_copy.c.code.label("responsible_department_code"),
    ).select_from(
        complaint.outerjoin(customer_copy, customer_copy.c.customer_id == complaint.c.customer_id)
        .outerjoin(line_copy, line_copy.c.line_id == complaint.c.line_id)
        .outerjoin(department_copy, department_copy.c.department_id == complaint.c.responsible_department_id)
    )


def summary(row: sa.Row[Any]) -> ComplaintSummary:
    """A row of ``listed`` as a view."""
    return ComplaintSummary(**_fields(ComplaintSummary, row._mapping))


async def whole(tx: Transaction, complaint_id: UUID) -> ComplaintView:
    """The complaint as it stands in this transaction; that it may be seen was checked before."""
    row = (await tx.sql.execute(listed().where(complaint.c.id == complaint_id))).mappings().one()
    measures = (
        sa.select(measure, department_copy.c.code.label("department_code"))
        .select_from(measure.outerjoin(department_copy, department_copy.c.department_id == measure.c.department_id))
        .where(measure.c.complaint_id == complaint_id)
        .order_by(measure.c.position)
    )
    appeals = (
        sa.select(appeal, appeal.c.to_instance.label("to"))
        .where(appeal.c.complaint_id == complaint_id)
        .order_by(appeal.c.position)
    )
    history = sa.select(step).where(step.c.complaint_id == complaint_id).order_by(step.c.version)
    parts = {
        "next_steps": possible("quality" if row["category"] == "quality" else "other", row["status"]),
        "measures": [MeasureView(**_fields(MeasureView, one)) for one in (await tx.sql.execute(measures)).mappings()],
        "appeals": [AppealView(**_fields(AppealView, one)) for one in (await tx.sql.execute(appeals)).mappings()],
        "history": [StepView(**_fields(StepView, one)) for one in (await tx.sql.execute(history)).mappings()],
    }
    return ComplaintView(**_fields(ComplaintView, {**row, **parts}))


def _fields(view: type[msgspec.Struct], row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: row[name] for name in view.__struct_fields__}
