"""The day the sample stands on, its plan months and working days. Pure but for the one file that keeps the day."""

import json
from datetime import date, timedelta
from pathlib import Path
from random import Random

from shared.kernel.dates import first_day, month_of, months_later

TIME_NODE = 20
"""Day of the month by which units submit their plan for the next month (P1's default)."""


def plan_months(day: date) -> tuple[str, str, str]:
    """The three months that begin after the next open time node, so that a plan submitted on ``day`` is in time."""
    first = months_later(month_of(day), 1 if day.day <= TIME_NODE else 2)
    return first, months_later(first, 1), months_later(first, 2)


def month_end(month: str) -> date:
    """The last day of ``YYYY-MM``."""
    return first_day(months_later(month, 1)) - timedelta(days=1)


def weeks(months: tuple[str, ...]) -> list[date]:
    """The Mondays of all weeks that touch the months."""
    monday = first_day(months[0]) - timedelta(days=first_day(months[0]).weekday())
    found = []
    while monday <= month_end(months[-1]):
        found.append(monday)
        monday += timedelta(days=7)
    return found


def workday(random: Random, first: date, last: date) -> date:
    """A day from Monday to Friday between both; ``last`` itself when there is none between."""
    span = max((last - first).days, 0) + 1
    found = [day for day in (first + timedelta(days=n) for n in range(span)) if day.weekday() < 5]
    return random.choice(found) if found else last


def stored_day(folder: Path, today: date) -> date:
    """The day of the first load, kept in ``day.json`` from then on."""
    file = folder / "day.json"
    if file.exists():
        return date.fromisoformat(json.loads(file.read_text(encoding="utf-8"))["day"])
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"day": today.isoformat()}) + "\n", encoding="utf-8")
    return today
