"""Routes of contracts and amendments (K1). Approvers' routes are approval's."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post, put
from litestar.params import Parameter

from services.contracts.agreement import queries
from services.contracts.agreement.commands import amending, drafting, moving
from services.contracts.agreement.commands.amending import Amend, MoveAmendment
from services.contracts.agreement.commands.drafting import Draft, NewLine, Rewrite
from services.contracts.agreement.commands.moving import Move, Sign
from services.contracts.agreement.domain.states import Status
from services.contracts.agreement.queries import Filters
from services.contracts.agreement.views import AgreementSummary, AgreementView, AmendmentView
from shared.http import ApiRequest, Page, PageQuery, actor_of, expected_version, perform, permits, read


class LineBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A line. quantity: in the product's unit of measure, at most three decimals; unit_price: CNY, tax included, at
    most four."""

    line_no: int
    product_code: str
    quantity: Decimal
    unit_of_measure: str
    unit_price: Decimal
    requested_on: date


class AgreementBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A contract to be drafted. number: the company's own, unique."""

    number: str
    customer_code: str
    lines: list[LineBody]


class DraftBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A draft as it shall be, whole."""

    customer_code: str
    lines: list[LineBody]
    number: str | None = None


class LinesBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """All lines of a signed contract as they shall be; a line that is left out is dropped."""

    lines: list[LineBody]


class NothingBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Nothing need be said."""


class ReasonBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Why."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class MaybeReasonBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Why, if it is worth saying."""

    reason: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class SignBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """signed_on: the day both sides signed, between submission and today; today unless said."""

    signed_on: date | None = None


def _lines(lines: Sequence[LineBody]) -> list[NewLine]:
    return [
        NewLine(
            line.line_no, line.product_code, line.quantity, line.unit_of_measure, line.unit_price, line.requested_on
        )
        for line in lines
    ]


def _move(request: ApiRequest, agreement_id: UUID, text: str = "") -> Move:
    return Move(agreement_id, actor_of(request), expected_version(request), text)


def _move_amendment(request: ApiRequest, amendment_id: UUID, text: str = "") -> MoveAmendment:
    return MoveAmendment(amendment_id, actor_of(request), expected_version(request), text)


@post("/agreements", **permits("agreement.draft"), status_code=201, summary="Draft a contract")
async def draft(request: ApiRequest, data: AgreementBody) -> Response[AgreementView]:
    """For a customer of one's own unit. ``not-yet-known``: customer or product may still be on the way."""
    cmd = Draft(actor_of(request), data.number, data.customer_code, _lines(data.lines))
    return await perform(request, drafting.draft, cmd, location="/agreements/{id}")


@put("/agreements/{agreement_id:uuid}", **permits("agreement.draft"), summary="Replace a draft")
async def rewrite(request: ApiRequest, agreement_id: UUID, data: DraftBody) -> Response[AgreementView]:
    """The draft as a whole, from the version that If-Match names."""
    expected = expected_version(request, required=True)
    cmd = Rewrite(agreement_id, actor_of(request), expected, data.customer_code, _lines(data.lines), data.number)
    return await perform(request, drafting.rewrite, cmd, keyed=False)


@get("/agreements", **permits("agreement.read"), summary="Contracts")
async def agreements(
    request: ApiRequest,
    paging: PageQuery,
    number: Annotated[str | None, Parameter(max_length=100, description="exactly this number")] = None,
    status: Status | None = None,
    unit: Annotated[str | None, Parameter(max_length=100, description="a business unit's code")] = None,
    customer: Annotated[str | None, Parameter(max_length=100, description="a customer's code")] = None,
    awaiting: Annotated[bool | None, Parameter(description="submitted and in need of approval")] = None,
    signed_from: Annotated[date | None, Parameter(description="a day, inclusive")] = None,
    signed_to: Annotated[date | None, Parameter(description="a day, inclusive")] = None,
) -> Response[Page[AgreementSummary]]:
    """One's own unit's contracts, or all for company-wide roles."""
    filters = Filters(
        number=number,
        status=status,
        unit=unit,
        customer=customer,
        awaiting=awaiting,
        signed_from=signed_from,
        signed_to=signed_to,
    )
    return await read(request, queries.agreements, paging, filters, actor_of(request))


@get("/agreements/{agreement_id:uuid}", **permits("agreement.read"), summary="A contract")
async def agreement(request: ApiRequest, agreement_id: UUID) -> Response[AgreementView]:
    """With its lines, its submission and its approval."""
    return await read(request, queries.one, agreement_id, actor_of(request))


