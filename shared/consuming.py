"""The tables by which a service says what it listens to. How records are taken, once and in order, is messaging's."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from shared.database import Transaction

Apply = Callable[[Transaction, Any], Awaitable[None]]
After = Callable[[Transaction, Sequence[Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of one topic, applied once and in sequence per subject, each in the transaction of its effect.

    group: ``<service>.<purpose>``, the Kafka group and the inbox's consumer name.
    handlers: event class -> command; types without one are skipped, their place in the sequence is kept."""

    group: str
    topic: str
    handlers: Mapping[type, Apply]


@dataclass(frozen=True, slots=True)
class Copy:
    """A table kept equal to another service's public states, set-based, stale states dropped by sequence.

    table: primary key = the event's key, plus ``sequence`` and ``deleted`` columns; the other columns take the state's
    fields of the same names, unless ``row`` makes them otherwise.
    after: called with the states that really changed the copy, in the same transaction."""

    group: str
    topic: str
    event: type
    table: sa.Table
    row: Callable[[Any], Mapping[str, object]] | None = None
    after: After | None = None

    def values(self, state: object) -> Mapping[str, object]:
        """The columns of a state's row, without ``sequence`` and ``deleted``."""
        if self.row is not None:
            return self.row(state)
        names = (column.name for column in self.table.columns if column.name not in ("sequence", "deleted"))
        return {name: getattr(state, name) for name in names}
