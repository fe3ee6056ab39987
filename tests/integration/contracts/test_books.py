"""Contracts and shipments out of workbooks; lines into one."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from tests.integration.contracts.books import book, send
from tests.integration.contracts.world import World, ok, refused

LINES = ("合同行", ("合同编号", "客户编码", "行号", "产品编码", "数量", "计量单位", "单价", "要求交货日期"))
SHIPMENTS = ("发货", ("发货单号", "合同编号", "行号", "批号", "数量", "发货日期"))
ROWS = [
    ("HT-1", "C1", 1, "P1", 2, "件", 100, "2026-09-01"),
    ("HT-1", "C1", 2, "P2", 1.5, "件", 10.01, "2026-09-02"),
    ("HT-2", "C2", 1, "P1", 1, "件", 5, "2026-09-01"),
]


async def test_imported_contracts_are_drafts_and_the_same_book_again_changes_nothing(world: World) -> None:
    first = ok(await send(world, world.clerk, "/imports/agreements", book(*LINES, *ROWS)))
    assert (first["created"], first["updated"], first["unchanged"]) == (2, 0, 0)
    told = await world.published()
    assert [event["type"] for event in told] == ["contracts.agreement.drafted.v1"] * 2
    again = ok(await send(world, world.clerk, "/imports/agreements", book(*LINES, *ROWS)))
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)
    assert await world.published() == told
    page = ok(await world.ask(world.clerk, "/agreements", number="HT-1"))
    assert (page["total"], page["items"][0]["status"], page["items"][0]["amount"]) == (1, "draft", "215.02")


async def test_a_changed_draft_is_updated_and_what_is_no_draft_any_more_is_a_row_error(world: World) -> None:
    ok(await send(world, world.clerk, "/imports/agreements", book(*LINES, *ROWS)))
    page = ok(await world.ask(world.clerk, "/agreements", number="HT-2"))
    await world.move(page["items"][0], "submit")
    changed = [
        ("HT-1", "C1", 1, "P1", 3, "件", 100, "2026-09-01"),
        ("HT-2", "C2", 1, "P1", 2, "件", 5, "2026-09-01"),
    ]
    data = book(*LINES, *changed)
    report = refused(await send(world, world.clerk, "/imports/agreements", data), 422, "import-refused")
    assert [(error["row"], error["column"], error["code"]) for error in report["errors"]] == [
        (3, "合同编号", "not-a-draft")
    ]
    kept = ok(await send(world, world.clerk, "/imports/agreements", data, "keep"))
    assert (kept["updated"], kept["rejected"]) == (1, 1)
    page = ok(await world.ask(world.clerk, "/agreements", number="HT-1"))
    assert page["items"][0]["amount"] == "300.00"
    same = ok(await send(world, world.clerk, "/imports/agreements", book(*LINES, ROWS[2])))
    assert same["unchanged"] == 1, "a submitted contract with the same content is no error"


async def test_errors_name_row_and_column_and_nothing_is_kept(world: World) -> None:
    wrong = [
        ("HT-1", "C1", 1, "P1", 2, "件", 100, "2026-09-01"),
        ("HT-1", "C1", 2, "P9", 2, "件", 100, "2026-09-01"),
        ("HT-2", "W1", 1, "P1", 2, "件", 100, "2026-09-01"),
        ("HT-3", "C1", 1, "P1", 0, "件", 100, "2026-09-01"),
        ("HT-4", "C1", 1, "P1", 1, "台", 100, "2026-09-01"),
        ("HT-5", "C1", 1, "P1", 1, "件", 100, "2026-09-01"),
        ("HT-5", "C2", 2, "P1", 1, "件", 100, "2026-09-01"),
    ]
    answer = await send(world, world.clerk, "/imports/agreements", book(*LINES, *wrong))
    report = refused(answer, 422, "import-refused")
    assert [(error["row"], error["column"], error["code"]) for error in report["errors"]] == [
        (3, "产品编码", "not-yet-known"),
        (4, "客户编码", "customer-absent"),
        (5, "数量", "bad-quantity"),
        (6, "计量单位", "unit-mismatch"),
        (7, "客户编码", "two-customers"),
    ]
    assert ok(await world.ask(world.clerk, "/agreements"))["total"] == 0


async def test_a_book_that_names_only_unknown_things_may_be_sent_again(world: World) -> None:
    data = book(*LINES, ("HT-1", "C9", 1, "P1", 2, "件", 100, "2026-09-01"))
    answer = await send(world, world.clerk, "/imports/agreements", data)
    refused(answer, 409, "not-yet-known")
    assert answer.headers["retry-after"]


@pytest.mark.rule("K4")
async def test_shipments_come_in_as_a_book_once_by_their_number(world: World) -> None:
    ok(await send(world, world.clerk, "/imports/agreements", book(*LINES, *ROWS)))
    page = ok(await world.ask(world.clerk, "/agreements", number="HT-1"))
    await world.move(page["items"][0], "submit")
    await world.move(page["items"][0], "sign")
    rows = [("FH-1", "HT-1", 1, "B-1", 0.5, "2026-05-20"), ("FH-2", "HT-1", 1, "B-2", 1.5, "2026-06-01")]
    report = ok(await send(world, world.logistics, "/imports/shipments", book(*SHIPMENTS, *rows)))
    assert report["created"] == 2
    told = await world.published()
    again = ok(await send(world, world.logistics, "/imports/shipments", book(*SHIPMENTS, *rows)))
    assert again["unchanged"] == 2
    assert await world.published() == told
    wrong = [
        ("FH-1", "HT-1", 1, "B-9", 0.5, "2026-05-20"),
        ("FH-3", "HT-1", 1, "B-1", 1, "2026-06-01"),
        ("FH-4", "HT-2", 1, "B-1", 1, "2026-06-01"),
        ("FH-5", "HT-9", 1, "B-1", 1, "2026-06-01"),
        ("FH-6", "HT-1", 2, "B-1", 1, "2026-06-02"),
    ]
    report = ok(await send(world, world.logistics, "/imports/shipments", book(*SHIPMENTS, *wrong), "keep"))
    assert [(error["row"], error["column"], error["code"]) for error in report["errors"]] == [
        (2, "发货单号", "number-taken"),
        (3, None, "above-ordered"),
        (4, None, "line-not-signed"),
        (5, "行号", "line-absent"),
        (6, "发货日期", "shipped-later"),
    ]


async def test_the_lines_go_out_as_a_book(world: World) -> None:
    ok(await send(world, world.clerk, "/imports/agreements", book(*LINES, *ROWS)))
    answer = await world.ask(world.clerk, "/lines/export", agreement="HT-1")
    assert answer.status_code == 200
    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_name("合同行").to_python()
    assert sheet[0][:4] == ["合同编号", "客户编码", "行号", "产品编码"]
    assert [row[:4] for row in sheet[1:]] == [["HT-1", "C1", 1.0, "P1"], ["HT-1", "C1", 2.0, "P2"]]
    empty = await world.ask(world.west_clerk, "/lines/export")
    assert len(CalamineWorkbook.from_filelike(BytesIO(empty.content)).get_sheet_by_name("合同行").to_python()) == 1
