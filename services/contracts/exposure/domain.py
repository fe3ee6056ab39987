"""What a customer's contracts sum to in a calendar year, and when that asks for approval (K1). Pure.

The ledger is append-only: a submission adds, a release takes back what it added, and the total of a (customer, year)
is the sum of its entries. Must not know how a contract moves nor who approves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal
from uuid import UUID

from shared.kernel.errors import DomainError, conflict, invalid
from shared.policy.domain import Policy

NOTHING = Decimal("0.00")

Why = Literal["submitted", "amendment-submitted", "released", "decreased", "opening", "opening-corrected"]


@dataclass(frozen=True, slots=True)
class Band:
    """From this yearly total on (CNY), one of these roles must approve."""

    threshold: Decimal
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """The policy ``approval`` as K1 reads it. ``limit``: CNY a customer and year; ``bands`` rise by threshold."""

    version: int
    limit: Decimal
    bands: tuple[Band, ...]

    def reached(self, total: Decimal) -> bool:
        """Whether a total (CNY) asks for approval."""
        return total >= self.limit

    def approvers(self, total: Decimal) -> frozenset[str]:
        """The roles that may let a contract through at this total: those of its band and of every higher one."""
        at = max((band.threshold for band in self.bands if band.threshold <= total), default=self.bands[0].threshold)
        return frozenset().union(*(band.roles for band in self.bands if band.threshold >= at))


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(",") if word.strip())


def read_policy(policy: Policy) -> ApprovalPolicy:
    """``limit``, ``approver_roles`` and optional ``bands`` (``4000:unit-head;100000:market``) of the published policy.

    DomainError ``policy-unusable`` when it cannot be read: nobody signs on a guess."""
    try:
        limit = Decimal(policy.values["limit"])
        bands = {limit: _words(policy.values.get("approver_roles", ""))}
        for band in filter(None, (part.strip() for part in policy.values.get("bands", "").split(";"))):
            threshold, _, roles = band.partition(":")
            bands[Decimal(threshold)] = _words(roles)
    except (KeyError, InvalidOperation) as error:
        raise _unusable(policy) from error
    kept = tuple(Band(threshold, roles) for threshold, roles in sorted(bands.items()) if roles)
    if not kept or not limit.is_finite():
        raise _unusable(policy)
    return ApprovalPolicy(policy.version, limit, kept)


def _unusable(policy: Policy) -> DomainError:
    return DomainError(
        "unready",
        "policy-unusable",
        f"Version {policy.version} of the policy approval cannot be read",
        remedy="The market department corrects the policy.",
        retry_after=60,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer's year under its lock. ``total``: CNY of everything that counts; ``own``: the asking contract's part
    of it, its amendments included. ``root_id``: the survivor, where customers were merged."""

    root_id: UUID
    year: int
    total: Decimal = NOTHING
    own: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose amount it is: a contract's, one of its amendments', or (neither) an opening balance's; of which unit."""

    customer_id: UUID
    unit_id: UUID
    agreement_id: UUID | None = None
    amendment_id: UUID | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger, CNY; negative where something is taken back."""

    claim: Claim
    year: int
    amount: Decimal
    why: Why


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a submission did: the entry, the total with it, and whether that asks for approval."""

    entry: Entry
    cumulative: Decimal
    approval_needed: bool


def reserve(standing: Standing, claim: Claim, amount: Decimal, policy: ApprovalPolicy) -> Reservation:
    """Count a submission from now on, whether it needs approval or not (K1). A negative amount counts as nothing: a
    decrease gives room only when it is applied."""
    counted = max(amount, NOTHING)
    cumulative = standing.total + counted
    why: Why = "submitted" if claim.amendment_id is None else "amendment-submitted"
    return Reservation(Entry(claim, standing.year, counted, why), cumulative, policy.reached(cumulative))


Shares = Mapping[tuple[UUID | None, int], Decimal]
"""(amendment or None for the contract itself, calendar year) -> CNY that it still has in the ledger."""


def release(claim: Claim, shares: Shares) -> tuple[Entry, ...]:
    """Take back exactly what the contract (or the one amendment whose shares are given) still has in the ledger."""
    return tuple(
        Entry(replace(claim, amendment_id=amendment_id), year, -amount, "released")
        for (amendment_id, year), amount in sorted(shares.items(), key=lambda share: (share[0][1], str(share[0][0])))
        if amount
    )


def decrease(standing: Standing, claim: Claim, by: Decimal) -> tuple[Entry, ...]:
    """Lower the year of an applied amendment's submission, by at most what this contract itself put there: money
    signed in another year, or by another contract, makes no room in this one."""
    counted = min(by, standing.own)
    return (Entry(claim, standing.year, -counted, "decreased"),) if counted > 0 else ()


@dataclass(frozen=True, slots=True)
class Opening:
    """A contract signed before go-live: it counts in its year and cannot be cancelled here."""

    customer_id: UUID
    unit_id: UUID
    year: int
    number: str
    signed_on: date
    amount: Decimal


def checked_opening(opening: Opening, today: date) -> Opening:
    """The opening balance, if its year is that of its signature or the one before (submitted in December, signed in
    January) and it lies in the past."""
    if opening.signed_on > today:
        raise invalid("opening-later", "An opening balance was signed before today", field="signed_on")
    if opening.year not in (opening.signed_on.year, opening.signed_on.year - 1):
        raise invalid("opening-year", f"{opening.signed_on} was not signed in {opening.year}", field="year")
    return opening


def opened(opening: Opening, before: Opening | None) -> tuple[Entry, ...]:
    """The entries that bring the ledger from the former opening balance of that number (if any) to this one."""
    claim = Claim(opening.customer_id, opening.unit_id, number=opening.number)
    if before is None:
        return (Entry(claim, opening.year, opening.amount, "opening"),)
    if before.customer_id != opening.customer_id or before.year != opening.year:
        raise conflict(
            "opening-elsewhere",
            f"{opening.number} is another customer's or another year's opening balance",
            remedy="A correction changes the amount or the day; customer and year stay.",
        )
    change = opening.amount - before.amount
    return (Entry(claim, opening.year, change, "opening-corrected"),) if change else ()


def joined(roots: Mapping[UUID, UUID], double: UUID, survivor: UUID) -> dict[UUID, UUID]:
    """The changed roots after ``double`` was merged into ``survivor``. ``roots``: customer -> root for all members of
    both groups. Groups only grow: a chain leads to its end, a circle changes nothing."""
    old, new = roots.get(double, double), roots.get(survivor, survivor)
    if old == new:
        return {}
    members = {customer for customer, root in roots.items() if root == old} | {double, old}
    return dict.fromkeys(members, new)


def totals(entries: Iterable[tuple[UUID, Entry]]) -> dict[tuple[UUID, int], Decimal]:
    """(root, year) -> total of entries given with their root: what the kept totals must equal."""
    sums: dict[tuple[UUID, int], Decimal] = {}
    for root, entry in entries:
        sums[root, entry.year] = sums.get((root, entry.year), NOTHING) + entry.amount
    return sums
