"""C3 over HTTP: doubles are merged, never deleted; what they signed counts at the survivor."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.customers.volume import commands as volumes
from shared.events.contracts import AgreementSigned
from tests.integration.customers.conftest import CREDIT_CODES, Company, problem

pytestmark = pytest.mark.rule("C3")


async def registered(company: Company, *codes: str) -> list[dict[str, Any]]:
    return [
        await company.register(code=code, name=f"客户{code}", kind="sole-trader", credit_code=None) for code in codes
    ]


async def merge(company: Company, double: dict[str, Any], into: str) -> Any:
    return await company.market.post(f"/customers/{double['customer_id']}/merge", {"into_code": into, "reason": "重复"})


async def signed(company: Company, customer_id: str, amount: str) -> None:
    fact = AgreementSigned(
        agreement_id=uuid4(),
        number="HT1",
        customer_id=UUID(customer_id),
        unit_id=uuid4(),
        signed_on=date(2026, 3, 1),
        amount=Decimal(amount),
    )
    await company.do(volumes.count_signed, fact)


async def test_a_double_says_where_it_went_and_is_changed_no_more(company: Company) -> None:
    a, b = await registered(company, "A", "B")
    before = await company.position()
    merged = await merge(company, a, "B")
    assert (merged.status_code, merged.json()["merged_into_code"]) == (200, "B")
    published = await company.published(before)
    assert [type_ for type_, _ in published] == ["customers.customer.merged.v1", "customers.customer.state.v1"]
    assert published[0][1] == {"customer_id": a["customer_id"], "into": b["customer_id"]}
    assert published[1][1]["merged_into"] == b["customer_id"]
    read = (await company.clerk.get(f"/customers/{a['customer_id']}")).json()
    assert read["merged_into"] == b["customer_id"]
    assert [row["code"] for row in (await company.clerk.get("/customers")).json()["items"]] == ["B"]
    assert (await company.clerk.get("/customers", code="A")).json()["items"][0]["merged_into_code"] == "B"
    refused = await company.head.patch(f"/customers/{a['customer_id']}", {"name": "新"}, read["version"])
    assert problem(refused)[:2] == (409, "customer-merged")
    assert problem(await merge(company, a, "B"))[:2] == (409, "customer-merged")
    assert problem(await merge(company, b, "A")) == (409, "survivor-merged", "into_code")
    assert problem(await merge(company, b, "B"))[:2] == (422, "merge-into-itself")
    assert problem(await merge(company, b, "Z")) == (422, "unknown-customer", "into_code")


async def test_only_market_merges(company: Company) -> None:
    a, _ = await registered(company, "A", "B")
    assert problem(await company.head.post(f"/customers/{a['customer_id']}/merge", {"into_code": "B"}))[0] == 403


async def test_a_chain_of_merges_ends_in_one_survivor_for_all(company: Company) -> None:
    a, b, c = await registered(company, "A", "B", "C")
    await merge(company, a, "B")
    before = await company.position()
    await merge(company, b, "C")
    for one in (a, b):
        assert (await company.clerk.get(f"/customers/{one['customer_id']}")).json()["merged_into_code"] == "C"
    states = [data for type_, data in await company.published(before) if type_ == "customers.customer.state.v1"]
    assert {(state["code"], state["merged_into"]) for state in states} == {
        ("A", c["customer_id"]),
        ("B", c["customer_id"]),
    }


async def test_merges_that_race_make_no_circle(company: Company) -> None:
    made = await registered(company, "A", "B", "C")
    a, b, c = made
    pairs = [(a, "B"), (b, "A"), (b, "C"), (c, "A"), (c, "B"), (a, "C")]
    answers = await asyncio.gather(*(merge(company, double, into) for double, into in pairs))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert [answer.status_code for answer in answers].count(200) == 2
    rows = await company.rows("SELECT customer_id, merged_into FROM customer")
    alive = {row["customer_id"] for row in rows if row["merged_into"] is None}
    assert len(alive) == 1
    assert {row["merged_into"] for row in rows} == {*alive, None}


@pytest.mark.rule("C1")
async def test_the_doubles_volume_is_summed_at_the_survivor(company: Company) -> None:
    a, b = await registered(company, "A", "B")
    await signed(company, a["customer_id"], "700.00")
    await signed(company, b["customer_id"], "300.00")
    before = await company.position()
    await merge(company, a, "B")
    recorded = [data for type_, data in await company.published(before) if "volume" in type_]
    assert recorded == [{"customer_id": b["customer_id"], "year": 2026, "signed": "1000.00", "currency": "CNY"}]
    await signed(company, a["customer_id"], "50.00")  # contracts had not heard of the merge yet
    shown = (await company.clerk.get(f"/customers/{b['customer_id']}/volumes")).json()
    assert shown["years"] == [{"year": 2026, "signed": "1050.00", "currency": "CNY"}]
    assert (await company.published())[-1][1]["customer_id"] == b["customer_id"]


async def test_a_doubles_credit_code_is_free_for_the_survivor(company: Company) -> None:
    a = await company.register(code="A")
    b = (await registered(company, "B"))[0]
    await merge(company, a, "B")
    body = {"kind": "company", "credit_code": CREDIT_CODES[0]}
    changed = await company.head.patch(f"/customers/{b['customer_id']}", body, 1)
    assert changed.json()["credit_code"] == CREDIT_CODES[0]
