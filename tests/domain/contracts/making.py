"""Contracts, lines and standings for tests, with ids that can be told apart."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from services.contracts.agreement.domain import agreement as contracts
from services.contracts.agreement.domain.lines import Wanted
from services.contracts.exposure.domain import ApprovalPolicy, Band, Standing
from services.contracts.supply.domain import Goods, Heading

SPACE = UUID(int=7)
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
TODAY = date(2026, 6, 1)
POLICY = ApprovalPolicy(1, Decimal("4000.00"), (Band(Decimal("4000.00"), frozenset({"unit-head", "market"})),))


def an_id(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(SPACE, name)


def ids(prefix: str) -> Iterator[UUID]:
    """Fresh ids, endlessly."""
    count = 0
    while True:
        count += 1
        yield an_id(f"{prefix}-{count}")


CLERK, HEAD, OTHER_CLERK = an_id("clerk"), an_id("head"), an_id("other clerk")


def goods(
    price: str = "10.00", quantity: str = "1.000", product: str = "P1", requested_on: date = date(2026, 9, 1)
) -> Goods:
    """One line's order."""
    return Goods(product, Decimal(quantity), "件", Decimal(price), requested_on)


def wanted(*amounts: str) -> tuple[Wanted, ...]:
    """Lines numbered from 1, one piece each, of these prices."""
    return tuple(Wanted(number, goods(amount)) for number, amount in enumerate(amounts, 1))


def heading(number: str = "HT-1", customer: str = "customer", unit: str = "unit") -> Heading:
    """Whose contract it is."""
    return Heading(an_id(number), number, an_id(customer), an_id(unit))


def standing(total: str = "0.00", year: int = 2026, own: str = "0.00", customer: str = "customer") -> Standing:
    """A customer's year, before what is asked now."""
    return Standing(an_id(customer), year, Decimal(total), Decimal(own))


def drafted(*amounts: str, number: str = "HT-1") -> contracts.Agreement:
    """A draft by CLERK."""
    return contracts.draft(heading(number), wanted(*amounts), CLERK, ids(number)).agreement


def submitted(*amounts: str, total: str = "0.00") -> contracts.Agreement:
    """A contract of CLERK's that was submitted when the customer's total stood at ``total``."""
    return contracts.submit(drafted(*amounts), CLERK, NOON, standing(total), POLICY).agreement


def signed(*amounts: str) -> contracts.Agreement:
    """A small contract, signed without approval."""
    before = submitted(*amounts)
    total = standing(str(before.amount))
    return contracts.sign(before, TODAY, TODAY, total, POLICY).agreement
