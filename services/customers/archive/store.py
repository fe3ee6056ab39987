"""Customers and contacts to and from their rows."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, insert, select, update

from services.customers.archive.domain import Contact, Customer, may_see_contacts, no_such_customer
from services.customers.archive.tables import contact, customer
from services.customers.archive.views import ContactView, CustomerView, customer_view
from services.customers.organisation.tables import department
from services.customers.taken import taken, unless_taken
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.errors import conflict

_TAKEN = {
    "customer_code": taken("code-taken", "customer code", "code"),
    "customer_credit_code": taken(
        "credit-code-taken",
        "credit code",
        "credit_code",
        "The customer is in an archive already: look it up, or ask the market department.",
    ),
    "contact_name": taken("contact-exists", "contact's name", "name", "Change the contact that is there."),
}


def described() -> Select[Any]:
    """Customers with their unit's and their survivor's codes, as ``CustomerRow`` has them."""
    survivor = customer.alias("survivor")
    columns = [column for column in customer.c if column.name not in ("first_tier", "registered_by")]
    return (
        select(
            *columns,
            department.c.code.label("unit_code"),
            department.c.name.label("unit_name"),
            survivor.c.code.label("merged_into_code"),
        )
        .join(department, department.c.department_id == customer.c.unit_id)
        .outerjoin(survivor, survivor.c.customer_id == customer.c.merged_into)
    )


async def view(tx: Transaction, customer_id: UUID, actor: Actor) -> CustomerView:
    """The customer as ``actor`` may see it, or DomainError ``customer-absent``."""
    statement = described().where(customer.c.customer_id == customer_id)
    row = (await tx.sql.execute(statement)).mappings().one_or_none()
    if row is None or not actor.may_see(row["unit_id"]):
        raise no_such_customer()
    if not may_see_contacts(actor, row["unit_id"]):
        return customer_view(row, None)
    return customer_view(row, [_contact_view(known) for known in await contacts_of(tx, customer_id)])


async def load(tx: Transaction, customer_id: UUID, actor: Actor | None = None) -> Customer:
    """The customer, locked; ``customer-absent`` also when ``actor`` may not know of it."""
    found = await _one(tx, customer.c.customer_id == customer_id)
    if found is None or (actor is not None and not actor.may_see(found.unit_id)):
        raise no_such_customer()
    return found


async def by_code(tx: Transaction, code: str) -> Customer | None:
    """The customer with that code, locked."""
    return await _one(tx, customer.c.code == code)


async def _one(tx: Transaction, condition: ColumnElement[bool]) -> Customer | None:
    statement = select(customer).where(condition).with_for_update(key_share=True)
    row = (await tx.sql.execute(statement)).mappings().one_or_none()
    return Customer(**row) if row is not None else None


async def doubles_of(tx: Transaction, customer_id: UUID) -> list[Customer]:
    """Those merged into it, locked."""
    statement = (
        select(customer)
        .where(customer.c.merged_into == customer_id)
        .order_by(customer.c.customer_id)
        .with_for_update(key_share=True)
    )
    return [Customer(**row) for row in (await tx.sql.execute(statement)).mappings()]


async def id_of(tx: Transaction, code: str) -> UUID | None:
    """The id of a code, without a lock."""
    found: UUID | None = (
        await tx.sql.execute(select(customer.c.customer_id).where(customer.c.code == code))
    ).scalar_one_or_none()
    return found


async def next_code(tx: Transaction) -> str:
    """A code of ours that nobody has: for sole traders, and whoever comes without one."""
    while True:
        number = await tx.raw.fetchval("SELECT nextval('customer_code_seq')")
        code = f"KH{number:08d}"
        if await id_of(tx, code) is None:
            return code


async def add(tx: Transaction, new: Customer) -> None:
    """Write a new customer; DomainErrors ``code-taken``, ``credit-code-taken``."""
    async with unless_taken(tx, _TAKEN):
        await tx.sql.execute(insert(customer).values(asdict(new)))


async def save(tx: Transaction, old: Customer, new: Customer) -> None:
    """Write over the version that was loaded; DomainErrors ``version-mismatch``, ``credit-code-taken``."""
    statement = (
        update(customer)
        .where(customer.c.customer_id == old.customer_id, customer.c.version == old.version)
        .values(asdict(new))
    )
    if new.credit_code == old.credit_code:
        result = await tx.sql.execute(statement)
    else:
        async with unless_taken(tx, _TAKEN):
            result = await tx.sql.execute(statement)
    if result.rowcount != 1:
        raise conflict("version-mismatch", "the customer was changed meanwhile", remedy="Read it again.")


async def contacts_of(tx: Transaction, customer_id: UUID) -> list[Contact]:
    """Its contacts, the primary one first."""
    statement = (
        select(contact)
        .where(contact.c.customer_id == customer_id)
        .order_by(contact.c.is_primary.desc(), contact.c.name)
    )
    return [
        Contact(
            contact_id=row["contact_id"],
            customer_id=row["customer_id"],
            name=row["name"],
            position=row["position"],
            phone=row["phone"],
            primary=row["is_primary"],
        )
        for row in (await tx.sql.execute(statement)).mappings()
    ]


async def save_contact(tx: Transaction, new: Contact, *, fresh: bool) -> None:
    """Write a contact of a locked customer; a new primary contact takes the place of the old one."""
    if new.primary:
        await tx.sql.execute(
            update(contact)
            .where(
                contact.c.customer_id == new.customer_id, contact.c.is_primary, contact.c.contact_id != new.contact_id
            )
            .values(is_primary=False)
        )
    values = asdict(new)
    values["is_primary"] = values.pop("primary")
    async with unless_taken(tx, _TAKEN):
        if fresh:
            await tx.sql.execute(insert(contact).values(values))
        else:
            await tx.sql.execute(update(contact).where(contact.c.contact_id == new.contact_id).values(values))


async def remove_contact(tx: Transaction, contact_id: UUID) -> None:
    """Forget a person at the customer."""
    await tx.sql.execute(contact.delete().where(contact.c.contact_id == contact_id))


def _contact_view(known: Contact) -> ContactView:
    return ContactView(
        contact_id=known.contact_id,
        name=known.name,
        position=known.position,
        phone=known.phone,
        primary=known.primary,
    )
