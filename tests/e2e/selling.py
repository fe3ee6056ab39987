"""The path's first part: a customer in its unit's archive, contracts on their way to signature, goods that leave."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.e2e.books import Cell
from tests.e2e.company import CONTACTS, CUSTOMER, GLOBE, OTHERS_CUSTOMER, VALVE, Calendar, Company
from tests.e2e.people import Json, Person, refused
from tests.e2e.waiting import eventually

LIMIT = 4000  # CNY, the policy's default
FIRST, SECOND, THIRD, LATER, OTHERS = "HT-E-01", "HT-E-02", "HT-E-03", "HT-E-04", "HT-E-11"
BATCH, SECOND_BATCH = "PC-E-01", "PC-E-02"
WISH = "年度框架协议已签,申请列为战略合作伙伴"
SIGNING = "e2e-signing"
"""Correlation id of the first signature."""


@dataclass(slots=True)
class Sold:
    """What was signed: contracts and lines as contracts answers them, lines by (contract number, line number)."""

    customer_id: str
    agreements: dict[str, Json] = field(default_factory=dict)
    lines: dict[tuple[str, int], Json] = field(default_factory=dict)

    def total(self, *numbers: str) -> Decimal:
        """CNY of these contracts."""
        return sum((Decimal(self.agreements[number]["amount"]) for number in numbers), Decimal(0))


async def take_in(company: Company) -> str:
    """The customer is in its unit's archive with tier and contacts (C3), and becomes strategic by market (C1)."""
    staff = company.staff
    page = await staff["hd-keeper"].get("customers", "/customers", code=CUSTOMER)
    (row,) = page["items"]
    assert (row["unit_code"], row["tier"]) == ("HD", "general")
    path = f"/customers/{row['customer_id']}"
    kept = await staff["hd-keeper"].get("customers", path)
    names = {contact["name"] for contact in kept["contacts"]}
    assert names == {name for customer, name, *_ in CONTACTS if customer == CUSTOMER}
    assert (await staff["quality"].get("customers", path))["contacts"] is None, "contacts are for unit and market"

    wish = {"tier": "strategic", "reason": WISH}
    change = await staff["hd-head"].post("customers", f"{path}/tier-changes", wish)
    assert change["status"] == "pending"
    await staff["market"].post("customers", f"/tier-changes/{change['change_id']}/approve", {"remark": "同意"})
    history = await staff["hd-clerk"].get("customers", f"{path}/tiers")
    assert [period["tier"] for period in history["periods"]] == ["general", "strategic"]
    assert history["periods"][-1]["approved_by"] == str(staff["market"].id)
    return str(row["customer_id"])


def rows(when: Calendar) -> list[tuple[Cell, ...]]:
    """The contracts' workbook: one amount, split so that no single contract reaches the limit."""
    return [
        (FIRST, CUSTOMER, 1, VALVE, 20, "台", 75, when.wanted(1, 20)),
        (SECOND, CUSTOMER, 1, GLOBE, 30, "台", 50, when.wanted(1, 20)),
        (THIRD, CUSTOMER, 1, VALVE, 10, "台", 75, when.wanted(2, 10)),
        (THIRD, CUSTOMER, 2, GLOBE, 9, "台", 50, when.wanted(2, 10)),
    ]


async def sell(company: Company, customer_id: str) -> Sold:
    """Split contracts add up to the approval (K1); who drafted does not approve; then they are signed."""
    staff, sold = company.staff, Sold(customer_id)
    report = await staff["hd-head"].bring("contracts", "agreements", {"合同行": rows(company.when)})
    assert (report["created"], report["errors"]) == (3, [])
    first = await _submitted(staff["hd-clerk"], FIRST, needed=False, cumulative=1500)
    await sign(company, sold, first, correlation=SIGNING)
    second = await _submitted(staff["hd-clerk"], SECOND, needed=False, cumulative=3000)
    await sign(company, sold, second)

    third = await _submitted(staff["hd-clerk"], THIRD, needed=True, cumulative=4200)
    path = f"/agreements/{third['id']}"
    refused(await staff["hd-clerk"].send("POST", "contracts", f"{path}/sign", {}), 409, "approval-needed")
    refused(await staff["hd-head"].send("POST", "contracts", f"{path}/approve", {}), 403, "approver-is-author")
    approved = await staff["market"].post("contracts", f"{path}/approve", {"remark": "同意签订"})
    assert approved["approved_by"] == str(staff["market"].id)
    await sign(company, sold, approved)

    others = await draft(staff["xn-clerk"], OTHERS, OTHERS_CUSTOMER, line(VALVE, 4, 75, company.when.wanted(1, 25)))
    submitted = await staff["xn-clerk"].post("contracts", f"/agreements/{others['id']}/submit")
    await sign(company, sold, submitted, by="xn-clerk")
    return sold


