"""Money to the fen and quantities with their unit. Rounding is half up, per line (ground rule of the regime)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from shared.kernel.errors import invalid

FEN = Decimal("0.01")
CNY = "CNY"
MOST_MONEY = Decimal("1000000000000")  # 10^12: beyond any contract, far inside numeric(18,2)
MOST_QUANTITY = Decimal("1000000000")
THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency, tax included, exact to the fen."""

    amount: Decimal
    currency: str = CNY

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other).amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other).amount

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise invalid("currency-mismatch", f"{other.currency} cannot be reckoned with {self.currency}")
        return other


ZERO = Money(Decimal("0.00"))


def to_fen(amount: Decimal) -> Decimal:
    """Round half up to 0.01 yuan."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def checked_amount(amount: Decimal, field: str) -> Decimal:
    """A finite, non-negative amount below 10^12 with at most two decimals, or DomainError ``bad-amount``."""
    if not amount.is_finite() or amount < 0 or amount >= MOST_MONEY or amount != to_fen(amount):
        raise invalid("bad-amount", f"{field} must be from 0.00 to below 10^12 with at most two decimals", field=field)
    return to_fen(amount)


def checked_quantity(value: Decimal, field: str) -> Decimal:
    """A finite, positive quantity below 10^9 with at most three decimals, or DomainError ``bad-quantity``."""
    if not value.is_finite() or value <= 0 or value >= MOST_QUANTITY or value != value.quantize(THOUSANDTH):
        raise invalid(
            "bad-quantity", f"{field} must be above 0 and below 10^9 with at most three decimals", field=field
        )
    return value.quantize(THOUSANDTH)
