"""From a request to a command or query and back. Owns the transaction: an answer is sent only after its commit."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar, cast

import msgspec
from litestar import Request, Response
from litestar.datastructures import State

from shared import idempotency, telemetry
from shared.auth.domain import Actor
from shared.database import Context, Database, Transaction
from shared.http.etag import etag_of
from shared.idempotency import Answer, Claim
from shared.kernel.errors import DomainError

C = TypeVar("C")
V = TypeVar("V")
P = ParamSpec("P")
ApiRequest: TypeAlias = Request[Actor, Any, State]
AnyRequest: TypeAlias = Request[Any, Any, Any]
MEMBER = re.compile(r"\{(\w+)\}")
JSON = "application/json"
REPLAYED = "Idempotency-Replayed"


def actor_of(request: AnyRequest) -> Actor:
    """Who asks, as the guard proved it."""
    return cast(Actor, request.scope["user"])


def context_of(request: AnyRequest) -> Context:
    """Why a transaction of this request runs."""
    actor, trace = actor_of(request), telemetry.trace()
    return Context(
        correlation_id=trace.correlation_id,
        causation_id=None,
        actor_id=actor.person_id,
        unit_id=actor.unit_id,
        traceparent=trace.traceparent,
    )


def database_of(request: AnyRequest) -> Database:
    """The service's database."""
    return cast(Database, request.app.state.database)


async def perform(
    request: AnyRequest,
    command: Callable[[Transaction, C], Awaitable[V]],
    cmd: C,
    *,
    status: int | None = None,
    location: str | None = None,
    keyed: bool = True,
    told: bytes | None = None,
) -> Response[V]:
    """Run ``command(tx, cmd)`` in one transaction and answer its result as JSON, after the commit.

    status: of the answer; the route's own unless given. location: a path whose {members} are the result's, sent as
    Location. keyed: the Idempotency-Key is required, claimed before the command and kept with the answer in the same
    transaction, so that a repetition is answered alike with ``Idempotency-Replayed: true`` and does nothing.
    told: what the request says, where its raw body would differ between repetitions (a form's boundary).
    The result's ``version``, if it has one, becomes the ETag. A None result answers 204."""
    claim = await claim_of(request, told) if keyed else None
    final = status if status is not None else _declared_status(request)

    async def work(tx: Transaction) -> tuple[Answer, bool]:
        if claim and (kept := await idempotency.take(tx, claim)):
            return kept, True
        answer = _answer(await command(tx, cmd), final, location)
        if claim:
            await idempotency.keep(tx, claim, answer)
        return answer, False

    answer, replayed = await database_of(request).run(work, context_of(request))
    return cast("Response[V]", respond(answer, replayed=replayed))


async def read(
    request: AnyRequest,
    query: Callable[Concatenate[Transaction, P], Awaitable[V]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> Response[V]:
    """Run ``query(tx, …)`` in a read-only transaction and answer its view, always whole: a view may show more than its
    version counts (a promise on a contract's line), so the ETag serves If-Match and no cache."""
    async with database_of(request).reading() as tx:
        view = await query(tx, *args, **kwargs)
    answer = _answer(view, _declared_status(request), None)
    return cast("Response[V]", respond(answer))


async def claim_of(request: AnyRequest, told: bytes | None = None) -> Claim:
    """The use of an Idempotency-Key that this request is. Raises DomainError ``idempotency-key-required`` (400)."""
    key = request.headers.get("idempotency-key")
    if key is None:
        raise DomainError(
            "invalid",
            "idempotency-key-required",
            "a request that creates or decides needs an Idempotency-Key",
            field="Idempotency-Key",
            remedy="Send a fresh UUID per intent, and the same one again when repeating it.",
        )
    return Claim(
        account=actor_of(request).account,
        key=idempotency.checked_key(key),
        route=f"{request.method} {request.scope['path']}",
        fingerprint=idempotency.fingerprint(
            request.scope["query_string"], await request.body() if told is None else told
        ),
    )


def respond(answer: Answer, *, replayed: bool = False) -> Response[Any]:
    """An answer on the wire."""
    headers = dict(answer.headers)
    if replayed:
        headers[REPLAYED] = "true"
    if not answer.body:
        return Response(None, status_code=answer.status, headers=headers, media_type="text/plain")
    return Response(answer.body, status_code=answer.status, headers=headers, media_type=JSON)


def _declared_status(request: AnyRequest) -> int:
    return request.route_handler.status_code


def _answer(view: object, status: int, location: str | None) -> Answer:
    headers: dict[str, str] = {}
    if etag := etag_of(view):
        headers["ETag"] = etag
    if location is not None:
        headers["Location"] = MEMBER.sub(lambda found: str(getattr(view, found[1])), location)
    if view is None:
        return Answer(204, headers, b"")
    return Answer(status, headers, msgspec.json.encode(view))
