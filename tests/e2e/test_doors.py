"""What the doors of the running processes let through and what not: unit, role, token, repeated and stale requests."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from shared.kernel.dates import months_later
from shared.testing.api import headers, token
from tests.e2e import selling
from tests.e2e.books import Book, workbook
from tests.e2e.company import DOORS_CUSTOMER, DOORS_OTHERS, GLOBE, VALVE, Company, credit_code
from tests.e2e.marks import a_complaint, marked
from tests.e2e.people import Json, answered, refused
from tests.e2e.suite import SERVICES

pytestmark = pytest.mark.asyncio(loop_scope="session")
A_LIST = {
    "customers": "/customers",
    "contracts": "/agreements",
    "planning": "/firm-demand",
    "complaints": "/complaints",
}


def later(company: Company) -> str:
    """A month that the path's plans do not speak of."""
    return months_later(company.when.month, 5)


def a_line(company: Company, quantity: int = 1) -> Json:
    """A line wanted in that month."""
    return selling.line(GLOBE, quantity, 50, company.when.wanted(5, 10))


@pytest.mark.rule("C3")
async def test_a_unit_neither_finds_nor_changes_another_units_customer(company: Company) -> None:
    keeper, owner = company.staff["hd-keeper"], company.staff["xn-keeper"]
    (found,) = (await owner.get("customers", "/customers", code=DOORS_OTHERS))["items"]
    path = f"/customers/{found['customer_id']}"
    await owner.get("customers", path)
    refused(await keeper.send("GET", "customers", path), 404, "customer-absent")
    refused(await keeper.send("GET", "customers", f"{path}/volumes"), 404, "customer-absent")
    changed = {"region": "上海"}
    refused(await keeper.send("PATCH", "customers", path, changed, version=found["version"]), 404, "customer-absent")
    contact = {"name": "百里测壬", "phone": "10000777008"}
    refused(await keeper.send("POST", "customers", f"{path}/contacts", contact), 404, "customer-absent")
    for params in ({"code": DOORS_OTHERS}, {"unit": "XN"}, {"q": "重庆"}):
        assert (await keeper.get("customers", "/customers", **params))["total"] == 0
    codes = {row["unit_code"] for row in (await keeper.get("customers", "/customers", size=200))["items"]}
    assert codes == {"HD"}


@pytest.mark.rule("K1")
async def test_a_unit_neither_finds_nor_moves_another_units_contract(company: Company) -> None:
    clerk, owner = company.staff["hd-clerk"], company.staff["xn-clerk"]
    drafted = await selling.draft(owner, "HT-D-11", DOORS_OTHERS, a_line(company))
    path = f"/agreements/{drafted['id']}"
    refused(await clerk.send("GET", "contracts", path), 404, "agreement-absent")
    refused(await clerk.send("POST", "contracts", f"{path}/submit", {}), 404, "agreement-absent")
    refused(await clerk.send("POST", "contracts", f"{path}/cancel", {"reason": "误录"}), 404, "agreement-absent")
    head = company.staff["hd-head"]
    refused(await head.send("POST", "contracts", f"{path}/approve", {}), 404, "agreement-absent")
    refused(await clerk.send("GET", "contracts", f"/lines/{drafted['lines'][0]['id']}"), 404, "line-absent")
    for listed, params in (("/agreements", {"number": "HT-D-11"}), ("/lines", {"agreement": "HT-D-11"})):
        assert (await clerk.get("contracts", listed, **params))["total"] == 0
        assert (await owner.get("contracts", listed, **params))["total"] == 1
    assert (await owner.get("contracts", path))["status"] == "draft"


@pytest.mark.rule("Q1")
async def test_a_unit_neither_finds_nor_works_on_another_units_complaint(company: Company) -> None:
    clerk, owner = company.staff["hd-clerk"], company.staff["xn-clerk"]
    received = await owner.persist("POST", "complaints", "/complaints", a_complaint(DOORS_OTHERS, company))
    path = f"/complaints/{received['id']}"
    refused(await clerk.send("GET", "complaints", path), 404, "complaint-absent")
    told = {"answer": "已致歉"}
    refused(await clerk.send("POST", "complaints", f"{path}/tell-customer", told), 404, "complaint-absent")
    assert (await clerk.get("complaints", "/complaints", number=received["number"]))["total"] == 0
    assert (await owner.get("complaints", "/complaints", number=received["number"]))["total"] == 1


