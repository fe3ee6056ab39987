"""Why a customer's total is what it is (K1), and the policy that reads it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import asyncpg

from services.contracts.copies import queries as copies
from services.contracts.exposure.domain import NOTHING, ApprovalPolicy, read_policy
from services.contracts.exposure.views import ExposureItem, ExposureView, ExposureYear
from shared import policy
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.dates import business_date
from shared.kernel.errors import absent

_MEMBERS = """
SELECT m.customer_id, m.root_id, coalesce(c.code, '') AS code
FROM exposure_member m LEFT JOIN customer_copy c USING (customer_id)
WHERE m.root_id = coalesce((SELECT root_id FROM exposure_member WHERE customer_id = $1), $1) ORDER BY code
"""
_ITEMS = """
SELECT e.year, e.agreement_id, e.amendment_id, e.number, e.unit_id, coalesce(c.code, '') AS code,
       sum(e.amount) AS amount, min(e.at) AS since,
       (array_agg(e.why ORDER BY e.entry_id))[1] AS first, (array_agg(e.why ORDER BY e.entry_id DESC))[1] AS last
FROM exposure_entry e LEFT JOIN customer_copy c USING (customer_id)
WHERE e.root_id = $1 AND ($2::int IS NULL OR e.year = $2)
GROUP BY e.year, e.agreement_id, e.amendment_id, e.number, e.unit_id, c.code
HAVING sum(e.amount) <> 0 ORDER BY e.year, min(e.entry_id)
"""
_TOTALS = "SELECT year, total FROM exposure WHERE root_id = $1 AND ($2::int IS NULL OR year = $2) ORDER BY year"

WORDS = {
    "submitted": "counts since its submission, whether it needed approval or not",
    "amendment-submitted": "what the amendment adds counts since the amendment's own submission",
    "decreased": "an applied amendment lowered the contract: room in the year of its submission",
    "opening": "signed before go-live: an opening balance",
    "opening-corrected": "signed before go-live: an opening balance, corrected",
}


async def approval_policy(tx: Transaction, day: date) -> ApprovalPolicy:
    """The policy ``approval`` that holds on ``day``, or its built-in default (K1)."""
    return read_policy(await policy.current(tx, "approval", day))


async def exposure(tx: Transaction, code: str, year: int | None, actor: Actor) -> ExposureView:
    """A customer's years, or one, with every item that counts. Absent for who may not see the customer."""
    customer = await copies.customer(tx, code)
    if not actor.may_see(customer.unit_id):
        raise absent("customer-absent", "No such customer in your unit", field="customer_code")
    members = await tx.raw.fetch(_MEMBERS, customer.customer_id)
    root_id: UUID = members[0]["root_id"] if members else customer.customer_id
    rows = await tx.raw.fetch(_ITEMS, root_id, year)
    totals: dict[int, Decimal] = {row["year"]: row["total"] for row in await tx.raw.fetch(_TOTALS, root_id, year)}
    if year is not None:
        totals.setdefault(year, NOTHING)
    rule = await approval_policy(tx, business_date(tx.now))
    codes = {row["customer_id"]: row["code"] for row in members}
    return ExposureView(
        customer_code=code,
        counted_as=codes.get(root_id, code) or code,
        counts_with=sorted(codes.values()) or [code],
        currency="CNY",
        policy_version=rule.version,
        years=[_year(when, total, rule, rows, actor) for when, total in totals.items()],
    )


def _year(
    year: int, total: Decimal, rule: ApprovalPolicy, rows: Sequence[asyncpg.Record], actor: Actor
) -> ExposureYear:
    return ExposureYear(
        year=year,
        total=total,
        limit=rule.limit,
        reached=rule.reached(total),
        left=max(rule.limit - total, NOTHING),
        items=[_item(row, actor) for row in rows if row["year"] == year],
    )


def _item(row: asyncpg.Record, actor: Actor) -> ExposureItem:
    own = actor.may_see(row["unit_id"])
    kind = "opening" if row["agreement_id"] is None else "agreement" if row["amendment_id"] is None else "amendment"
    return ExposureItem(
        kind=kind,
        number=row["number"] if own else None,
        agreement_id=row["agreement_id"] if own else None,
        amendment_id=row["amendment_id"] if own else None,
        customer_code=row["code"],
        amount=row["amount"],
        since=row["since"],
        why=WORDS["decreased" if row["amount"] < 0 else row["first"]],
    )
