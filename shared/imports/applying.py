"""Does a parsed book in one transaction, each thing in a savepoint of its own. Knows no HTTP."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from shared.auth.domain import Actor
from shared.imports.sheets import AnyParsed, Line, Report, RowError, Sheet, Tally
from shared.kernel.errors import DomainError

if TYPE_CHECKING:
    from shared.database import Transaction

OnError = Literal["nothing", "keep"]


async def apply_book(
    tx: "Transaction", actor: Actor, book: Sequence[AnyParsed], ignored: list[str], on_error: OnError
) -> Report:
    """Do what the book says, sheet by sheet, so that later sheets meet what earlier ones made.

    on_error ``keep``: what is good stays, the report says what is not. ``nothing``: any error raises DomainError
    ``import-refused`` (or ``not-yet-known``, when nothing else was wrong) with the report, and all is undone."""
    tally = Tally(ignored=ignored)
    for part in book:
        for error in part.errors:
            tally.wrong(error)
        tally.rejected += part.rejected
        for group in part.groups:
            await _apply(tx, actor, part.sheet, group, tally)
    report = tally.report()
    if on_error == "nothing" and report.error_count:
        raise _refused(report, unknown=tally.only_unknown)
    return report


async def _apply(tx: "Transaction", actor: Actor, sheet: Sheet[Any], group: list[Line[Any]], tally: Tally) -> None:
    try:
        async with tx.savepoint():
            outcome = await sheet.apply(tx, actor, [line.value for line in group])
    except DomainError as error:
        tally.rejected += 1
        tally.wrong(_at(error, sheet, group))
    else:
        tally.counts[outcome] += 1


def _at(error: DomainError, sheet: Sheet[Any], group: list[Line[Any]]) -> RowError:
    index = error.extra.get("row_index")
    line = group[index] if isinstance(index, int) and 0 <= index < len(group) else group[0]
    return RowError(sheet.name, line.number, sheet.headings.get(error.field or ""), error.code, error.message)


def _refused(report: Report, *, unknown: bool) -> DomainError:
    extra = {"errors": report.errors, "error_count": report.error_count, "ignored": report.ignored}
    if unknown:
        return DomainError(
            "conflict",
            "not-yet-known",
            "the book names things that are not known here yet; nothing was kept",
            field="file",
            remedy="They may still be on their way from their own service: try again, or check their keys.",
            retry_after=1,
            extra=extra,
        )
    return DomainError(
        "invalid",
        "import-refused",
        f"{report.error_count} errors; nothing was kept",
        field="file",
        remedy="Correct the rows named, or send it with on_error=keep to keep the good ones.",
        extra=extra,
    )
