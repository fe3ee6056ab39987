"""What the outside sees of the ledger."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec


class ExposureItem(msgspec.Struct, frozen=True, kw_only=True):
    """One contract, amendment or opening balance that counts (or counted). amount: CNY it counts now; why: in words;
    number and ids are left out where the contract is another unit's."""

    kind: str
    number: str | None
    agreement_id: UUID | None
    amendment_id: UUID | None
    customer_code: str
    amount: Decimal
    since: datetime
    why: str


class ExposureYear(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's calendar year. total: CNY of all items; reached: whether the next contract needs approval."""

    year: int
    total: Decimal
    limit: Decimal
    reached: bool
    left: Decimal
    items: list[ExposureItem]


class ExposureView(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer's submitted contracts sum to (K1). counted_as: the survivor's code, where doubles were merged;
    counts_with: the codes of all customers that count as one."""

    customer_code: str
    counted_as: str
    counts_with: list[str]
    currency: str
    policy_version: int
    years: list[ExposureYear]
