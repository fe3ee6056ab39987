"""No split, reopening, amendment, merge or order of submissions dodges the approval (K1).

A machine plays units, approvers and merges at random against the pure decisions, each step as the commands take it
(the customer's year, then the contract). An oracle that knows nothing of ledgers or standings keeps what every
contract contributes, in fen, and finds groups of merged customers by walking the merges anew each time.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from services.contracts.agreement.domain import agreement as contracts
from services.contracts.agreement.domain import amendments
from services.contracts.agreement.domain.amendments import Amendment
from services.contracts.agreement.domain.states import OPEN
from services.contracts.exposure import domain as exposure
from shared.kernel.dates import business_date
from shared.kernel.errors import DomainError
from tests.domain.contracts.making import POLICY, an_id, heading, ids, wanted

CUSTOMERS = ["A", "B", "C", "D"]
PEOPLE = [an_id(name) for name in ("one", "two", "three")]
LIMIT_FEN = 400_000
AMOUNTS = st.sampled_from(["0.01", "500.00", "1333.33", "1500.00", "2000.00", "2500.00", "3999.99", "4000.00"])


class Oracle:
    """What the rule says, told another way: contributions in fen per contract and year, merges as plain pairs."""

    def __init__(self) -> None:
        self.owner: dict[UUID | str, str] = {}
        self.parts: dict[UUID | str, dict[tuple[str, int], int]] = {}
        self.merges: list[tuple[str, str]] = []

    def group(self, customer: str) -> frozenset[str]:
        members = {customer}
        grew = True
        while grew:
            more = {c for pair in self.merges if members & set(pair) for c in pair}
            grew = not more <= members
            members |= more
        return frozenset(members)

    def put(self, contract: UUID | str, part: str, year: int, fen: int) -> None:
        self.parts.setdefault(contract, {})[part, year] = fen

    def drop(self, contract: UUID, part: str) -> None:
        self.parts[contract] = {key: fen for key, fen in self.parts.get(contract, {}).items() if key[0] != part}

    def lower(self, contract: UUID, year: int, fen: int) -> None:
        mine = self.parts.setdefault(contract, {})
        for key in sorted(mine):
            if key[1] == year:
                taken = min(fen, mine[key])
                mine[key] -= taken
                fen -= taken

    def total(self, customer: str, year: int) -> int:
        group = self.group(customer)
        return sum(
            fen
            for contract, parts in self.parts.items()
            if self.owner[contract] in group
            for (_, when), fen in parts.items()
            if when == year
        )


def fen(amount: Decimal) -> int:
    return int(amount * 100)


def expect(error: DomainError, *codes: str) -> None:
    """The refusal must be one that the rule knows."""
    if error.code not in codes:
        raise error


class Units(RuleBasedStateMachine):
    """Everything anybody may do, in any order."""

    agreements = Bundle("agreements")
    proposals = Bundle("proposals")

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 12, 20, 4, tzinfo=UTC)
        self.fresh: Iterator[UUID] = ids("fresh")
        self.contracts: dict[UUID, contracts.Agreement] = {}
        self.amendments: dict[UUID, Amendment] = {}
        self.ledger: list[exposure.Entry] = []
        self.roots: dict[UUID, UUID] = {an_id(name): an_id(name) for name in CUSTOMERS}
        self.oracle = Oracle()
        self.unapproved: list[tuple[str, int, int]] = []

    # --- what the store does -------------------------------------------------------------------------------------

    def year(self) -> int:
        return business_date(self.now).year

    def standing(self, customer_id: UUID, year: int, agreement_id: UUID) -> exposure.Standing:
        root = self.roots[customer_id]
        counted = [entry for entry in self.ledger if self.roots[entry.claim.customer_id] == root and entry.year == year]
        own = [entry for entry in counted if entry.claim.agreement_id == agreement_id]
        nothing = Decimal("0.00")
        return exposure.Standing(
            root, year, sum((e.amount for e in counted), nothing), sum((e.amount for e in own), nothing)
        )

    def standing_of(self, contract: contracts.Agreement, year: int) -> exposure.Standing:
        return self.standing(contract.heading.customer_id, year, contract.heading.agreement_id)

    def shares(self, agreement_id: UUID, amendment_id: UUID | None = None) -> exposure.Shares:
        sums: dict[tuple[UUID | None, int], Decimal] = {}
        for entry in self.ledger:
            claim = entry.claim
            if claim.agreement_id == agreement_id and amendment_id in (None, claim.amendment_id):
                key = (claim.amendment_id, entry.year)
                sums[key] = sums.get(key, Decimal("0.00")) + entry.amount
        return sums

    def keep(self, decided: contracts.Decided) -> contracts.Agreement:
        self.contracts[decided.agreement.heading.agreement_id] = decided.agreement
        self.ledger += decided.entries
        return decided.agreement

    def keep_amendment(self, decided: amendments.AmendmentDecided) -> None:
        self.amendments[decided.amendment.amendment_id] = decided.amendment
        self.ledger += decided.entries

    def open_amendment(self, agreement_id: UUID) -> Amendment | None:
        found = [a for a in self.amendments.values() if a.heading.agreement_id == agreement_id and a.status in OPEN]
        return found[0] if found else None

    # --- what units do -------------------------------------------------------------------------------------------

    @rule(
        target=agreements,
        customer=st.sampled_from(CUSTOMERS),
        amounts=st.lists(AMOUNTS, min_size=1, max_size=2),
        by=st.sampled_from(PEOPLE),
    )
    def draft(self, customer: str, amounts: list[str], by: UUID) -> UUID:
        number = f"HT-{len(self.contracts)}"
        agreement = self.keep(contracts.draft(heading(number, customer), wanted(*amounts), by, self.fresh))
        self.oracle.owner[agreement.heading.agreement_id] = customer
        return agreement.heading.agreement_id

    @rule(which=agreements, amounts=st.lists(AMOUNTS, min_size=1, max_size=2), by=st.sampled_from(PEOPLE))
    def rewrite(self, which: UUID, amounts: list[str], by: UUID) -> None:
        contract = self.contracts[which]
        if contract.status == "draft":
            self.keep(contracts.rewrite(contract, contract.heading, wanted(*amounts), by, self.fresh))

    @rule(which=agreements, by=st.sampled_from(PEOPLE))
    def submit(self, which: UUID, by: UUID) -> None:
        contract = self.contracts[which]
        if contract.status != "draft":
            return
        year = self.year()
        customer = self.oracle.owner[which]
        expected = self.oracle.total(customer, year) + fen(contract.amount)
        after = self.keep(contracts.submit(contract, by, self.now, self.standing_of(contract, year), POLICY))
        assert after.submitted.approval_needed == (expected >= LIMIT_FEN)
        self.oracle.put(which, "contract", year, fen(contract.amount))

    @rule(which=agreements, by=st.sampled_from(PEOPLE))
    def approve(self, which: UUID, by: UUID) -> None:
        contract = self.contracts[which]
        if contract.status != "submitted":
            return
        standing = self.standing_of(contract, contract.submitted.year)
        try:
            self.keep(contracts.approve(contract, by, "", self.now, standing, POLICY))
        except DomainError as error:
            author = by in contract.authors or by == contract.submitted.by
            expect(error, "approver-is-author" if author else "approval-not-needed")
        else:
            assert by not in contract.authors
            assert by != contract.submitted.by

    @rule(which=agreements)
    def sign(self, which: UUID) -> None:
        contract = self.contracts[which]
        if contract.status not in ("submitted", "approved"):
            return
        today = business_date(self.now)
        year = contract.submitted.year
        total = self.oracle.total(self.oracle.owner[which], year)
        try:
            after = self.keep(contracts.sign(contract, today, today, self.standing_of(contract, year), POLICY))
        except DomainError as error:
            expect(error, "approval-needed")
            contracts.approve(contract, an_id("head"), "", self.now, self.standing_of(contract, year), POLICY)
        else:
            if after.submitted.approved_by is None:
                self.unapproved.append((self.oracle.owner[which], year, total))

    @rule(target=agreements, customer=st.sampled_from(CUSTOMERS), amounts=st.lists(AMOUNTS, min_size=1, max_size=2))
    def sell(self, customer: str, amounts: list[str]) -> UUID:
        self.draft(customer, amounts, PEOPLE[0])
        which = list(self.contracts)[-1]
        self.submit(which, PEOPLE[0])
        self.approve(which, PEOPLE[1])
        self.sign(which)
        return which

    @rule(which=agreements, way=st.sampled_from(["refuse", "withdraw", "cancel"]))
    def release(self, which: UUID, way: str) -> None:
        contract = self.contracts[which]
        shares = self.shares(which)
        try:
            match way:
                case "refuse":
                    self.keep(contracts.refuse(contract, an_id("head"), "no", shares))
                case "withdraw":
                    self.keep(contracts.withdraw(contract, "", shares))
                case _:
                    self.keep(contracts.cancel(contract, "no", shares))
        except DomainError as error:
            expect(error, "not-possible-now")
            return
        if waiting := self.open_amendment(which):
            self.keep_amendment(amendments.withdraw(waiting, "", {}))
        self.oracle.parts[which] = {}

    @rule(which=agreements)
    def reopen(self, which: UUID) -> None:
        contract = self.contracts[which]
        if contract.status in ("refused", "withdrawn", "cancelled"):
            assert self.keep(contracts.reopen(contract)).submission is None

    @rule(
        target=proposals,
        which=agreements,
        amounts=st.lists(AMOUNTS, min_size=1, max_size=2),
        by=st.sampled_from(PEOPLE),
    )
    def amend(self, which: UUID, amounts: list[str], by: UUID) -> UUID:
        contract = self.contracts[which]
        proposal = amendments.Proposal(next(self.fresh), wanted(*amounts), by, self.now)
        standing = self.standing_of(contract, self.year())
        before = self.oracle.total(self.oracle.owner[which], self.year())
        try:
            decided = amendments.submit(contract, proposal, self.open_amendment(which) is not None, standing, POLICY)
        except DomainError as error:
            expect(error, "not-possible-now", "amendment-open", "nothing-amended")
            return proposal.amendment_id
        self.keep_amendment(decided)
        added = max(0, fen(decided.amendment.change))
        assert decided.amendment.submission.approval_needed == (before + added >= LIMIT_FEN)
        self.oracle.put(which, str(proposal.amendment_id), self.year(), added)
        return proposal.amendment_id

    @rule(which=proposals, by=st.sampled_from(PEOPLE), way=st.sampled_from(["approve", "refuse", "withdraw"]))
    def decide_amendment(self, which: UUID, by: UUID, way: str) -> None:
        amendment = self.amendments.get(which)
        if amendment is None:
            return
        agreement_id = amendment.heading.agreement_id
        standing = self.standing(amendment.heading.customer_id, amendment.submission.year, agreement_id)
        shares = self.shares(agreement_id, which)
        try:
            match way:
                case "approve":
                    self.keep_amendment(amendments.approve(amendment, by, "", self.now, standing, POLICY))
                    assert by != amendment.submission.by
                    return
                case "refuse":
                    self.keep_amendment(amendments.refuse(amendment, by, "no", shares))
                case _:
                    self.keep_amendment(amendments.withdraw(amendment, "", shares))
        except DomainError as error:
            expect(error, "not-possible-now", "approver-is-author", "approval-not-needed")
            return
        self.oracle.drop(agreement_id, str(which))

    @rule(which=consumes(proposals))
    def apply(self, which: UUID) -> None:
        amendment = self.amendments.get(which)
        if amendment is None or amendment.status not in OPEN:
            return
        agreement_id = amendment.heading.agreement_id
        contract = self.contracts[agreement_id]
        year = amendment.submission.year
        total = self.oracle.total(self.oracle.owner[agreement_id], year)
        try:
            applied, decided = amendments.apply(
                contract, amendment, self.standing_of(contract, year), POLICY, self.fresh
            )
        except DomainError as error:
            expect(error, "approval-needed")
            return
        self.keep(decided)
        self.amendments[which] = applied
        if applied.submission.approved_by is None:
            self.unapproved.append((self.oracle.owner[agreement_id], year, total))
        self.oracle.lower(agreement_id, year, max(0, -fen(amendment.change)))

    # --- what the world does -------------------------------------------------------------------------------------

    @rule(double=st.sampled_from(CUSTOMERS), survivor=st.sampled_from(CUSTOMERS))
    def merge(self, double: str, survivor: str) -> None:
        changed = exposure.joined(self.roots, an_id(double), an_id(survivor))
        self.roots.update(changed)
        self.oracle.merges.append((double, survivor))

    @rule(customer=st.sampled_from(CUSTOMERS), amount=AMOUNTS, number=st.sampled_from(["Q1", "Q2"]))
    def open_balance(self, customer: str, amount: str, number: str) -> None:
        day = business_date(self.now)
        key = f"{number}-{customer}-{day.year}"
        opening = exposure.Opening(an_id(customer), an_id("unit"), day.year, key, day, Decimal(amount))
        before = [e for e in self.ledger if e.claim.number == key and e.claim.agreement_id is None]
        former = None
        if before:
            kept = sum((e.amount for e in before), Decimal("0.00"))
            former = exposure.Opening(an_id(customer), an_id("unit"), day.year, key, day, kept)
        self.ledger += exposure.opened(exposure.checked_opening(opening, day), former)
        self.oracle.owner[key] = customer
        self.oracle.put(key, "opening", day.year, fen(Decimal(amount)))

    @rule(days=st.integers(1, 8))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    # --- what must hold ------------------------------------------------------------------------------------------

    @invariant()
    def nothing_was_signed_unapproved_at_the_limit(self) -> None:
        assert all(total < LIMIT_FEN for _, _, total in self.unapproved)

    @invariant()
    def the_ledger_says_what_the_oracle_says(self) -> None:
        sums = exposure.totals((self.roots[entry.claim.customer_id], entry) for entry in self.ledger)
        for customer in CUSTOMERS:
            for year in (2026, 2027, 2028):
                kept = sums.get((self.roots[an_id(customer)], year), Decimal("0.00"))
                assert fen(kept) == self.oracle.total(customer, year)
                assert kept >= 0

    @invariant()
    def merged_customers_share_a_root(self) -> None:
        for one in CUSTOMERS:
            for other in CUSTOMERS:
                together = other in self.oracle.group(one)
                assert (self.roots[an_id(one)] == self.roots[an_id(other)]) == together


@pytest.mark.rule("K1")
def test_nothing_dodges_the_approval() -> None:
    run_state_machine_as_test(
        Units,
        settings=settings(
            max_examples=200, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


# --- each guard taken out once: the machine and its oracle notice ----------------------------------------------------


def split_into_two(units: Units) -> None:
    first, second = (units.draft("A", ["2500.00"], PEOPLE[0]) for _ in range(2))
    units.submit(first, PEOPLE[0])
    units.submit(second, PEOPLE[0])


def overtaken_before_signing(units: Units) -> None:
    split_into_two(units)
    first = next(iter(units.contracts))
    units.sign(first)


def overtaken_amendment(units: Units) -> None:
    which = units.sell("A", ["500.00"])
    amendment = units.amend(which, ["1333.33"], PEOPLE[0])
    units.submit(units.draft("A", ["4000.00"], PEOPLE[0]), PEOPLE[0])
    units.apply(amendment)


def decrease_of_last_years_contract(units: Units) -> None:
    which = units.sell("A", ["3999.99"])
    units.wait(15)
    units.sell("A", ["2500.00"])
    units.apply(units.amend(which, ["0.01"], PEOPLE[0]))


def doubles_of_one_customer(units: Units) -> None:
    units.sell("A", ["2500.00"])
    units.merge("B", "A")
    units.merge("C", "B")
    units.merge("A", "C")
    units.submit(units.draft("C", ["2500.00"], PEOPLE[0]), PEOPLE[0])


def cancelled_and_opened_again(units: Units) -> None:
    which = units.sell("A", ["2500.00"])
    units.release(which, "cancel")
    units.reopen(which)
    units.sell("A", ["2500.00"])
    units.submit(which, PEOPLE[0])


STORIES: list[Callable[[Units], None]] = [
    split_into_two,
    overtaken_before_signing,
    overtaken_amendment,
    decrease_of_last_years_contract,
    doubles_of_one_customer,
    cancelled_and_opened_again,
]
REAL_RESERVE = exposure.reserve


def _small_ones_do_not_count(
    standing: exposure.Standing, claim: exposure.Claim, amount: Decimal, policy: exposure.ApprovalPolicy
) -> exposure.Reservation:
    honest = REAL_RESERVE(standing, claim, amount, policy)
    counted = amount if honest.approval_needed else Decimal("0.00")
    return replace(honest, entry=replace(honest.entry, amount=counted))


def _no_second_look(*_: object) -> bool:
    return False


def _unbounded(standing: exposure.Standing, claim: exposure.Claim, by: Decimal) -> tuple[exposure.Entry, ...]:
    return (exposure.Entry(claim, standing.year, -by, "decreased"),)


def _no_merge(*_: object) -> dict[UUID, UUID]:
    return {}


def _only_the_first_time(agreement: contracts.Agreement) -> contracts.Decided:
    return contracts.Decided(replace(agreement, status="draft"))


BREACHES = [
    (contracts, "reserve", _small_ones_do_not_count, split_into_two),
    (contracts, "approval_needed", _no_second_look, overtaken_before_signing),
    (amendments, "approval_needed", _no_second_look, overtaken_amendment),
    (amendments, "decrease", _unbounded, decrease_of_last_years_contract),
    (exposure, "joined", _no_merge, doubles_of_one_customer),
    (contracts, "reopen", _only_the_first_time, cancelled_and_opened_again),
]


def tell(story: Callable[[Units], None]) -> None:
    units = Units()
    story(units)
    units.nothing_was_signed_unapproved_at_the_limit()
    units.the_ledger_says_what_the_oracle_says()
    units.merged_customers_share_a_root()


@pytest.mark.rule("K1")
@pytest.mark.parametrize("story", STORIES)
def test_a_known_way_to_dodge_is_closed(story: Callable[[Units], None]) -> None:
    tell(story)


@pytest.mark.rule("K1")
@pytest.mark.parametrize(("module", "guard", "broken", "story"), BREACHES)
def test_without_its_guard_the_machine_sees_the_dodge(
    monkeypatch: pytest.MonkeyPatch, module: object, guard: str, broken: object, story: Callable[[Units], None]
) -> None:
    monkeypatch.setattr(module, guard, broken)
    with pytest.raises(AssertionError):
        tell(story)
