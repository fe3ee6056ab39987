"""What may happen to a contract, from draft to signature and back (K1). Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from services.contracts.agreement.domain.lines import Wanted, checked_lines, sum_of, turned_into
from services.contracts.agreement.domain.states import Action, Status, after
from services.contracts.exposure.domain import ApprovalPolicy, Claim, Entry, Shares, Standing, release, reserve
from services.contracts.supply.domain import Heading, Line, LineAction, moved
from shared.events.contracts import (
    AgreementApproved,
    AgreementCancelled,
    AgreementDrafted,
    AgreementRefused,
    AgreementReopened,
    AgreementSigned,
    AgreementSubmitted,
    AgreementWithdrawn,
)
from shared.kernel.dates import business_date
from shared.kernel.errors import DomainError, conflict, invalid


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission and its approval. ``year``: calendar year in the company's time zone; ``cumulative``: the
    customer's total with this contract, CNY; ``policy_version``: of the policy that decided."""

    by: UUID
    at: datetime
    year: int
    cumulative: Decimal
    approval_needed: bool
    policy_version: int
    approved_by: UUID | None = None
    approved_at: datetime | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract with one customer. ``authors``: everybody who wrote its draft; ``signed_amounts``: what it put into
    the signed volume, by calendar year, CNY; ``reason``: of the last refusal, withdrawal or cancellation."""

    heading: Heading
    drafted_by: UUID
    authors: frozenset[UUID]
    status: Status = "draft"
    version: int = 1
    lines: tuple[Line, ...] = ()
    submission: Submission | None = None
    signed_on: date | None = None
    signed_amounts: Mapping[int, Decimal] = field(default_factory=dict)
    reason: str = ""

    @property
    def amount(self) -> Decimal:
        """The whole contract, CNY, tax included."""
        return sum_of(self.lines)

    @property
    def claim(self) -> Claim:
        """Under which name its money stands in the ledger."""
        heading = self.heading
        return Claim(heading.customer_id, heading.unit_id, heading.agreement_id, number=heading.agreement_number)

    @property
    def submitted(self) -> Submission:
        """The present submission; only asked for in states that have one."""
        if self.submission is None:
            raise conflict("not-submitted", "The contract was not submitted")
        return self.submission


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision made: the contract after it, the facts, the lines whose public state moved, ledger entries."""

    agreement: Agreement
    facts: tuple[object, ...] = ()
    lines: tuple[Line, ...] = ()
    entries: tuple[Entry, ...] = ()


def _step(agreement: Agreement, action: Action) -> Agreement:
    return replace(agreement, status=after(agreement.status, action), version=agreement.version + 1)


def _move_lines(agreement: Agreement, action: LineAction) -> tuple[Agreement, tuple[Line, ...]]:
    """All lines that the contract still names, moved; those of them that others have heard of are given back too."""
    lines = tuple(line if line.dropped else moved(line, action) for line in agreement.lines)
    heard = tuple(line for line in lines if line.published and not line.dropped)
    return replace(agreement, lines=lines), heard


def _drafted(agreement: Agreement) -> AgreementDrafted:
    heading = agreement.heading
    return AgreementDrafted(
        agreement_id=heading.agreement_id,
        number=heading.agreement_number,
        customer_id=heading.customer_id,
        unit_id=heading.unit_id,
        amount=agreement.amount,
    )


def draft(heading: Heading, wanted: Sequence[Wanted], by: UUID, fresh: Iterator[UUID]) -> Decided:
    """A new contract, version 1. Nothing counts yet."""
    lines = turned_into((), checked_lines(wanted), heading, "draft", fresh)
    agreement = Agreement(heading=heading, drafted_by=by, authors=frozenset({by}), lines=lines)
    return Decided(agreement, (_drafted(agreement),))


def rewrite(
    agreement: Agreement, heading: Heading, wanted: Sequence[Wanted], by: UUID, fresh: Iterator[UUID]
) -> Decided:
    """A draft replaced by another. Who wrote it, too, may not approve it."""
    moved_on = _step(agreement, "replace")
    lines = turned_into(agreement.lines, checked_lines(wanted), heading, "draft", fresh)
    result = replace(moved_on, heading=heading, lines=lines, authors=agreement.authors | {by})
    former = {line.line_id: line for line in agreement.lines}
    heard = tuple(line for line in lines if line.published and line != former[line.line_id])
    return Decided(result, (_drafted(result),), heard)


def submit(agreement: Agreement, by: UUID, at: datetime, standing: Standing, policy: ApprovalPolicy) -> Decided:
    """Reserve the amount in the customer's year (K1). ``standing`` is the year of ``at``, under its lock."""
    result = _step(agreement, "submit")
    reserved = reserve(standing, agreement.claim, agreement.amount, policy)
    submission = Submission(by, at, standing.year, reserved.cumulative, reserved.approval_needed, policy.version)
    fact = AgreementSubmitted(
        agreement_id=agreement.heading.agreement_id,
        customer_id=agreement.heading.customer_id,
        year=standing.year,
        amount=agreement.amount,
        cumulative=reserved.cumulative,
        approval_needed=reserved.approval_needed,
        policy_version=policy.version,
    )
    return Decided(replace(result, submission=submission, reason=""), (fact,), entries=(reserved.entry,))


