"""Turns the database's refusal of a second of its kind into the regime's words. Knows no feature."""

import contextlib
from collections.abc import AsyncIterator, Mapping

import asyncpg
import sqlalchemy.exc

from shared.database import Transaction, database_error
from shared.kernel.errors import DomainError, conflict


@contextlib.asynccontextmanager
async def unless_taken(tx: Transaction, refusals: Mapping[str, DomainError]) -> AsyncIterator[None]:
    """Write something unique: of the ``refusals`` by constraint name, raise the one whose constraint is violated.

    The transaction stays usable, so that an import can go on with the next row."""
    try:
        async with tx.savepoint():
            yield
    except (asyncpg.UniqueViolationError, sqlalchemy.exc.IntegrityError) as error:
        cause = database_error(error)
        name = cause.constraint_name if isinstance(cause, asyncpg.UniqueViolationError) else None
        if name is None or name not in refusals:
            raise
        raise refusals[name] from None


def taken(code: str, what: str, field: str, remedy: str | None = None) -> DomainError:
    """A refusal of a value that another row has."""
    return conflict(code, f"this {what} is taken", field=field, remedy=remedy)
