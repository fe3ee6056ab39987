"""A row of the complaints' workbook, as the departments keep it."""

from datetime import date
from typing import Literal

import msgspec

from services.complaints.quality.domain.complaint import Category

CATEGORIES: dict[str, Category] = {"质量": "quality", "交付": "delivery", "服务": "service", "其他": "other"}
HEADINGS = {
    "number": "投诉编号",
    "customer_code": "客户编码",
    "agreement_number": "合同编号",
    "line_no": "行号",
    "batch_number": "批号",
    "category": "类别",
    "description": "描述",
    "reported_on": "报告日期",
}


class ComplaintRow(msgspec.Struct, kw_only=True):
    """One complaint; contract line and batch may be empty."""

    number: str
    customer_code: str
    agreement_number: str | None = None
    line_no: int | None = None
    batch_number: str | None = None
    category: Literal["质量", "交付", "服务", "其他"]
    description: str
    reported_on: date
