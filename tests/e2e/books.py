"""Workbooks as a department would write them, by a library that the services' own import does not know."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import xlsxwriter

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | Decimal | date | None
Book = Mapping[str, Sequence[Sequence[Cell]]]

HEADINGS: Mapping[str, Sequence[str]] = {
    "部门": ("部门编码", "部门名称", "类别"),
    "人员": ("工号", "姓名", "部门编码", "角色", "账号"),
    "客户": ("客户编码", "统一社会信用代码", "客户名称", "类别", "业务单位编码", "层级", "地区", "地址"),
    "联系人": ("客户编码", "姓名", "职务", "电话", "主要"),
    "产品": ("产品编码", "产品名称", "计量单位", "库存", "持有成本", "最小批量"),
    "生产线": ("生产线编码", "生产线名称", "每周工时"),
    "工艺": ("产品编码", "生产线编码", "单件工时", "换型工时"),
    "物料": ("物料编码", "物料名称", "计量单位", "库存"),
    "用料": ("产品编码", "物料编码", "单位用量"),
    "到货": ("到货单号", "物料编码", "到货日期", "数量"),
    "合同行": ("合同编号", "客户编码", "行号", "产品编码", "数量", "计量单位", "单价", "要求交货日期"),
    "发货": ("发货单号", "合同编号", "行号", "批号", "数量", "发货日期"),
    "需求计划": ("业务单位编码", "月份", "产品编码", "数量"),
    "投诉": ("投诉编号", "客户编码", "合同编号", "行号", "批号", "类别", "描述", "报告日期"),
}


def workbook(book: Book) -> bytes:
    """An .xlsx with these sheets, each under its headings."""
    buffer = BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, rows in book.items():
        sheet = made.add_worksheet(name)
        sheet.write_row(0, 0, HEADINGS[name])
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif isinstance(cell, date):
                    sheet.write_datetime(number, column, datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001
                elif cell is not None:
                    sheet.write_number(number, column, cell)
    made.close()
    return buffer.getvalue()
