"""Departments, people and accounts of the sample company. Fixed but for the people's names."""

from random import Random

from deploy.sample.company import Department, Person
from deploy.sample.words import person_name

UNITS: tuple[tuple[str, str], ...] = (
    ("HD", "华东业务部"),
    ("HN", "华南业务部"),
    ("HB", "华北业务部"),
    ("HZ", "华中业务部"),
    ("XN", "西南业务部"),
    ("DB", "东北业务部"),
)
UNIT_CODES = tuple(code for code, _ in UNITS)
PASSWORD = "shouwen-demo"  # noqa: S105  (the one documented password of every demo account)

PRODUCTION = "SHCB"
_OFFICES: tuple[tuple[str, str, str], ...] = (
    ("SCB", "市场部", "market"),
    ("ZJB", "质量监督部", "quality"),
    (PRODUCTION, "生产部", "production"),
    ("CWB", "财务部", "finance"),
    ("WLB", "物流部", "logistics"),
    ("BGS", "公司办公室", "office"),
    ("QGB", "企业管理部", "enterprise-management"),
    ("GSLD", "公司领导", "leadership"),
)
_UNIT_STAFF: tuple[tuple[str, str], ...] = (
    ("head", "unit-head"),
    ("clerk", "unit-clerk"),
    ("clerk2", "unit-clerk"),
    ("clerk3", "unit-clerk"),
    ("keeper", "archive-keeper"),
)


def account(unit_code: str, post: str) -> str:
    """The account of a post in a unit: ``account("HD", "clerk")`` is ``hd-clerk``."""
    return f"{unit_code.lower()}-{post}"


def departments() -> list[Department]:
    """Six business units and the eight other departments."""
    units = [Department(code, name, "业务单位") for code, name in UNITS]
    return units + [Department(code, name, name) for code, name, _ in _OFFICES]


def people(random: Random) -> list[Person]:
    """Five people a unit, two a department, and one administrator; staff numbers are in order."""
    posts = [(code, account(code, post), (role,)) for code in UNIT_CODES for post, role in _UNIT_STAFF]
    for code, _, role in _OFFICES:
        posts += [(code, role, (role,)), (code, f"{role}-2", (role,))]
    posts.append(("BGS", "admin", ("admin",)))
    return [
        Person(f"G{index:04d}", person_name(random), department, roles, name)
        for index, (department, name, roles) in enumerate(posts, start=1)
    ]
