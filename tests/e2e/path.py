"""The main path over all four services, by HTTP and Kafka alone. Walked once; the tests beside it look at what it left.

customers → contracts → planning → contracts → complaints, and what was signed back to customers.
"""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from tests.e2e import complaining, producing, selling
from tests.e2e.company import CUSTOMER, DOUBLE, GLOBE, Company
from tests.e2e.people import Json
from tests.e2e.selling import FIRST, LATER, SECOND, THIRD, Sold
from tests.e2e.waiting import eventually

DOUBLES_CONTRACT = "HT-E-05"
DOUBT = "同一企业重复建档,经核对合并"


@dataclass(frozen=True, slots=True)
class Story:
    """What was done on the path."""

    sold: Sold
    complaint: Json


@dataclass(slots=True)
class Path:
    """The path in the running suite; who asks first walks it."""

    company: Company
    story: Story | None = None
    failed: bool = False

    async def walked(self) -> Story:
        """The story; a failure for everybody if it does not come to its end."""
        if self.failed:
            pytest.fail("the path was not walked to its end: see the test that walked it", pytrace=False)
        if self.story is None:
            self.failed = True
            self.story = await walk(self.company)
            self.failed = False
        return self.story


async def walk(company: Company) -> Story:
    """All of it, in order."""
    customer_id = await selling.take_in(company)
    sold = await selling.sell(company, customer_id)
    await selling.ship(company, sold)
    await selling.told_of(company, sold)
    await producing.see_firm_demand(company, sold)
    await producing.forecast(company)
    sales_plan_id = await producing.balance(company)
    first = await producing.first_plan(company, sold, sales_plan_id)
    complaint = await complaining.cure(company, await complaining.complain(company))
    await producing.sell_later(company, sold)
    await producing.fence_off(company, sold, sales_plan_id, first)
    await producing.promise_anew(company, sold, sales_plan_id)
    await complaining.told_of(company, complaint)
    await return_to_customers(company, sold)
    return Story(sold, complaint)


async def return_to_customers(company: Company, sold: Sold) -> None:
    """What a double signed counts with the customer it is merged into: for the approval (K1) and as evidence (C1)."""
    staff, today = company.staff, company.when.today
    line = selling.line(GLOBE, 2, 50, company.when.wanted(2, 15))
    drafted = await selling.draft(staff["hd-clerk"], DOUBLES_CONTRACT, DOUBLE, line)
    submitted = await staff["hd-clerk"].post("contracts", f"/agreements/{drafted['id']}/submit")
    assert submitted["approval_needed"] is False
    await selling.sign(company, sold, submitted)
    (double,) = (await staff["market"].get("customers", "/customers", code=DOUBLE))["items"]
    merge = {"into_code": CUSTOMER, "reason": DOUBT}
    await staff["market"].post("customers", f"/customers/{double['customer_id']}/merge", merge)
    total = sold.total(FIRST, SECOND, THIRD, LATER, DOUBLES_CONTRACT)

    exposure = await eventually(
        lambda: staff["hd-clerk"].get("contracts", f"/exposures/{CUSTOMER}", year=today.year),
        lambda found: DOUBLE in found["counts_with"],
        what="the merge in contracts",
    )
    assert Decimal(exposure["years"][0]["total"]) == total
    path = f"/customers/{sold.customer_id}/volumes"
    volumes = await eventually(
        lambda: staff["hd-head"].get("customers", path),
        lambda found: found["years"] and Decimal(found["years"][0]["signed"]) == total,
        what=f"a signed volume of {total}",
    )
    assert volumes["years"][0]["year"] == today.year
