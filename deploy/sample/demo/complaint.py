"""The complaint's part of the path: from the first word to the proven cure (Q1, Q2), with an appeal on the way."""

from datetime import timedelta
from typing import Any

from deploy.sample.client import Call
from deploy.sample.demo.walking import Walk
from deploy.sample.organisation import PRODUCTION, account

_FACT = "complaints.complaint."


async def complain(walk: Walk, unit: str, customer_code: str, agreement_number: str, batch: str) -> None:
    """A complaint about the delivered batch, taken to its end."""
    clerk = account(unit, "clerk")
    body = {
        "number": f"TSYS{walk.code}",
        "customer_code": customer_code,
        "agreement_number": agreement_number,
        "line_no": 1,
        "batch_number": batch,
        "category": "quality",
        "description": "开箱检验发现两台密封面划伤,打压试验渗漏",
        "reported_on": walk.today.isoformat(),
    }
    received = await walk.step(
        "record a quality complaint on the delivered line",
        Call("complaints", "POST", "/complaints", clerk, body=body),
        (f"{_FACT}received.v1",),
        lambda c: f"{c['number']} on batch {c['batch_number']}",
    )
    path = f"/complaints/{received['id']}"
    await _one(walk, clerk, "escalate it to quality supervision", f"{path}/escalate", {}, "escalated")
    await _investigate(walk, path, batch)
    await _appeal(walk, path)
    await _cure(walk, path, clerk)


async def _one(walk: Walk, who: str, title: str, path: str, body: Any, fact: str) -> Any:
    call = Call("complaints", "POST", path, who, body=body)
    return await walk.step(title, call, (f"{_FACT}{fact}.v1",), lambda c: c["status"])


async def _investigate(walk: Walk, path: str, batch: str) -> None:
    contained = {"containment": "同批次在库产品封存,通知物流停发", "batch_numbers": [batch]}
    cause = {"cause_category": "process", "explanation": "研磨工装磨损,密封面划伤"}
    fixed = {"department_code": PRODUCTION, "reason": "工装点检未按规定执行"}
    await _one(walk, "quality", "accept it", f"{path}/accept", {}, "accepted")
    await _one(walk, "quality", "contain the damage", f"{path}/contain", contained, "contained")
    await _one(walk, "quality", "find the cause", f"{path}/cause", cause, "cause-found")
    title = "fix responsibility on production"
    await _one(walk, "quality", title, f"{path}/responsibility", fixed, "responsibility-fixed")


async def _appeal(walk: Walk, path: str) -> None:
    """Production objects; enterprise management upholds."""
    objection = {"reason": "毛坯来料硬度偏低,请复核责任"}
    verdict = {"outcome": "upheld", "reason": "复检来料合格,维持原认定"}
    await _one(walk, "production", "appeal", f"{path}/appeal", objection, "responsibility-appealed")
    manager = "enterprise-management"
    await _one(walk, manager, "decide the appeal", f"{path}/appeal-decision", verdict, "responsibility-fixed")


async def _cure(walk: Walk, path: str, clerk: str) -> None:
    """A measure is decided, carried out and seen to work; the customer is told; closed."""
    due_on = (walk.today + timedelta(days=14)).isoformat()
    measure = {"department_code": PRODUCTION, "description": "更换研磨工装并纳入每班点检", "due_on": due_on}
    decided = await _one(walk, "quality", "decide a measure", f"{path}/measures", measure, "measure-decided")
    measure_id = decided["measures"][-1]["id"]
    done = {"evidence": "新工装编号 YM-07,点检表三班签字"}
    title = "carry the measure out"
    await _one(walk, "production", title, f"{path}/measures/{measure_id}/carried-out", done, "measure-carried-out")
    worked = {"effective": True, "evidence": "连续三批抽检各50台,打压合格率100%"}
    title = "prove that it worked"
    await _one(walk, "quality", title, f"{path}/effectiveness", worked, "effectiveness-judged")
    answer = {"answer": "已更换两台并完成整改,附整改报告"}
    await _one(walk, clerk, "tell the customer", f"{path}/tell-customer", answer, "customer-told")
    await _one(walk, "quality", "close it", f"{path}/close", {}, "closed")
