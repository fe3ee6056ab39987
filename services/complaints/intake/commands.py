"""Use cases of intake: a complaint comes in by hand or in a workbook (Q1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.complaints.copies import store as copies
from services.complaints.copies.domain import KnownCustomer, KnownLine
from services.complaints.intake import domain
from services.complaints.intake.rows import CATEGORIES, ComplaintRow
from services.complaints.quality import store
from services.complaints.quality.domain import decisions
from services.complaints.quality.domain.complaint import Category, Complaint
from services.complaints.quality.domain.decisions import By
from services.complaints.quality.domain.words import checked_code
from services.complaints.quality.views import ComplaintView, whole
from shared import outbox
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.imports.sheets import Outcome
from shared.kernel.errors import conflict
from shared.kernel.ids import new_id


@dataclass(frozen=True, kw_only=True)
class Receive:
    """What the customer reported. ``number`` None: one is made. ``first_contact_id`` None: whoever records it."""

    actor: Actor
    customer_code: str
    category: Category
    description: str
    reported_on: date
    number: str | None = None
    agreement_number: str | None = None
    line_no: int | None = None
    batch_number: str | None = None
    first_contact_id: UUID | None = None


async def receive(tx: Transaction, cmd: Receive) -> ComplaintView:
    """A unit records a complaint; it belongs to the customer's unit. DomainErrors: ``not-yet-known``,
    ``line-of-another-customer``, ``incomplete-line``, ``reported-in-the-future``, ``not-of-the-unit``,
    ``number-taken``."""
    complaint = await _linked(tx, cmd)
    decision = decisions.receive(complaint, By(actor=cmd.actor, at=tx.now))
    await store.add(tx, decision)
    view = await whole(tx, complaint.id)
    await outbox.append(tx, decision.facts)
    return view


async def import_complaint(tx: Transaction, actor: Actor, rows: Sequence[ComplaintRow]) -> Outcome:
    """One row of a workbook by its number: the same again changes nothing and publishes nothing; another wording or
    day corrects a complaint that nobody has worked on; anything else is ``complaint-differs``."""
    (row,) = rows
    cmd = Receive(
        actor=actor,
        number=row.number,
        customer_code=row.customer_code,
        agreement_number=row.agreement_number,
        line_no=row.line_no,
        batch_number=row.batch_number,
        category=CATEGORIES[row.category],
        description=row.description,
        reported_on=row.reported_on,
    )
    known = await store.find(tx, row.number, actor)
    offered = await _linked(tx, cmd)
    if known is None:
        decision = decisions.receive(offered, By(actor=actor, at=tx.now))
        await store.add(tx, decision)
        await outbox.append(tx, decision.facts)
        return "created"
    links = await _links(tx, known)
    if links != (offered.customer_id, offered.line_id, offered.batch_number, offered.category):
        raise _differs(row.number)
    if (known.description, known.reported_on) == (offered.description, offered.reported_on):
        return "unchanged"
    if known.status != "received" or known.round:
        raise _differs(row.number)
    decision = decisions.correct(known, By(actor=actor, at=tx.now), offered)
    await store.save(tx, known, decision)
    return "updated"


def _differs(number: str) -> Exception:
    return conflict(
        "complaint-differs",
        f"Complaint {number} is kept here with other content and can no longer be changed by import",
        field="number",
        remedy="Leave the row out, or give the new complaint a number of its own.",
    )


async def _links(tx: Transaction, known: Complaint) -> tuple[UUID, UUID | None, str | None, Category]:
    """A kept complaint's links as an import would give them today, merges of its customer applied."""
    customer_id = await copies.survivor_id(tx, known.customer_id)
    return customer_id, known.line_id, known.batch_number, known.category


async def _linked(tx: Transaction, cmd: Receive) -> Complaint:
    """The complaint that a command describes, its links checked against the copies."""
    domain.check_line_reference(cmd.agreement_number, cmd.line_no, cmd.batch_number)
    domain.check_reported(cmd.reported_on, tx.now)
    customer = await copies.customer(tx, cmd.customer_code, cmd.actor)
    line = await _line(tx, cmd, customer)
    if cmd.first_contact_id is not None and cmd.first_contact_id != cmd.actor.person_id:
        await copies.require_person(tx, cmd.first_contact_id, customer.unit_id, field="first_contact_id")
    number = checked_code(cmd.number, "number") if cmd.number is not None else await store.next_number(tx)
    return Complaint(
        id=new_id(),
        number=number,
        customer_id=customer.id,
        unit_id=customer.unit_id,
        line_id=line.id if line else None,
        batch_number=cmd.batch_number,
        category=cmd.category,
        description=cmd.description,
        reported_on=cmd.reported_on,
        first_contact_id=cmd.first_contact_id or cmd.actor.person_id,
        received_at=tx.now,
    )


async def _line(tx: Transaction, cmd: Receive, customer: KnownCustomer) -> KnownLine | None:
    if cmd.agreement_number is None or cmd.line_no is None:
        return None
    line = await copies.line(tx, cmd.agreement_number, cmd.line_no)
    domain.check_line_sight(customer, line, may_see=cmd.actor.may_see(line.unit_id))
    domain.check_link(customer, line, cmd.batch_number, delivered=cmd.category == "quality")
    return line
