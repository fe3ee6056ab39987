"""From a cell as Excel keeps it to a value of the row's type. Messages never quote the cell: it may be a person's."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from shared.kernel.errors import DomainError, invalid

YES = frozenset({"是", "true", "yes", "y", "1"})
NO = frozenset({"否", "false", "no", "n", "0"})
LONGEST = 4_000
WHOLE = 10**15


@dataclass(frozen=True, slots=True)
class Column:
    """What one attribute of a row takes. kind: str, Decimal, int, date, bool; choices: of a Literal."""

    attribute: str
    heading: str
    kind: type[object]
    optional: bool
    required: bool
    choices: tuple[str, ...] = ()


def columns_of(row: type[msgspec.Struct], headings: "dict[str, str]") -> list[Column]:
    """The columns of a row Struct. Raises TypeError for a type that no cell can be."""
    hints = get_type_hints(row)
    columns = []
    for info in msgspec.structs.fields(row):
        kind, optional = _without_none(hints[info.name])
        choices: tuple[str, ...] = ()
        if get_origin(kind) is Literal:
            choices, kind = get_args(kind), str
        if kind not in (str, Decimal, int, date, bool):
            raise TypeError(f"{row.__name__}.{info.name}: a cell cannot be {kind}")
        columns.append(Column(info.name, headings[info.name], kind, optional, info.required and not optional, choices))
    return columns


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, UnionType):
        others = [part for part in get_args(annotation) if part is not NoneType]
        if len(others) == 1:
            return others[0], True
    return annotation, False


def value_of(cell: object, column: Column) -> Any:
    """The cell as the column's type; None for an empty one. Raises DomainError with a code and no value in it."""
    if isinstance(cell, str):
        cell = cell.strip().replace("\u3000", " ").strip() or None
    if cell is None:
        return None
    if column.kind is str:
        return _choice(_text(cell, column), column)
    if column.kind is date:
        return _day(cell, column)
    if column.kind is bool:
        return _truth(cell, column)
    number = _number(cell, column)
    if column.kind is int:
        if number != number.to_integral_value() or abs(number) >= WHOLE:
            raise _wrong(column, "not-a-whole-number", "must be a whole number")
        return int(number)
    return number


def _wrong(column: Column, code: str, saying: str) -> DomainError:
    return invalid(code, f"{column.heading} {saying}", field=column.attribute)


def _text(cell: object, column: Column) -> str:
    if isinstance(cell, bool):
        text = "是" if cell else "否"
    elif isinstance(cell, float) and cell.is_integer() and abs(cell) < WHOLE:
        text = str(int(cell))  # a code that was typed as a number
    elif isinstance(cell, datetime) and cell.time() == time():
        text = cell.date().isoformat()
    elif isinstance(cell, date | time):
        text = cell.isoformat()
    else:
        text = str(cell)
    if len(text) > LONGEST:
        raise _wrong(column, "too-long", f"is longer than {LONGEST} characters")
    if any(letter < " " and letter not in "\n\r\t" for letter in text):
        raise _wrong(column, "control-character", "holds a control character")
    return text


def _choice(text: str, column: Column) -> str:
    if column.choices and text not in column.choices:
        raise _wrong(column, "not-a-choice", f"must be one of {'、'.join(column.choices)}")
    return text


def _number(cell: object, column: Column) -> Decimal:
    """Excel keeps binary floats: their shortest decimal is what was typed."""
    try:
        if isinstance(cell, bool) or not isinstance(cell, int | float | str):
            raise InvalidOperation
        text = repr(cell) if isinstance(cell, float) else str(cell).replace(",", "").replace("，", "")
        number = Decimal(text)
        if not number.is_finite() or abs(number.adjusted()) > 30:
            raise InvalidOperation
    except InvalidOperation:
        raise _wrong(column, "not-a-number", "must be a number") from None
    return Decimal(int(number)) if isinstance(cell, float) and number == number.to_integral_value() else number


def _day(cell: object, column: Column) -> date:
    if isinstance(cell, datetime):
        if cell.time() == time():
            return cell.date()
    elif isinstance(cell, date):
        return cell
    elif isinstance(cell, float) and cell.is_integer() and 1 <= cell < 2_958_466:
        return date(1899, 12, 30) + timedelta(days=int(cell))  # a day in a cell without a date format
    elif isinstance(cell, str):
        try:
            return date.fromisoformat(cell.replace("/", "-") if len(cell) == 10 else cell)
        except ValueError:
            pass
    raise _wrong(column, "not-a-date", "must be a date, as in 2026-12-31")


def _truth(cell: object, column: Column) -> bool:
    if isinstance(cell, bool):
        return cell
    text = _text(cell, column).lower()
    if text in YES or text in NO:
        return text in YES
    raise _wrong(column, "not-yes-or-no", "must be 是 or 否")
