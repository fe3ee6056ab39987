"""Exact numbers out of JSON, and back into words. Must not know what the numbers mean."""

import math
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

ZERO = Fraction(0)


def number(value: Any) -> Fraction:
    """The exact value of a decimal string or a JSON number (a float: its shortest text). Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError(f"{value!r} is no number")
    try:
        decimal = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None
    if not decimal.is_finite():
        raise ValueError(f"{value!r} is not finite")
    return Fraction(decimal)


def plain(value: Fraction) -> str:
    """Plain notation without superfluous zeros, exact wherever the value has a finite decimal text."""
    rest, places = value.denominator, 0
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    for prime in (2, 5):
        while rest % prime == 0:
            rest, places = rest // prime, places + 1
    if rest != 1:
        return str(float(value))
    whole = abs(value.numerator) * 10**places // value.denominator
    digits = str(whole).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".") if places else digits
    return f"-{text}" if value < 0 else text


def on_grid(value: Fraction, step: Fraction) -> bool:
    """Whether ``value`` is a whole multiple of ``step``."""
    return (value / step).denominator == 1


def near(left: Fraction, right: Fraction) -> bool:
    """Equal but for what binary floating point loses on the way through a solver's report."""
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
