"""The archive's workbook: 客户 and 联系人. The same book twice changes nothing and publishes nothing.

The tier column counts when a customer is taken in; later it moves by a change of tier, with its reason (C1)."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from services.customers.archive import commands, domain, store
from services.customers.archive.commands import ChangeCustomer, SayContact
from services.customers.archive.domain import Changes, Customer, RegisterCustomer
from services.customers.organisation.domain import Outcome
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.imports import Sheet, import_route
from shared.kernel.errors import DomainError, absent


class CustomerRow(msgspec.Struct, kw_only=True):
    """A row of 客户."""

    code: str
    credit_code: str | None = None
    name: str
    kind: Literal["公司", "个体工商户"]
    unit_code: str
    tier: Literal["战略", "重点", "一般", "储备"]
    region: str | None = None
    address: str | None = None


class ContactRow(msgspec.Struct, kw_only=True):
    """A row of 联系人; a contact is known by its customer and its name. 主要 is 是 for one of a customer's at most."""

    customer_code: str
    name: str
    position: str | None = None
    phone: str | None = None
    primary: bool | None = None


async def import_customer(tx: Transaction, actor: Actor, rows: Sequence[CustomerRow]) -> Outcome:
    """One row of 客户: by its code a new customer or changes to a known one."""
    row = rows[0]
    kind = domain.KIND_LABELS[row.kind]
    known = await store.by_code(tx, row.code.strip())
    if known is None:
        cmd = RegisterCustomer(
            actor=actor,
            code=row.code,
            credit_code=row.credit_code,
            name=row.name,
            kind=kind,
            unit_code=row.unit_code,
            tier=domain.TIER_LABELS[row.tier],
            region=row.region or "",
            address=row.address or "",
            opening=True,
        )
        await commands.take_in(tx, cmd)
        return "created"
    if not actor.may_see(known.unit_id):
        raise DomainError("conflict", "code-taken", "this customer code is taken", field="code")
    changes = Changes(
        name=row.name,
        kind=kind,
        credit_code=row.credit_code or "",
        region=row.region or "",
        address=row.address or "",
    )
    change = ChangeCustomer(
        actor=actor, customer_id=known.customer_id, expected=None, changes=changes, unit_code=row.unit_code
    )
    return await commands.settle(tx, known, change)


async def import_contacts(tx: Transaction, actor: Actor, rows: Sequence[ContactRow]) -> Outcome:
    """One customer's rows of 联系人."""
    _require_one_primary(rows)
    customer = await _customer(tx, actor, rows[0].customer_code.strip())
    known = {contact.name: contact for contact in await store.contacts_of(tx, customer.customer_id)}
    cmds = [
        SayContact(
            actor=actor,
            customer_id=customer.customer_id,
            name=row.name.strip(),
            position=row.position or "",
            phone=row.phone or "",
            primary=bool(row.primary),
        )
        for row in rows
    ]
    return await commands.settle_contacts(tx, customer, [(known.get(cmd.name), cmd) for cmd in cmds])


async def _customer(tx: Transaction, actor: Actor, code: str) -> Customer:
    found = await store.by_code(tx, code)
    if found is None or not domain.may_see_contacts(actor, found.unit_id):
        raise absent("customer-absent", f"there is no customer {code}", field="customer_code")
    return found


def _require_one_primary(rows: Sequence[ContactRow]) -> None:
    names: set[str] = set()
    primary = False
    for index, row in enumerate(rows):
        at = {"row_index": index}
        if row.name.strip() in names:
            raise DomainError("invalid", "contact-twice", "the contact is there twice", field="name", extra=at)
        if row.primary and primary:
            raise DomainError("invalid", "two-primaries", "one contact only is primary", field="primary", extra=at)
        names.add(row.name.strip())
        primary = primary or bool(row.primary)


CUSTOMERS = Sheet(
    name="客户",
    row=CustomerRow,
    headings={
        "code": "客户编码",
        "credit_code": "统一社会信用代码",
        "name": "客户名称",
        "kind": "类别",
        "unit_code": "业务单位编码",
        "tier": "层级",
        "region": "地区",
        "address": "地址",
    },
    group_by=None,
    apply=import_customer,
)
CONTACTS = Sheet(
    name="联系人",
    row=ContactRow,
    headings={"customer_code": "客户编码", "name": "姓名", "position": "职务", "phone": "电话", "primary": "主要"},
    group_by="customer_code",
    apply=import_contacts,
)

ROUTES = [import_route("/imports/customers", [CUSTOMERS, CONTACTS], permission="customer.import")]
