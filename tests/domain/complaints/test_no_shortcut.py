"""Q2: no path whatever closes a quality complaint without everything that closing asks for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.complaints.quality.domain import appeals, decisions, measures
from services.complaints.quality.domain.appeals import Verdict
from services.complaints.quality.domain.complaint import Complaint, Decision
from services.complaints.quality.domain.decisions import By
from shared.auth.domain import Actor
from shared.events import complaints as published
from shared.kernel.errors import DomainError
from tests.domain.complaints.people import (
    ASSESSOR,
    CLERK,
    DIRECTOR,
    ENTERPRISE,
    EVERYBODY,
    INSPECTOR,
    LOGISTICS,
    MAKER,
    PRODUCTION,
    SHIPPER,
    START,
    known,
    measure,
    objection,
    received,
)


def whoever_or(*right: Actor) -> st.SearchStrategy[Actor]:
    """Anybody, and every other time somebody whose step it is."""
    return st.one_of(st.sampled_from(right), st.sampled_from(EVERYBODY))


departments = st.sampled_from([PRODUCTION, LOGISTICS, ENTERPRISE])


def carry_out(complaint: Complaint, by: By, measure_id: UUID) -> Decision:
    return measures.carry_out(complaint, by, measure_id, "照片")


ONWARD: dict[str, Callable[[Complaint, By], Decision]] = {
    "received": lambda it, by: decisions.escalate(it, replace(by, actor=CLERK)),
    "escalated": decisions.accept,
    "accepted": lambda it, by: decisions.contain(it, by, "隔离"),
    "contained": lambda it, by: decisions.find_cause(it, by, "material", "来料"),
    "cause-found": lambda it, by: decisions.fix_responsibility(it, by, PRODUCTION, "证据"),
    "carried-out": lambda it, by: measures.judge_effectiveness(it, by, True, "复测"),
    "proved": lambda it, by: decisions.tell_customer(it, by, "答复"),
    "customer-told": decisions.close,
}


class Anyone(RuleBasedStateMachine):
    """Anyone tries anything at any time. The ledger believes the published facts alone, never the complaint's status:
    it is the outsider's view of what was really done."""

    complaint: Complaint

    @initialize()
    def begin(self) -> None:
        self.complaint = received()
        self.now = START
        self.count = 0
        self.reopened = 0
        self.closings = 0
        self.done: set[str] = set()
        self.open_measures: set[object] = set()
        self.pending_appeal = False

    def attempt(self, actor: Actor, decide: Callable[[Complaint, By], Decision]) -> None:
        self.now += timedelta(hours=5)
        self.count += 1
        before = self.complaint
        try:
            decision = decide(before, By(actor=actor, at=self.now))
        except DomainError:
            return
        self.complaint = decision.complaint
        for fact in decision.facts:
            self.believe(fact)

    def believe(self, fact: object) -> None:
        match fact:
            case published.ComplaintAccepted():
                self.done.add("accepted")
            case published.ComplaintContained():
                self.done.add("contained")
            case published.CauseFound():
                self.done.add("cause")
            case published.ResponsibilityFixed():
                self.done.add("responsibility")
                self.pending_appeal = False
            case published.ResponsibilityAppealed():
                assert not self.pending_appeal
                self.pending_appeal = True
            case published.MeasureDecided(measure_id=measure_id):
                self.open_measures.add(measure_id)
                self.done.discard("proved")
            case published.MeasureCarriedOut(measure_id=measure_id):
                self.open_measures.remove(measure_id)
                self.done.add("measure")
            case published.EffectivenessJudged(effective=effective):
                assert "measure" in self.done
                assert not self.open_measures
                self.done.discard("proved")
                if effective:
                    self.done.add("proved")
            case published.CustomerTold():
                assert "proved" in self.done
                self.done.add("told")
            case published.ComplaintClosed():
                needed = {"accepted", "contained", "cause", "responsibility", "measure", "proved", "told"}
                assert self.done == needed
                assert not self.open_measures
                assert not self.pending_appeal
                self.closings += 1
            case published.ComplaintReopened(times=times):
                self.reopened += 1
                assert times == self.reopened == self.closings
                self.done = {"accepted"}

    @rule(actor=whoever_or(CLERK))
    def someone_escalates(self, actor: Actor) -> None:
        self.attempt(actor, decisions.escalate)

    @rule(actor=whoever_or(INSPECTOR))
    def someone_accepts(self, actor: Actor) -> None:
        self.attempt(actor, decisions.accept)

    @rule(actor=whoever_or(INSPECTOR))
    def someone_contains(self, actor: Actor) -> None:
        self.attempt(actor, lambda it, by: decisions.contain(it, by, "隔离"))

    @rule(actor=whoever_or(INSPECTOR))
    def someone_finds_the_cause(self, actor: Actor) -> None:
        self.attempt(actor, lambda it, by: decisions.find_cause(it, by, "material", "来料"))

    @rule(actor=whoever_or(INSPECTOR), department=departments)
    def someone_fixes_responsibility(self, actor: Actor, department: UUID) -> None:
        self.attempt(actor, lambda it, by: decisions.fix_responsibility(it, by, department, "证据"))

    @rule(actor=whoever_or(MAKER, SHIPPER), kind=st.sampled_from(["production", "enterprise-management"]))
    def someone_appeals(self, actor: Actor, kind: str) -> None:
        new = objection(f"appeal {self.count}", kind)
        self.attempt(actor, lambda it, by: appeals.appeal(it, by, new))

    @rule(actor=whoever_or(ASSESSOR, DIRECTOR), moved=st.booleans(), department=departments)
    def someone_decides_the_appeal(self, actor: Actor, moved: bool, department: UUID) -> None:
        verdict = (
            Verdict(outcome="moved", reason="移", department_id=department)
            if moved
            else Verdict(outcome="upheld", reason="维持")
        )
        self.attempt(actor, lambda it, by: appeals.decide_appeal(it, by, verdict))

    @rule(actor=whoever_or(INSPECTOR), department=departments)
    def someone_decides_a_measure(self, actor: Actor, department: UUID) -> None:
        due_on = (self.now + timedelta(days=2)).date()
        new = replace(measure(f"measure {self.count}"), department_id=department, due_on=due_on)
        self.attempt(actor, lambda it, by: measures.decide(it, by, new))

    @rule(actor=whoever_or(MAKER, SHIPPER), which=st.integers(0, 5))
    def someone_carries_a_measure_out(self, actor: Actor, which: int) -> None:
        ids = [one.id for one in self.complaint.measures] or [known("none")]
        self.attempt(actor, lambda it, by: measures.carry_out(it, by, ids[which % len(ids)], "照片"))

    @rule(actor=whoever_or(INSPECTOR), effective=st.booleans())
    def someone_judges_the_effect(self, actor: Actor, effective: bool) -> None:
        self.attempt(actor, lambda it, by: measures.judge_effectiveness(it, by, effective, "复测"))

    @rule(actor=whoever_or(CLERK))
    def someone_tells_the_customer(self, actor: Actor) -> None:
        self.attempt(actor, lambda it, by: decisions.tell_customer(it, by, "答复"))

    @rule(actor=whoever_or(INSPECTOR))
    def someone_closes(self, actor: Actor) -> None:
        self.attempt(actor, decisions.close)

    @rule(actor=whoever_or(CLERK))
    def someone_reopens(self, actor: Actor) -> None:
        self.attempt(actor, lambda it, by: decisions.reopen(it, by, "复发"))

    @rule(steps=st.integers(1, 9))
    def the_right_people_go_on(self, steps: int) -> None:
        """So that random tries also begin deep inside the way."""
        for _ in range(steps):
            match self.complaint.status:
                case "closed":
                    return
                case "measures-decided":
                    still_open = [one for one in self.complaint.present_measures if one.carried_out_at is None]
                    owner = next(actor for actor in EVERYBODY if actor.unit_id == still_open[0].department_id)
                    open_id = still_open[0].id
                    self.attempt(owner, partial(carry_out, measure_id=open_id))
                case "responsibility-fixed" | "measure-due":
                    self.someone_decides_a_measure(INSPECTOR, PRODUCTION)
                case status:
                    self.attempt(CLERK if status == "proved" else INSPECTOR, ONWARD[status])

    @rule()
    def the_responsible_department_appeals(self) -> None:
        if self.complaint.responsibility is not None:
            responsible = self.complaint.responsibility.department_id
            actor = next(actor for actor in EVERYBODY if actor.unit_id == responsible)
            new = objection(f"appeal {self.count}")
            self.attempt(actor, lambda it, by: appeals.appeal(it, by, new))

    @invariant()
    def closed_means_closed_by_a_fact(self) -> None:
        if hasattr(self, "complaint"):
            assert (self.complaint.status == "closed") == (self.closings > self.reopened)


