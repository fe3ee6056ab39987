"""The one error a domain raises. HTTP and Kafka edges translate it; nothing here knows of either."""

from collections.abc import Mapping
from typing import Literal

Kind = Literal["invalid", "absent", "conflict", "forbidden", "unready"]


class DomainError(Exception):
    """A refusal in the regime's words.

    kind: how the edges treat it (invalid 422, absent 404, conflict 409, forbidden 403, unready 503).
    code: stable, kebab-case, owned by the feature; it becomes the problem's ``type``.
    field: the request field to blame; remedy: what the asker can do about it.
    retry_after: seconds after which the same request may succeed.
    extra: further members of the problem document (no personal data).
    """

    def __init__(
        self,
        kind: Kind,
        code: str,
        message: str,
        *,
        field: str | None = None,
        remedy: str | None = None,
        retry_after: int | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.code = code
        self.message = message
        self.field = field
        self.remedy = remedy
        self.retry_after = retry_after
        self.extra: Mapping[str, object] = extra or {}


def invalid(code: str, message: str, *, field: str | None = None, remedy: str | None = None) -> DomainError:
    """The request itself is wrong and will stay wrong."""
    return DomainError("invalid", code, message, field=field, remedy=remedy)


def absent(code: str, message: str, *, field: str | None = None, remedy: str | None = None) -> DomainError:
    """There is no such thing, or the asker may not know of it."""
    return DomainError("absent", code, message, field=field, remedy=remedy)


def conflict(code: str, message: str, *, field: str | None = None, remedy: str | None = None) -> DomainError:
    """The request is sound but the present state refuses it."""
    return DomainError("conflict", code, message, field=field, remedy=remedy)


def forbidden(code: str, message: str, *, field: str | None = None, remedy: str | None = None) -> DomainError:
    """The asker may not do this."""
    return DomainError("forbidden", code, message, field=field, remedy=remedy)


def not_yet_known(what: str, key: str, *, field: str | None = None) -> DomainError:
    """A thing of another service that this one has not heard of (yet): worth asking again soon."""
    return DomainError(
        "conflict",
        "not-yet-known",
        f"{what} {key} is not known here yet",
        field=field,
        remedy="It may still be on its way from its own service: try again, or check the key.",
        retry_after=1,
    )
