"""A contract's lines as a whole: checking what is wanted, and turning the present lines into the wanted ones. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from services.contracts.supply.domain import Goods, Heading, Line, LineStatus, changed, moved
from shared.kernel.errors import conflict, invalid
from shared.kernel.money import MOST_MONEY

MOST_LINES = 500
MOST_LINE_NO = 9999


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line as somebody wants it."""

    line_no: int
    goods: Goods


def checked_lines(wanted: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """The lines by number: at least one, each number once, their sum below 10^12 CNY."""
    if not wanted:
        raise invalid("no-lines", "A contract has at least one line", field="lines")
    if len(wanted) > MOST_LINES:
        raise invalid("too-many-lines", f"A contract has at most {MOST_LINES} lines", field="lines")
    numbers = [line.line_no for line in wanted]
    if min(numbers) < 1 or max(numbers) > MOST_LINE_NO:
        raise invalid("bad-line-no", f"Lines are numbered from 1 to {MOST_LINE_NO}", field="line_no")
    if len(set(numbers)) != len(numbers):
        raise invalid("line-twice", "Two lines have the same number", field="line_no")
    if sum_of(wanted) >= MOST_MONEY:
        raise invalid("bad-amount", "A contract's amount is below 10^12 CNY", field="lines")
    return tuple(sorted(wanted, key=lambda line: line.line_no))


def sum_of(lines: Sequence[Wanted] | Sequence[Line]) -> Decimal:
    """CNY: the sum of the lines' amounts, each rounded half up before (ground rule), dropped lines left out."""
    kept = [line for line in lines if not (isinstance(line, Line) and line.dropped)]
    return sum((line.goods.amount for line in kept), Decimal("0.00"))


def same_lines(lines: Sequence[Line], wanted: Sequence[Wanted]) -> bool:
    """Whether the contract already says exactly this."""
    return {line.line_no: line.goods for line in lines if not line.dropped} == {
        line.line_no: line.goods for line in wanted
    }


def turned_into(
    lines: Sequence[Line], wanted: Sequence[Wanted], heading: Heading, status: LineStatus, fresh: Iterator[UUID]
) -> tuple[Line, ...]:
    """The present lines turned into the wanted ones, all of ``status`` (draft or signed).

    A line keeps its id by its number; one no longer wanted is dropped, or vanishes if nobody ever heard of it; a
    dropped one that is wanted again comes back. Raises ``below-shipped``, ``product-shipped``, ``line-shipped``."""
    present = {line.line_no: line for line in lines}
    result = [_one(present.get(want.line_no), want, heading, status, fresh) for want in wanted]
    numbers = {want.line_no for want in wanted}
    for line in lines:
        if line.line_no in numbers:
            continue
        gone = line if line.dropped else _dropped(line)
        if gone.published:
            result.append(replace(gone, heading=heading))
    return tuple(sorted(result, key=lambda line: line.line_no))


def _one(line: Line | None, want: Wanted, heading: Heading, status: LineStatus, fresh: Iterator[UUID]) -> Line:
    if line is None:
        return Line(line_id=next(fresh), heading=heading, line_no=want.line_no, goods=want.goods, status=status)
    if line.shipped and line.goods.unit_of_measure != want.goods.unit_of_measure:
        raise conflict("product-shipped", f"Line {line.line_no} has been shipped in {line.goods.unit_of_measure}")
    if line.status != status:
        line = moved(line, "sign" if status == "signed" else "reopen")
    return replace(changed(line, want.goods), heading=heading, dropped=False)


def _dropped(line: Line) -> Line:
    return replace(moved(line, "cancel"), dropped=True)