@pytest.mark.rule("P1")
async def test_a_unit_does_not_see_another_units_demand_plan(company: Company) -> None:
    clerk, owner, month = company.staff["hd-clerk"], company.staff["xn-clerk"], later(company)
    await owner.bring("planning", "demand-plans", {"需求计划": [("XN", month, VALVE, 7)]})
    await owner.post("planning", f"/demand-plans/{month}/submit")
    unit = (await owner.get("planning", f"/demand-plans/{month}"))["unit_id"]
    for path in (f"/demand-plans/{month}", f"/demand-plans/{month}/revisions"):
        answer = await clerk.send("GET", "planning", path, params={"unit": unit})
        refused(answer, 404, "no-such-demand-plan")
        await company.staff["market"].get("planning", path, unit=unit)
    assert (await clerk.get("planning", "/demand-plans", month=month))["total"] == 0
    assert (await owner.get("planning", "/demand-plans", month=month))["total"] == 1
    others = {"需求计划": [("XN", month, VALVE, 9)]}
    answer = await clerk.send("POST", "planning", "/imports/demand-plans", workbook(others))
    assert refused(answer, 422, "import-refused")["errors"][0]["code"] == "unknown-unit"


@pytest.mark.parametrize(
    ("account", "service", "path", "permission"),
    [
        ("hd-clerk", "customers", "/policies/approval/versions", "policy.change"),
        ("office", "contracts", "/agreements", "agreement.draft"),
        ("hd-clerk", "planning", "/sales-plans", "balance.make"),
        ("hd-clerk", "complaints", f"/complaints/{uuid4()}/accept", "complaint.accept"),
    ],
)
async def test_who_lacks_the_permission_is_told_which(
    company: Company, account: str, service: str, path: str, permission: str
) -> None:
    answer = await company.staff[account].send("POST", service, path, {})
    assert refused(answer, 403, "not-permitted")["permission"] == permission


@pytest.mark.parametrize("service", SERVICES)
async def test_nobody_enters_without_a_token_of_ours(company: Company, http: httpx.AsyncClient, service: str) -> None:
    url = company.suite.urls()[service] + A_LIST[service]
    nobody = await http.get(url)
    refused(nobody, 401, "unauthenticated")
    assert nobody.headers["www-authenticate"].startswith("Bearer")
    for bad in ("rubbish", token(roles=["admin"], lasts=-60), _resigned(token(roles=["admin"]))):
        refused(await http.get(url, headers=headers(bad)), 401, "unauthenticated")


def _resigned(good: str) -> str:
    """The token with another signature."""
    head, claims, signature = good.split(".")
    return f"{head}.{claims}.{signature[::-1]}"


async def test_a_key_makes_a_registration_happen_once_and_publish_once(company: Company) -> None:
    keeper, key = company.staff["hd-keeper"], str(uuid4())
    body = {"name": "常熟测试紧固件有限公司", "kind": "company", "code": "KH-D-21", "credit_code": credit_code(21)}
    sent = [keeper.send("POST", "customers", "/customers", body, key=key, correlation=f"e2e-{n}") for n in range(4)]
    answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    (first,) = [n for n, answer in enumerate(answers) if "idempotency-replayed" not in answer.headers]
    other = await keeper.send("POST", "customers", "/customers", body | {"region": "江苏"}, key=key)
    refused(other, 422, "idempotency-key-reused")

    await marked(company, "customers")
    caused = [await company.suite.caused("customers", f"e2e-{n}") for n in range(4)]
    once = ["customers.customer.registered.v1", "customers.customer.state.v1"]
    assert [sorted(fact.type for fact in facts) for facts in caused] == [once if n == first else [] for n in range(4)]


def books(company: Company) -> dict[str, tuple[str, str, Book]]:
    """By service: who brings which workbook."""
    when = company.when
    customer = ("KH-D-31", credit_code(31), "太仓测试密封件有限公司", "公司", "HD", "一般", "江苏", "")
    contact = ("KH-D-31", "百里测癸", "业务员", "10000777009", "是")
    said = ("TS-D-31", DOORS_CUSTOMER, None, None, None, "服务", "送货单漏盖章", when.today)
    return {
        "customers": ("hd-keeper", "customers", {"客户": [customer], "联系人": [contact]}),
        "planning": ("production", "master", {"产品": [("DF-080", "蝶阀 DN80", "台", 3, None, None)]}),
        "contracts": (
            "hd-clerk",
            "agreements",
            {"合同行": [("HT-D-31", DOORS_CUSTOMER, 1, GLOBE, 2, "台", 50, when.wanted(5, 12))]},
        ),
        "complaints": ("hd-clerk", "complaints", {"投诉": [said]}),
    }