def line(product: str, quantity: int, price: int, wanted: Any) -> Json:
    """The one line of a small contract."""
    return {
        "line_no": 1,
        "product_code": product,
        "quantity": quantity,
        "unit_of_measure": "台",
        "unit_price": price,
        "requested_on": wanted,
    }


async def draft(by: Person, number: str, customer_code: str, *lines: Json) -> Json:
    """A contract drafted by hand, once contracts has heard of customer and product."""
    return await by.persist(
        "POST", "contracts", "/agreements", {"number": number, "customer_code": customer_code, "lines": lines}
    )


async def _submitted(by: Person, number: str, *, needed: bool, cumulative: int) -> Json:
    page = await by.get("contracts", "/agreements", number=number)
    found: Json = await by.post("contracts", f"/agreements/{page['items'][0]['id']}/submit")
    assert Decimal(found["cumulative"]) == cumulative
    assert found["approval_needed"] is needed is (cumulative >= LIMIT)
    return found


async def sign(company: Company, sold: Sold, agreement: Json, *, by: str = "hd-clerk", **how: str) -> None:
    """Both sides sign; the lines are kept in ``sold``."""
    signed = await company.staff[by].post("contracts", f"/agreements/{agreement['id']}/sign", **how)
    assert (signed["status"], signed["signed_on"]) == ("signed", company.when.today.isoformat())
    sold.agreements[signed["number"]] = signed
    for one in signed["lines"]:
        sold.lines[signed["number"], one["line_no"]] = one


async def ship(company: Company, sold: Sold) -> None:
    """Logistics ships parts of two lines, by workbook and by hand, never more than is open (K4)."""
    logistics, today = company.staff["logistics"], company.when.today
    report = await logistics.bring("contracts", "shipments", {"发货": [("FH-E-01", FIRST, 1, BATCH, 8, today)]})
    assert (report["created"], report["errors"]) == (1, [])
    path = f"/lines/{sold.lines[THIRD, 1]['id']}/shipments"
    goods = {"number": "FH-E-02", "batch_number": SECOND_BATCH, "quantity": "3", "shipped_on": today}
    too_much = await logistics.send("POST", "contracts", path, goods | {"quantity": "11"})
    assert too_much.status_code in (409, 422), too_much.text
    await logistics.post("contracts", path, goods)
    seen = await company.staff["hd-clerk"].get("contracts", f"/lines/{sold.lines[FIRST, 1]['id']}")
    assert [Decimal(seen[name]) for name in ("quantity", "shipped", "open")] == [20, 8, 12]
    assert [one["batch_number"] for one in seen["shipments"]] == [BATCH]


async def told_of(company: Company, sold: Sold) -> None:
    """What was signed stands on Kafka; its volume came back from customers under the signature's own correlation."""
    suite, agreement = company.suite, sold.agreements[FIRST]
    wanted = ["drafted", "submitted", "signed"]
    told = await eventually(
        lambda: suite.facts("contracts.agreement.v1", subject=agreement["id"]), lambda facts: len(facts) >= 3
    )
    assert [fact.type for fact in told] == [f"contracts.agreement.{what}.v1" for what in wanted]
    assert told[-1].correlation == SIGNING

    async def recorded() -> list[str]:
        type_ = "customers.customer.volume-recorded.v1"
        facts = await suite.facts("customers.customer.v1", type_, sold.customer_id)
        return [fact.correlation for fact in facts]

    await eventually(recorded, lambda found: SIGNING in found, what="the signed volume on customers' topic")
