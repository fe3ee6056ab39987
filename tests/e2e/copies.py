"""Owners' rows and the copies that others keep of them, by a checksum per entity (I7). Plain SQL, no service code."""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal

import asyncpg

Checksums = dict[str, str]

OWNERS = {
    "department": ("customers", "SELECT department_id, code, name, kind, active FROM department"),
    "person": ("customers", "SELECT person_id, department_id, active FROM person"),
    "policy": (
        "customers",
        """SELECT policy, jsonb_agg(jsonb_build_object('version', version, 'effective_from', effective_from,
             'values', values) ORDER BY version)::text AS versions FROM policy_version GROUP BY policy""",
    ),
    "customer": (
        "customers",
        """SELECT customer_id, code, CASE kind WHEN 'company' THEN name ELSE '' END AS name, unit_id, tier, kind,
             merged_into FROM customer""",
    ),
    "product": ("planning", "SELECT product_id, code, name, unit_of_measure, active FROM product"),
    "line": ("contracts", "SELECT * FROM line WHERE published"),
    "shipment": ("contracts", "SELECT * FROM shipment"),
}
"""Entity -> who owns it, and its rows as others may know them."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A table in which ``service`` keeps these columns of an entity, the first of them its key."""

    entity: str
    service: str
    table: str
    columns: str


_CUSTOMER = "customer_id, code, name, unit_id, tier, kind, merged_into"
_DEPARTMENT = "department_id, code, name, kind, active"
COPIES = (
    Copied("customer", "contracts", "customer_copy", _CUSTOMER),
    Copied("customer", "planning", "customer_copy", _CUSTOMER),
    Copied("customer", "complaints", "customer_copy", "customer_id, code, name, unit_id, merged_into"),
    Copied("department", "contracts", "department_copy", _DEPARTMENT),
    Copied("department", "planning", "department_copy", _DEPARTMENT),
    Copied("department", "complaints", "department_copy", _DEPARTMENT),
    Copied("person", "complaints", "person_copy", "person_id, department_id, active"),
    Copied("policy", "contracts", "policy_copy", "policy, versions"),
    Copied("policy", "planning", "policy_copy", "policy, versions"),
    Copied("product", "contracts", "product_copy", "product_id, code, name, unit_of_measure, active"),
    Copied(
        "line",
        "planning",
        "firm_line",
        "line_id, version, agreement_id, agreement_number, line_no, customer_id, unit_id, product_code, quantity,"
        " unit_of_measure, requested_on, shipped, status, promised_on",
    ),
    Copied(
        "line",
        "complaints",
        "line_copy",
        "line_id, agreement_number, line_no, customer_id, unit_id, product_code, status",
    ),
    Copied("shipment", "complaints", "shipment_copy", "shipment_id, line_id, batch_number, shipped_on"),
)


async def differences(
    copied: Copied, owner: "asyncpg.Connection[asyncpg.Record]", keeper: "asyncpg.Connection[asyncpg.Record]"
) -> list[str]:
    """Where the copy differs from its owner, in words."""
    _, rows = OWNERS[copied.entity]
    true = _checksums(await owner.fetch(f"SELECT {copied.columns} FROM ({rows}) AS owned"))
    kept = _checksums(await keeper.fetch(f"SELECT {copied.columns} FROM {copied.table} WHERE NOT deleted"))
    name = f"{copied.entity} in {copied.service}"
    found = [f"{name}: {key} is missing" for key in true.keys() - kept.keys()]
    found += [f"{name}: {key} is too many" for key in kept.keys() - true.keys()]
    return found + [f"{name}: {key} differs" for key in true.keys() & kept.keys() if true[key] != kept[key]]


def _checksums(rows: list[asyncpg.Record]) -> Checksums:
    return {str(row[0]): hashlib.sha256("\x1f".join(map(_text, row)).encode()).hexdigest() for row in rows}


def _text(value: object) -> str:
    """A value alike however a table keeps it: numbers without trailing zeros, JSON with sorted keys."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, str) and value.startswith("["):
        return json.dumps(json.loads(value), sort_keys=True)
    return repr(value) if value is None else str(value)
