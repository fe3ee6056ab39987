"""Routes of approvers (K1)."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post

from services.contracts.agreement.commands.amending import MoveAmendment
from services.contracts.agreement.commands.moving import Move
from services.contracts.agreement.views import AgreementView, AmendmentView
from services.contracts.approval import commands, queries
from services.contracts.approval.store import Decision
from shared.http import ApiRequest, actor_of, expected_version, perform, permits, read


class RemarkBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What the approver adds, if anything."""

    remark: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class RefusalBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Why not."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


def _move(request: ApiRequest, agreement_id: UUID, text: str) -> Move:
    return Move(agreement_id, actor_of(request), expected_version(request), text)


def _move_amendment(request: ApiRequest, amendment_id: UUID, text: str) -> MoveAmendment:
    return MoveAmendment(amendment_id, actor_of(request), expected_version(request), text)


@post("/agreements/{agreement_id:uuid}/approve", **permits("agreement.approve"), status_code=200, summary="Approve")
async def approve(request: ApiRequest, agreement_id: UUID, data: RemarkBody | None = None) -> Response[AgreementView]:
    """By whom the policy names for the customer's total, neither drafter nor submitter (K1)."""
    return await perform(request, commands.approve, _move(request, agreement_id, data.remark if data else ""))


@post("/agreements/{agreement_id:uuid}/refuse", **permits("agreement.approve"), status_code=200, summary="Refuse")
async def refuse(request: ApiRequest, agreement_id: UUID, data: RefusalBody) -> Response[AgreementView]:
    """The amount is free again (K1)."""
    return await perform(request, commands.refuse, _move(request, agreement_id, data.reason))


@get("/agreements/{agreement_id:uuid}/decisions", **permits("agreement.read"), summary="Approvers' decisions")
async def decisions(request: ApiRequest, agreement_id: UUID) -> Response[list[Decision]]:
    """On the contract and its amendments, for ever, each with the total and the policy it was made under."""
    return await read(request, queries.decisions, agreement_id, actor_of(request))


@post(
    "/amendments/{amendment_id:uuid}/approve",
    **permits("agreement.approve"),
    status_code=200,
    summary="Approve an amendment",
)
async def approve_amendment(
    request: ApiRequest, amendment_id: UUID, data: RemarkBody | None = None
) -> Response[AmendmentView]:
    """As for a contract; its author does not decide (K1)."""
    return await perform(
        request, commands.approve_amendment, _move_amendment(request, amendment_id, data.remark if data else "")
    )


@post(
    "/amendments/{amendment_id:uuid}/refuse",
    **permits("agreement.approve"),
    status_code=200,
    summary="Refuse an amendment",
)
async def refuse_amendment(request: ApiRequest, amendment_id: UUID, data: RefusalBody) -> Response[AmendmentView]:
    """What it added is free again (K1)."""
    return await perform(request, commands.refuse_amendment, _move_amendment(request, amendment_id, data.reason))


ROUTES = (approve, refuse, decisions, approve_amendment, refuse_amendment)
