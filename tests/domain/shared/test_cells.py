"""What a spreadsheet's cell becomes, and what goes out comes in again."""

import contextlib
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from shared.auth.domain import Actor
from shared.exports import Table, workbook
from shared.imports import Outcome, Sheet, import_route
from shared.imports.cells import columns_of, value_of
from shared.imports.parse import parse_book
from shared.imports.workbook import open_workbook
from shared.kernel.errors import DomainError


def naive(*parts: int) -> datetime:
    """A spreadsheet knows no time zones."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


class Row(msgspec.Struct):
    text: str | None = None
    number: Decimal | None = None
    whole: int | None = None
    day: date | None = None
    truth: bool | None = None
    kind: Literal["公司", "个体工商户"] | None = None


HEADINGS = {"text": "文本", "number": "数", "whole": "整数", "day": "日期", "truth": "主要", "kind": "类别"}
COLUMNS = {column.attribute: column for column in columns_of(Row, HEADINGS)}


async def ignore(tx: object, actor: Actor, rows: Sequence[Row]) -> Outcome:
    return "unchanged"


SHEET: Sheet[Row] = Sheet(name="表", row=Row, headings=HEADINGS, apply=ignore)


@pytest.mark.parametrize(
    ("attribute", "cell", "value"),
    [
        ("text", 10023.0, "10023"),
        ("text", 1.5, "1.5"),
        ("text", "  甲　", "甲"),
        ("text", "", None),
        ("text", "　 ", None),
        ("text", naive(2026, 12, 1), "2026-12-01"),
        ("text", "00123", "00123"),
        ("number", 0.1, Decimal("0.1")),
        ("number", 4000.01, Decimal("4000.01")),
        ("number", 3.0, Decimal(3)),
        ("number", 1e15, Decimal(10**15)),
        ("number", "1,234.50", Decimal("1234.50")),
        ("number", 12, Decimal(12)),
        ("whole", 3.0, 3),
        ("whole", "3", 3),
        ("day", naive(2026, 12, 1), date(2026, 12, 1)),
        ("day", date(2026, 12, 1), date(2026, 12, 1)),
        ("day", "2026-12-01", date(2026, 12, 1)),
        ("day", "2026/12/01", date(2026, 12, 1)),
        ("day", 46357.0, date(2026, 12, 1)),
        ("truth", "是", True),
        ("truth", "否", False),
        ("truth", True, True),
        ("kind", "公司", "公司"),
    ],
)
def test_a_cell_becomes_what_was_meant(attribute: str, cell: object, value: object) -> None:
    found = value_of(cell, COLUMNS[attribute])
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("attribute", "cell", "code"),
    [
        ("number", "abc", "not-a-number"),
        ("number", "NaN", "not-a-number"),
        ("number", "1e999", "not-a-number"),
        ("number", float("inf"), "not-a-number"),
        ("number", True, "not-a-number"),
        ("whole", 1.5, "not-a-whole-number"),
        ("day", "2026-13-01", "not-a-date"),
        ("day", naive(2026, 12, 1, 8), "not-a-date"),
        ("day", 0.5, "not-a-date"),
        ("day", time(8), "not-a-date"),
        ("truth", "maybe", "not-yes-or-no"),
        ("kind", "协会", "not-a-choice"),
        ("text", "a\x00b", "control-character"),
        ("text", "a" * 4_001, "too-long"),
    ],
)
def test_what_cannot_be_meant_is_refused_without_being_quoted(attribute: str, cell: object, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        value_of(cell, COLUMNS[attribute])
    assert (refused.value.code, refused.value.field) == (code, attribute)
    assert str(cell) not in refused.value.message


@given(st.decimals(min_value=0, max_value=10**9, places=3, allow_nan=False, allow_infinity=False))
def test_any_amount_survives_the_spreadsheet(amount: Decimal) -> None:
    (parsed,), _ = parse_book(workbook({"表": Table(("数",), [(amount,)])}), [SHEET])
    assert parsed.groups[0][0].value.number == amount


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=30
)


@given(TEXT)
def test_any_text_survives_and_none_becomes_a_formula(text: str) -> None:
    data = workbook({"表": Table(("文本", "整数"), [(text, 1)])})
    (parsed,), _ = parse_book(data, [SHEET])
    assert parsed.groups[0][0].value.text == (text.strip().replace("\u3000", " ").strip() or None)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "{=", "\t="])
def test_what_starts_like_a_formula_leaves_as_text(sign: str) -> None:
    data = workbook({"表": Table(("文本",), [(f'{sign}HYPERLINK("http://x","y")',)])})
    read = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("表").to_python()
    assert read[1] == [f'{sign}HYPERLINK("http://x","y")']
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        sheet = box.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet


def test_days_leave_as_days_and_instants_in_the_companys_time() -> None:
    data = workbook({"表": Table(("a", "b"), [(date(2026, 12, 1), datetime(2026, 12, 1, 20, tzinfo=UTC))])})
    read = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("表").to_python()
    assert read[1] == [date(2026, 12, 1), naive(2026, 12, 2, 4)]


def test_a_number_too_long_for_excel_leaves_as_text() -> None:
    data = workbook({"表": Table(("a",), [(Decimal("1234567890123456.78"),), (10**15,)])})
    read = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("表").to_python()
    assert read[1:] == [["1234567890123456.78"], ["1000000000000000"]]


def test_a_row_type_that_no_cell_can_be_fails_at_start() -> None:
    class Odd(msgspec.Struct):
        many: list[str]

    async def nothing(tx: object, actor: Actor, rows: Sequence[Odd]) -> Outcome:
        return "unchanged"

    with pytest.raises(TypeError, match="a cell cannot be"):
        import_route("/x", [Sheet(name="x", row=Odd, headings={"many": "多"}, apply=nothing)], permission="x.y")


@given(st.binary(max_size=200), st.integers(0, 10_000))
def test_a_damaged_book_is_refused_or_read_but_never_an_accident(noise: bytes, at: int) -> None:
    data = bytearray(workbook({"表": Table(("文本",), [("x",)] * 5)}))
    place = at % len(data)
    data[place : place + len(noise)] = noise
    with contextlib.suppress(DomainError):
        open_workbook(bytes(data), frozenset({"表"}))
