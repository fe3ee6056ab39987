"""Drafts: written, rewritten, imported by their business key. Nothing counts yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from services.contracts.agreement import store
from services.contracts.agreement.commands.counting import keep
from services.contracts.agreement.domain import agreement as domain
from services.contracts.agreement.domain.agreement import Agreement
from services.contracts.agreement.domain.lines import Wanted, same_lines
from services.contracts.agreement.views import AgreementView, agreement_view
from services.contracts.copies import queries as copies
from services.contracts.copies.queries import Customer, Product
from services.contracts.supply.domain import Goods, Heading, checked_price
from shared import outbox
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.kernel.errors import DomainError, conflict, invalid, not_yet_known
from shared.kernel.ids import new_id
from shared.kernel.money import checked_quantity

LONGEST_NUMBER = 100
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line as the outside writes it. unit_price: CNY, tax included, at most four decimals."""

    line_no: int
    product_code: str
    quantity: Decimal
    unit_of_measure: str
    unit_price: Decimal
    requested_on: date


@dataclass(frozen=True, slots=True)
class Draft:
    """A contract to be drafted, or a draft to be replaced."""

    actor: Actor
    number: str
    customer_code: str
    lines: Sequence[NewLine]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A draft replaced by another; ``number``, where given, must be the contract's own."""

    agreement_id: UUID
    actor: Actor
    expected: int | None
    customer_code: str
    lines: Sequence[NewLine]
    number: str | None = None


def fresh_ids() -> Iterator[UUID]:
    """New ids, as many as are asked for."""
    while True:
        yield new_id()


async def wanted(tx: Transaction, lines: Sequence[NewLine]) -> tuple[Wanted, ...]:
    """The lines, checked one by one against the products known here. A refusal names the field and, in ``row_index``,
    the line (from 0): not-yet-known, product-inactive, unit-mismatch, bad-quantity, bad-price, bad-date."""
    products = await copies.products(tx, {line.product_code for line in lines})
    found = []
    for index, line in enumerate(lines):
        try:
            found.append(Wanted(line.line_no, _goods(line, products.get(line.product_code))))
        except DomainError as error:
            raise DomainError(
                error.kind,
                error.code,
                error.message,
                field=error.field,
                remedy=error.remedy,
                retry_after=error.retry_after,
                extra={**error.extra, "row_index": index},
            ) from None
    return tuple(found)


def _goods(line: NewLine, product: Product | None) -> Goods:
    if product is None:
        raise not_yet_known("Product", line.product_code, field="product_code")
    if not product.active:
        raise invalid("product-inactive", f"{product.code} is no longer sold", field="product_code")
    if line.unit_of_measure != product.unit_of_measure:
        raise invalid("unit-mismatch", f"{product.code} is sold by {product.unit_of_measure}", field="unit_of_measure")
    if not FIRST_DAY <= line.requested_on <= LAST_DAY:
        raise invalid("bad-date", f"A requested date is from {FIRST_DAY} to {LAST_DAY}", field="requested_on")
    return Goods(
        product_code=line.product_code,
        quantity=checked_quantity(line.quantity, "quantity"),
        unit_of_measure=line.unit_of_measure,
        unit_price=checked_price(line.unit_price),
        requested_on=line.requested_on,
    )


def checked_number(number: str) -> str:
    """A contract's number: 1 to 100 characters."""
    text = number.strip()
    if not text or len(text) > LONGEST_NUMBER:
        raise invalid("bad-number", f"A contract's number has 1 to {LONGEST_NUMBER} characters", field="number")
    return text


async def draft(tx: Transaction, cmd: Draft) -> AgreementView:
    """A new contract for a customer of the asker's own unit."""
    customer = await copies.own_customer(tx, cmd.actor, cmd.customer_code)
    return await _draft(tx, cmd, customer, await wanted(tx, cmd.lines))


async def _draft(tx: Transaction, cmd: Draft, customer: Customer, lines: Sequence[Wanted]) -> AgreementView:
    heading = Heading(new_id(), checked_number(cmd.number), customer.customer_id, customer.unit_id)
    decided = domain.draft(heading, lines, cmd.actor.person_id, fresh_ids())
    await store.insert(tx, decided.agreement)
    await outbox.append(tx, decided.facts)
    return agreement_view(decided.agreement, customer.code)


async def rewrite(tx: Transaction, cmd: Rewrite) -> AgreementView:
    """Replace a draft as a whole; the same content changes nothing."""
    seen = await store.peek(tx, cmd.agreement_id)
    if seen is None or seen.unit_id != cmd.actor.unit_id:
        raise store.absent_agreement()
    customer = await copies.own_customer(tx, cmd.actor, cmd.customer_code)
    lines = await wanted(tx, cmd.lines)
    before = await store.load(tx, cmd.agreement_id)
    store.checked_version(before.version, cmd.expected)
    if cmd.number not in (None, before.heading.agreement_number):
        raise invalid("number-fixed", "A contract keeps its number", field="number")
    if before.status == "draft" and _same(before, customer, lines):
        return agreement_view(before, customer.code)
    return await _rewrite(tx, before, customer, lines, cmd.actor)


def _same(agreement: Agreement, customer: Customer, lines: Sequence[Wanted]) -> bool:
    return agreement.heading.customer_id == customer.customer_id and same_lines(agreement.lines, lines)


async def _rewrite(
    tx: Transaction, before: Agreement, customer: Customer, lines: Sequence[Wanted], actor: Actor
) -> AgreementView:
    heading = Heading(
        before.heading.agreement_id, before.heading.agreement_number, customer.customer_id, before.heading.unit_id
    )
    decided = domain.rewrite(before, heading, lines, actor.person_id, fresh_ids())
    return await keep(tx, before, decided, customer.code)


async def import_draft(tx: Transaction, cmd: Draft) -> Literal["created", "updated", "unchanged"]:
    """Draft a contract under its number, or bring its draft to what the workbook says. What is no draft any more and
    differs is DomainError ``not-a-draft``; the same again publishes nothing."""
    customer = await copies.own_customer(tx, cmd.actor, cmd.customer_code)
    lines = await wanted(tx, cmd.lines)
    seen = await store.find(tx, checked_number(cmd.number))
    if seen is None:
        await _draft(tx, cmd, customer, lines)
        return "created"
    if seen.unit_id != cmd.actor.unit_id:
        raise conflict("number-taken", "Another contract has this number", field="number")
    before = await store.load(tx, seen.agreement_id)
    if _same(before, customer, lines):
        return "unchanged"
    if before.status != "draft":
        raise conflict(
            "not-a-draft",
            f"The contract is {before.status} and says something else",
            field="number",
            remedy="A signed contract is amended; a refused or cancelled one is reopened first.",
        )
    await _rewrite(tx, before, customer, lines, cmd.actor)
    return "updated"
