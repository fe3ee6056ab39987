"""C3 over HTTP: each customer in its unit's archive, seen and changed by whom it concerns."""

import asyncio
from uuid import uuid4

import pytest

from shared.testing.api import headers
from tests.integration.customers.conftest import (
    CONTACT_HEADINGS,
    CREDIT_CODES,
    CUSTOMER_HEADINGS,
    Book,
    Company,
    problem,
)

pytestmark = pytest.mark.rule("C3")
CUSTOMERS: list[tuple[str | None, ...]] = [
    ("KH0001", CREDIT_CODES[0], "沈阳机械有限公司", "公司", "DB", "重点", "辽宁", "沈阳市1号"),
    ("KH0002", None, "王秀英", "个体工商户", "HN", "一般", "广东", "广州市2号"),
    ("KH0003", CREDIT_CODES[2], "深圳电子有限公司", "公司", "HN", "战略", None, None),
]
CONTACTS: list[tuple[str | None, ...]] = [
    ("KH0001", "刘洋", "采购经理", "13900000001", "是"),
    ("KH0001", "黄磊", "工程师", "13900000002", "否"),
    ("KH0002", "王秀英", None, "13900000003", "是"),
]
BOOK: Book = {"客户": (CUSTOMER_HEADINGS, CUSTOMERS), "联系人": (CONTACT_HEADINGS, CONTACTS)}


async def test_a_customer_is_registered_with_state_and_fact_in_one_go(company: Company) -> None:
    before = await company.position()
    made = await company.register(tier="general", region="辽宁", address="沈阳市1号")
    assert (made["unit_code"], made["tier"], made["version"], made["contacts"]) == ("DB", "general", 1, [])
    published = await company.published(before)
    assert [type_ for type_, _ in published] == ["customers.customer.registered.v1", "customers.customer.state.v1"]
    assert published[1][1]["name"] == "沈阳机械有限公司"
    assert {row["customer_id"] for _, row in published} == {made["customer_id"]}


async def test_a_repeated_request_registers_once(company: Company) -> None:
    body = {"name": "王秀英", "kind": "sole-trader"}
    first = await company.clerk.post("/customers", body, key="00000000-0000-4000-8000-000000000001")
    again = await company.clerk.post("/customers", body, key="00000000-0000-4000-8000-000000000001")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["Location"] == f"/customers/{first.json()['customer_id']}"
    assert first.json()["code"].startswith("KH0")


async def test_a_code_of_ours_passes_over_codes_that_are_taken(company: Company) -> None:
    await company.register(code="KH00000001")
    answer = await company.clerk.post("/customers", {"name": "王秀英", "kind": "sole-trader"})
    assert answer.json()["code"] == "KH00000002"


async def test_codes_and_credit_codes_are_unique(company: Company) -> None:
    await company.register()
    again = await company.clerk.post(
        "/customers", {"code": "KH0001", "name": "别家", "kind": "company", "credit_code": CREDIT_CODES[2]}
    )
    assert problem(again) == (409, "code-taken", "code")
    same = await company.clerk.post(
        "/customers", {"code": "KH0009", "name": "别家", "kind": "company", "credit_code": CREDIT_CODES[0].lower()}
    )
    assert problem(same) == (409, "credit-code-taken", "credit_code")
    wrong = await company.clerk.post(
        "/customers", {"code": "KH0009", "name": "别家", "kind": "company", "credit_code": "91110000600037341M"}
    )
    assert problem(wrong) == (422, "bad-credit-code", "credit_code")


