"""Pages of lists: what was asked for, what comes back, and the SQL between. Knows no HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, func, select

from shared.kernel.errors import invalid

if TYPE_CHECKING:
    from shared.database import Transaction

T = TypeVar("T")
LARGEST = 200
FARTHEST = 1_000_000


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list: ``items``, and ``total`` of all that match; ``page`` counts from 1."""

    items: list[T]
    total: int
    page: int
    size: int


@dataclass(frozen=True, slots=True)
class PageQuery:
    """What was asked for: page (from 1), size (1 to 200), sort (a name, ``-name`` for descending), q (free text)."""

    page: int = 1
    size: int = 50
    sort: str | None = None
    q: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.page <= FARTHEST:
            raise invalid("bad-page", f"page must be from 1 to {FARTHEST}", field="page")
        if not 1 <= self.size <= LARGEST:
            raise invalid("bad-page", f"size must be from 1 to {LARGEST}", field="size")

    @property
    def offset(self) -> int:
        """Rows to skip."""
        return (self.page - 1) * self.size

    @property
    def pattern(self) -> str | None:
        """``q`` as a LIKE pattern that finds it anywhere, its wildcards escaped with a backslash; None without q."""
        if not self.q:
            return None
        escaped = self.q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"%{escaped}%"

    def order(self, sortable: Mapping[str, ColumnElement[Any]], default: str) -> ColumnElement[Any]:
        """The ORDER BY of ``sort`` out of the whitelist ``sortable``, or DomainError ``unknown-sort``."""
        asked = self.sort or default
        column = sortable.get(asked.removeprefix("-"))
        if column is None:
            raise invalid(
                "unknown-sort",
                "the list cannot be sorted by that",
                field="sort",
                remedy=f"Use one of {', '.join(sortable)}, with - in front for descending.",
            )
        return column.desc() if asked.startswith("-") else column.asc()

    def page_of(self, items: list[T], total: int) -> Page[T]:
        """The answer to this query."""
        return Page(items=items, total=total, page=self.page, size=self.size)


async def fetch_page(
    tx: "Transaction",
    statement: Select[Any],
    asked: PageQuery,
    *,
    order: tuple[ColumnElement[Any], ...],
    view: Callable[[Any], T],
) -> Page[T]:
    """Run ``statement`` for one page: counts all its rows, orders by ``order`` (end it with a unique column, or pages
    overlap), turns each row into a view. ``view`` gets SQLAlchemy rows."""
    total = (await tx.sql.execute(select(func.count()).select_from(statement.order_by(None).subquery()))).scalar_one()
    rows = await tx.sql.execute(statement.order_by(*order).limit(asked.size).offset(asked.offset))
    return asked.page_of([view(row) for row in rows], total)
