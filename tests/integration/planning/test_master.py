"""Master data comes in as a book and goes out as products' states."""

import pytest

from tests.integration.planning.world import MASTER, Company

pytestmark = pytest.mark.rule("P3")


async def test_the_same_book_twice_changes_and_publishes_nothing(company: Company) -> None:
    published = await company.published("planning.product.state.v1")
    assert sorted(state["code"] for state in published) == ["P-A", "P-B", "P-C"]
    again = (await company.production.send_book("/imports/master", MASTER)).json()
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 12)
    assert len(await company.published("planning.product.state.v1")) == 3


async def test_stock_is_nobodys_business_but_a_name_is_published(company: Company) -> None:
    counted = [["P-A", "截止阀 DN50", "台", 7, "0.5", 5]]
    assert (await company.production.send_book("/imports/master", {"产品": counted})).json()["updated"] == 1
    assert len(await company.published("planning.product.state.v1")) == 3
    renamed = [["P-A", "截止阀 DN50 改", "台", 7, "0.5", 5]]
    await company.production.send_book("/imports/master", {"产品": renamed})
    assert [state["name"] for state in await company.published("planning.product.state.v1")][-1] == "截止阀 DN50 改"


async def test_a_bad_row_is_named_by_sheet_row_and_column_and_nothing_is_kept(company: Company) -> None:
    book = {"生产线": [["L3", "三号线", 40]], "工艺": [["P-A", "L3", 1, 0], ["P-X", "L3", 1, 0], ["P-B", "L3", 0, 0]]}
    refused = await company.production.send_book("/imports/master", book)
    assert refused.status_code == 422
    errors = [(one["sheet"], one["row"], one["column"], one["code"]) for one in refused.json()["errors"]]
    assert errors == [("工艺", 3, "产品编码", "unknown-product"), ("工艺", 4, "单件工时", "bad-number")]
    assert (await company.production.get("/lines")).json()["total"] == 2
    kept = await company.production.send_book("/imports/master", book, on_error="keep")
    assert (kept.json()["created"], kept.json()["rejected"]) == (2, 2)


async def test_lists_show_products_lines_and_materials(company: Company) -> None:
    products = (await company.north.get("/products", q="阀")).json()
    assert [product["code"] for product in products["items"]] == ["P-A", "P-B"]
    detail = (await company.north.get("/products/P-B")).json()
    assert [way["line_code"] for way in detail["routings"]] == ["L1", "L2"]
    (material,) = (await company.north.get("/materials")).json()["items"]
    assert (material["stock"], material["on_order"]) == ("5000.000", "2000.000")
    assert (await company.north.get("/products/P-Z")).status_code == 404


async def test_only_production_brings_master_data(company: Company) -> None:
    assert (await company.market.send_book("/imports/master", MASTER)).status_code == 403
