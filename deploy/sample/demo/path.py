"""The main path, step by step: what each department does, and which facts must follow.

customers → contracts → planning → contracts → complaints → customers. Must not know how steps are watched or timed.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from deploy.sample.client import Call
from deploy.sample.demo.complaint import complain
from deploy.sample.demo.plan import Goods, plan
from deploy.sample.demo.walking import Walk
from deploy.sample.demo.watching import Expected
from deploy.sample.organisation import account
from deploy.sample.words import CITIES, credit_code
from shared.kernel.dates import first_day

UNIT = "HD"
KEEPER, CLERK, HEAD = account(UNIT, "keeper"), account(UNIT, "clerk"), account(UNIT, "head")
_PRODUCT, _OTHER = "QF-050", "ZF-040"


@dataclass(frozen=True, slots=True)
class Signed:
    """What the customer bought: the contract's number and its first line."""

    customer_code: str
    agreement_number: str
    line: Any


async def walk_path(walk: Walk) -> None:
    """All of it, in order."""
    customer = await _customer(walk)
    signed = await _contract(walk, customer["code"])
    batch = await _ship(walk, signed)
    goods = Goods(signed.line["id"], _PRODUCT, signed.agreement_number, _requested(walk))
    await plan(walk, UNIT, goods)
    await complain(walk, UNIT, signed.customer_code, signed.agreement_number, batch)
    await _evidence(walk, customer)


async def _customer(walk: Walk) -> Any:
    """A unit takes a customer in (C3) and asks for the strategic tier, which market grants (C1)."""
    city = CITIES[UNIT][1]
    body = {
        "code": f"YS{walk.code}",
        "name": f"苏州演示流体设备{walk.code}有限公司",
        "kind": "company",
        "credit_code": credit_code(Random(walk.code), city),
        "tier": "general",
        "region": city.province,
        "address": "江苏省苏州市示例大道1号",
    }
    customer = await walk.step(
        "register a customer in the unit's archive",
        Call("customers", "POST", "/customers", KEEPER, body=body),
        ("customers.customer.registered.v1", "customers.customer.state.v1"),
        lambda c: f"{c['code']} {c['name']}",
    )
    path = f"/customers/{customer['customer_id']}"
    contact = {"name": "周示例", "position": "采购经理", "phone": "10000000000", "primary": True}
    await walk.step(
        "add a contact",
        Call("customers", "POST", f"{path}/contacts", KEEPER, body=contact),
        told=lambda _: "personal data: it stays in customers, nothing is published",
    )
    wish = {"tier": "strategic", "reason": "签订年度框架意向,申请列为战略合作伙伴"}
    change = await walk.step(
        "apply for the strategic tier",
        Call("customers", "POST", f"{path}/tier-changes", HEAD, body=wish),
        told=lambda c: f"{c['old_tier']} → {c['new_tier']}: {c['status']}",
    )
    await walk.step(
        "approve the strategic tier",
        Call("customers", "POST", f"/tier-changes/{change['change_id']}/approve", "market", body={"remark": "同意"}),
        ("customers.customer.tier-changed.v1", "customers.customer.state.v1"),
        lambda c: c["status"],
    )
    return customer


async def _contract(walk: Walk, customer_code: str) -> Signed:
    """The unit head drafts and submits; above the yearly limit somebody else must approve (K1); then it is signed."""
    number = f"HTYS{walk.code}"
    body = {"number": number, "customer_code": customer_code, "lines": _lines(walk)}
    drafted = await walk.step(
        "draft a contract",
        Call("contracts", "POST", "/agreements", HEAD, body=body),
        ("contracts.agreement.drafted.v1",),
        lambda a: f"{a['number']}, {a['amount']} CNY",
    )
    path = f"/agreements/{drafted['id']}"
    await walk.step(
        "submit it",
        Call("contracts", "POST", f"{path}/submit", HEAD),
        ("contracts.agreement.submitted.v1",),
        lambda a: f"{a['status']}; approval needed: {'yes' if a['approval_needed'] else 'no'}",
    )
    own = Call("contracts", "POST", f"{path}/approve", HEAD, body={"remark": "同意"})
    await walk.refused("try to approve one's own contract", own, "approver-is-author")
    await walk.step(
        "approve it",
        Call("contracts", "POST", f"{path}/approve", "market", body={"remark": "同意签订"}),
        ("contracts.agreement.approved.v1",),
        lambda a: a["status"],
    )
    lines = await walk.client.everything("contracts", "/lines", CLERK, agreement=number)
    line = next(line for line in lines if line["line_no"] == 1)
    await walk.step(
        "sign it",
        Call("contracts", "POST", f"{path}/sign", CLERK),
        (
            "contracts.agreement.signed.v1",
            *(Expected("contracts.line.state.v1", one["id"]) for one in lines),
            "customers.customer.volume-recorded.v1",
        ),
        lambda a: f"{a['status']} on {a['signed_on']}",
    )
    return Signed(customer_code, number, line)


async def _ship(walk: Walk, signed: Signed) -> str:
    """Logistics ships a part of the first line (K4); the batch is what a complaint will name."""
    batch = f"P{walk.code}"
    body = {
        "number": f"FHYS{walk.code}",
        "batch_number": batch,
        "quantity": "20",
        "shipped_on": walk.today.isoformat(),
    }
    await walk.step(
        "ship a part of line 1",
        Call("contracts", "POST", f"/lines/{signed.line['id']}/shipments", "logistics", body=body),
        ("contracts.shipment.recorded.v1", "contracts.shipment.state.v1", "contracts.line.state.v1"),
        lambda s: f"{s['quantity']} {s['unit_of_measure']} of batch {s['batch_number']}",
    )
    return batch


async def _evidence(walk: Walk, customer: Any) -> None:
    """The signed volume stands at the customer as evidence for its tier (C1)."""
    await walk.until(
        "see the yearly signed volume at the customer",
        Call("customers", "GET", f"/customers/{customer['customer_id']}/volumes", "market"),
        lambda v: bool(v["years"]),
        told=lambda v: f"{v['years'][0]['year']}: {v['years'][0]['signed']} CNY; suggested tier: {v['suggested']}",
    )


def _lines(walk: Walk) -> list[dict[str, Any]]:
    requested = _requested(walk)
    wanted = ((_PRODUCT, 60, "176.70", requested), (_OTHER, 25, "167.58", requested + timedelta(days=14)))
    return [
        {
            "line_no": line_no,
            "product_code": product,
            "quantity": str(quantity),
            "unit_of_measure": "台",
            "unit_price": price,
            "requested_on": day.isoformat(),
        }
        for line_no, (product, quantity, price, day) in enumerate(wanted, start=1)
    ]


def _requested(walk: Walk) -> date:
    """In the middle of the first plan month, but never in the past when the demo is walked long after the load."""
    return max(first_day(walk.company.months[0]) + timedelta(days=14), walk.today + timedelta(days=21))
