"""Routes of a complaint's life. They parse, run and answer; what may happen is the domain's."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import Parameter

from services.complaints.quality import commands, queries
from services.complaints.quality.domain.complaint import Category, CauseCategory, Outcome, Status
from services.complaints.quality.queries import Filters
from services.complaints.quality.views import ComplaintSummary, ComplaintView
from shared.http import ApiRequest, Page, PageQuery, actor_of, expected_version, perform, permits, read

Answer = Response[ComplaintView]
ONE = "/complaints/{complaint_id:uuid}"


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What all bodies share: a mistyped field is refused."""


class Remark(Body):
    """An optional word on the step."""

    remark: str = ""


class Containment(Body):
    """What was done against the spread; the batches held back."""

    containment: str
    batch_numbers: list[str] = []


class Cause(Body):
    """The cause as a category that can be counted, and its explanation."""

    cause_category: CauseCategory
    explanation: str


class Responsible(Body):
    """The department that answers, and why."""

    department_code: str
    reason: str


class Reason(Body):
    """Why."""

    reason: str


class AppealDecision(Body):
    """``upheld``, or ``moved`` to the department named."""

    outcome: Outcome
    reason: str
    department_code: str | None = None


class NewMeasure(Body):
    """What is to be done, by whom, until when."""

    department_code: str
    description: str
    due_on: date


class Evidence(Body):
    """How it can be seen."""

    evidence: str


class Effect(Body):
    """Whether the measures worked, and how that was seen."""

    effective: bool
    evidence: str


class CustomerAnswer(Body):
    """What the customer was told."""

    answer: str


@get(ONE, **permits("complaint.read"), summary="A complaint with its history")
async def show(request: ApiRequest, complaint_id: UUID) -> Answer:
    """The whole complaint: links, state, measures and appeals of all rounds, every step with who, when and what."""
    return await read(request, queries.one, complaint_id, actor_of(request))


@get("/complaints", **permits("complaint.read"), summary="The complaints that the asker may see")
async def show_many(
    request: ApiRequest,
    paging: PageQuery,
    status: Annotated[Status | None, Parameter(description="exact status")] = None,
    category: Annotated[Category | None, Parameter(description="exact category")] = None,
    unit: Annotated[str | None, Parameter(description="code of the business unit")] = None,
    customer: Annotated[
        str | None, Parameter(description="customer code; merged doubles count as the customer")
    ] = None,
    responsible: Annotated[str | None, Parameter(description="code of the responsible department")] = None,
    number: Annotated[str | None, Parameter(description="exact complaint number")] = None,
) -> Response[Page[ComplaintSummary]]:
    """Sorted by number, reported_on, received_at (default, newest first), status, category or reopened; q looks into
    number, description and batch."""
    filters = Filters(
        status=status, category=category, unit=unit, customer=customer, responsible=responsible, number=number
    )
    return await read(request, queries.many, paging, filters, actor_of(request))


def _on(request: ApiRequest, complaint_id: UUID) -> commands.OnComplaint:
    return commands.OnComplaint(complaint_id=complaint_id, actor=actor_of(request), expected=expected_version(request))


@post(f"{ONE}/escalate", **permits("complaint.escalate"), status_code=200)
async def escalate(request: ApiRequest, complaint_id: UUID, data: Remark) -> Answer:
    """A complaint about quality goes to quality supervision (unit, market)."""
    cmd = commands.Remarked(on=_on(request, complaint_id), remark=data.remark)
    return await perform(request, commands.escalate, cmd)


@post(f"{ONE}/accept", **permits("complaint.accept"), status_code=200)
async def accept(request: ApiRequest, complaint_id: UUID, data: Remark) -> Answer:
    """Quality supervision takes it on."""
    cmd = commands.Remarked(on=_on(request, complaint_id), remark=data.remark)
    return await perform(request, commands.accept, cmd)


@post(f"{ONE}/contain", **permits("complaint.contain"), status_code=200)
async def contain(request: ApiRequest, complaint_id: UUID, data: Containment) -> Answer:
    """The damage is kept from spreading (quality supervision)."""
    cmd = commands.Contain(
        on=_on(request, complaint_id), containment=data.containment, batch_numbers=tuple(data.batch_numbers)
    )
    return await perform(request, commands.contain, cmd)


