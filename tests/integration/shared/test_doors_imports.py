"""Workbooks in: every error at its place, all or nothing or what is good, and the same book twice changes nothing."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from python_calamine import CalamineWorkbook

from shared.exports import MEDIA_TYPE, Table, workbook
from shared.testing.api import headers, token
from tests.integration.shared.doors import shelf

CLERK = token(roles=["unit-clerk"], unit=uuid4())
HEADINGS = ("编号", "名称", "重量", "件数", "日期")
PATH = "/imports/boxes"


@pytest.fixture
async def client(street_database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with shelf(street_database) as client:
        yield client


@pytest.fixture
async def rows(street_database: str, client: httpx.AsyncClient) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(street_database)
    yield connection
    await connection.close()


def book(*lines: Sequence[object], headings: Sequence[str] = HEADINGS, **more: Table) -> bytes:
    return workbook({"箱": Table(headings, lines), **more})


async def send(
    client: httpx.AsyncClient, data: bytes, key: str | None = None, *, on_error: str = "nothing", kind: str = MEDIA_TYPE
) -> httpx.Response:
    sent = {**headers(CLERK, key), "Content-Type": kind}
    return await client.post(PATH, content=data, headers=sent, params={"on_error": on_error})


def places(problem: Mapping[str, Any]) -> list[tuple[object, ...]]:
    return [(error["row"], error["column"], error["code"]) for error in problem["errors"]]


async def test_a_good_book_goes_in_and_the_same_again_changes_nothing(
    client: httpx.AsyncClient, rows: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    data = book(
        ("A1", "small", Decimal("0.1"), 2, date(2026, 12, 1)),
        (10023, " 大箱 ", 4000.01, None, "2026-12-02"),
        ("A1", "small", Decimal("0.2"), 2, None),
    )
    first = await send(client, data)
    assert first.status_code == 200, first.text
    assert first.json() == {
        "created": 2, "updated": 0, "unchanged": 0, "rejected": 0, "error_count": 0, "errors": [], "ignored": [],
    }  # fmt: skip
    kept = await rows.fetch("SELECT label, name, weight, pieces FROM box ORDER BY label")
    assert [tuple(row) for row in kept] == [
        ("10023", "大箱", Decimal("4000.01"), 1),
        ("A1", "small", Decimal("0.30"), 2),
    ]
    second = await send(client, data)
    assert (second.json()["created"], second.json()["unchanged"]) == (0, 2)


async def test_the_answer_of_a_book_is_kept_under_its_key_also_when_sent_as_a_form(client: httpx.AsyncClient) -> None:
    data = book(("A1", "small", 1, 1, None))
    answers = [
        await client.post(PATH, files={"file": ("b.xlsx", data, MEDIA_TYPE)}, headers=headers(CLERK, "k")) for _ in "12"
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].json() == answers[0].json()
    assert answers[1].headers["idempotency-replayed"] == "true"
    other = await client.post(PATH, files={"file": ("b.xlsx", book(), MEDIA_TYPE)}, headers=headers(CLERK, "k"))
    assert other.json()["type"] == "/problems/idempotency-key-reused"


async def test_every_error_is_at_its_row_and_column_and_quotes_no_cell(
    client: httpx.AsyncClient, rows: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    data = book(
        ("A1", "good", 1, 1, None),
        ("A2", "张三 secret", "heavy 张三", 1, None),
        (None, None, None, None, None),
        ("A3", None, 1, 1.5, "31.12.2026"),
        ("A4", "group", 1, 1, None),
        ("A4", "group", -1, 1, None),
        (None, "no label", 1, 1, None),
        ("A5", "a\x01b", 1, 1, None),
    )
    wanted = [
        (3, "重量", "not-a-number"),
        (5, "名称", "empty-cell"),
        (5, "件数", "not-a-whole-number"),
        (5, "日期", "not-a-date"),
        (8, "编号", "empty-cell"),
        (9, "名称", "control-character"),
        (7, "重量", "bad-weight"),
    ]
    refused = await send(client, data, "k")
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/import-refused")
    assert places(refused.json()) == wanted
    assert "张三" not in refused.text
    assert await rows.fetchval("SELECT count(*) FROM box") == 0
    assert await rows.fetchval("SELECT count(*) FROM idempotency") == 0
    kept = await send(client, data, "k", on_error="keep")
    assert kept.status_code == 200
    assert places(kept.json()) == wanted
    assert (kept.json()["created"], kept.json()["rejected"]) == (1, 5)
    assert [row["label"] for row in await rows.fetch("SELECT label FROM box")] == ["A1"]


async def test_later_sheets_meet_what_earlier_ones_made_and_unknown_sheets_are_named(
    client: httpx.AsyncClient, rows: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    renames = Table(("名称", "编号"), [("renamed", "A1"), ("nobody's", "A9")])
    data = workbook({"改名": renames, "说明": Table(("x",)), "箱": Table(HEADINGS, [("A1", "small", 1, 1, None)])})
    answer = await send(client, data, on_error="keep")
    assert answer.json()["errors"] == [
        {"sheet": "改名", "row": 3, "column": "编号", "code": "no-such-label", "reason": "no box has this label"}
    ]
    assert (answer.json()["created"], answer.json()["updated"]) == (1, 1)
    assert answer.json()["ignored"] == ["说明"]
    assert await rows.fetchval("SELECT name FROM box") == "renamed"


async def test_what_is_only_not_yet_known_may_be_tried_again(client: httpx.AsyncClient) -> None:
    waiting = ("A1", "unheard", 1, 1, None)
    early = await send(client, book(("A0", "good", 1, 1, None), waiting))
    assert (early.status_code, early.json()["type"]) == (409, "/problems/not-yet-known")
    assert early.headers["retry-after"] == "1"
    assert places(early.json()) == [(3, "名称", "not-yet-known")]
    mixed = await send(client, book(waiting, ("A2", "bad", -1, 1, None)))
    assert (mixed.status_code, mixed.json()["type"]) == (422, "/problems/import-refused")
    kept = await send(client, book(waiting), on_error="keep")
    assert kept.json()["errors"][0]["code"] == "not-yet-known"


@pytest.mark.parametrize(
    ("headings", "wanted"),
    [
        (("编号", "名称"), [(1, "重量", "missing-column")]),
        (("编号", "名称", "重量", "颜色"), [(1, "颜色", "unknown-column")]),
        (("编号", "名称", "重量", "重量"), [(1, "重量", "double-column")]),
        (("编号", "名称", "重量", ""), [(1, "D", "missing-heading")]),
    ],
)
async def test_wrong_headings_are_named(
    client: httpx.AsyncClient, headings: Sequence[str], wanted: list[tuple[object, ...]]
) -> None:
    answer = await send(client, book(("A1", "small", 1, 1)[: len(headings)], headings=headings))
    assert places(answer.json()) == wanted
    assert answer.json()["type"] == "/problems/import-refused"


async def test_errors_are_counted_beyond_those_listed(client: httpx.AsyncClient) -> None:
    answer = await send(client, book(*((f"A{i}", "x", "heavy", 1, None) for i in range(1_200))))
    assert (len(answer.json()["errors"]), answer.json()["error_count"]) == (1_000, 1_200)


def packed(**parts: bytes) -> bytes:
    """A real workbook with parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(("A1", "small", 1, 1, None)))) as box, zipfile.ZipFile(out, "w", 8) as copy:
        for name in box.namelist():
            key = name.rsplit("/", 1)[-1].removesuffix(".xml")
            copy.writestr(name, parts.get(key, box.read(name)))
    return out.getvalue()


