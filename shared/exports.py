"""Workbooks out. Text stays text: a cell that starts like a formula is never one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from shared.kernel.dates import SHANGHAI

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXACT = 15  # digits an Excel number keeps


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: headings, then rows of str, int, Decimal, date, datetime, bool or None."""

    headings: Sequence[str]
    rows: Iterable[Sequence[object]] = ()


def workbook(tables: Mapping[str, Table]) -> bytes:
    """An .xlsx of one sheet per table, in order; sheet names of at most 31 characters."""
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    formats = {
        "heading": book.add_format({"bold": True}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    for name, table in tables.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(table.headings):
            sheet.write_string(0, column, heading, formats["heading"])
            sheet.set_column(column, column, max(10, 2 * len(heading) + 2))
        for index, row in enumerate(table.rows, start=1):
            for column, value in enumerate(row):
                _write(sheet, index, column, value, formats)
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, row: int, column: int, value: object, formats: Mapping[str, Any]) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_string(row, column, "是" if value else "否")
        case Decimal() if len(value.as_tuple().digits) > EXACT or not value.is_finite():
            sheet.write_string(row, column, str(value))
        case int() | Decimal() if abs(value) < 10**EXACT:
            sheet.write_number(row, column, value)
        case datetime():
            local = value.astimezone(SHANGHAI).replace(tzinfo=None) if value.tzinfo else value
            sheet.write_datetime(row, column, local, formats["instant"])
        case date():
            sheet.write_datetime(row, column, value, formats["day"])
        case _:
            sheet.write_string(row, column, str(value))
