"""From raw sheets to typed rows in groups, with every error at its row and column. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from shared.imports.cells import Column, columns_of, value_of
from shared.imports.sheets import AnyParsed, Line, Parsed, RowError, Sheet
from shared.imports.workbook import RawSheet, open_workbook
from shared.kernel.errors import DomainError, invalid

HEADING_ROW = 1


def parse_book(data: bytes, sheets: Sequence[Sheet[Any]]) -> tuple[list[AnyParsed], list[str]]:
    """The known sheets of a workbook in the order of ``sheets``, and the names of unknown ones.

    Raises DomainError ``not-a-workbook``, ``workbook-too-large`` or ``no-known-sheet``."""
    raw, ignored = open_workbook(data, frozenset(sheet.name for sheet in sheets))
    if not raw:
        raise invalid(
            "no-known-sheet",
            f"the workbook holds none of the sheets {'、'.join(sheet.name for sheet in sheets)}",
            field="file",
            remedy="Start from the template.",
        )
    found = {sheet.name: sheet for sheet in raw}
    return [parse_sheet(found[sheet.name], sheet) for sheet in sheets if sheet.name in found], ignored


def parse_sheet(raw: RawSheet, sheet: Sheet[Any]) -> AnyParsed:
    """One sheet: the first row has the headings, empty rows are passed over. A wrong heading rejects the sheet."""
    columns = columns_of(sheet.row, dict(sheet.headings))
    places, errors = _places(raw, sheet, columns)
    if errors:
        return Parsed(sheet, [], errors, len(_filled(raw)))
    lines: list[tuple[int, Line[Any] | None, tuple[object, ...] | None]] = []
    for number, cells in _filled(raw):
        values, wrong = _values(cells, places, sheet.name, number)
        errors += wrong
        key = tuple(values.get(name) for name in sheet.keys) if all(name in values for name in sheet.keys) else None
        lines.append((number, None if wrong else Line(number, sheet.row(**values)), key))
    groups, rejected = _grouped(lines, bool(sheet.keys))
    return Parsed(sheet, groups, errors, rejected)


def _filled(raw: RawSheet) -> list[tuple[int, Sequence[object]]]:
    rows = enumerate(raw.rows[HEADING_ROW:], start=HEADING_ROW + 1)
    return [(number, cells) for number, cells in rows if any(_there(cell) for cell in cells)]


def _there(cell: object) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _places(raw: RawSheet, sheet: Sheet[Any], columns: list[Column]) -> tuple[list[tuple[int, Column]], list[RowError]]:
    """Which cell of a row belongs to which column."""
    by_heading = {column.heading: column for column in columns}
    errors: list[RowError] = []
    places: list[tuple[int, Column]] = []
    seen: set[str] = set()
    for index, cell in enumerate(raw.rows[0] if raw.rows else []):
        heading = cell.strip() if isinstance(cell, str) else str(cell)
        if not heading:
            if any(_there(row[index]) for row in raw.rows if index < len(row)):
                errors.append(_heading(sheet, _letter(index), "missing-heading", "a column with values has no heading"))
            continue
        column = by_heading.get(heading)
        if column is None:
            known = "、".join(by_heading)
            errors.append(_heading(sheet, heading[:40], "unknown-column", f"unknown column; known: {known}"))
        elif heading in seen:
            errors.append(_heading(sheet, heading, "double-column", "the column is there twice"))
        else:
            seen.add(heading)
            places.append((index, column))
    for column in columns:
        if column.required and column.heading not in seen:
            errors.append(_heading(sheet, column.heading, "missing-column", "the column is missing"))
    return places, errors


def _heading(sheet: Sheet[Any], column: str, code: str, reason: str) -> RowError:
    return RowError(sheet.name, HEADING_ROW, column, code, reason)


def _letter(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _values(
    cells: Sequence[object], places: list[tuple[int, Column]], sheet: str, number: int
) -> tuple[dict[str, Any], list[RowError]]:
    values: dict[str, Any] = {}
    errors: list[RowError] = []
    for index, column in places:
        try:
            value = value_of(cells[index] if index < len(cells) else None, column)
        except DomainError as wrong:
            errors.append(RowError(sheet, number, column.heading, wrong.code, wrong.message))
            continue
        if value is not None or column.optional:
            values[column.attribute] = value
        elif column.required:
            errors.append(RowError(sheet, number, column.heading, "empty-cell", f"{column.heading} must be filled in"))
    return values, errors


def _grouped(
    lines: Iterable[tuple[int, Line[Any] | None, tuple[object, ...] | None]], grouping: bool
) -> tuple[list[list[Line[Any]]], int]:
    """Things to try, and how many cannot be: a thing of several rows falls with any of them."""
    groups: dict[object, list[Line[Any]]] = {}
    spoiled: set[object] = set()
    for number, line, key in lines:
        mark: object = key if grouping and key is not None else number
        if line is None:
            spoiled.add(mark)
        else:
            groups.setdefault(mark, []).append(line)
    return [lines for mark, lines in groups.items() if mark not in spoiled], len(spoiled)


def headings_of(sheet: Sheet[Any]) -> list[str]:
    """The headings of a sheet, in the order of the row's attributes."""
    return [sheet.headings[info.name] for info in msgspec.structs.fields(sheet.row)]