def sheet_with(cells: bytes) -> bytes:
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<?xml version="1.0"?><worksheet xmlns="' + space + b'"><sheetData>' + cells + b"</sheetData></worksheet>"


FAR = sheet_with(b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
WIDE = sheet_with(b'<row r="1"><c r="XFD1"><v>1</v></c></row>')
MANY = sheet_with(b'<row r="1">' + b'<c t="s"><v>0</v></c>' * 9_000 + b"</row>")
LONG = (
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
    + b"a" * 32_000
    + b"</t></si></sst>"
)
BOOKS: dict[str, tuple[bytes, str]] = {
    "text": (b"a,b,c", "not-a-workbook"),
    "empty archive": (b"PK\x05\x06" + b"\0" * 18, "not-a-workbook"),
    "cut off": (book()[:-200], "not-a-workbook"),
    "damaged": (packed()[:300] + b"\xff" * 50 + packed()[350:], "not-a-workbook"),
    "no xml": (packed(sheet1=b"\xff\xfe"), "not-a-workbook"),
    "other sheets": (workbook({"别的": Table(("x",))}), "no-known-sheet"),
    "bomb": (packed(sheet1=b" " * (97 << 20)), "workbook-too-large"),
    "a cell far away": (packed(sheet1=FAR), "workbook-too-large"),
    "a row too wide": (packed(sheet1=WIDE), "workbook-too-large"),
    "one long text in many cells": (packed(sheet1=MANY, sharedStrings=LONG), "workbook-too-large"),
}


@pytest.mark.parametrize("kind", BOOKS)
async def test_what_is_no_workbook_or_too_much_of_one_is_refused(client: httpx.AsyncClient, kind: str) -> None:
    data, code = BOOKS[kind]
    answer = await send(client, data)
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{code}"), answer.text


async def test_bodies_that_are_no_book_at_all(client: httpx.AsyncClient) -> None:
    assert (await send(client, b"x" * (16 << 20) + b"x")).status_code == 413
    assert (await send(client, b"")).json()["type"] == "/problems/body-required"
    assert (await send(client, b"{}", kind="application/json")).status_code == 415
    form = await client.post(PATH, files={"other": ("b.xlsx", b"x", MEDIA_TYPE)}, headers=headers(CLERK))
    assert (form.status_code, form.json()["type"]) == (400, "/problems/body-required")
    assert (await send(client, book(), on_error="maybe")).status_code == 422
    assert (await client.post(PATH, content=book(), headers={"Authorization": f"Bearer {CLERK}"})).status_code == 415


async def test_two_of_the_same_book_at_once_leave_one_of_each_thing(
    client: httpx.AsyncClient, rows: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    data = book(*((f"A{i}", "x", 1, 1, None) for i in range(20)))
    answers = await asyncio.gather(*(send(client, data) for _ in range(4)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert await rows.fetchval("SELECT count(*) FROM box") == 20


async def test_the_template_is_what_the_import_takes(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{PATH}/template", headers=headers(CLERK))
    assert answer.headers["content-type"] == MEDIA_TYPE
    read = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert read.sheet_names == ["箱", "改名"]
    assert read.get_sheet_by_name("箱").to_python() == [list(HEADINGS)]
    empty = await send(client, answer.content)
    assert (empty.status_code, empty.json()["created"]) == (200, 0)
