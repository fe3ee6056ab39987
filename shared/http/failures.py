"""What a failing database means for whoever asked: wait, change the request, or neither. Knows no HTTP server."""

import asyncpg
import sqlalchemy.exc

from shared.database import database_error, is_outage, is_race

Verdict = tuple[int, str, str, str, int | None]

AWAY: Verdict = (503, "database-unavailable", "the database cannot be reached at the moment", "Try again soon.", 2)
RACED: Verdict = (503, "try-again", "other requests were in the way", "Send the same request again.", 1)
DOUBLE: Verdict = (
    409,
    "already-there",
    "another request made the same thing at the same moment",
    "Read it again; it may be what you wanted.",
    None,
)
UNKEEPABLE: Verdict = (
    422,
    "value-not-keepable",
    "a value is out of range, too long, or holds characters that cannot be kept",
    "Check numbers, lengths and control characters.",
    None,
)


def refused_by_database(error: BaseException) -> Verdict | None:
    """Status, code, detail, remedy and seconds to wait; None when the database has nothing to do with ``error``."""
    if not isinstance(error, sqlalchemy.exc.SQLAlchemyError | asyncpg.PostgresError | asyncpg.InterfaceError | OSError):
        return None
    cause = database_error(error)
    if isinstance(cause, asyncpg.DataError | asyncpg.exceptions.DataError):
        return UNKEEPABLE
    if isinstance(cause, asyncpg.UniqueViolationError | asyncpg.ExclusionViolationError):
        return DOUBLE
    if is_race(error):
        return RACED
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
        return None
    return AWAY if is_outage(error) else None
