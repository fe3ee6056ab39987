"""Taking customers into the archive and keeping it current (C3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.customers.archive import domain, store
from services.customers.archive.credit_code import checked_credit_code
from services.customers.archive.domain import Changes, Contact, Customer, RegisterCustomer
from services.customers.archive.views import CustomerView
from services.customers.organisation import store as organisation
from services.customers.organisation.domain import Department, Outcome
from shared import outbox
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.errors import absent
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCustomer:
    """Change the archive's word on a customer; ``unit_code`` moves it, which is the market department's to do."""

    actor: Actor
    customer_id: UUID
    expected: int | None
    changes: Changes = field(default_factory=Changes)
    unit_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCustomer:
    """All of it was looked through and is current."""

    actor: Actor
    customer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SayContact:
    """A person at the customer; of ``contact_id`` None, a new one."""

    actor: Actor
    customer_id: UUID
    name: str
    position: str = ""
    phone: str = ""
    primary: bool = False
    contact_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetContact:
    """The person is no longer a contact: personal data goes."""

    actor: Actor
    customer_id: UUID
    contact_id: UUID


async def register(tx: Transaction, cmd: RegisterCustomer) -> CustomerView:
    """Take a customer in; DomainErrors of ``domain.register``, ``unknown-unit``, ``code-taken``, …"""
    customer = await take_in(tx, cmd)
    return await store.view(tx, customer.customer_id, cmd.actor)


async def take_in(tx: Transaction, cmd: RegisterCustomer) -> Customer:
    """``register`` without its answer."""
    cmd = replace(cmd, credit_code=checked_credit_code(cmd.credit_code))
    unit = await _unit(tx, cmd.unit_code, cmd.actor)
    code = cmd.code if cmd.code is not None else await store.next_code(tx)
    customer, facts = domain.register(new_id(), code, cmd, unit, tx.now)
    await store.add(tx, customer)
    await outbox.append(tx, facts, states=[customer.public()])
    return customer


async def change(tx: Transaction, cmd: ChangeCustomer) -> CustomerView:
    """Change or move a customer; what others may know of it is published only if it changed."""
    old = await store.load(tx, cmd.customer_id, cmd.actor)
    domain.require_version(old, cmd.expected)
    await settle(tx, old, cmd)
    return await store.view(tx, old.customer_id, cmd.actor)


async def settle(tx: Transaction, old: Customer, cmd: ChangeCustomer) -> Outcome:
    """Bring a locked customer to what ``cmd`` says of it."""
    changes = cmd.changes
    if changes.credit_code is not None:
        changes = replace(changes, credit_code=checked_credit_code(changes.credit_code) or "")
    new = domain.change(old, changes)
    if cmd.unit_code is not None:
        new = domain.move(new, await _unit(tx, cmd.unit_code, cmd.actor), cmd.actor)
    if new == old:
        return "unchanged"
    await store.save(tx, old, new)
    if new.public() != old.public():
        await outbox.append(tx, states=[new.public()])
    return "updated"


async def review(tx: Transaction, cmd: ReviewCustomer) -> CustomerView:
    """Take the customer off the stale worklist."""
    old = await store.load(tx, cmd.customer_id, cmd.actor)
    await store.save(tx, old, domain.review(old, tx.now))
    return await store.view(tx, old.customer_id, cmd.actor)


async def say_contact(tx: Transaction, cmd: SayContact) -> CustomerView:
    """Add or change a person at the customer. Nothing is published: contacts never leave this service."""
    customer = await _customer_with_contacts(tx, cmd.customer_id, cmd.actor)
    known = {contact.contact_id: contact for contact in await store.contacts_of(tx, customer.customer_id)}
    if cmd.contact_id is not None and cmd.contact_id not in known:
        raise absent("contact-absent", "there is no such contact")
    await settle_contacts(tx, customer, [(known.get(cmd.contact_id) if cmd.contact_id else None, cmd)])
    return await store.view(tx, customer.customer_id, cmd.actor)


async def settle_contacts(
    tx: Transaction, customer: Customer, said: Sequence[tuple[Contact | None, SayContact]]
) -> Outcome:
    """Bring contacts of a locked customer, as they were, to what is said of them."""
    settled = [(old, _contact(old, cmd)) for old, cmd in said]
    different = [(old, new) for old, new in settled if new != old]
    if not different:
        return "unchanged"
    domain.require_not_merged(customer)
    for old, new in sorted(different, key=lambda pair: pair[1].primary):
        await store.save_contact(tx, new, fresh=old is None)
    await _touch(tx, customer)
    return "created" if all(old is None for old, _ in settled) else "updated"


def _contact(old: Contact | None, cmd: SayContact) -> Contact:
    return domain.checked_contact(
        Contact(
            contact_id=old.contact_id if old else new_id(),
            customer_id=cmd.customer_id,
            name=cmd.name,
            position=cmd.position,
            phone=cmd.phone,
            primary=cmd.primary,
        )
    )


async def forget_contact(tx: Transaction, cmd: ForgetContact) -> CustomerView:
    """Remove a person at the customer."""
    customer = await _customer_with_contacts(tx, cmd.customer_id, cmd.actor)
    if cmd.contact_id not in {contact.contact_id for contact in await store.contacts_of(tx, customer.customer_id)}:
        raise absent("contact-absent", "there is no such contact")
    await store.remove_contact(tx, cmd.contact_id)
    await _touch(tx, customer)
    return await store.view(tx, customer.customer_id, cmd.actor)


async def _touch(tx: Transaction, customer: Customer) -> None:
    """Contacts are part of the customer: its version, and so its ETag, rises with them."""
    await store.save(tx, customer, replace(customer, version=customer.version + 1))


async def _customer_with_contacts(tx: Transaction, customer_id: UUID, actor: Actor) -> Customer:
    customer = await store.load(tx, customer_id, actor)
    if not domain.may_see_contacts(actor, customer.unit_id):
        raise domain.no_such_customer()
    return customer


async def _unit(tx: Transaction, code: str | None, actor: Actor) -> Department:
    if code is not None:
        return domain.require_unit(await organisation.department_by_code(tx, code.strip()), code)
    own = await organisation.department_by_id(tx, actor.unit_id) if actor.unit_id else None
    return domain.require_unit(own, own.code if own else "the asker's department")