def checked_authors(by: UUID, authors: frozenset[UUID]) -> UUID:
    """Who approves neither drafted nor submitted (K1), or DomainError ``approver-is-author``."""
    if by in authors:
        raise DomainError(
            "forbidden",
            "approver-is-author",
            "Who drafted or submitted a contract does not decide on it",
            remedy="Ask another approver.",
        )
    return by


def approve(
    agreement: Agreement, by: UUID, remark: str, at: datetime, standing: Standing, policy: ApprovalPolicy
) -> Decided:
    """Let the contract go to signature. Also where it needed no approval at first and the total has reached the limit
    since, so that a contract refused on signing is no dead end."""
    result = _step(agreement, "approve")
    submission = agreement.submitted
    checked_authors(by, agreement.authors | {submission.by})
    if not submission.approval_needed and not policy.reached(standing.total):
        raise conflict("approval-not-needed", "The customer's total is below the limit: the contract may be signed")
    approved = replace(
        submission,
        approval_needed=True,
        policy_version=policy.version,
        approved_by=by,
        approved_at=at,
        remark=remark,
    )
    fact = AgreementApproved(agreement_id=agreement.heading.agreement_id, approved_by=by)
    return Decided(replace(result, submission=approved), (fact,))


def refuse(agreement: Agreement, by: UUID, reason: str, shares: Shares) -> Decided:
    """The approver says no; the amount is free again (K1)."""
    result = _step(agreement, "refuse")
    checked_authors(by, agreement.authors | {agreement.submitted.by})
    fact = AgreementRefused(agreement_id=agreement.heading.agreement_id, refused_by=by)
    return Decided(replace(result, reason=_reason(reason)), (fact,), entries=release(agreement.claim, shares))


def withdraw(agreement: Agreement, reason: str, shares: Shares) -> Decided:
    """The unit takes its submission back; the amount is free again (K1)."""
    result = replace(_step(agreement, "withdraw"), reason=reason)
    fact = AgreementWithdrawn(agreement_id=agreement.heading.agreement_id)
    return Decided(result, (fact,), entries=release(agreement.claim, shares))


def approval_needed(submission: Submission, standing: Standing, policy: ApprovalPolicy) -> bool:
    """Whether approval is still owed: asked for on submission, or the total has reached the limit since, and nobody
    has approved (K1, the second look)."""
    return submission.approved_by is None and (submission.approval_needed or policy.reached(standing.total))


def sign(agreement: Agreement, signed_on: date, today: date, standing: Standing, policy: ApprovalPolicy) -> Decided:
    """Both sides signed, between the submission and today. ``standing``: the year of submission, under its lock.

    DomainError ``approval-needed`` leaves the contract submitted, and it can be approved from there (K1)."""
    result = _step(agreement, "sign")
    submission = agreement.submitted
    if approval_needed(submission, standing, policy):
        raise must_be_approved(standing, policy)
    if submission.approved_by is not None:
        checked_authors(submission.approved_by, agreement.authors | {submission.by})
    if not business_date(submission.at) <= signed_on <= today:
        raise invalid("bad-signing-day", "A contract is signed between its submission and today", field="signed_on")
    result, _ = _move_lines(result, "sign")
    lines = tuple(line if line.dropped else replace(line, published=True) for line in result.lines)
    result = replace(result, lines=lines, signed_on=signed_on, signed_amounts={signed_on.year: agreement.amount})
    fact = AgreementSigned(
        agreement_id=agreement.heading.agreement_id,
        number=agreement.heading.agreement_number,
        customer_id=agreement.heading.customer_id,
        unit_id=agreement.heading.unit_id,
        signed_on=signed_on,
        amount=agreement.amount,
    )
    return Decided(result, (fact,), tuple(line for line in lines if not line.dropped))


def must_be_approved(standing: Standing, policy: ApprovalPolicy) -> DomainError:
    """The refusal to sign without approval (K1)."""
    return conflict(
        "approval-needed",
        f"The customer's total of {standing.year} is {standing.total} CNY; from {policy.limit} CNY on a contract is"
        " approved before it is signed",
        remedy="An approver who neither drafted nor submitted it approves it; then sign.",
    )


def cancel(agreement: Agreement, reason: str, shares: Shares) -> Decided:
    """End the contract without effect, as long as nothing was shipped; all its amounts are free again (K1)."""
    result = _step(agreement, "cancel")
    result, heard = _move_lines(result, "cancel")
    fact = AgreementCancelled(
        agreement_id=agreement.heading.agreement_id,
        customer_id=agreement.heading.customer_id,
        signed_amounts={str(year): amount for year, amount in sorted(agreement.signed_amounts.items())},
    )
    result = replace(result, reason=_reason(reason), signed_amounts={})
    return Decided(result, (fact,), heard, release(agreement.claim, shares))


def reopen(agreement: Agreement) -> Decided:
    """Make it a draft again. Its submission, approval and signature are gone: it is submitted and asks anew (K1)."""
    result = replace(_step(agreement, "reopen"), submission=None, signed_on=None)
    heard: tuple[Line, ...] = ()
    if agreement.status == "cancelled":
        result, heard = _move_lines(result, "reopen")
    return Decided(result, (AgreementReopened(agreement_id=agreement.heading.agreement_id),), heard)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise invalid("no-reason", "A refusal or cancellation gives its reason", field="reason")
    return reason