@pytest.mark.rule("Q2")
def test_no_path_closes_a_quality_complaint_without_all_of_it() -> None:
    run_state_machine_as_test(Anyone, settings=settings(max_examples=150, stateful_step_count=40, deadline=None))


@pytest.mark.rule("Q2")
def test_the_machine_itself_reaches_closing() -> None:
    """The property above would be worth nothing if no path ever closed: the same ledger on the straight way does."""
    anyone = Anyone()
    anyone.begin()
    for actor, decide in (
        (CLERK, decisions.escalate),
        (INSPECTOR, decisions.accept),
        (INSPECTOR, lambda it, by: decisions.contain(it, by, "隔离")),
        (INSPECTOR, lambda it, by: decisions.find_cause(it, by, "material", "来料")),
        (INSPECTOR, lambda it, by: decisions.fix_responsibility(it, by, PRODUCTION, "证据")),
        (INSPECTOR, lambda it, by: measures.decide(it, by, measure())),
        (MAKER, lambda it, by: measures.carry_out(it, by, known("measure"), "照片")),
        (INSPECTOR, lambda it, by: measures.judge_effectiveness(it, by, True, "复测")),
        (CLERK, lambda it, by: decisions.tell_customer(it, by, "答复")),
        (INSPECTOR, decisions.close),
    ):
        anyone.attempt(actor, decide)
    assert anyone.closings == 1
