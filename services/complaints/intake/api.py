"""The route by which a complaint is recorded (Q1)."""

from datetime import date
from uuid import UUID

import msgspec
from litestar import Response, post

from services.complaints.intake import commands
from services.complaints.quality.domain.complaint import Category
from services.complaints.quality.views import ComplaintView
from shared.http import ApiRequest, actor_of, perform, permits


class NewComplaint(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What the customer reported. Agreement and line number come together; a batch must have been shipped on that
    line. Without a number one is made; without a first contact it is whoever records it."""

    customer_code: str
    category: Category
    description: str
    reported_on: date
    number: str | None = None
    agreement_number: str | None = None
    line_no: int | None = None
    batch_number: str | None = None
    first_contact_id: UUID | None = None


@post("/complaints", **permits("complaint.receive"), status_code=201, summary="Record a complaint")
async def receive(request: ApiRequest, data: NewComplaint) -> Response[ComplaintView]:
    """A complaint enters its customer's unit. ``not-yet-known``: customer, line or shipment may still be on the way."""
    cmd = commands.Receive(
        actor=actor_of(request),
        customer_code=data.customer_code,
        category=data.category,
        description=data.description,
        reported_on=data.reported_on,
        number=data.number,
        agreement_number=data.agreement_number,
        line_no=data.line_no,
        batch_number=data.batch_number,
        first_contact_id=data.first_contact_id,
    )
    return await perform(request, commands.receive, cmd, location="/complaints/{id}")


ROUTES = (receive,)