async def test_of_many_who_register_the_same_company_at_once_one_succeeds(company: Company) -> None:
    answers = await asyncio.gather(
        *(
            company.clerk.post(
                "/customers",
                {"code": f"KH1{n}", "name": "沈阳机械有限公司", "kind": "company", "credit_code": CREDIT_CODES[0]},
            )
            for n in range(8)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


async def test_another_units_customer_is_as_absent_as_one_that_never_was(company: Company) -> None:
    made = await company.register()
    other = await company.southerner.get(f"/customers/{made['customer_id']}")
    never = await company.southerner.get(f"/customers/{uuid4()}")
    strip = {"correlation_id"}
    assert {k: v for k, v in other.json().items() if k not in strip} == {
        k: v for k, v in never.json().items() if k not in strip
    }
    assert other.status_code == 404
    assert (await company.southerner.get("/customers", code="KH0001")).json()["total"] == 0
    contact = await company.southerner.post(f"/customers/{made['customer_id']}/contacts", {"name": "某人"})
    assert contact.status_code == 404
    assert (await company.market.get("/customers", code="KH0001")).json()["total"] == 1


async def test_who_may_change_what(company: Company) -> None:
    made = await company.register()
    path = f"/customers/{made['customer_id']}"
    assert problem(await company.clerk.patch(path, {"region": "吉林"}, 1))[0] == 403
    assert problem(await company.head.patch(path, {"region": "吉林"}, None))[:2] == (428, "if-match-required")
    changed = await company.head.patch(path, {"region": "吉林", "name": "沈阳机械股份有限公司"}, 1)
    assert (changed.json()["region"], changed.headers["ETag"]) == ("吉林", '"2"')
    assert problem(await company.head.patch(path, {"region": "黑龙江"}, 1))[:2] == (412, "version-mismatch")
    assert problem(await company.head.patch(path, {"unit_code": "HN"}, 2)) == (403, "move-is-markets", "unit_code")
    assert problem(await company.head.patch(path, {"colour": "red"}, 2))[:2] == (422, "unknown-field")


async def test_only_what_others_may_know_is_published_when_it_changes(company: Company) -> None:
    made = await company.register()
    path = f"/customers/{made['customer_id']}"
    before = await company.position()
    await company.head.patch(path, {"address": "沈阳市9号"}, 1)
    assert await company.published(before) == []
    await company.head.patch(path, {"name": "新名有限公司"}, 2)
    assert [type_ for type_, _ in await company.published(before)] == ["customers.customer.state.v1"]


async def test_market_moves_a_customer_and_the_archive_follows(company: Company) -> None:
    made = await company.register()
    before = await company.position()
    moved = await company.market.patch(f"/customers/{made['customer_id']}", {"unit_code": "HN"}, 1)
    assert moved.json()["unit_code"] == "HN"
    assert (await company.clerk.get(f"/customers/{made['customer_id']}")).status_code == 404
    assert (await company.southerner.get(f"/customers/{made['customer_id']}")).status_code == 200
    assert [data["unit_id"] for _, data in await company.published(before)] == [moved.json()["unit_id"]]


async def test_contacts_stay_with_the_unit_and_market_and_are_never_published(company: Company) -> None:
    made = await company.register()
    path = f"/customers/{made['customer_id']}"
    before = await company.position()
    body = {"name": "刘洋", "position": "采购经理", "phone": "13900000001", "primary": True}
    added = await company.clerk.post(f"{path}/contacts", body)
    assert added.status_code == 201
    second = await company.clerk.post(f"{path}/contacts", {**body, "name": "黄磊"})
    assert [(contact["name"], contact["primary"]) for contact in second.json()["contacts"]] == [
        ("黄磊", True),
        ("刘洋", False),
    ]
    assert problem(await company.clerk.post(f"{path}/contacts", body)) == (409, "contact-exists", "name")
    assert await company.published(before) == []
    assert len((await company.market.get(path)).json()["contacts"]) == 2
    for role in ("quality", "finance", "leadership", "admin"):
        assert (await company.asker(role, unit="ZJB").get(path)).json()["contacts"] is None
    assert "刘洋" not in (await company.clerk.get("/customers")).text


async def test_a_contact_is_corrected_and_forgotten(company: Company) -> None:
    made = await company.register()
    path = f"/customers/{made['customer_id']}/contacts"
    added = await company.clerk.post(path, {"name": "刘洋", "phone": "13900000001"})
    contact = f"{path}/{added.json()['contacts'][0]['contact_id']}"
    sender = company.clerk
    put = await company.client.put(contact, json={"name": "刘阳"}, headers=headers(sender.token))
    assert [(one["name"], one["phone"]) for one in put.json()["contacts"]] == [("刘阳", "")]
    gone = await company.client.delete(contact, headers=headers(sender.token))
    assert gone.json()["contacts"] == []
    assert await company.rows("SELECT * FROM contact") == []
    again = await company.client.delete(contact, headers=headers(sender.token))
    assert problem(again)[:2] == (404, "contact-absent")


async def test_lists_are_found_filtered_sorted_and_paged(company: Company) -> None:
    for number in range(5):
        await company.register(
            code=f"KH000{number}", name=f"客户{number}号", kind="sole-trader", credit_code=None, tier="general"
        )
    await company.register(code="KH0009", name="鞍山_钢铁", tier="key")
    assert (await company.clerk.get("/customers", q="鞍山_")).json()["total"] == 1
    assert (await company.clerk.get("/customers", q="客户_号")).json()["total"] == 0
    assert (await company.clerk.get("/customers", tier="general")).json()["total"] == 5
    page = (await company.clerk.get("/customers", sort="-code", size=2, page=2)).json()
    assert ([row["code"] for row in page["items"]], page["total"]) == (["KH0003", "KH0002"], 6)
    assert (await company.clerk.get("/customers", sort="tier")).json()["items"][0]["code"] == "KH0009"
    assert (await company.market.get("/customers", unit="HN")).json()["total"] == 0
    assert problem(await company.clerk.get("/customers", sort="phone"))[:2] == (422, "unknown-sort")


async def test_what_nobody_reviewed_for_too_long_is_on_the_worklist(company: Company) -> None:
    made = await company.register()
    company.time.pass_days(180)
    assert (await company.head.get("/customers", stale="true")).json()["total"] == 0
    company.time.pass_days(1)
    assert (await company.head.get("/customers", stale="true")).json()["total"] == 1
    reviewed = await company.head.post(f"/customers/{made['customer_id']}/review")
    assert reviewed.status_code == 200
    assert (await company.head.get("/customers", stale="true")).json()["total"] == 0


async def test_the_book_comes_in_once_and_the_second_time_changes_nothing(company: Company) -> None:
    answer = await company.market.send_book("/imports/customers", BOOK)
    assert (answer.status_code, answer.json()["created"]) == (200, 5), answer.text
    before = await company.position()
    rows = await company.rows("SELECT code, version FROM customer ORDER BY code")
    again = await company.market.send_book("/imports/customers", BOOK)
    assert (again.json()["created"], again.json()["updated"], again.json()["unchanged"]) == (0, 0, 5)
    assert await company.position() == before
    assert await company.rows("SELECT code, version FROM customer ORDER BY code") == rows


async def test_a_changed_book_changes_what_it_says_and_never_the_tier(company: Company) -> None:
    await company.market.send_book("/imports/customers", BOOK)
    changed = [(*CUSTOMERS[0][:5], "储备", "吉林", "长春市3号"), *CUSTOMERS[1:]]
    contacts = [("KH0001", "刘洋", "总经理", "13900000001", "否"), ("KH0001", "黄磊", "工程师", None, "是")]
    answer = await company.market.send_book(
        "/imports/customers", {"客户": (CUSTOMER_HEADINGS, changed), "联系人": (CONTACT_HEADINGS, contacts)}
    )
    assert (answer.json()["updated"], answer.json()["unchanged"]) == (2, 2)
    found = (await company.clerk.get("/customers", code="KH0001")).json()["items"][0]
    assert (found["region"], found["tier"]) == ("吉林", "key")
    whole = (await company.clerk.get(f"/customers/{found['customer_id']}")).json()
    assert [(one["name"], one["position"], one["primary"]) for one in whole["contacts"]] == [
        ("黄磊", "工程师", True),
        ("刘洋", "总经理", False),
    ]


async def test_a_sole_traders_name_is_in_no_event(company: Company) -> None:
    await company.market.send_book("/imports/customers", BOOK)
    text = str(await company.rows("SELECT * FROM outbox"))
    assert "王秀英" not in text
    assert "刘洋" not in text
    assert "深圳电子有限公司" in text


async def test_a_units_keeper_imports_its_own_rows_only(company: Company) -> None:
    answer = await company.head.send_book("/imports/customers", BOOK, on_error="keep")
    found = [(error["sheet"], error["row"], error["column"], error["code"]) for error in answer.json()["errors"]]
    assert found == [
        ("客户", 3, "业务单位编码", "other-unit"),
        ("客户", 4, "业务单位编码", "other-unit"),
        ("联系人", 4, "客户编码", "customer-absent"),
    ]
    assert (answer.json()["created"], answer.json()["rejected"]) == (2, 3)


@pytest.mark.rule("C1")
async def test_strategic_customers_come_in_by_markets_hand_only(company: Company) -> None:
    row = ("KH0008", CREDIT_CODES[1], "大连重工有限公司", "公司", "DB", "战略", None, None)
    book = {"客户": (CUSTOMER_HEADINGS, [row])}
    refused = await company.head.send_book("/imports/customers", book)
    assert [error["code"] for error in refused.json()["errors"]] == ["strategic-needs-approval"]
    assert (await company.market.send_book("/imports/customers", book)).json()["created"] == 1


async def test_a_wrong_row_names_its_column(company: Company) -> None:
    rows = [
        ("KH0001", "123", "甲公司", "公司", "DB", "一般", None, None),
        ("KH0002", CREDIT_CODES[0], "乙公司", "公司", "XX", "一般", None, None),
        ("KH0003", None, "丙公司", "公司", "DB", "一般", None, None),
        ("KH 4", None, "丁", "个体工商户", "DB", "一般", None, None),
        ("KH0005", None, "戊", "个体工商户", "DB", "普通", None, None),
    ]
    contacts = [("KH0007", "李雷", None, "13900000001", "是"), ("KH0006", "甲", None, "x", "是")]
    answer = await company.market.send_book(
        "/imports/customers", {"客户": (CUSTOMER_HEADINGS, rows), "联系人": (CONTACT_HEADINGS, contacts)}
    )
    assert answer.status_code == 422
    found = {(error["row"], error["column"], error["code"]) for error in answer.json()["errors"]}
    assert found == {
        (2, "统一社会信用代码", "bad-credit-code"),
        (3, "业务单位编码", "unknown-unit"),
        (4, "统一社会信用代码", "credit-code-missing"),
        (5, "客户编码", "bad-code"),
        (6, "层级", "not-a-choice"),
        (2, "客户编码", "customer-absent"),
        (3, "客户编码", "customer-absent"),
    }
    assert await company.rows("SELECT * FROM customer") == []
