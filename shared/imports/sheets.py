"""What an import is made of: sheets, and the errors and counts of the answer. Pure."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import msgspec

from shared.auth.domain import Actor

if TYPE_CHECKING:
    from shared.database import Transaction

R = TypeVar("R", bound=msgspec.Struct)
Outcome = Literal["created", "updated", "unchanged"]
MOST_ERRORS = 1_000
MOST_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Sheet(Generic[R]):
    """A sheet that a book may hold.

    name: of the sheet. row: Struct of one row (str, Decimal, int, date, bool, Literal; optional ones end in ``| None``
    or have a default). headings: attribute of ``row`` -> heading. group_by: attribute(s) whose equal values make rows
    one thing, in the order of first appearance; None: each row is a thing. apply: does one thing in the transaction
    and says what became of it; a DomainError's ``field`` names the attribute to blame and ``extra={"row_index": i}``
    the i-th of the rows given."""

    name: str
    row: type[R]
    headings: Mapping[str, str]
    apply: "Callable[[Transaction, Actor, Sequence[R]], Awaitable[Outcome]]"
    group_by: str | Sequence[str] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The attributes that group, if any."""
        if self.group_by is None:
            return ()
        return (self.group_by,) if isinstance(self.group_by, str) else tuple(self.group_by)


class RowError(msgspec.Struct, frozen=True):
    """What is wrong and where: row as Excel numbers it, column by its heading. Never the value itself."""

    sheet: str
    row: int
    column: str | None
    code: str
    reason: str


class Report(msgspec.Struct, frozen=True):
    """What became of a book. The counts are of things (rows, or groups of rows). error_count: of all errors, of which
    ``errors`` lists the first 1,000. ignored: sheets that this import does not know."""

    created: int
    updated: int
    unchanged: int
    rejected: int
    error_count: int
    errors: list[RowError]
    ignored: list[str]


@dataclass(slots=True)
class Tally:
    """Counts up to a Report."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("created", "updated", "unchanged"), 0))
    rejected: int = 0
    error_count: int = 0
    only_unknown: bool = True
    errors: list[RowError] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def wrong(self, error: RowError) -> None:
        """Note an error."""
        self.error_count += 1
        self.only_unknown = self.only_unknown and error.code == "not-yet-known"
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(error)

    def report(self) -> Report:
        """The answer."""
        return Report(
            **self.counts,
            rejected=self.rejected,
            error_count=self.error_count,
            errors=self.errors,
            ignored=self.ignored,
        )


@dataclass(frozen=True, slots=True)
class Line(Generic[R]):
    """One row that could be read: its number in Excel and its values."""

    number: int
    value: R


@dataclass(frozen=True, slots=True)
class Parsed(Generic[R]):
    """A sheet's things in order, those that cannot be tried left out, and what was wrong with them."""

    sheet: Sheet[R]
    groups: list[list[Line[R]]]
    errors: list[RowError]
    rejected: int


AnyParsed = Parsed[Any]
