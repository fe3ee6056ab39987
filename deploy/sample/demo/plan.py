"""The planning part of the path: firm demand, a unit's plan, the sales plan, the production plan, the promise."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from deploy.sample.client import Call
from deploy.sample.demo.walking import Walk
from deploy.sample.demo.watching import Expected
from deploy.sample.organisation import account
from deploy.sample.suite import SampleError
from shared.kernel.dates import month_of

_SOLVING_SECONDS = 20
_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Goods:
    """The contract line that is to be promised."""

    line_id: str
    product_code: str
    agreement_number: str
    requested_on: date

    @property
    def month(self) -> str:
        """The month it is wanted in."""
        return month_of(self.requested_on)


async def plan(walk: Walk, unit: str, goods: Goods) -> None:
    """From the signed line to the promised date beside the requested one."""
    clerk = account(unit, "clerk")
    await walk.until(
        "see the signed line as firm demand",
        Call("planning", "GET", "/firm-demand", clerk, params=(("month", goods.month), ("q", goods.agreement_number))),
        lambda page: any(row["line_id"] == goods.line_id and Decimal(row["shipped"]) > 0 for row in page["items"]),
        told=lambda page: _firm(page, goods),
    )
    await _demand(walk, clerk, goods)
    sales = await _sales(walk, goods)
    await _production(walk, sales, goods)
    await walk.until(
        "see the promised date on the contract line",
        Call("contracts", "GET", f"/lines/{goods.line_id}", clerk),
        lambda line: any(entry["outcome"] == "applied" for entry in line["dates"]),
        told=lambda line: f"requested {line['requested_on']}, promised {line['promised_on'] or 'not within the plan'}",
    )


def _firm(page: Any, goods: Goods) -> str:
    row = next(row for row in page["items"] if row["line_id"] == goods.line_id)
    return f"{row['product_code']}: {row['quantity']} signed, {row['open']} open, tier {row['tier']}"


async def _demand(walk: Walk, clerk: str, goods: Goods) -> None:
    """The unit expects more of the product than before and submits a new revision (P1)."""
    path = f"/demand-plans/{goods.month}"
    present = await walk.client.get("planning", path, clerk)
    lines = {line["product_code"]: Decimal(line["quantity"]) for line in present["lines"]}
    lines[goods.product_code] = lines.get(goods.product_code, Decimal(0)) + 80
    body = {"lines": [{"product_code": code, "quantity": str(quantity)} for code, quantity in sorted(lines.items())]}
    await walk.step(
        f"revise the demand plan for {goods.month}",
        Call("planning", "PUT", path, clerk, body=body, if_match=f'"{present["version"]}"'),
        told=lambda p: f"{goods.product_code}: {lines[goods.product_code]}; {len(p['lines'])} rows",
    )
    await walk.step(
        "submit the revision",
        Call("planning", "POST", f"{path}/submit", clerk),
        ("planning.demand-plan.submitted.v1",),
        lambda p: f"revision {p['revision']}, due by {p['due_at']}",
    )


async def _sales(walk: Walk, goods: Goods) -> Any:
    """Market balances, cuts one line with its reason, and issues (P2)."""
    body = {"first_month": goods.month, "months": _MONTHS}
    sales = await walk.step(
        "balance the units' demand into a sales plan",
        Call("planning", "POST", "/sales-plans", "market", body=body),
        told=lambda p: f"{goods.month} and the {_MONTHS - 1} months after it",
    )
    path = f"/sales-plans/{sales['sales_plan_id']}"
    lines = await walk.client.everything("planning", f"{path}/lines", "market", q=goods.product_code)
    line = next((one for one in lines if Decimal(one["quantity"]) - Decimal(one["firm"]) >= 10), None)
    if line is None:
        raise SampleError(f"No unit's forecast of {goods.product_code} is left that market could cut.")
    room = Decimal(line["quantity"]) - Decimal(line["firm"])
    cut_to = Decimal(line["firm"]) + (room * Decimal("0.9")).quantize(Decimal(1))
    cut = {"quantity": str(cut_to), "reason": "预测高于近三个月实际提货,按九成安排"}
    await walk.step(
        "cut one line, with its reason",
        Call("planning", "PUT", f"{path}/lines/{line['line_id']}", "market", body=cut, if_match=f'"{line["version"]}"'),
        told=lambda _: f"{line['product_code']} {line['month']}: {line['quantity']} → {cut_to} ({cut['reason']})",
    )
    await walk.step(
        "issue the sales plan",
        Call("planning", "POST", f"{path}/issue", "market"),
        ("planning.sales-plan.issued.v1",),
        lambda p: f"version {p['issued_version']}",
    )
    return sales


async def _production(walk: Walk, sales: Any, goods: Goods) -> None:
    """Production has the plan solved, and issues it: one promise a changed line, applied by contracts (P3)."""
    body = {"sales_plan_id": sales["sales_plan_id"], "seconds": _SOLVING_SECONDS}
    queued = await walk.step(
        "ask for a production plan",
        Call("planning", "POST", "/production-plans", "production", body=body),
        told=lambda p: p["status"],
    )
    path = f"/production-plans/{queued['plan_id']}"
    solved = await walk.until(
        "wait for the solver",
        Call("planning", "GET", path, "production"),
        lambda p: p["status"] not in ("queued", "solving"),
        told=lambda p: f"{p['status']} by {p['ended_by']}: cost {p['objective']}, proved bound {p['bound']}",
        seconds=_SOLVING_SECONDS + 60,
    )
    if solved["status"] != "solved":
        raise SampleError(f"The production plan is {solved['status']}: {solved['failure'] or solved['refusals']}")
    promised = Expected("planning.promise.made.v1", goods.line_id)
    applied = Expected("contracts.line.promise-applied.v1", goods.line_id)
    await walk.step(
        "issue the production plan",
        Call("planning", "POST", f"{path}/issue", "production"),
        ("planning.production-plan.issued.v1", promised, applied, Expected("contracts.line.state.v1", goods.line_id)),
        lambda p: f"version {p['issued_version']}",
    )