@post("/agreements/{agreement_id:uuid}/submit", **permits("agreement.submit"), status_code=200, summary="Submit")
async def submit(request: ApiRequest, agreement_id: UUID, data: NothingBody | None = None) -> Response[AgreementView]:
    """Reserve the amount in the customer's year; ``approval_needed`` says what comes next (K1)."""
    return await perform(request, moving.submit, _move(request, agreement_id))


@post("/agreements/{agreement_id:uuid}/withdraw", **permits("agreement.submit"), status_code=200, summary="Withdraw")
async def withdraw(
    request: ApiRequest, agreement_id: UUID, data: MaybeReasonBody | None = None
) -> Response[AgreementView]:
    """Take the submission back; the amount is free again (K1)."""
    return await perform(request, moving.withdraw, _move(request, agreement_id, data.reason if data else ""))


@post("/agreements/{agreement_id:uuid}/sign", **permits("agreement.sign"), status_code=200, summary="Sign")
async def sign(request: ApiRequest, agreement_id: UUID, data: SignBody | None = None) -> Response[AgreementView]:
    """Both sides signed. ``approval-needed``: the total has reached the limit, and nobody has approved (K1)."""
    cmd = Sign(agreement_id, actor_of(request), expected_version(request), data.signed_on if data else None)
    return await perform(request, moving.sign, cmd)


@post("/agreements/{agreement_id:uuid}/cancel", **permits("agreement.cancel"), status_code=200, summary="Cancel")
async def cancel(request: ApiRequest, agreement_id: UUID, data: ReasonBody) -> Response[AgreementView]:
    """End it without effect, as long as nothing was shipped (K1)."""
    return await perform(request, moving.cancel, _move(request, agreement_id, data.reason))


@post("/agreements/{agreement_id:uuid}/reopen", **permits("agreement.draft"), status_code=200, summary="Reopen")
async def reopen(request: ApiRequest, agreement_id: UUID, data: NothingBody | None = None) -> Response[AgreementView]:
    """A refused, withdrawn or cancelled contract is a draft again; it is submitted and asks anew (K1)."""
    return await perform(request, moving.reopen, _move(request, agreement_id))


@post(
    "/agreements/{agreement_id:uuid}/amendments",
    **permits("agreement.amend"),
    status_code=201,
    summary="Propose an amendment",
)
async def amend(request: ApiRequest, agreement_id: UUID, data: LinesBody) -> Response[AmendmentView]:
    """All lines as they shall be. Submitted as it is made: what it adds counts from now on (K1)."""
    cmd = Amend(agreement_id, actor_of(request), expected_version(request), _lines(data.lines))
    return await perform(request, amending.amend, cmd, location="/amendments/{id}")


@get("/agreements/{agreement_id:uuid}/amendments", **permits("agreement.read"), summary="A contract's amendments")
async def amendments(request: ApiRequest, agreement_id: UUID) -> Response[list[AmendmentView]]:
    """The oldest first."""
    return await read(request, queries.amendments, agreement_id, actor_of(request))


@get("/amendments/{amendment_id:uuid}", **permits("agreement.read"), summary="An amendment")
async def amendment(request: ApiRequest, amendment_id: UUID) -> Response[AmendmentView]:
    """With the lines as it wants them."""
    return await read(request, queries.amendment, amendment_id, actor_of(request))


@post(
    "/amendments/{amendment_id:uuid}/withdraw",
    **permits("agreement.amend"),
    status_code=200,
    summary="Withdraw an amendment",
)
async def withdraw_amendment(
    request: ApiRequest, amendment_id: UUID, data: MaybeReasonBody | None = None
) -> Response[AmendmentView]:
    """Take it back; what it added is free again (K1)."""
    return await perform(
        request, amending.withdraw, _move_amendment(request, amendment_id, data.reason if data else "")
    )


@post(
    "/amendments/{amendment_id:uuid}/apply", **permits("agreement.sign"), status_code=200, summary="Apply an amendment"
)
async def apply_amendment(
    request: ApiRequest, amendment_id: UUID, data: NothingBody | None = None
) -> Response[AmendmentView]:
    """Both sides signed it: it becomes the contract. ``approval-needed`` as on signing (K1)."""
    return await perform(request, amending.apply, _move_amendment(request, amendment_id))


ROUTES = (
    draft,
    rewrite,
    agreements,
    agreement,
    submit,
    withdraw,
    sign,
    cancel,
    reopen,
    amend,
    amendments,
    amendment,
    withdraw_amendment,
    apply_amendment,
)
