"""Q2 through the door: the whole way with each department's own account, appeals, reopening, versions, the history."""

import asyncio
from typing import Any

import asyncpg
import pytest

from tests.integration.complaints.world import Desk, department, person

pytestmark = pytest.mark.rule("Q2")

WAY: list[tuple[str, str, dict[str, object]]] = [
    ("clerk", "escalate", {"remark": "客户要求换货"}),
    ("inspector", "accept", {}),
    ("inspector", "contain", {"containment": "隔离库存同批产品", "batch_numbers": ["B-1", "B-2"]}),
    ("inspector", "cause", {"cause_category": "workmanship", "explanation": "压装力矩过大"}),
    ("inspector", "responsibility", {"department_code": "SCB", "reason": "装配工序失控"}),
    (
        "inspector",
        "measures",
        {"department_code": "SCB", "description": "增加力矩监控", "due_on": "2026-11-20"},
    ),
    ("maker", "measures/{measure}/carried-out", {"evidence": "监控已上线"}),
    ("inspector", "effectiveness", {"effective": True, "evidence": "连续三批无异响"}),
    ("clerk", "tell-customer", {"answer": "已换货,并改进了装配"}),
    ("inspector", "close", {"remark": ""}),
]


async def go(desk: Desk, found: dict[str, Any], until: str) -> dict[str, Any]:
    """Lead the complaint along the way until its status is ``until``."""
    start = {"received": 0, "accepted": 2}[found["status"]]
    for who, step, body in WAY[start:]:
        if found["status"] == until:
            break
        if "{measure}" in step:
            step = step.format(measure=found["measures"][-1]["id"])
        answer = await desk.post(who, f"/complaints/{found['id']}/{step}", body)
        assert answer.status_code == 200, (step, answer.text)
        found = answer.json()
    assert found["status"] == until
    return found


async def test_the_whole_way_with_each_departments_own_account(desk: Desk) -> None:
    closed = await go(desk, await desk.record(), "closed")
    assert closed["cause_category"] == "workmanship"
    assert closed["responsible_department_code"] == "SCB"
    assert closed["next_steps"] == ["reopen"]
    assert [kind.split(".")[2] for kind, _ in await desk.facts()] == [
        "received",
        "escalated",
        "accepted",
        "contained",
        "cause-found",
        "responsibility-fixed",
        "measure-decided",
        "measure-carried-out",
        "effectiveness-judged",
        "customer-told",
        "closed",
    ]
    history = closed["history"]
    assert [step["version"] for step in history] == list(range(1, 12))
    assert history[2]["person_id"] == str(person("inspector"))
    assert history[2]["department_id"] == str(department("ZJ"))
    assert history[4]["detail"] == {"cause_category": "workmanship", "explanation": "压装力矩过大"}
    assert (history[-1]["from_status"], history[-1]["to_status"]) == ("customer-told", "closed")


async def test_no_free_text_is_published(desk: Desk) -> None:
    closed = await go(desk, await desk.record(), "closed")
    await desk.post("clerk", f"/complaints/{closed['id']}/reopen", {"reason": "异响复发"})
    async with desk.database.reading() as tx:
        payloads = [row["payload"] for row in await tx.raw.fetch("SELECT payload FROM outbox")]
    assert len(payloads) == 12
    assert all(payload.isascii() and "\\u" not in payload for payload in payloads)


async def test_the_responsible_departments_people_see_theirs(desk: Desk) -> None:
    found = await go(desk, await desk.record(), "cause-found")
    assert (await desk.get("maker", f"/complaints/{found['id']}")).status_code == 404
    found = await go(desk, await desk.record(), "measures-decided")
    assert (await desk.get("maker", f"/complaints/{found['id']}")).status_code == 200
    assert (await desk.get("maker", "/complaints")).json()["total"] == 1
    assert (await desk.get("shipper", "/complaints")).json()["total"] == 0


