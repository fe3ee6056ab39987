"""The responsible department's appeal: enterprise management decides, then leadership (Q2). Pure.

The work on the complaint goes on meanwhile; closing waits for the appeal's end. Default: seven calendar days.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from services.complaints.quality.domain.complaint import (
    Appeal,
    Complaint,
    Decision,
    HigherInstance,
    Instance,
    Outcome,
    Responsibility,
)
from services.complaints.quality.domain.decisions import By, decided
from services.complaints.quality.domain.life import require, require_party, step
from services.complaints.quality.domain.words import checked_text
from shared.events import complaints as published
from shared.kernel.errors import conflict, forbidden, invalid

APPEAL_DAYS = 7
NEXT_INSTANCE: dict[Instance, HigherInstance] = {
    "quality": "enterprise-management",
    "enterprise-management": "leadership",
}


@dataclass(frozen=True, kw_only=True)
class NewAppeal:
    """An appeal to file. ``department_kind`` is that of the responsible department: enterprise management does not
    judge its own case, so its appeal goes to leadership at once."""

    id: UUID
    reason: str
    department_kind: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the instance decided: the responsibility is upheld, or moved to another department."""

    outcome: Outcome
    reason: str
    department_id: UUID | None = None


def appeal(complaint: Complaint, by: By, new: NewAppeal) -> Decision:
    """The responsible department objects.

    DomainErrors (conflict): ``appeal-pending``, ``appeals-exhausted``, ``appeal-too-late``."""
    row = step(complaint, "appeal")
    require_party(complaint, row.party, by.actor)
    checked_text(new.reason, "reason")
    responsibility = _responsibility(complaint)
    if complaint.open_appeal is not None:
        raise conflict("appeal-pending", f"An appeal to {complaint.open_appeal.to} is not decided yet")
    to = NEXT_INSTANCE.get(responsibility.instance)
    if to is None:
        raise conflict("appeals-exhausted", "Leadership has decided; no further appeal is open")
    if by.at - responsibility.fixed_at > timedelta(days=APPEAL_DAYS):
        raise conflict("appeal-too-late", f"An appeal is open for {APPEAL_DAYS} days from the decision")
    if new.department_kind == "enterprise-management":
        to = "leadership"
    filed = Appeal(
        id=new.id,
        round=complaint.round,
        department_id=responsibility.department_id,
        to=to,
        reason=new.reason,
        filed_by=by.actor.person_id,
        filed_at=by.at,
    )
    after = replace(complaint, appeals=(*complaint.appeals, filed))
    fact = published.ResponsibilityAppealed(
        complaint_id=complaint.id, department_id=responsibility.department_id, to=to
    )
    return decided(complaint, after, "appeal", by, (fact,), appeal_id=new.id, to=to, reason=new.reason)


def decide_appeal(complaint: Complaint, by: By, verdict: Verdict) -> Decision:
    """The instance upholds or moves the responsibility; the work goes on where it stands.

    DomainErrors: ``no-appeal`` (conflict), ``own-case`` (forbidden: the appellant's people judge no appeal of theirs
    below leadership), ``department-missing`` and ``same-department`` (invalid)."""
    row = step(complaint, "decide-appeal")
    pending = complaint.open_appeal
    if pending is None:
        raise conflict("no-appeal", "No appeal waits for a decision")
    require(by.actor.has(pending.to), row.party)
    if pending.to != "leadership" and by.actor.unit_id == pending.department_id:
        raise forbidden("own-case", "Nobody decides the appeal of their own department")
    checked_text(verdict.reason, "reason")
    department_id = _answers_now(pending, verdict)
    closed = replace(
        pending, outcome=verdict.outcome, decided_by=by.actor.person_id, decided_at=by.at, decision=verdict.reason
    )
    after = replace(
        complaint,
        responsibility=Responsibility(department_id=department_id, instance=pending.to, fixed_at=by.at),
        appeals=tuple(closed if one.id == pending.id else one for one in complaint.appeals),
    )
    fact = published.ResponsibilityFixed(complaint_id=complaint.id, department_id=department_id, instance=pending.to)
    return decided(
        complaint,
        after,
        "decide-appeal",
        by,
        (fact,),
        appeal_id=pending.id,
        outcome=verdict.outcome,
        responsible_department_id=department_id,
        reason=verdict.reason,
    )


def _answers_now(pending: Appeal, verdict: Verdict) -> UUID:
    if verdict.outcome == "upheld":
        return pending.department_id
    if verdict.department_id is None:
        raise invalid("department-missing", "Name the department that answers instead", field="department_code")
    if verdict.department_id == pending.department_id:
        raise invalid("same-department", "That department answers already: uphold instead", field="department_code")
    return verdict.department_id


def _responsibility(complaint: Complaint) -> Responsibility:
    if complaint.responsibility is None:
        raise conflict("no-responsibility", "No department answers for this complaint yet")
    return complaint.responsibility
