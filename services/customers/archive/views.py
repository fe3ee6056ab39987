"""The archive as answered. Contacts go only to those who may see them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from services.customers.archive.domain import Kind
from shared.events.customers import Tier


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """A person at the customer."""

    contact_id: UUID
    name: str
    position: str
    phone: str
    primary: bool


class CustomerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A customer in a list. ``merged_into`` and ``merged_into_code`` say where a double went; instants are UTC."""

    customer_id: UUID
    code: str
    credit_code: str | None
    name: str
    kind: Kind
    tier: Tier
    unit_id: UUID
    unit_code: str
    unit_name: str
    region: str
    address: str
    registered_at: datetime
    reviewed_at: datetime
    merged_into: UUID | None
    merged_into_code: str | None
    version: int


class CustomerView(CustomerRow, frozen=True, kw_only=True):
    """A customer by itself. ``contacts`` is null for who may not see them."""

    contacts: list[ContactView] | None


def customer_row(row: Mapping[str, Any]) -> CustomerRow:
    """From a row of ``store.described``."""
    return CustomerRow(**row)


def customer_view(row: Mapping[str, Any], contacts: Sequence[ContactView] | None) -> CustomerView:
    """From a row of ``store.described`` and its contacts."""
    return CustomerView(**row, contacts=None if contacts is None else list(contacts))
