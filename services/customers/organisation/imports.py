"""The organisation's workbook: 部门 and 人员. The same book twice changes nothing and publishes nothing."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from services.customers.organisation import commands
from services.customers.organisation.commands import SayDepartment, SayPerson
from services.customers.organisation.domain import KIND_LABELS, Outcome
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.imports import Sheet, import_route


class DepartmentRow(msgspec.Struct, kw_only=True):
    """A row of 部门."""

    code: str
    name: str
    kind: Literal[
        "业务单位", "市场部", "质量监督部", "生产部", "财务部", "物流部", "公司办公室", "企业管理部", "公司领导"
    ]


class PersonRow(msgspec.Struct, kw_only=True):
    """A row of 人员; ``roles`` are joined by 、. Who left has 否 in 在职, which may be left out."""

    staff_no: str
    name: str
    department_code: str
    roles: str
    account: str
    active: bool | None = None


async def import_department(tx: Transaction, actor: Actor, rows: Sequence[DepartmentRow]) -> Outcome:
    """One row of 部门."""
    row = rows[0]
    kind = KIND_LABELS[row.kind]
    return await commands.say_department(tx, SayDepartment(code=row.code, name=row.name, kind=kind))


async def import_person(tx: Transaction, actor: Actor, rows: Sequence[PersonRow]) -> Outcome:
    """One row of 人员."""
    row = rows[0]
    cmd = SayPerson(
        staff_no=row.staff_no,
        name=row.name,
        department_code=row.department_code,
        roles=tuple(role.strip() for role in row.roles.split("、") if role.strip()),
        account=row.account.strip(),
        active=row.active,
    )
    return await commands.say_person(tx, cmd)


DEPARTMENTS = Sheet(
    name="部门",
    row=DepartmentRow,
    headings={"code": "部门编码", "name": "部门名称", "kind": "类别"},
    group_by=None,
    apply=import_department,
)
PEOPLE = Sheet(
    name="人员",
    row=PersonRow,
    headings={
        "staff_no": "工号",
        "name": "姓名",
        "department_code": "部门编码",
        "roles": "角色",
        "account": "账号",
        "active": "在职",
    },
    group_by=None,
    apply=import_person,
)

ROUTES = [import_route("/imports/organisation", [DEPARTMENTS, PEOPLE], permission="organisation.import")]
