"""The decisions that move a complaint. Pure: state + command -> Decision, or DomainError; time, ids are arguments."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.complaints.quality.domain.complaint import CauseCategory, Complaint, Decision, Entry, Responsibility
from services.complaints.quality.domain.life import Action, require_party, step
from services.complaints.quality.domain.words import checked_batches, checked_text
from shared.auth.domain import Actor
from shared.events import complaints as published
from shared.kernel.errors import conflict


@dataclass(frozen=True, kw_only=True)
class By:
    """Who takes a step, and the transaction's instant (UTC)."""

    actor: Actor
    at: datetime


def decided(
    before: Complaint, after: Complaint, action: Action, by: By, facts: tuple[object, ...], **detail: object
) -> Decision:
    """The decision with its line of history, the version raised."""
    entry = Entry(
        action=action,
        round=after.round,
        from_status=before.status,
        to_status=after.status,
        person_id=by.actor.person_id,
        department_id=by.actor.unit_id,
        at=by.at,
        detail={key: value for key, value in detail.items() if value not in (None, "", ())},
    )
    return Decision(complaint=replace(after, version=before.version + 1), facts=facts, entry=entry)


def receive(complaint: Complaint, by: By) -> Decision:
    """A unit recorded what the customer reported (Q1); DomainError ``bad-text`` for an empty description."""
    checked_text(complaint.description, "description")
    fact = published.ComplaintReceived(
        complaint_id=complaint.id,
        number=complaint.number,
        customer_id=complaint.customer_id,
        unit_id=complaint.unit_id,
        line_id=complaint.line_id,
        batch_number=complaint.batch_number,
        category=complaint.category,
    )
    entry = Entry(
        action="receive",
        round=0,
        from_status=None,
        to_status="received",
        person_id=by.actor.person_id,
        department_id=by.actor.unit_id,
        at=by.at,
        detail={"description": complaint.description},
    )
    return Decision(complaint=complaint, facts=(fact,), entry=entry)


def correct(complaint: Complaint, by: By, corrected: Complaint) -> Decision:
    """The wording or the reported day was wrong and nothing was done yet; what others were told does not change."""
    row = step(complaint, "correct")
    require_party(complaint, row.party, by.actor)
    after = replace(
        complaint,
        description=checked_text(corrected.description, "description"),
        reported_on=corrected.reported_on,
    )
    was = {"description": complaint.description, "reported_on": complaint.reported_on.isoformat()}
    return decided(complaint, after, "correct", by, (), was=was)


def escalate(complaint: Complaint, by: By, remark: str = "") -> Decision:
    """A complaint about quality goes to quality supervision (Q2)."""
    row = step(complaint, "escalate")
    require_party(complaint, row.party, by.actor)
    after = replace(complaint, status=row.target, escalated_at=by.at)
    fact = published.ComplaintEscalated(complaint_id=complaint.id)
    return decided(complaint, after, "escalate", by, (fact,), remark=checked_text(remark, "remark", empty=True))


def accept(complaint: Complaint, by: By, remark: str = "") -> Decision:
    """Quality supervision takes the complaint on."""
    row = step(complaint, "accept")
    require_party(complaint, row.party, by.actor)
    after = replace(complaint, status=row.target, accepted_by=by.actor.person_id, accepted_at=by.at)
    fact = published.ComplaintAccepted(complaint_id=complaint.id, accepted_by=by.actor.person_id)
    return decided(complaint, after, "accept", by, (fact,), remark=checked_text(remark, "remark", empty=True))


def contain(complaint: Complaint, by: By, containment: str, batch_numbers: tuple[str, ...] = ()) -> Decision:
    """The damage is kept from spreading; ``batch_numbers`` are those held back."""
    row = step(complaint, "contain")
    require_party(complaint, row.party, by.actor)
    checked_text(containment, "containment")
    batches = checked_batches(batch_numbers)
    after = replace(complaint, status=row.target, contained_at=by.at)
    fact = published.ComplaintContained(complaint_id=complaint.id, batch_numbers=batches)
    return decided(complaint, after, "contain", by, (fact,), containment=containment, batch_numbers=batches)


