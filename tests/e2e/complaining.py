"""The path's third part: a complaint about delivered goods, from the first word to the proven cure and back again."""

from datetime import timedelta

from tests.e2e.company import CUSTOMER, Company
from tests.e2e.people import Json, refused
from tests.e2e.selling import BATCH, FIRST
from tests.e2e.waiting import eventually

WORDS = "开箱发现密封面划伤打压渗漏"
APPEAL = "毛坯硬度偏低,请复核"
ANSWER = "已更换并完成整改"
"""What is said in words stays in complaints."""


async def complain(company: Company) -> Json:
    """The unit records what the customer reported on a delivered batch (Q1): nothing is closed by a short cut."""
    clerk = company.staff["hd-clerk"]
    body = {
        "number": "TS-E-01",
        "customer_code": CUSTOMER,
        "agreement_number": FIRST,
        "line_no": 1,
        "batch_number": BATCH,
        "category": "quality",
        "description": WORDS,
        "reported_on": company.when.today,
    }
    received = await clerk.persist("POST", "complaints", "/complaints", body)
    assert (received["status"], received["batch_number"], received["line_no"]) == ("received", BATCH, 1)
    early = await company.staff["quality"].send("POST", "complaints", f"/complaints/{received['id']}/close", {})
    refused(early, 409, "wrong-status")
    return received


async def cure(company: Company, received: Json) -> Json:
    """All of Q2: each step by whose it is, with an appeal on the way."""
    staff, path = company.staff, f"/complaints/{received['id']}"

    async def step(who: str, action: str, status: str, **body: object) -> Json:
        answer: Json = await staff[who].post("complaints", f"{path}/{action}", body)
        assert answer["status"] == status
        return answer

    await step("hd-clerk", "escalate", "escalated")
    refused(await staff["hd-clerk"].send("POST", "complaints", f"{path}/accept", {}), 403, "not-permitted")
    await step("quality", "accept", "accepted")
    await step("quality", "contain", "contained", containment="同批次在库产品封存", batch_numbers=[BATCH])
    await step("quality", "cause", "cause-found", cause_category="process", explanation="研磨工装磨损")
    blamed = await step("quality", "responsibility", "responsibility-fixed", department_code="SHCB", reason="点检漏项")
    assert blamed["responsible_department_code"] == "SHCB"
    appeal = f"{path}/appeal", {"reason": "不服"}
    refused(await staff["hd-head"].send("POST", "complaints", *appeal), 403, "not-your-step")
    refused(await staff["logistics"].send("POST", "complaints", *appeal), 404, "complaint-absent")
    await step("production", "appeal", "responsibility-fixed", reason=APPEAL)
    upheld = {"outcome": "upheld", "reason": "复检来料合格"}
    decided = await step("management", "appeal-decision", "responsibility-fixed", **upheld)
    assert decided["responsible_instance"] == "enterprise-management"
    due_on = company.when.today + timedelta(days=14)
    measure = {"department_code": "SHCB", "description": "更换研磨工装", "due_on": due_on}
    planned = await step("quality", "measures", "measures-decided", **measure)
    one = f"measures/{planned['measures'][-1]['id']}/carried-out"
    await step("production", one, "carried-out", evidence="新工装已上线,点检表签字")
    await step("quality", "effectiveness", "proved", effective=True, evidence="连续三批合格率100%")
    await step("hd-clerk", "tell-customer", "customer-told", answer=ANSWER)
    closed = await step("quality", "close", "closed")
    assert closed["reopened"] == 0
    return await step("hd-clerk", "reopen", "accepted", reason="客户再次反映同样现象")


WAY = (
    "received", "escalated", "accepted", "contained", "cause-found", "responsibility-fixed", "responsibility-appealed",
    "responsibility-fixed", "measure-decided", "measure-carried-out", "effectiveness-judged", "customer-told", "closed",
    "reopened",
)  # fmt: skip


async def told_of(company: Company, complaint: Json) -> None:
    """Each step is one fact, in order; the reopening is counted."""
    assert complaint["reopened"] == 1
    told = await eventually(
        lambda: company.suite.facts("complaints.complaint.v1", subject=complaint["id"]),
        lambda facts: len(facts) >= len(WAY),
        what="the complaint's facts",
    )
    assert [fact.type for fact in told] == [f"complaints.complaint.{what}.v1" for what in WAY]
