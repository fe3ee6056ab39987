"""Q2: the responsible department may appeal; enterprise management decides, then leadership; closing waits."""

import pytest

from services.complaints.quality.domain import appeals, decisions
from services.complaints.quality.domain.appeals import Verdict
from services.complaints.quality.domain.complaint import Complaint, Status
from services.complaints.quality.domain.life import APPEALABLE
from shared.events import complaints as published
from shared.kernel.errors import DomainError
from tests.domain.complaints.people import (
    ASSESSOR,
    CLERK,
    DIRECTOR,
    ENTERPRISE,
    INSPECTOR,
    LOGISTICS,
    MAKER,
    PRODUCTION,
    SHIPPER,
    WAY,
    brought_to,
    by,
    known,
    objection,
    received,
)

pytestmark = pytest.mark.rule("Q2")
UPHELD = Verdict(outcome="upheld", reason="证据充分")
MOVED = Verdict(outcome="moved", reason="包装所致", department_id=LOGISTICS)


def appealed(status: Status = "responsibility-fixed") -> Complaint:
    return appeals.appeal(brought_to(status), by(MAKER), objection()).complaint


@pytest.mark.parametrize("status", APPEALABLE)
def test_the_department_may_appeal_while_the_work_goes_on(status: Status) -> None:
    complaint = brought_to("carried-out") if status == "measure-due" else brought_to(status)
    if status == "measure-due":
        from services.complaints.quality.domain.measures import judge_effectiveness

        complaint = judge_effectiveness(complaint, by(INSPECTOR), False, "无效").complaint
    decision = appeals.appeal(complaint, by(MAKER), objection())
    assert decision.complaint.status == status
    assert decision.facts == (
        published.ResponsibilityAppealed(
            complaint_id=complaint.id, department_id=PRODUCTION, to="enterprise-management"
        ),
    )


def test_closing_waits_for_the_appeals_end() -> None:
    complaint = appealed()
    while complaint.status != "customer-told":
        complaint = WAY[complaint.status](complaint).complaint
    with pytest.raises(DomainError) as early:
        decisions.close(complaint, by(INSPECTOR))
    assert early.value.code == "not-ready-to-close"
    assert "the appeal's end" in early.value.message
    complaint = appeals.decide_appeal(complaint, by(ASSESSOR, 1), UPHELD).complaint
    assert decisions.close(complaint, by(INSPECTOR, 1)).complaint.status == "closed"


def test_enterprise_management_may_move_the_responsibility() -> None:
    decision = appeals.decide_appeal(appealed(), by(ASSESSOR), MOVED)
    assert decision.complaint.responsibility is not None
    assert decision.complaint.responsibility.department_id == LOGISTICS
    assert decision.facts == (
        published.ResponsibilityFixed(
            complaint_id=decision.complaint.id, department_id=LOGISTICS, instance="enterprise-management"
        ),
    )


def test_the_second_appeal_goes_to_leadership_and_is_the_last() -> None:
    complaint = appeals.decide_appeal(appealed(), by(ASSESSOR), MOVED).complaint
    with pytest.raises(DomainError) as former:
        appeals.appeal(complaint, by(MAKER), objection("late"))
    assert former.value.code == "not-your-step", "production answers no longer"
    complaint = appeals.appeal(complaint, by(SHIPPER), objection("second")).complaint
    assert complaint.open_appeal is not None
    assert complaint.open_appeal.to == "leadership"
    with pytest.raises(DomainError) as lower:
        appeals.decide_appeal(complaint, by(ASSESSOR), UPHELD)
    assert lower.value.code == "not-your-step"
    complaint = appeals.decide_appeal(complaint, by(DIRECTOR), UPHELD).complaint
    with pytest.raises(DomainError) as exhausted:
        appeals.appeal(complaint, by(SHIPPER), objection("third"))
    assert exhausted.value.code == "appeals-exhausted"


def test_one_appeal_at_a_time() -> None:
    with pytest.raises(DomainError) as twice:
        appeals.appeal(appealed(), by(MAKER), objection("again"))
    assert twice.value.code == "appeal-pending"


def test_an_appeal_is_open_for_seven_days() -> None:
    complaint = brought_to("responsibility-fixed")
    assert appeals.appeal(complaint, by(MAKER, 7), objection()).complaint.open_appeal is not None
    with pytest.raises(DomainError) as late:
        appeals.appeal(complaint, by(MAKER, 7.01), objection())
    assert late.value.code == "appeal-too-late"


def test_enterprise_management_does_not_judge_its_own_case() -> None:
    complaint = decisions.fix_responsibility(brought_to("cause-found"), by(INSPECTOR), ENTERPRISE, "制度").complaint
    own = appeals.appeal(complaint, by(ASSESSOR), objection(kind="enterprise-management")).complaint
    assert own.open_appeal is not None
    assert own.open_appeal.to == "leadership"


def test_nobody_decides_the_appeal_of_their_own_department() -> None:
    from tests.domain.complaints.people import person

    both = person("both", PRODUCTION, "enterprise-management")
    with pytest.raises(DomainError) as own:
        appeals.decide_appeal(appealed(), by(both), UPHELD)
    assert own.value.code == "own-case"


def test_moving_needs_another_department() -> None:
    with pytest.raises(DomainError) as nowhere:
        appeals.decide_appeal(appealed(), by(ASSESSOR), Verdict(outcome="moved", reason="?"))
    assert nowhere.value.code == "department-missing"
    with pytest.raises(DomainError) as same:
        appeals.decide_appeal(appealed(), by(ASSESSOR), Verdict(outcome="moved", reason="?", department_id=PRODUCTION))
    assert same.value.code == "same-department"


def test_a_decision_needs_an_appeal() -> None:
    with pytest.raises(DomainError) as none:
        appeals.decide_appeal(brought_to("responsibility-fixed"), by(ASSESSOR), UPHELD)
    assert none.value.code == "no-appeal"


def test_before_responsibility_is_fixed_there_is_nothing_to_appeal() -> None:
    with pytest.raises(DomainError) as early:
        appeals.appeal(brought_to("cause-found"), by(MAKER), objection())
    assert early.value.code == "wrong-status"
    with pytest.raises(DomainError) as other:
        appeals.appeal(received("service"), by(CLERK), objection())
    assert other.value.code == "wrong-status"


def test_a_reopened_complaint_keeps_the_old_appeal_and_allows_a_new_one() -> None:
    complaint = appeals.decide_appeal(appealed(), by(ASSESSOR), UPHELD).complaint
    again = decisions.reopen(brought_to("closed", complaint), by(CLERK), "复发").complaint
    again = appeals.appeal(brought_to("responsibility-fixed", again), by(MAKER), objection("fresh")).complaint
    assert [(one.round, one.outcome) for one in again.appeals] == [(0, "upheld"), (1, None)]
    assert again.open_appeal is not None
    assert again.open_appeal.id == known("fresh")
