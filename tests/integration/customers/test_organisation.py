"""The organisation over HTTP, and how the first administrator comes in."""

import pytest

from services.customers.bootstrap import bootstrap
from shared.kernel.errors import DomainError
from shared.kernel.ids import stable_id
from tests.integration.customers.conftest import FIRST_ADMIN, PEOPLE, Company, organisation_book, problem


async def test_the_same_book_twice_changes_nothing_and_publishes_nothing(company: Company) -> None:
    before = await company.position()
    answer = await company.admin.send_book("/imports/organisation", organisation_book())
    assert (answer.json()["created"], answer.json()["updated"], answer.json()["unchanged"]) == (0, 0, 8)
    assert await company.position() == before


async def test_what_is_published_of_people_names_nobody(company: Company) -> None:
    people = [data for type_, data in await company.published() if type_ == "customers.person.state.v1"]
    assert len(people) == len(PEOPLE) + 1
    text = str(await company.rows("SELECT * FROM outbox"))
    for staff_no, name, _, _, account in PEOPLE:
        assert name not in text
        assert account not in text
        assert f"'{staff_no}'" not in text


async def test_the_first_admin_comes_once_and_with_the_policies(company: Company) -> None:
    before = await company.published()
    assert {data["policy"] for type_, data in before if type_ == "customers.policy.state.v1"} == {
        *("approval", "archive", "demand-plan", "tier-weights", "tiers")
    }
    assert await company.do(bootstrap, FIRST_ADMIN) is False
    assert await company.published() == before
    other = type(FIRST_ADMIN)(
        staff_no="2",
        name="闯入者",
        account="intruder",
        department_code="BGS",
        department_name="公司办公室",
        department_kind="公司办公室",
    )
    with pytest.raises(DomainError, match="administers"):
        await company.do(bootstrap, other)


async def test_errors_are_named_by_sheet_row_and_column_and_nothing_is_kept(company: Company) -> None:
    book = {
        "人员": (
            ("工号", "姓名", "部门编码", "角色", "账号"),
            [
                ("4001", "孙丽", "DB", "unit-clerk", "sunli"),
                ("4002", "陈刚", "XX", "unit-clerk", "chengang"),
                ("4003", "吴霞", "DB", "emperor", "wuxia"),
                ("4004", "郑涛", "DB", "unit-clerk", "zhangwei"),
            ],
        )
    }
    answer = await company.admin.send_book("/imports/organisation", book)
    assert problem(answer)[:2] == (422, "import-refused")
    found = [(error["sheet"], error["row"], error["column"], error["code"]) for error in answer.json()["errors"]]
    assert found == [
        ("人员", 3, "部门编码", "unknown-department"),
        ("人员", 4, "角色", "unknown-role"),
        ("人员", 5, "账号", "account-taken"),
    ]
    assert (await company.rows("SELECT count(*) AS n FROM person WHERE staff_no LIKE '400%'"))[0]["n"] == 0
    kept = await company.admin.send_book("/imports/organisation", book, on_error="keep")
    assert (kept.status_code, kept.json()["created"], kept.json()["rejected"]) == (200, 1, 3)


async def test_a_person_moves_and_is_deactivated_and_others_learn_it(company: Company) -> None:
    person_id = stable_id("person", "1001")
    seen = await company.admin.get(f"/people/{person_id}")
    before = await company.position()
    moved = await company.admin.patch(f"/people/{person_id}", {"department_code": "HN"}, int(seen.json()["version"]))
    assert moved.json()["department_code"] == "HN"
    stale = await company.admin.patch(f"/people/{person_id}", {"active": False}, int(seen.json()["version"]))
    assert problem(stale)[:2] == (412, "version-mismatch")
    gone = await company.admin.patch(f"/people/{person_id}", {"active": False}, moved.json()["version"])
    assert gone.json()["active"] is False
    states = [data for _, data in await company.published(before)]
    assert [(state["department_id"], state["active"]) for state in states] == [
        (str(stable_id("department", "HN")), True),
        (str(stable_id("department", "HN")), False),
    ]


async def test_the_last_admin_and_a_department_with_people_stay(company: Company) -> None:
    admin = await company.admin.patch(f"/people/{stable_id('person', '1')}", {"active": False}, 1)
    assert problem(admin)[:2] == (409, "last-admin")
    unit = await company.admin.patch(f"/departments/{stable_id('department', 'DB')}", {"active": False}, 1)
    assert problem(unit)[:2] == (409, "department-in-use")


async def test_names_of_people_are_for_those_who_need_them(company: Company) -> None:
    everybody = (await company.market.get("/people", q="王芳")).json()
    assert [person["name"] for person in everybody["items"]] == ["王芳"]
    own = (await company.clerk.get("/people")).json()["items"]
    assert {person["department_code"] for person in own} == {"DB"}
    assert {person["name"] for person in own} == {None, "张伟"}
    quality = (await company.asker("quality", unit="ZJB").get("/people", size=200)).json()
    assert quality["total"] == len(PEOPLE) + 1
    assert {person["name"] for person in quality["items"]} == {None}
    other = await company.southerner.get(f"/people/{stable_id('person', '1001')}")
    assert problem(other)[:2] == (404, "person-absent")


async def test_only_the_administrator_changes_the_organisation(company: Company) -> None:
    assert problem(await company.market.send_book("/imports/organisation", organisation_book()))[0] == 403
    assert problem(await company.market.patch(f"/people/{stable_id('person', '1001')}", {"active": False}, 1))[0] == 403


async def test_departments_are_listed_by_kind(company: Company) -> None:
    units = (await company.clerk.get("/departments", kind="unit", sort="-code")).json()
    assert [unit["code"] for unit in units["items"]] == ["HN", "DB"]


async def test_the_api_describes_itself(company: Company) -> None:
    described = (await company.client.get("/schema/openapi.json")).json()
    assert {"/customers", "/customers/{customer_id}/merge", "/imports/customers/template"} <= set(described["paths"])
    template = await company.admin.get("/imports/organisation/template")
    assert template.content[:2] == b"PK"
