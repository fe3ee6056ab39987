"""Instants are UTC; business dates are those of Asia/Shanghai (ground rule of the regime)."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from shared.kernel.errors import invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def business_date(instant: datetime) -> date:
    """The company's calendar day of a UTC instant."""
    return instant.astimezone(SHANGHAI).date()


def month_of(day: date) -> str:
    """``2026-12`` for any day of December 2026."""
    return f"{day.year:04d}-{day.month:02d}"


def first_day(month: str) -> date:
    """The first day of ``YYYY-MM``, or DomainError ``bad-month``."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise invalid("bad-month", f"{month!r} is not a month", field="month", remedy="Write it as YYYY-MM.")
    return date(int(month[:4]), int(month[5:]), 1)


def months_later(month: str, count: int) -> str:
    """The month ``count`` months after (or, negative, before) ``month``."""
    start = first_day(month)
    index = start.year * 12 + start.month - 1 + count
    return f"{index // 12:04d}-{index % 12 + 1:02d}"
