"""Versions on the wire: ``ETag`` out, ``If-Match`` and ``If-None-Match`` in. An ETag is the row's version in quotes."""

import re
from typing import Any

from litestar.connection import ASGIConnection

from shared.kernel.errors import DomainError

TAG = re.compile(r'"(\d{1,18})"')
ANY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')


def etag_of(view: object) -> str | None:
    """The ETag of a view with a ``version``; None for others."""
    version = getattr(view, "version", None)
    return f'"{version}"' if isinstance(version, int) else None


def expected_version(request: ASGIConnection[Any, Any, Any, Any], required: bool = False) -> int | None:
    """The version that ``If-Match`` names; None without the header, or with ``*``.

    Raises DomainError ``if-match-required`` (428) if ``required`` and absent, ``bad-if-match`` (422) for what is no
    single entity tag, ``version-mismatch`` (412) for a tag that no version here could have."""
    header = request.headers.get("if-match")
    if header is None:
        if required:
            raise DomainError(
                "conflict",
                "if-match-required",
                "a change must name the version it was made from",
                field="If-Match",
                remedy="Read the thing and send its ETag as If-Match.",
            )
        return None
    header = header.strip()
    if header == "*":
        return None
    if found := TAG.fullmatch(header):
        return int(found[1])
    if ANY_TAG.fullmatch(header):
        raise DomainError(
            "conflict",
            "version-mismatch",
            "this is not the present version",
            field="If-Match",
            remedy="Read the thing again and repeat the change on what it is now.",
        )
    raise DomainError("invalid", "bad-if-match", "If-Match must be one ETag as it was sent", field="If-Match")