@post(f"{ONE}/cause", **permits("complaint.find-cause"), status_code=200)
async def find_cause(request: ApiRequest, complaint_id: UUID, data: Cause) -> Answer:
    """The cause is found (quality supervision)."""
    cmd = commands.FindCause(
        on=_on(request, complaint_id), cause_category=data.cause_category, explanation=data.explanation
    )
    return await perform(request, commands.find_cause, cmd)


@post(f"{ONE}/responsibility", **permits("complaint.fix-responsibility"), status_code=200)
async def fix_responsibility(request: ApiRequest, complaint_id: UUID, data: Responsible) -> Answer:
    """A department answers for the cause (quality supervision); it may appeal for seven days."""
    cmd = commands.FixResponsibility(
        on=_on(request, complaint_id), department_code=data.department_code, reason=data.reason
    )
    return await perform(request, commands.fix_responsibility, cmd)


@post(f"{ONE}/appeal", **permits("complaint.appeal"), status_code=200)
async def appeal(request: ApiRequest, complaint_id: UUID, data: Reason) -> Answer:
    """The responsible department objects; enterprise management decides, after it leadership."""
    cmd = commands.Reasoned(on=_on(request, complaint_id), reason=data.reason)
    return await perform(request, commands.appeal, cmd)


@post(f"{ONE}/appeal-decision", **permits("complaint.decide-appeal"), status_code=200)
async def decide_appeal(request: ApiRequest, complaint_id: UUID, data: AppealDecision) -> Answer:
    """The instance upholds or moves the responsibility."""
    cmd = commands.DecideAppeal(
        on=_on(request, complaint_id), outcome=data.outcome, reason=data.reason, department_code=data.department_code
    )
    return await perform(request, commands.decide_appeal, cmd)


@post(f"{ONE}/measures", **permits("complaint.decide-measure"), status_code=200)
async def decide_measure(request: ApiRequest, complaint_id: UUID, data: NewMeasure) -> Answer:
    """An improvement measure with owner department and due day (quality supervision)."""
    cmd = commands.DecideMeasure(
        on=_on(request, complaint_id),
        department_code=data.department_code,
        description=data.description,
        due_on=data.due_on,
    )
    return await perform(request, commands.decide_measure, cmd)


@post(f"{ONE}/measures/{{measure_id:uuid}}/carried-out", **permits("complaint.carry-out"), status_code=200)
async def carry_out(request: ApiRequest, complaint_id: UUID, measure_id: UUID, data: Evidence) -> Answer:
    """The owner department carried its measure out."""
    cmd = commands.CarryOut(on=_on(request, complaint_id), measure_id=measure_id, evidence=data.evidence)
    return await perform(request, commands.carry_out, cmd)


@post(f"{ONE}/effectiveness", **permits("complaint.judge-effectiveness"), status_code=200)
async def judge_effectiveness(request: ApiRequest, complaint_id: UUID, data: Effect) -> Answer:
    """The measures worked, or another one is due (quality supervision)."""
    cmd = commands.JudgeEffectiveness(on=_on(request, complaint_id), effective=data.effective, evidence=data.evidence)
    return await perform(request, commands.judge_effectiveness, cmd)


@post(f"{ONE}/tell-customer", **permits("complaint.tell-customer"), status_code=200)
async def tell_customer(request: ApiRequest, complaint_id: UUID, data: CustomerAnswer) -> Answer:
    """The customer has its answer (first contact or unit)."""
    cmd = commands.TellCustomer(on=_on(request, complaint_id), answer=data.answer)
    return await perform(request, commands.tell_customer, cmd)


@post(f"{ONE}/close", **permits("complaint.close"), status_code=200)
async def close(request: ApiRequest, complaint_id: UUID, data: Remark) -> Answer:
    """The end: quality supervision closes what is about quality, the unit all else."""
    cmd = commands.Remarked(on=_on(request, complaint_id), remark=data.remark)
    return await perform(request, commands.close, cmd)


@post(f"{ONE}/reopen", **permits("complaint.reopen"), status_code=200)
async def reopen(request: ApiRequest, complaint_id: UUID, data: Reason) -> Answer:
    """It came back: counted, and done anew from acceptance on."""
    cmd = commands.Reasoned(on=_on(request, complaint_id), reason=data.reason)
    return await perform(request, commands.reopen, cmd)


ROUTES = (
    show,
    show_many,
    escalate,
    accept,
    contain,
    find_cause,
    fix_responsibility,
    appeal,
    decide_appeal,
    decide_measure,
    carry_out,
    judge_effectiveness,
    tell_customer,
    close,
    reopen,
)
