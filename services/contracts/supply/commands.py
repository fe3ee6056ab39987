"""Shipments recorded on lines (K4) and planning's promises applied to them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from prometheus_client import Counter

from services.contracts.copies import queries as copies
from services.contracts.supply import domain, store
from services.contracts.supply.domain import Line, Shipment
from services.contracts.supply.views import ShipmentView
from shared import outbox
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.events.planning import PromiseMade
from shared.kernel.dates import business_date
from shared.kernel.errors import absent, conflict, invalid
from shared.kernel.ids import new_id
from shared.kernel.money import checked_quantity

PROMISES = Counter("contracts_promises", "Promises of planning by what became of them", ["outcome"])
LONGEST = 100


@dataclass(frozen=True, slots=True)
class RecordShipment:
    """Goods left on a line: ``line`` by id, or by (contract number, line number)."""

    actor: Actor
    line: UUID | tuple[str, int]
    number: str
    batch_number: str
    quantity: Decimal
    shipped_on: date


async def record_shipment(tx: Transaction, cmd: RecordShipment) -> ShipmentView:
    """Record a shipment (K4): of a signed line, at most what is open, under a number of its own."""
    line = await _line(tx, cmd)
    shipment = _shipment(tx, cmd, line)
    line = await _keep(tx, line, shipment)
    return _view(line, shipment, await copies.customer_code(tx, line.heading.customer_id))


async def import_shipment(tx: Transaction, cmd: RecordShipment) -> Literal["created", "unchanged"]:
    """The same by a workbook's row: a number already recorded with the same content is left as it is."""
    line = await _line(tx, cmd)
    known = await store.load_shipment(tx, cmd.number)
    if known is not None:
        same = (known.line_id, known.batch_number, known.quantity, known.shipped_on)
        if same != (line.line_id, cmd.batch_number, cmd.quantity, cmd.shipped_on):
            raise conflict("number-taken", "This shipment is recorded with other content", field="number")
        return "unchanged"
    await _keep(tx, line, _shipment(tx, cmd, line))
    return "created"


async def _line(tx: Transaction, cmd: RecordShipment) -> Line:
    found = await (
        store.load(tx, cmd.line) if isinstance(cmd.line, UUID) else store.load_by_number(tx, cmd.line[0], cmd.line[1])
    )
    if found is None or not cmd.actor.may_see(found.heading.unit_id):
        raise absent("line-absent", "No such contract line", field="line_no")
    return found


def _shipment(tx: Transaction, cmd: RecordShipment, line: Line) -> Shipment:
    return Shipment(
        shipment_id=new_id(),
        number=_text(cmd.number, "number"),
        line_id=line.line_id,
        batch_number=_text(cmd.batch_number, "batch_number"),
        quantity=checked_quantity(cmd.quantity, "quantity"),
        shipped_on=cmd.shipped_on,
        recorded_at=tx.now,
        recorded_by=cmd.actor.person_id,
    )


def _text(value: str, field: str) -> str:
    text = value.strip()
    if not text or len(text) > LONGEST:
        raise invalid("bad-text", f"{field} has 1 to {LONGEST} characters", field=field)
    return text


async def _keep(tx: Transaction, line: Line, shipment: Shipment) -> Line:
    line = domain.ship(line, shipment, business_date(tx.now))
    await store.insert_shipment(tx, shipment)
    await store.update(tx, [line])
    recorded, state = domain.shipment_events(line, shipment)
    await outbox.append(tx, [recorded], states=[state, line.public()])
    return line


def _view(line: Line, shipment: Shipment, customer_code: str) -> ShipmentView:
    return ShipmentView(
        id=shipment.shipment_id,
        number=shipment.number,
        line_id=line.line_id,
        agreement_number=line.heading.agreement_number,
        line_no=line.line_no,
        customer_code=customer_code,
        product_code=line.goods.product_code,
        batch_number=shipment.batch_number,
        quantity=shipment.quantity,
        unit_of_measure=line.goods.unit_of_measure,
        shipped_on=shipment.shipped_on,
        recorded_at=shipment.recorded_at,
    )


async def apply_promise(tx: Transaction, made: PromiseMade) -> None:
    """Let planning's promise stand on its line; one of a superseded plan or line is kept and counted, not applied.

    Planning knows lines only from here: one that is not there is a mistake, DomainError ``line-absent``."""
    line = await store.load(tx, made.line_id)
    if line is None:
        raise absent("line-absent", f"Planning promised for the line {made.line_id}, which never was")
    line, outcome, applied = domain.promise(line, made)
    await store.keep_promise(tx, made, outcome)
    PROMISES.labels(outcome).inc()
    if applied is not None:
        await store.update(tx, [line])
        await outbox.append(tx, [applied], states=[line.public()])
