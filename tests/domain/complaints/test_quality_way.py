"""Q2: the way of a quality complaint, step by step, and who may take each step."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from services.complaints.quality.domain import decisions, measures
from services.complaints.quality.domain.complaint import Status
from shared.events import complaints as published
from shared.kernel.errors import DomainError
from tests.domain.complaints.people import (
    CLERK,
    EVERYBODY,
    HEAD,
    INSPECTOR,
    MAKER,
    MARKETEER,
    PRODUCTION,
    SHIPPER,
    STRANGER,
    WAY,
    brought_to,
    by,
    known,
    measure,
    person,
    received,
)

pytestmark = pytest.mark.rule("Q2")


def test_the_straight_way_ends_closed_and_tells_each_step_as_a_fact() -> None:
    complaint, told = received(), []
    while complaint.status != "closed":
        decision = WAY[complaint.status](complaint)
        assert decision.entry.from_status == complaint.status
        assert decision.entry.to_status == decision.complaint.status
        assert decision.complaint.version == complaint.version + 1
        told += [type(fact) for fact in decision.facts]
        complaint = decision.complaint
    assert told == [
        published.ComplaintEscalated,
        published.ComplaintAccepted,
        published.ComplaintContained,
        published.CauseFound,
        published.ResponsibilityFixed,
        published.MeasureDecided,
        published.MeasureCarriedOut,
        published.EffectivenessJudged,
        published.CustomerTold,
        published.ComplaintClosed,
    ]


def refusal(step: Callable[[], object]) -> str | None:
    """The code with which a step is refused; None when it is taken."""
    try:
        step()
    except DomainError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        ("received", {"clerk", "head", "marketeer"}),
        ("escalated", {"inspector"}),
        ("accepted", {"inspector"}),
        ("contained", {"inspector"}),
        ("cause-found", {"inspector"}),
        ("responsibility-fixed", {"inspector"}),
        ("measures-decided", {"maker"}),
        ("carried-out", {"inspector"}),
        ("proved", {"clerk", "head"}),
        ("customer-told", {"inspector"}),
    ],
)
def test_each_step_belongs_to_its_department(
    status: Status, allowed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint, took = brought_to(status), set()
    for actor in EVERYBODY:
        for name in ("CLERK", "INSPECTOR", "MAKER"):
            monkeypatch.setattr(f"tests.domain.complaints.people.{name}", actor)
        if refusal(lambda: WAY[status](complaint)) is None:
            took.add(actor.account)
        else:
            assert refusal(lambda: WAY[status](complaint)) == "not-your-step"
    assert took == allowed


def test_a_step_out_of_turn_is_refused_and_says_what_is_possible() -> None:
    with pytest.raises(DomainError) as refused:
        decisions.close(brought_to("contained"), by(INSPECTOR))
    assert refused.value.code == "wrong-status"
    assert refused.value.remedy == "Possible now: find-cause."


def test_a_first_contact_of_another_department_may_tell_the_customer() -> None:
    helper = person("helper", known("office"), "office")
    complaint = brought_to("proved", received(first_contact=helper))
    assert decisions.tell_customer(complaint, by(helper), "已处理").complaint.told_at is not None
    with pytest.raises(DomainError):
        decisions.tell_customer(complaint, by(STRANGER), "已处理")


def test_all_measures_must_be_carried_out_before_the_effect_is_judged() -> None:
    complaint = brought_to("measures-decided")
    complaint = measures.decide(complaint, by(INSPECTOR), measure("second", known("logistics"))).complaint
    complaint = measures.carry_out(complaint, by(MAKER), known("measure 0"), "已更换").complaint
    assert complaint.status == "measures-decided"
    with pytest.raises(DomainError) as early:
        measures.judge_effectiveness(complaint, by(INSPECTOR), True, "复测合格")
    assert early.value.code == "wrong-status"
    with pytest.raises(DomainError) as foreign:
        measures.carry_out(complaint, by(MAKER), known("second"), "不归我")
    assert foreign.value.code == "not-your-step"
    assert measures.carry_out(complaint, by(SHIPPER), known("second"), "已改包装").complaint.status == "carried-out"


def test_a_measure_is_carried_out_once() -> None:
    complaint = brought_to("measures-decided")
    complaint = measures.decide(complaint, by(INSPECTOR), measure("second")).complaint
    complaint = measures.carry_out(complaint, by(MAKER), known("measure 0"), "已更换").complaint
    with pytest.raises(DomainError) as again:
        measures.carry_out(complaint, by(MAKER), known("measure 0"), "再来")
    assert again.value.code == "already-carried-out"


def test_a_measure_without_effect_makes_another_one_due() -> None:
    complaint = brought_to("carried-out")
    complaint = measures.judge_effectiveness(complaint, by(INSPECTOR), False, "仍有异响").complaint
    assert complaint.status == "measure-due"
    with pytest.raises(DomainError):
        decisions.tell_customer(complaint, by(CLERK), "好了")
    complaint = measures.decide(complaint, by(INSPECTOR), measure("second")).complaint
    complaint = measures.carry_out(complaint, by(MAKER), known("second"), "换轴承").complaint
    complaint = measures.judge_effectiveness(complaint, by(INSPECTOR), True, "合格").complaint
    assert [one.effective for one in complaint.measures] == [False, True]
    complaint = decisions.tell_customer(complaint, by(HEAD), "已解决").complaint
    assert decisions.close(complaint, by(INSPECTOR)).complaint.status == "closed"


def test_a_measure_cannot_be_due_yesterday() -> None:
    late = replace(measure(), due_on=date(2026, 11, 1))
    with pytest.raises(DomainError) as refused:
        measures.decide(brought_to("responsibility-fixed"), by(INSPECTOR), late)
    assert (refused.value.code, refused.value.field) == ("due-in-the-past", "due_on")


def test_reopening_is_counted_and_asks_for_everything_anew() -> None:
    closed = brought_to("closed")
    decision = decisions.reopen(closed, by(CLERK), "异响复发")
    again = decision.complaint
    assert (again.status, again.round) == ("accepted", 1)
    assert decision.facts == (published.ComplaintReopened(complaint_id=closed.id, times=1),)
    assert decisions.closing_gaps(again) == (
        "customer told",
        "contained",
        "cause",
        "responsibility",
        "measure carried out",
        "effectiveness proved",
    )
    assert again.measures == closed.measures, "the earlier measures stay in the history"
    twice = decisions.reopen(brought_to("closed", again), by(INSPECTOR), "又来").complaint
    assert twice.round == 2
    assert [one.round for one in twice.measures] == [0, 1]


def test_an_earlier_rounds_measure_cannot_be_carried_out_again() -> None:
    again = decisions.reopen(brought_to("closed"), by(CLERK), "异响复发").complaint
    with pytest.raises(DomainError) as refused:
        measures.carry_out(brought_to("measures-decided", again), by(MAKER), known("measure 0"), "旧的")
    assert refused.value.code == "measure-absent"


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001, "a\x00b"])
def test_empty_endless_and_unprintable_texts_are_refused(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        decisions.contain(brought_to("accepted"), by(INSPECTOR), text)
    assert (refused.value.code, refused.value.field) == ("bad-text", "containment")


def test_no_free_text_leaves_in_a_fact() -> None:
    complaint = received()
    facts: list[object] = []
    while complaint.status != "closed":
        decision = WAY[complaint.status](complaint)
        facts += decision.facts
        complaint = decision.complaint
    facts += decisions.reopen(complaint, by(CLERK), "异响复发").facts
    assert all(ord(sign) < 128 for fact in facts for sign in repr(fact))


def test_market_may_escalate_for_a_unit_but_not_close() -> None:
    assert decisions.escalate(received(), by(MARKETEER)).complaint.status == "escalated"
    with pytest.raises(DomainError):
        decisions.close(brought_to("customer-told"), by(MARKETEER))


def test_a_measure_may_belong_to_another_department_than_the_responsible_one() -> None:
    complaint = measures.decide(
        brought_to("responsibility-fixed"), by(INSPECTOR), measure("packing", known("logistics"))
    ).complaint
    assert complaint.responsibility is not None
    assert complaint.responsibility.department_id == PRODUCTION
    assert measures.carry_out(complaint, by(SHIPPER), known("packing"), "已改").complaint.status == "carried-out"
