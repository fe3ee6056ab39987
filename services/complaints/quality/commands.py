"""Use cases of a complaint's life, one function each: load, decide, save, tell."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.complaints.copies import store as copies
from services.complaints.quality import store
from services.complaints.quality.domain import appeals, decisions, measures
from services.complaints.quality.domain.complaint import CauseCategory, Complaint, Decision, Outcome
from services.complaints.quality.domain.decisions import By
from services.complaints.quality.views import ComplaintView, whole
from shared import outbox
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.errors import conflict
from shared.kernel.ids import new_id


@dataclass(frozen=True, kw_only=True)
class OnComplaint:
    """Which complaint, who asks, and the version they saw (None: whichever is current)."""

    complaint_id: UUID
    actor: Actor
    expected: int | None = None


@dataclass(frozen=True, kw_only=True)
class Remarked:
    """A step with an optional remark: escalate, accept, close."""

    on: OnComplaint
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class Contain:
    """What was done against the spread, and the batches held back."""

    on: OnComplaint
    containment: str
    batch_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FindCause:
    """The cause's category and its explanation."""

    on: OnComplaint
    cause_category: CauseCategory
    explanation: str


@dataclass(frozen=True, kw_only=True)
class FixResponsibility:
    """The department that answers, and why."""

    on: OnComplaint
    department_code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Reasoned:
    """A step that needs a reason: appeal, reopen."""

    on: OnComplaint
    reason: str


@dataclass(frozen=True, kw_only=True)
class DecideAppeal:
    """Upheld, or moved to the department named."""

    on: OnComplaint
    outcome: Outcome
    reason: str
    department_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class DecideMeasure:
    """What is to be done, by which department, until when."""

    on: OnComplaint
    department_code: str
    description: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class CarryOut:
    """Evidence that a measure was carried out."""

    on: OnComplaint
    measure_id: UUID
    evidence: str


@dataclass(frozen=True, kw_only=True)
class JudgeEffectiveness:
    """Whether it worked, and how that was seen."""

    on: OnComplaint
    effective: bool
    evidence: str


@dataclass(frozen=True, kw_only=True)
class TellCustomer:
    """What the customer was told."""

    on: OnComplaint
    answer: str


async def _take(
    tx: Transaction, on: OnComplaint, decide: Callable[[Complaint, By], Decision | Awaitable[Decision]]
) -> ComplaintView:
    before = await store.load(tx, on.complaint_id, on.actor)
    if on.expected is not None and on.expected != before.version:
        raise conflict(
            "version-mismatch",
            f"The complaint is at version {before.version}",
            field="If-Match",
            remedy="Read it again and repeat the step on what it is now.",
        )
    decision = decide(before, By(actor=on.actor, at=tx.now))
    if isinstance(decision, Awaitable):
        decision = await decision
    await store.save(tx, before, decision)
    view = await whole(tx, on.complaint_id)
    await outbox.append(tx, decision.facts)
    return view


async def escalate(tx: Transaction, cmd: Remarked) -> ComplaintView:
    """A complaint about quality goes to quality supervision (Q2)."""
    return await _take(tx, cmd.on, lambda complaint, by: decisions.escalate(complaint, by, cmd.remark))


async def accept(tx: Transaction, cmd: Remarked) -> ComplaintView:
    """Quality supervision takes it on."""
    return await _take(tx, cmd.on, lambda complaint, by: decisions.accept(complaint, by, cmd.remark))


async def contain(tx: Transaction, cmd: Contain) -> ComplaintView:
    """The damage is kept from spreading."""
    return await _take(
        tx, cmd.on, lambda complaint, by: decisions.contain(complaint, by, cmd.containment, cmd.batch_numbers)
    )


async def find_cause(tx: Transaction, cmd: FindCause) -> ComplaintView:
    """The cause is found."""
    return await _take(
        tx, cmd.on, lambda complaint, by: decisions.find_cause(complaint, by, cmd.cause_category, cmd.explanation)
    )


async def fix_responsibility(tx: Transaction, cmd: FixResponsibility) -> ComplaintView:
    """A department answers for it."""

    async def decide(complaint: Complaint, by: By) -> Decision:
        department = await copies.department(tx, cmd.department_code)
        return decisions.fix_responsibility(complaint, by, department.id, cmd.reason)

    return await _take(tx, cmd.on, decide)


async def appeal(tx: Transaction, cmd: Reasoned) -> ComplaintView:
    """The responsible department objects."""

    async def decide(complaint: Complaint, by: By) -> Decision:
        responsibility = complaint.responsibility
        kind = await copies.department_kind(tx, responsibility.department_id) if responsibility else ""
        new = appeals.NewAppeal(id=new_id(), reason=cmd.reason, department_kind=kind)
        return appeals.appeal(complaint, by, new)

    return await _take(tx, cmd.on, decide)


async def decide_appeal(tx: Transaction, cmd: DecideAppeal) -> ComplaintView:
    """The instance upholds or moves the responsibility."""

    async def decide(complaint: Complaint, by: By) -> Decision:
        department = await copies.department(tx, cmd.department_code) if cmd.department_code is not None else None
        verdict = appeals.Verdict(
            outcome=cmd.outcome, reason=cmd.reason, department_id=department.id if department else None
        )
        return appeals.decide_appeal(complaint, by, verdict)

    return await _take(tx, cmd.on, decide)


async def decide_measure(tx: Transaction, cmd: DecideMeasure) -> ComplaintView:
    """An improvement measure is decided."""

    async def decide(complaint: Complaint, by: By) -> Decision:
        owner = await copies.department(tx, cmd.department_code)
        new = measures.NewMeasure(id=new_id(), department_id=owner.id, description=cmd.description, due_on=cmd.due_on)
        return measures.decide(complaint, by, new)

    return await _take(tx, cmd.on, decide)


async def carry_out(tx: Transaction, cmd: CarryOut) -> ComplaintView:
    """The owner department carried its measure out."""
    return await _take(
        tx, cmd.on, lambda complaint, by: measures.carry_out(complaint, by, cmd.measure_id, cmd.evidence)
    )


async def judge_effectiveness(tx: Transaction, cmd: JudgeEffectiveness) -> ComplaintView:
    """The measures worked, or another one is due."""
    return await _take(
        tx, cmd.on, lambda complaint, by: measures.judge_effectiveness(complaint, by, cmd.effective, cmd.evidence)
    )


async def tell_customer(tx: Transaction, cmd: TellCustomer) -> ComplaintView:
    """The customer has its answer (C8)."""
    return await _take(tx, cmd.on, lambda complaint, by: decisions.tell_customer(complaint, by, cmd.answer))


async def close(tx: Transaction, cmd: Remarked) -> ComplaintView:
    """The end; for quality complaints only with all of it (Q2)."""
    return await _take(tx, cmd.on, lambda complaint, by: decisions.close(complaint, by, cmd.remark))


async def reopen(tx: Transaction, cmd: Reasoned) -> ComplaintView:
    """It came back."""
    return await _take(tx, cmd.on, lambda complaint, by: decisions.reopen(complaint, by, cmd.reason))
