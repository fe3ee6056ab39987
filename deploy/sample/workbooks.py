"""The sample company's Excel workbooks, as its departments would keep them. Same company, same bytes.

Knows sheet names and headings of the import routes; must not know HTTP.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from deploy.sample.company import Company
from deploy.sample.organisation import UNIT_CODES

Cell = str | int | Decimal | date
Rows = Iterable[Sequence[Cell]]
Sheets = dict[str, tuple[Sequence[str], Rows]]

ORGANISATION = "organisation.xlsx"
MASTER = "master.xlsx"
SHIPMENTS = "shipments.xlsx"
OPENINGS = "opening-balances.xlsx"


def customers_book(unit: str) -> str:
    """File name of a unit's customers."""
    return f"customers-{unit}.xlsx"


def agreements_book(unit: str) -> str:
    """File name of a unit's contracts."""
    return f"agreements-{unit}.xlsx"


def demand_book(unit: str) -> str:
    """File name of a unit's demand plans."""
    return f"demand-plans-{unit}.xlsx"


def complaints_book(unit: str) -> str:
    """File name of a unit's complaints."""
    return f"complaints-{unit}.xlsx"


def write_all(company: Company, folder: Path) -> list[Path]:
    """Write every book into ``folder`` (made when missing) and give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    books: dict[str, Sheets] = {
        ORGANISATION: _organisation(company),
        MASTER: _master(company),
        SHIPMENTS: _shipments(company),
        OPENINGS: _openings(company),
    }
    for unit in UNIT_CODES:
        books[customers_book(unit)] = _customers(company, unit)
        books[agreements_book(unit)] = _agreements(company, unit)
        books[demand_book(unit)] = _demand(company, unit)
        books[complaints_book(unit)] = _complaints(company, unit)
    created = datetime(company.day.year, company.day.month, company.day.day)  # noqa: DTZ001  (a workbook's own notion)
    return [_write(folder / name, sheets, created) for name, sheets in books.items()]


def _organisation(company: Company) -> Sheets:
    return {
        "部门": (("部门编码", "部门名称", "类别"), ((d.code, d.name, d.kind) for d in company.departments)),
        "人员": (
            ("工号", "姓名", "部门编码", "角色", "账号"),
            ((p.staff_no, p.name, p.department_code, "、".join(p.roles), p.account) for p in company.people),
        ),
    }


def _customers(company: Company, unit: str) -> Sheets:
    own = [c for c in company.customers if c.unit_code == unit]
    return {
        "客户": (
            ("客户编码", "统一社会信用代码", "客户名称", "类别", "业务单位编码", "层级", "地区", "地址"),
            ((c.code, c.credit_code, c.name, c.kind, c.unit_code, c.tier, c.region, c.address) for c in own),
        ),
        "联系人": (
            ("客户编码", "姓名", "职务", "电话", "主要"),
            ((c.code, p.name, p.position, p.phone, "是" if p.main else "否") for c in own for p in c.contacts),
        ),
    }


def _master(company: Company) -> Sheets:
    master = company.master
    return {
        "产品": (
            ("产品编码", "产品名称", "计量单位", "库存", "持有成本", "最小批量"),
            ((p.code, p.name, p.unit_of_measure, p.stock, p.holding, p.min_lot) for p in master.products),
        ),
        "生产线": (
            ("生产线编码", "生产线名称", "每周工时"),
            ((line.code, line.name, line.weekly_hours) for line in master.lines),
        ),
        "工艺": (
            ("产品编码", "生产线编码", "单件工时", "换型工时"),
            ((r.product_code, r.line_code, r.unit_hours, r.setup_hours) for r in master.routings),
        ),
        "物料": (
            ("物料编码", "物料名称", "计量单位", "库存"),
            ((m.code, m.name, m.unit_of_measure, m.stock) for m in master.materials),
        ),
        "用料": (
            ("产品编码", "物料编码", "单位用量"),
            ((u.product_code, u.material_code, u.per_unit) for u in master.usages),
        ),
        "到货": (
            ("到货单号", "物料编码", "到货日期", "数量"),
            ((d.number, d.material_code, d.arrives_on, d.quantity) for d in master.deliveries),
        ),
    }


def _agreements(company: Company, unit: str) -> Sheets:
    headings = ("合同编号", "客户编码", "行号", "产品编码", "数量", "计量单位", "单价", "要求交货日期")
    own = ((a.number, a.customer_code, line) for a in company.agreements if a.unit_code == unit for line in a.lines)
    rows = (
        (number, customer, n.line_no, n.product_code, n.quantity, n.unit_of_measure, n.unit_price, n.requested_on)
        for number, customer, n in own
    )
    return {"合同行": (headings, rows)}


def _shipments(company: Company) -> Sheets:
    headings = ("发货单号", "合同编号", "行号", "批号", "数量", "发货日期")
    rows = (
        (s.number, s.agreement_number, s.line_no, s.batch_number, s.quantity, s.shipped_on) for s in company.shipments
    )
    return {"发货": (headings, rows)}


def _openings(company: Company) -> Sheets:
    headings = ("客户编码", "年度", "合同编号", "签订日期", "金额")
    rows = ((o.customer_code, o.year, o.agreement_number, o.signed_on, o.amount) for o in company.openings)
    return {"期初合同": (headings, rows)}


def _demand(company: Company, unit: str) -> Sheets:
    headings = ("业务单位编码", "月份", "产品编码", "数量")
    rows = ((f.unit_code, f.month, f.product_code, f.quantity) for f in company.forecasts if f.unit_code == unit)
    return {"需求计划": (headings, rows)}


def _complaints(company: Company, unit: str) -> Sheets:
    headings = ("投诉编号", "客户编码", "合同编号", "行号", "批号", "类别", "描述", "报告日期")
    own = (c for c in company.complaints if c.unit_code == unit)
    rows = (
        (
            c.number,
            c.customer_code,
            c.agreement_number,
            c.line_no,
            c.batch_number,
            c.category,
            c.description,
            c.reported_on,
        )
        for c in own
    )
    return {"投诉": (headings, rows)}


def _write(path: Path, sheets: Sheets, created: datetime) -> Path:
    book = xlsxwriter.Workbook(str(path), {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    book.set_properties({"created": created, "author": "", "company": ""})
    bold = book.add_format({"bold": True})
    for name, (headings, rows) in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(headings) - 1, 16)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
        for index, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _put(sheet, index, column, value)
    book.close()
    return path


def _put(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Cell) -> None:
    if isinstance(value, str):
        if value:
            sheet.write_string(row, column, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day))  # noqa: DTZ001
    else:
        sheet.write_number(row, column, value)