@pytest.mark.parametrize("service", SERVICES)
async def test_the_same_workbook_again_changes_and_publishes_nothing(company: Company, service: str) -> None:
    account, name, book = books(company)[service]
    who = company.staff[account]
    report = await who.bring(service, name, book, correlation=f"first-{service}")
    rows = sum(len(sheet) for sheet in book.values())
    assert (report["created"], report["errors"]) == (rows, [])
    again = await who.bring(service, name, book, correlation=f"again-{service}")
    assert again == report | {"created": 0, "unchanged": rows}
    await marked(company, service)
    assert await company.suite.caused(service, f"first-{service}")
    assert await company.suite.caused(service, f"again-{service}") == []


async def test_what_was_not_heard_of_yet_is_to_be_tried_again(company: Company) -> None:
    """By hand a 409 with Retry-After, in a workbook a row's error; never a 500 and never a mere 404."""
    clerk, unheard = company.staff["hd-clerk"], "KH-D-99"
    draft = {"number": "HT-D-99", "customer_code": unheard, "lines": [a_line(company)]}
    by_hand = [
        await clerk.send("POST", "contracts", "/agreements", draft),
        await clerk.send("POST", "complaints", "/complaints", a_complaint(unheard, company)),
    ]
    for answer in by_hand:
        problem = refused(answer, 409, "not-yet-known")
        assert problem["field"] == "customer_code"
        assert int(answer.headers["retry-after"]) >= 1
    row = ("HT-D-99", unheard, 1, GLOBE, 2, "台", 50, company.when.wanted(5, 12))
    answer = await clerk.send("POST", "contracts", "/imports/agreements", workbook({"合同行": [row]}))
    (error,) = refused(answer, 409, "not-yet-known")["errors"]
    assert int(answer.headers["retry-after"]) >= 1
    assert (error["sheet"], error["row"], error["column"], error["code"]) == ("合同行", 2, "客户编码", "not-yet-known")


async def test_a_change_from_another_version_is_refused(company: Company) -> None:
    staff, month = company.staff, later(company)
    (customer,) = (await staff["hd-keeper"].get("customers", "/customers", code=DOORS_CUSTOMER))["items"]
    drafted = await selling.draft(staff["hd-clerk"], "HT-D-41", DOORS_CUSTOMER, a_line(company))
    plan = await staff["hd-clerk"].get("planning", f"/demand-plans/{month}")
    rewritten = {"customer_code": DOORS_CUSTOMER, "lines": [a_line(company, 2)]}
    lines = {"lines": [{"product_code": VALVE, "quantity": "3"}]}
    for account, method, service, path, body, version in (
        ("hd-keeper", "PATCH", "customers", f"/customers/{customer['customer_id']}", {"region": "上海"}, customer),
        ("hd-clerk", "PUT", "contracts", f"/agreements/{drafted['id']}", rewritten, drafted),
        ("hd-clerk", "PUT", "planning", f"/demand-plans/{month}", lines, plan),
    ):
        who, stale = staff[account], version["version"] + 1
        refused(await who.send(method, service, path, body, version=stale), 412, "version-mismatch")
        refused(await who.send(method, service, path, body), 428, "if-match-required")
        good = await who.send(method, service, path, body, version=version["version"])
        assert answered(good)["version"] == version["version"] + 1
        assert good.headers["etag"] == f'"{version["version"] + 1}"'


@pytest.mark.parametrize("service", SERVICES)
async def test_every_service_describes_itself(company: Company, http: httpx.AsyncClient, service: str) -> None:
    url = company.suite.urls()[service]
    document = answered(await http.get(f"{url}/schema/openapi.json"))
    assert document["openapi"].startswith("3.1")
    assert A_LIST[service] in document["paths"]
    page = await http.get(f"{url}/schema")
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (200, "text/html")
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert f"/schema/assets/{asset}" in page.text
        assert (await http.get(f"{url}/schema/assets/{asset}")).status_code == 200
    assert "https://" not in page.text, "the page must work without a network"
