"""The weeks of a plan: which week a date belongs to, and the day on which a week's deliveries can be promised.

Pure: must not know the clock (the day is given). Weeks run from Monday; dates are Shanghai business dates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.kernel.dates import first_day, months_later

WEEK = 7
WORKING_END = timedelta(days=4)  # Friday: what a week delivers is out by then
SLACK_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Horizon:
    """The weeks of a plan; ``starts`` are their Mondays, one after the other."""

    starts: Sequence[date]

    def promise_day(self, week: int) -> date:
        """The day by which everything delivered in that week is out: its Friday."""
        return self.starts[week] + WORKING_END

    def due_week(self, wanted_on: date) -> int:
        """The last week whose promise day is not after the wanted day; 0 when the wish lies before the plan."""
        weeks = (wanted_on - self.promise_day(0)).days // WEEK
        return min(max(0, weeks), len(self.starts) - 1)

    def month_weeks(self, month: str) -> tuple[int, int]:
        """First and last week in which a month's forecast may be delivered (its Fridays); both 0 for a month past."""
        first, after = first_day(month), first_day(months_later(month, 1))
        due = self.due_week(after - timedelta(days=1))
        opens = next((week for week in range(due + 1) if self.promise_day(week) >= first), due)
        return opens, due

    def supply_week(self, arrives_on: date) -> int | None:
        """The first week that begins with the material there; None when it comes after the last one began."""
        return next((week for week, start in enumerate(self.starts) if start >= arrives_on), None)


def horizon(today: date, last_month: str) -> Horizon:
    """Weeks from the Monday after ``today`` to the end of ``last_month``, and four more so that what is late still
    gets a date."""
    start = today + timedelta(days=WEEK - today.weekday())
    end = first_day(months_later(last_month, 1)) + timedelta(weeks=SLACK_WEEKS)
    weeks = max(1, -(-(end - start).days // WEEK))
    return weeks_from(start, weeks)


def weeks_from(start: date, weeks: int) -> Horizon:
    """So many weeks from a Monday."""
    return Horizon(tuple(start + timedelta(weeks=week) for week in range(weeks)))
