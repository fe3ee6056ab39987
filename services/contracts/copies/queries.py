"""What contracts asks its copies. What it has not heard of yet is ``not-yet-known``, never a 500."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.contracts.copies.tables import customer_copy, department_copy
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.errors import absent, not_yet_known

_CUSTOMER = "SELECT customer_id, code, unit_id FROM customer_copy WHERE code = $1 AND NOT deleted"
_CODE = "SELECT code FROM customer_copy WHERE customer_id = $1"
_PRODUCTS = "SELECT code, unit_of_measure, active FROM product_copy WHERE code = ANY($1::text[]) AND NOT deleted"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as contracts knows it."""

    customer_id: UUID
    code: str
    unit_id: UUID


@dataclass(frozen=True, slots=True)
class Product:
    """A product as contracts knows it."""

    code: str
    unit_of_measure: str
    active: bool


async def customer(tx: Transaction, code: str) -> Customer:
    """The customer of this code, or DomainError ``not-yet-known``."""
    row = await tx.raw.fetchrow(_CUSTOMER, code)
    if row is None:
        raise not_yet_known("Customer", code, field="customer_code")
    return Customer(row["customer_id"], row["code"], row["unit_id"])


async def own_customer(tx: Transaction, actor: Actor, code: str) -> Customer:
    """The customer of this code, if it is the asker's to deal with, or DomainError ``customer-absent``."""
    found = await customer(tx, code)
    if found.unit_id != actor.unit_id:
        raise absent("customer-absent", "No such customer in your unit", field="customer_code")
    return found


async def customer_code(tx: Transaction, customer_id: UUID) -> str:
    """The code of a customer; empty when its copy was rebuilt and has not come in again."""
    code: str | None = await tx.raw.fetchval(_CODE, customer_id)
    return code or ""


async def products(tx: Transaction, codes: Collection[str]) -> Mapping[str, Product]:
    """The known products among ``codes``."""
    rows = await tx.raw.fetch(_PRODUCTS, sorted(set(codes)))
    return {row["code"]: Product(row["code"], row["unit_of_measure"], row["active"]) for row in rows}


def unit_of_code(code: str) -> sa.Select[Any]:
    """The id of the department of this code, for a filter."""
    return sa.select(department_copy.c.department_id).where(department_copy.c.code == code)


def customer_and_doubles(code: str) -> sa.Select[Any]:
    """The ids of the customer of this code and of those merged into it, for a filter."""
    same = sa.select(customer_copy.c.customer_id).where(customer_copy.c.code == code).cte("same", recursive=True)
    doubles = sa.select(customer_copy.c.customer_id).where(customer_copy.c.merged_into == same.c.customer_id)
    return sa.select(same.union(doubles).c.customer_id)
