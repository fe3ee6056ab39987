"""What a customer in the archive is, and how a unit and the market department may change it (C3). Pure.

Must not know how tiers move (tiers) nor how doubles are merged (doubles)."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.customers.organisation.domain import Department, checked_code, checked_text
from shared.auth.domain import Actor
from shared.events.customers import CustomerRegistered, CustomerState, Tier
from shared.kernel.errors import DomainError, absent, conflict, forbidden, invalid

Kind = Literal["company", "sole-trader"]
KIND_LABELS: dict[str, Kind] = {"公司": "company", "个体工商户": "sole-trader"}
TIER_LABELS: dict[str, Tier] = {"战略": "strategic", "重点": "key", "一般": "general", "储备": "reserve"}

_PHONE = re.compile(r"[0-9+()\- ]{5,30}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer in its unit's archive. ``credit_code`` is None for a sole trader, who is known by ``code`` alone.

    ``merged_into``: the surviving customer, never itself a double. ``reviewed_at``: when the archive keeper last said
    that all of it is current."""

    customer_id: UUID
    code: str
    credit_code: str | None
    name: str
    kind: Kind
    unit_id: UUID
    tier: Tier
    first_tier: Tier
    region: str
    address: str
    registered_at: datetime
    registered_by: UUID
    reviewed_at: datetime
    merged_into: UUID | None = None
    version: int = 1

    def public(self) -> CustomerState:
        """As others may know it: a sole trader's name is a person's and stays here."""
        return CustomerState(
            customer_id=self.customer_id,
            code=self.code,
            name=self.name if self.kind == "company" else "",
            unit_id=self.unit_id,
            tier=self.tier,
            kind=self.kind,
            merged_into=self.merged_into,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person at the customer: personal data, never in an event or a log."""

    contact_id: UUID
    customer_id: UUID
    name: str
    position: str
    phone: str
    primary: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCustomer:
    """Take a customer into a unit's archive. ``code`` None: a code of ours is made. ``unit_code`` None: the actor's own
    unit. ``opening``: it comes with the opening data, where alone it may be strategic from the start."""

    actor: Actor
    name: str
    kind: Kind
    code: str | None = None
    credit_code: str | None = None
    unit_code: str | None = None
    tier: Tier = "reserve"
    region: str = ""
    address: str = ""
    opening: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to be different; None leaves a thing as it is, "" empties a text."""

    name: str | None = None
    kind: Kind | None = None
    credit_code: str | None = None
    region: str | None = None
    address: str | None = None


def require_unit(department: Department | None, code: str) -> Department:
    """An active business unit, or DomainError ``unknown-unit``."""
    if department is None or department.kind != "unit" or not department.active:
        raise invalid(
            "unknown-unit", f"{code} is no active business unit", field="unit_code", remedy="See GET /departments."
        )
    return department


def no_such_customer() -> DomainError:
    """For what does not exist and for what the asker may not know of: the same words."""
    return absent("customer-absent", "there is no such customer")


def register(
    customer_id: UUID, code: str, cmd: RegisterCustomer, unit: Department, now: datetime
) -> tuple[Customer, list[object]]:
    """A new customer of ``unit``. Units register for themselves, the market department for any unit.

    DomainErrors ``other-unit``, ``strategic-needs-approval``, those of the credit code and of texts."""
    _require_own_unit(cmd.actor, unit)
    _require_tier_allowed(cmd)
    customer = checked(
        Customer(
            customer_id=customer_id,
            code=checked_code(code, "code"),
            credit_code=cmd.credit_code,
            name=cmd.name,
            kind=cmd.kind,
            unit_id=unit.department_id,
            tier=cmd.tier,
            first_tier=cmd.tier,
            region=cmd.region,
            address=cmd.address,
            registered_at=now,
            registered_by=cmd.actor.person_id,
            reviewed_at=now,
        )
    )
    fact = CustomerRegistered(customer_id=customer_id, code=customer.code, unit_id=customer.unit_id, tier=customer.tier)
    return customer, [fact]


def change(customer: Customer, changes: Changes) -> Customer:
    """The customer with ``changes``; the very same when nothing changes. A double takes none (``customer-merged``)."""
    kind = changes.kind or customer.kind
    credit_code = customer.credit_code if changes.credit_code is None else changes.credit_code or None
    if changes.kind == "sole-trader" and changes.credit_code is None:
        credit_code = None
    return _stepped(
        customer,
        checked(
            replace(
                customer,
                kind=kind,
                credit_code=credit_code,
                name=customer.name if changes.name is None else changes.name,
                region=customer.region if changes.region is None else changes.region,
                address=customer.address if changes.address is None else changes.address,
            )
        ),
    )


def move(customer: Customer, unit: Department, actor: Actor) -> Customer:
    """The customer in another unit's archive, by the market department; old documents stay with the old unit."""
    if unit.department_id == customer.unit_id:
        return customer
    if not actor.has("market"):
        raise forbidden(
            "move-is-markets",
            "only the market department moves a customer to another unit",
            field="unit_code",
            remedy="Ask the market department.",
        )
    return _stepped(customer, replace(customer, unit_id=unit.department_id))


def review(customer: Customer, now: datetime) -> Customer:
    """The archive keeper looked through all of it and it is current: it leaves the stale worklist."""
    require_not_merged(customer)
    return replace(customer, reviewed_at=now, version=customer.version + 1)


def require_not_merged(customer: Customer) -> None:
    """A double is history: it is read, never changed (``customer-merged``)."""
    if customer.merged_into is not None:
        raise conflict(
            "customer-merged",
            f"customer {customer.code} was merged into another",
            remedy="Use the surviving customer, which this one's merged_into names.",
        )


def require_version(customer: Customer, expected: int | None) -> None:
    """Refuse to overwrite what the asker has not seen (``version-mismatch``)."""
    if expected is not None and expected != customer.version:
        raise conflict(
            "version-mismatch",
            f"the customer is at version {customer.version}, not {expected}",
            remedy="Read it again and repeat the change.",
        )


def checked(customer: Customer) -> Customer:
    """The same with clean texts; a company needs its credit code, a sole trader has none."""
    if customer.kind == "company" and customer.credit_code is None:
        raise invalid("credit-code-missing", "a company needs its unified social credit code", field="credit_code")
    if customer.kind == "sole-trader" and customer.credit_code is not None:
        raise invalid(
            "credit-code-not-expected",
            "a sole trader is known by our code, not by a credit code",
            field="credit_code",
            remedy="Leave it empty, or register a company.",
        )
    return replace(
        customer,
        name=checked_text(customer.name, "name", 200, needed=True),
        region=checked_text(customer.region, "region", 100),
        address=checked_text(customer.address, "address", 300),
    )


def checked_contact(contact: Contact) -> Contact:
    """The same with clean texts, or DomainError ``bad-phone``, ``missing-text``, ``bad-text``."""
    phone = contact.phone.strip()
    if phone and not _PHONE.fullmatch(phone):
        raise invalid("bad-phone", "phone takes 5 to 30 digits, spaces, + - ( )", field="phone")
    return replace(
        contact,
        name=checked_text(contact.name, "name", 60, needed=True),
        position=checked_text(contact.position, "position", 60),
        phone=phone,
    )


def may_see_contacts(actor: Actor, unit_id: UUID) -> bool:
    """Contacts are personal: for the customer's own unit and the market department."""
    return actor.has("market") or actor.unit_id == unit_id


def _stepped(old: Customer, new: Customer) -> Customer:
    if new == old:
        return old
    require_not_merged(old)
    return replace(new, version=old.version + 1)


def _require_own_unit(actor: Actor, unit: Department) -> None:
    if unit.department_id != actor.unit_id and not actor.has("market"):
        raise forbidden(
            "other-unit",
            "a unit registers customers for itself only",
            field="unit_code",
            remedy="Leave the unit out, or ask the market department.",
        )


def _require_tier_allowed(cmd: RegisterCustomer) -> None:
    if cmd.tier == "strategic" and not (cmd.opening and cmd.actor.has("market")):
        raise forbidden(
            "strategic-needs-approval",
            "a customer becomes strategic by the market department's approval only",
            field="tier",
            remedy="Register it with another tier and ask for the change; opening data is market's to import.",
        )
