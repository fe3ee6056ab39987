"""Every refusal becomes one RFC 9457 document. Tells the asker what to change, and nothing of our insides."""

import dataclasses
import re
from collections.abc import Mapping

import msgspec
from litestar.exceptions import (
    ClientException,
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    SerializationException,
    ValidationException,
)
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from shared.auth.tokens import UnauthenticatedError
from shared.http import failures
from shared.kernel.errors import DomainError

MEDIA_TYPE = "application/problem+json"
STATUS = {"invalid": 422, "absent": 404, "conflict": 409, "forbidden": 403, "unready": 503}
STATUS_OF_CODE = {"version-mismatch": 412, "if-match-required": 428, "idempotency-key-required": 400}
RESERVED = frozenset({"type", "title", "status", "detail", "field", "remedy", "correlation_id"})
PLACE = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")
NAMED = re.compile(r"(?:required|unknown) field `([^`]*)`")
HTTP_CODES = {400: "bad-request", 404: "not-found", 405: "method-not-allowed", 413: "too-large"}


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True, rename={"kind": "type"}):
    """An RFC 9457 problem. type: `/problems/<code>`, stable; field: the part of the request to blame; remedy: what the
    asker can do; correlation_id: finds the request in the logs. Some problems have further members."""

    kind: str
    title: str
    status: int
    detail: str
    field: str | None = None
    remedy: str | None = None
    correlation_id: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """What is to be answered, before it is a document. unexpected: worth a look by whoever runs the service."""

    status: int
    code: str
    detail: str
    field: str | None = None
    remedy: str | None = None
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    extra: Mapping[str, object] = dataclasses.field(default_factory=dict)
    unexpected: bool = False

    def document(self, correlation_id: str) -> bytes:
        """The problem as JSON."""
        problem = Problem(
            kind=f"/problems/{self.code}",
            title=self.code.replace("-", " ").capitalize(),
            status=self.status,
            detail=self.detail,
            field=self.field,
            remedy=self.remedy,
            correlation_id=correlation_id,
        )
        further = {key: value for key, value in self.extra.items() if key not in RESERVED}
        return msgspec.json.encode({**msgspec.to_builtins(problem), **further})


class BodyError(Exception):
    """The body cannot be read at all. status: 400 or 415."""

    def __init__(self, status: int, code: str, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.remedy = status, code, detail, remedy


def refusal(error: BaseException) -> Refusal:
    """What to answer to an exception, whatever it is."""
    match error:
        case DomainError():
            return _of_domain(error)
        case UnauthenticatedError():
            return _unauthenticated(error)
        case BodyError():
            return Refusal(error.status, error.code, error.detail, field="body", remedy=error.remedy)
        case msgspec.ValidationError():
            return of_validation(str(error))
        case HTTPException():
            return _of_framework(error)
    if found := failures.refused_by_database(error):
        status, code, detail, remedy, retry_after = found
        headers = {"Retry-After": str(retry_after)} if retry_after else {}
        return Refusal(status, code, detail, remedy=remedy, headers=headers, unexpected=True)
    return Refusal(
        500,
        "internal-error",
        "the service failed on this request",
        remedy="Try again; if it stays so, report the correlation id.",
        unexpected=True,
    )


def _of_domain(error: DomainError) -> Refusal:
    status = STATUS_OF_CODE.get(error.code, STATUS[error.kind])
    wait = error.retry_after if error.retry_after is not None else (2 if status == 503 else None)
    return Refusal(
        status,
        error.code,
        error.message,
        field=error.field,
        remedy=error.remedy,
        headers={} if wait is None else {"Retry-After": str(wait)},
        extra=error.extra,
    )


def _unauthenticated(error: UnauthenticatedError) -> Refusal:
    challenge = 'Bearer realm="shouwen"'
    if not error.missing:
        challenge += f', error="invalid_token", error_description="{error.reason}"'
    return Refusal(
        401,
        "unauthenticated",
        error.reason,
        field="Authorization",
        remedy="Send a valid token as: Authorization: Bearer <token>.",
        headers={"WWW-Authenticate": challenge},
    )


def of_validation(message: str, *, where: str | None = None) -> Refusal:
    """A 422 from msgspec's own message: which field, and whether it is unknown, missing or of the wrong type."""
    place = PLACE.search(message)
    path = place[1] if place else ""
    named = NAMED.search(message)
    if named:
        path = f"{path}.{named[1]}" if path else named[1]
    code, remedy = "wrong-value", "Send a value of the type and form that the API description gives."
    if "unknown field" in message:
        code, remedy = "unknown-field", "Leave it out, or correct its name."
    elif "missing required" in message:
        code, remedy = "missing-field", "Send it."
    text = PLACE.sub("", message)
    return Refusal(422, code, text[:1].lower() + text[1:], field=path or where or "body", remedy=remedy)


def _of_framework(error: HTTPException) -> Refusal:
    match error:
        case ValidationException():
            return _of_parameters(error)
        case RequestEntityTooLarge():
            return Refusal(413, "too-large", "the body is larger than is taken here", field="body")
        case NotFoundException():
            return Refusal(404, "not-found", "there is nothing at this address")
        case MethodNotAllowedException():
            return Refusal(405, "method-not-allowed", "this address does not take this method")
    if error.status_code < 500:
        headers = {str(key): str(value) for key, value in (error.headers or {}).items()}
        code = HTTP_CODES.get(error.status_code, "bad-request")
        unreadable = isinstance(error, ClientException) and isinstance(error.__cause__, SerializationException)
        detail = "the body cannot be read" if unreadable else error.detail
        return Refusal(error.status_code, code, detail, headers=headers)
    return Refusal(500, "internal-error", "the service failed on this request", unexpected=True)


def _of_parameters(error: ValidationException) -> Refusal:
    """A query, header or path parameter, or the body, that Litestar refused."""
    blamed = [entry for entry in error.extra if isinstance(entry, dict)] if isinstance(error.extra, list) else []
    first = blamed[0] if blamed else {}
    key = str(first.get("key", "")) or None
    if key == "data" or (not blamed and "body" in error.detail):
        return Refusal(400, "body-required", "this request needs a JSON body", field="body", remedy="Send one.")
    message = str(first.get("message", error.detail))
    if not blamed and (found := re.search(r"[Mm]issing required .*?parameter '?([\w-]+)'?", error.detail)):
        return Refusal(422, "missing-field", "a required parameter is missing", field=found[1], remedy="Send it.")
    return of_validation(message, where=key)
