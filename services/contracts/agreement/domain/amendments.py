"""Changes to a signed contract, each submitted and approved in its own year (K1). Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.contracts.agreement.domain.agreement import (
    Agreement,
    Decided,
    Submission,
    approval_needed,
    checked_authors,
    must_be_approved,
)
from services.contracts.agreement.domain.lines import Wanted, checked_lines, same_lines, sum_of, turned_into
from services.contracts.agreement.domain.states import AmendmentAction, AmendmentStatus, after, amendment_after
from services.contracts.exposure.domain import (
    ApprovalPolicy,
    Claim,
    Entry,
    Shares,
    Standing,
    decrease,
    release,
    reserve,
)
from services.contracts.supply.domain import Heading
from shared.events.contracts import AgreementAmended
from shared.kernel.errors import conflict, invalid


def claim_of(heading: Heading, amendment_id: UUID) -> Claim:
    """Under which name an amendment's money stands in the ledger."""
    return Claim(heading.customer_id, heading.unit_id, heading.agreement_id, amendment_id, heading.agreement_number)


@dataclass(frozen=True, slots=True)
class Amendment:
    """All lines of a signed contract as they shall be. ``change``: CNY by which the contract's amount moves."""

    amendment_id: UUID
    heading: Heading
    wanted: tuple[Wanted, ...]
    change: Decimal
    submission: Submission
    status: AmendmentStatus = "submitted"
    version: int = 1
    reason: str = ""

    @property
    def claim(self) -> Claim:
        """Under which name its money stands in the ledger."""
        return claim_of(self.heading, self.amendment_id)


@dataclass(frozen=True, slots=True)
class AmendmentDecided:
    """What a decision made of an amendment, and its ledger entries."""

    amendment: Amendment
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A wish to amend: the lines as they shall be, by whom, when; ``amendment_id`` is fresh."""

    amendment_id: UUID
    wanted: Sequence[Wanted]
    by: UUID
    at: datetime


def _step(amendment: Amendment, action: AmendmentAction) -> Amendment:
    status = amendment_after(amendment.status, action)
    return replace(amendment, status=status, version=amendment.version + 1)


def submit(
    agreement: Agreement, proposal: Proposal, other_open: bool, standing: Standing, policy: ApprovalPolicy
) -> AmendmentDecided:
    """Propose changed lines; what they add counts from now on, in the year of ``proposal.at`` (K1).

    One amendment at a time, so that its ``change`` stays true. A decrease counts only when it is applied."""
    after(agreement.status, "amend")
    if other_open:
        raise conflict("amendment-open", "Another amendment is open", remedy="Apply or withdraw it first.")
    wanted = checked_lines(proposal.wanted)
    if same_lines(agreement.lines, wanted):
        raise invalid("nothing-amended", "The contract already says exactly this", field="lines")
    placeholder = iter([proposal.amendment_id] * len(wanted))
    turned_into(agreement.lines, wanted, agreement.heading, "signed", placeholder)
    change = sum_of(wanted) - agreement.amount
    reserved = reserve(standing, claim_of(agreement.heading, proposal.amendment_id), change, policy)
    submission = Submission(
        proposal.by, proposal.at, standing.year, reserved.cumulative, reserved.approval_needed, policy.version
    )
    amendment = Amendment(proposal.amendment_id, agreement.heading, wanted, change, submission)
    return AmendmentDecided(amendment, (reserved.entry,))


def approve(
    amendment: Amendment, by: UUID, remark: str, at: datetime, standing: Standing, policy: ApprovalPolicy
) -> AmendmentDecided:
    """Let the amendment be applied; its author does not decide (K1)."""
    result = _step(amendment, "approve")
    checked_authors(by, frozenset({amendment.submission.by}))
    if not amendment.submission.approval_needed and not policy.reached(standing.total):
        raise conflict("approval-not-needed", "The customer's total is below the limit: the amendment may be applied")
    approved = replace(
        amendment.submission,
        approval_needed=True,
        policy_version=policy.version,
        approved_by=by,
        approved_at=at,
        remark=remark,
    )
    return AmendmentDecided(replace(result, submission=approved))


def refuse(amendment: Amendment, by: UUID, reason: str, shares: Shares) -> AmendmentDecided:
    """The approver says no; what the amendment added is free again (K1)."""
    result = _step(amendment, "refuse")
    checked_authors(by, frozenset({amendment.submission.by}))
    if not reason.strip():
        raise invalid("no-reason", "A refusal gives its reason", field="reason")
    return AmendmentDecided(replace(result, reason=reason), release(amendment.claim, shares))


def withdraw(amendment: Amendment, reason: str, shares: Shares) -> AmendmentDecided:
    """The unit takes the amendment back; what it added is free again (K1)."""
    return AmendmentDecided(replace(_step(amendment, "withdraw"), reason=reason), release(amendment.claim, shares))


def apply(
    agreement: Agreement,
    amendment: Amendment,
    standing: Standing,
    policy: ApprovalPolicy,
    fresh: Iterator[UUID],
) -> tuple[Amendment, Decided]:
    """Make the amendment the contract: its second look at the total, then the lines. ``standing``: the year of the
    amendment's submission, under its lock.

    A decrease lowers that year now, by at most what this contract put there (K1)."""
    applied = _step(amendment, "apply")
    if approval_needed(amendment.submission, standing, policy):
        raise must_be_approved(standing, policy)
    lines = turned_into(agreement.lines, amendment.wanted, agreement.heading, "signed", fresh)
    lines = tuple(line if line.dropped else replace(line, published=True) for line in lines)
    year = amendment.submission.year
    signed_amounts = dict(agreement.signed_amounts)
    signed_amounts[year] = signed_amounts.get(year, Decimal("0.00")) + amendment.change
    result = replace(
        agreement,
        status=after(agreement.status, "amend"),
        version=agreement.version + 1,
        lines=lines,
        signed_amounts=signed_amounts,
    )
    fact = AgreementAmended(
        agreement_id=agreement.heading.agreement_id,
        customer_id=agreement.heading.customer_id,
        year=year,
        amount=result.amount,
        change=amendment.change,
    )
    former = {line.line_id: line for line in agreement.lines}
    moved = tuple(line for line in lines if line != former.get(line.line_id))
    entries = decrease(standing, amendment.claim, -amendment.change) if amendment.change < 0 else ()
    return applied, Decided(result, (fact,), moved, entries)