def find_cause(complaint: Complaint, by: By, cause_category: CauseCategory, explanation: str) -> Decision:
    """The cause: a category that can be counted (Q3), and an explanation that stays here."""
    row = step(complaint, "find-cause")
    require_party(complaint, row.party, by.actor)
    checked_text(explanation, "explanation")
    after = replace(complaint, status=row.target, cause_category=cause_category)
    fact = published.CauseFound(complaint_id=complaint.id, cause_category=cause_category)
    return decided(complaint, after, "find-cause", by, (fact,), cause_category=cause_category, explanation=explanation)


def fix_responsibility(complaint: Complaint, by: By, department_id: UUID, reason: str) -> Decision:
    """A department answers for the cause; from now on it may appeal."""
    row = step(complaint, "fix-responsibility")
    require_party(complaint, row.party, by.actor)
    checked_text(reason, "reason")
    after = replace(
        complaint,
        status=row.target,
        responsibility=Responsibility(department_id=department_id, instance="quality", fixed_at=by.at),
    )
    fact = published.ResponsibilityFixed(complaint_id=complaint.id, department_id=department_id, instance="quality")
    return decided(
        complaint, after, "fix-responsibility", by, (fact,), responsible_department_id=department_id, reason=reason
    )


def tell_customer(complaint: Complaint, by: By, answer: str) -> Decision:
    """The customer has its answer; the first contact's duty ends (C8)."""
    row = step(complaint, "tell-customer")
    require_party(complaint, row.party, by.actor)
    checked_text(answer, "answer")
    after = replace(complaint, status=row.target, told_at=by.at)
    fact = published.CustomerTold(complaint_id=complaint.id)
    return decided(complaint, after, "tell-customer", by, (fact,), answer=answer)


def close(complaint: Complaint, by: By, remark: str = "") -> Decision:
    """The end. A quality complaint closes only with all of it: accepted, contained, cause, responsibility that no
    appeal keeps open, every measure carried out and the last one proved, customer told (Q2)."""
    row = step(complaint, "close")
    require_party(complaint, row.party, by.actor)
    gaps = closing_gaps(complaint)
    if gaps:
        raise conflict("not-ready-to-close", f"Still missing: {', '.join(gaps)}.", remedy="Finish these steps first.")
    after = replace(complaint, status=row.target, closed_at=by.at)
    fact = published.ComplaintClosed(complaint_id=complaint.id)
    return decided(complaint, after, "close", by, (fact,), remark=checked_text(remark, "remark", empty=True))


def closing_gaps(complaint: Complaint) -> tuple[str, ...]:
    """What a complaint still lacks before it may close, judged by its evidence and not by its status."""
    gaps = {"customer told": complaint.told_at is None}
    if complaint.about_quality:
        measures = complaint.present_measures
        gaps |= {
            "accepted": complaint.accepted_at is None,
            "contained": complaint.contained_at is None,
            "cause": complaint.cause_category is None,
            "responsibility": complaint.responsibility is None,
            "the appeal's end": complaint.open_appeal is not None,
            "measure carried out": not measures or any(measure.carried_out_at is None for measure in measures),
            "effectiveness proved": complaint.proved_at is None
            or not any(measure.effective is True for measure in measures),
        }
    return tuple(gap for gap, missing in gaps.items() if missing)


def reopen(complaint: Complaint, by: By, reason: str) -> Decision:
    """It came back: counted, and everything after acceptance must be done anew; the history stays."""
    row = step(complaint, "reopen")
    require_party(complaint, row.party, by.actor)
    checked_text(reason, "reason")
    after = replace(
        complaint,
        status=row.target,
        round=complaint.round + 1,
        contained_at=None,
        cause_category=None,
        responsibility=None,
        proved_at=None,
        told_at=None,
        closed_at=None,
    )
    fact = published.ComplaintReopened(complaint_id=complaint.id, times=after.round)
    return decided(complaint, after, "reopen", by, (fact,), reason=reason)
