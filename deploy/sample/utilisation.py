"""How loaded the sample's lines are, week by week: a check on the sample, not a plan.

Firm quantities count in the week of their requested date (earlier ones in the first week), the rest of a month's
forecast evenly over its days; each product in work costs its set-ups at a fixed rate.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from deploy.sample.company import Company, Routing
from deploy.sample.days import month_end, weeks
from deploy.sample.demand import SETUPS_A_MONTH, firm_by_cell, month_weeks
from shared.kernel.dates import first_day


def weekly_load(company: Company) -> dict[tuple[str, date], float]:
    """Share of each line's hours that the demand of each full week asks for (1.0: all of them)."""
    own: dict[str, Routing] = {}
    for entry in company.master.routings:  # the first routing of a product is its own line
        own.setdefault(entry.product_code, entry)
    hours = {line.code: float(line.weekly_hours) for line in company.master.lines}
    asked: dict[tuple[str, date], float] = defaultdict(float)
    for week, product, quantity in _demand(company):
        asked[(own[product].line_code, week)] += quantity * float(own[product].unit_hours)
    setups: dict[str, float] = defaultdict(float)
    for entry in own.values():
        setups[entry.line_code] += SETUPS_A_MONTH * float(entry.setup_hours) / month_weeks(company.months[0])
    return {(line, week): (value + setups[line]) / hours[line] for (line, week), value in asked.items()}


def _demand(company: Company) -> Iterator[tuple[date, str, float]]:
    first = weeks(company.months)[0]
    for agreement in company.agreements:
        if agreement.goal != "signed":
            continue
        for line in agreement.lines:
            if line.requested_on >= first:
                yield _monday(line.requested_on), line.product_code, line.quantity
    firm = firm_by_cell(company.agreements)
    for row in company.forecasts:
        left = row.quantity - firm.get((row.unit_code, row.month, row.product_code), 0)
        if left > 0:
            yield from _over_month(row.month, row.product_code, left)


def _over_month(month: str, product: str, quantity: float) -> Iterator[tuple[date, str, float]]:
    days = (month_end(month) - first_day(month)).days + 1
    for offset in range(days):
        yield _monday(first_day(month) + timedelta(days=offset)), product, quantity / days


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
