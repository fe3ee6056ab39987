"""Identifiers: UUIDv7, so that rows made together lie together."""

from uuid import UUID, uuid5

import uuid_utils.compat


def new_id() -> UUID:
    """A fresh UUIDv7. Domains get ids as arguments; only the edges and commands call this."""
    return uuid_utils.compat.uuid7()


ORGANISATION = UUID("6f1a5c1e-0e8b-5b6e-9a3e-3f0f5f0a7d11")


def stable_id(kind: str, key: str) -> UUID:
    """UUIDv5 of a business key: departments (``department``, code) and people (``person``, staff number) get the same
    id from the organisation and from whoever issues tokens."""
    return uuid5(ORGANISATION, f"{kind}:{key}")
