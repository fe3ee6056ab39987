"""A small company of two business units, as its departments' workbooks have it, and how it comes into the suite.

Names and numbers of people are such that they are found nowhere by chance: a test looks for them where none may be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import httpx
from stdnum.cn import uscc

from shared.kernel.dates import business_date, first_day, month_of, months_later, system_clock
from tests.e2e.books import Book
from tests.e2e.people import Staff, hire
from tests.e2e.suite import Suite

DEPARTMENTS = (
    ("HD", "华东业务部", "业务单位"),
    ("XN", "西南业务部", "业务单位"),
    ("SCB", "市场部", "市场部"),
    ("ZJB", "质量监督部", "质量监督部"),
    ("SHCB", "生产部", "生产部"),
    ("CWB", "财务部", "财务部"),
    ("WLB", "物流部", "物流部"),
    ("BGS", "公司办公室", "公司办公室"),
    ("QGB", "企业管理部", "企业管理部"),
)
STAFF: Mapping[str, tuple[str, str, str]] = {
    "hd-clerk": ("E01", "HD", "unit-clerk"),
    "hd-head": ("E02", "HD", "unit-head"),
    "hd-keeper": ("E03", "HD", "archive-keeper"),
    "xn-clerk": ("E04", "XN", "unit-clerk"),
    "xn-head": ("E05", "XN", "unit-head"),
    "xn-keeper": ("E06", "XN", "archive-keeper"),
    "market": ("E07", "SCB", "market"),
    "quality": ("E08", "ZJB", "quality"),
    "production": ("E09", "SHCB", "production"),
    "finance": ("E10", "CWB", "finance"),
    "logistics": ("E11", "WLB", "logistics"),
    "office": ("E12", "BGS", "office"),
    "management": ("E13", "QGB", "enterprise-management"),
    "admin": ("E14", "BGS", "admin"),
}
STAFF_NAMES = (
    "欧阳测一", "司徒测二", "尉迟测三", "慕容测四", "呼延测五", "宇文测六", "长孙测七",
    "轩辕测八", "令狐测九", "钟离测十", "闾丘测甲", "公冶测乙", "濮阳测丙", "淳于测丁",
)  # fmt: skip

CUSTOMER, DOUBLE, SOLE_TRADER = "KH-HD-01", "KH-HD-02", "KH-HD-03"
OTHERS_CUSTOMER = "KH-XN-01"
DOORS_CUSTOMER, DOORS_OTHERS = "KH-HD-08", "KH-XN-08"
SOLE_TRADERS_NAME = "夏侯测戊五金店"
CONTACTS = (
    (CUSTOMER, "端木测己", "采购经理", "10000777001", "是"),
    (CUSTOMER, "皇甫测庚", "质检员", "10000777002", "否"),
    (SOLE_TRADER, "夏侯测戊", "店主", "10000777003", "是"),
    (OTHERS_CUSTOMER, "东郭测辛", "计划员", "10000777004", "是"),
)

VALVE, GLOBE = "QF-050", "ZF-040"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of the path. ``month``: the first plan month, whose time node (day 20 before it) is over on whatever day
    the tests run, and which is not over before they end; the goods are wanted in the months after it."""

    today: date
    month: str

    @property
    def months(self) -> tuple[str, str, str]:
        """The plan's months."""
        return self.month, months_later(self.month, 1), months_later(self.month, 2)

    def wanted(self, months_on: int, day: int) -> date:
        """A day in a month after the first plan month."""
        return first_day(months_later(self.month, months_on)) + timedelta(days=day - 1)


def calendar() -> Calendar:
    """By the company's clock."""
    today = business_date(system_clock())
    return Calendar(today, month_of(today + timedelta(days=1)))


def credit_code(number: int) -> str:
    """A code whose check digit is right."""
    body = f"91320594MA2E{number:05d}"
    return body + str(uscc.calc_check_digit(body))


def organisation() -> Book:
    """Departments and people with their accounts."""
    names = dict(zip(STAFF, STAFF_NAMES, strict=True))
    people = [(no, names[account], unit, role, account) for account, (no, unit, role) in STAFF.items()]
    return {"部门": DEPARTMENTS, "人员": people}


def _company(code: str, number: int, name: str, unit: str) -> tuple[str, ...]:
    return (code, credit_code(number), name, "公司", unit, "一般", "江苏", f"测试路{number}号")


def archive(unit: str) -> Book:
    """A unit's customers with their contacts."""
    customers = {
        "HD": [
            _company(CUSTOMER, 1, "苏州测试流体设备有限公司", "HD"),
            _company(DOUBLE, 2, "苏州测试流体设备公司", "HD"),
            (SOLE_TRADER, "", SOLE_TRADERS_NAME, "个体工商户", "HD", "储备", "江苏", ""),
            _company(DOORS_CUSTOMER, 8, "昆山测试泵业有限公司", "HD"),
        ],
        "XN": [
            _company(OTHERS_CUSTOMER, 11, "成都测试阀门有限公司", "XN"),
            _company(DOORS_OTHERS, 18, "重庆测试管件有限公司", "XN"),
        ],
    }[unit]
    codes = {row[0] for row in customers}
    return {"客户": customers, "联系人": [contact for contact in CONTACTS if contact[0] in codes]}


def master(when: Calendar) -> Book:
    """Two products on two lines, made of one material that is partly still to come."""
    return {
        "产品": [
            (VALVE, "球阀 DN50", "台", 10, Decimal("1.5"), 5),
            (GLOBE, "截止阀 DN40", "台", 0, Decimal("0.8"), None),
        ],
        "生产线": [("L1", "一号线", 40), ("L2", "二号线", 40)],
        "工艺": [(VALVE, "L1", Decimal("0.5"), 2), (GLOBE, "L1", Decimal("0.4"), 2), (GLOBE, "L2", Decimal("0.3"), 1)],
        "物料": [("M-1", "铸件", "千克", 600)],
        "用料": [(VALVE, "M-1", 3), (GLOBE, "M-1", Decimal("1.5"))],
        "到货": [("DH-1", "M-1", when.wanted(1, 1), 2000)],
    }


@dataclass(frozen=True, slots=True)
class Company:
    """The company in the running suite: its people, its days."""

    suite: Suite
    staff: Staff
    when: Calendar


async def settle_in(suite: Suite, http: httpx.AsyncClient) -> Company:
    """Organisation, master data and archives come in through the import routes; others will hear of them."""
    staff, when = hire(STAFF, suite.urls(), http), calendar()
    await staff["admin"].bring("customers", "organisation", organisation())
    await staff["production"].bring("planning", "master", master(when))
    for unit in ("HD", "XN"):
        await staff[f"{unit.lower()}-keeper"].bring("customers", "customers", archive(unit))
    return Company(suite, staff, when)