async def test_an_appeal_moves_the_responsibility_while_the_work_goes_on(desk: Desk) -> None:
    found = await go(desk, await desk.record(), "responsibility-fixed")
    path = f"/complaints/{found['id']}"
    assert (await desk.post("shipper", f"{path}/appeal", {"reason": "?"})).status_code == 404
    appealed = (await desk.post("maker", f"{path}/appeal", {"reason": "来料硬度超差"})).json()
    assert appealed["appeals"][0]["to"] == "enterprise-management"
    measures = {"department_code": "SCB", "description": "增加力矩监控", "due_on": "2026-11-20"}
    decided = (await desk.post("inspector", f"{path}/measures", measures)).json()
    await desk.post("maker", f"{path}/measures/{decided['measures'][0]['id']}/carried-out", {"evidence": "完成"})
    await desk.post("inspector", f"{path}/effectiveness", {"effective": True, "evidence": "合格"})
    await desk.post("clerk", f"{path}/tell-customer", {"answer": "已改进"})
    early = await desk.post("inspector", f"{path}/close", {})
    assert early.json()["type"] == "/problems/not-ready-to-close"
    wrong = await desk.post("director", f"{path}/appeal-decision", {"outcome": "upheld", "reason": "?"})
    assert wrong.status_code == 403
    verdict = {"outcome": "moved", "department_code": "WL", "reason": "运输受潮"}
    moved = (await desk.post("assessor", f"{path}/appeal-decision", verdict)).json()
    assert moved["responsible_department_code"] == "WL"
    second = (await desk.post("shipper", f"{path}/appeal", {"reason": "包装合格"})).json()
    assert second["appeals"][1]["to"] == "leadership"
    final = await desk.post("director", f"{path}/appeal-decision", {"outcome": "upheld", "reason": "证据充分"})
    assert final.json()["responsible_instance"] == "leadership"
    assert (await desk.get("maker", path)).status_code == 200, "whoever appealed keeps seeing the case"
    assert (await desk.post("inspector", f"{path}/close", {})).json()["status"] == "closed"


async def test_reopening_is_counted_and_keeps_the_history(desk: Desk) -> None:
    closed = await go(desk, await desk.record(), "closed")
    again = (await desk.post("clerk", f"/complaints/{closed['id']}/reopen", {"reason": "异响复发"})).json()
    assert (again["status"], again["reopened"], again["responsible_department_id"]) == ("accepted", 1, None)
    assert again["answerable_id"] == str(person("clerk"))
    twice = await go(desk, again, "closed")
    assert [one["round"] for one in twice["measures"]] == [0, 1]
    assert len(twice["history"]) == 11 + 1 + 8


async def test_a_step_on_an_old_version_is_refused(desk: Desk) -> None:
    found = await desk.record()
    path = f"/complaints/{found['id']}"
    taken = await desk.post("clerk", f"{path}/escalate", {}, if_match=1)
    assert taken.headers["ETag"] == '"2"'
    stale = await desk.post("inspector", f"{path}/accept", {}, if_match=1)
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/version-mismatch")
    assert (await desk.post("inspector", f"{path}/accept", {}, if_match=2)).status_code == 200


async def test_a_decision_needs_an_idempotency_key_and_happens_once(desk: Desk) -> None:
    found = await desk.record()
    path = f"/complaints/{found['id']}/escalate"
    headers = desk.headers("clerk")
    del headers["Idempotency-Key"]
    missing = await desk.client.post(path, json={}, headers=headers)
    assert (missing.status_code, missing.json()["type"]) == (400, "/problems/idempotency-key-required")
    first = await desk.post("clerk", path, {}, key="one-intent")
    again = await desk.post("clerk", path, {}, key="one-intent")
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(await desk.facts()) == 2


async def test_the_door_is_closed_to_roles_without_the_permission(desk: Desk) -> None:
    found = await go(desk, await desk.record(), "escalated")
    refused = await desk.post("clerk", f"/complaints/{found['id']}/accept", {})
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-permitted")


async def test_an_unknown_department_is_not_yet_known(desk: Desk) -> None:
    found = await go(desk, await desk.record(), "cause-found")
    body = {"department_code": "XX", "reason": "?"}
    refused = await desk.post("inspector", f"/complaints/{found['id']}/responsibility", body)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-yet-known")
    assert refused.json()["field"] == "department_code"


async def test_the_database_itself_refuses_to_close_without_all_of_it(desk: Desk) -> None:
    found = await desk.record()
    connection = await asyncpg.connect(desk.database.url)
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "UPDATE complaint SET status = 'closed', closed_at = now(), told_at = now() WHERE id = $1", found["id"]
            )
        with pytest.raises(asyncpg.RaiseError):
            await connection.execute("DELETE FROM step")
    finally:
        await connection.close()


async def test_two_inspectors_at_once_accept_it_once(desk: Desk) -> None:
    found = await go(desk, await desk.record(), "escalated")
    path = f"/complaints/{found['id']}/accept"
    answers = await asyncio.gather(*(desk.post("inspector", path, {}) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert [kind for kind, _ in await desk.facts()].count("complaints.complaint.accepted.v1") == 1
