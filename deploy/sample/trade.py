"""Contracts of the sample: many small ones of the same customers (so that K1's cumulative amount matters), fewer large
ones; some already delivered, most wanted in the plan months. Pure: a seeded generator, the day and the archive
decide."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from deploy.sample.catalogue import Item
from deploy.sample.company import Agreement, AgreementLine, Customer, Goal, Opening
from deploy.sample.days import month_end, workday
from deploy.sample.organisation import UNIT_CODES
from shared.kernel.dates import first_day, month_of

_CENT = Decimal("0.01")
_DISCOUNT = {"重点": Decimal("0.95"), "一般": Decimal(1)}
_LARGE_PER_KEY = (1, 2, 2)
_SMALL_BUYERS = 6
_SMALL_EACH = (2, 2, 3)
_DELIVERED_PER_UNIT = 8
_OPENINGS_PER_UNIT = 5
_UNSIGNED: tuple[Goal, ...] = ("draft", "submitted")
_REFUSED_UNITS = ("HD", "HN")
_LIMIT = 4_000


@dataclass(frozen=True, slots=True)
class Market:
    """What contracts are drawn from."""

    day: date
    months: tuple[str, str, str]
    items: list[Item]
    archive: list[Customer]


def agreements(random: Random, market: Market) -> list[Agreement]:
    """Around thirty contracts a unit, numbered by unit and year in the order of agreement."""
    found: list[Agreement] = []
    for unit in UNIT_CODES:
        drawn = sorted(_of_unit(random, market, unit), key=lambda a: (a.agreed_on, a.customer_code))
        numbered = [
            replace(a, number=f"HT{market.day.year}{unit}{index:04d}") for index, a in enumerate(drawn, start=1)
        ]
        found.extend(_with_unsigned(numbered, market.day))
    return found


def openings(random: Random, market: Market) -> list[Opening]:
    """Contracts of this year from before go-live, for a few customers of each unit; some alone reach the K1 limit."""
    found = []
    start = date(market.day.year, 1, 1)
    for unit in UNIT_CODES:
        buyers = [c for c in market.archive if c.unit_code == unit and c.tier == "一般"]
        for index, customer in enumerate(random.sample(buyers, _OPENINGS_PER_UNIT), start=1):
            amount = Decimal(random.randint(80_000, 620_000)) / 100
            signed_on = min(start + timedelta(days=random.randint(0, 150)), market.day)
            number = f"QC{market.day.year}{unit}{index:03d}"
            found.append(Opening(customer.code, market.day.year, number, signed_on, amount))
    return found


def _of_unit(random: Random, market: Market, unit: str) -> Iterator[Agreement]:
    own = [c for c in market.archive if c.unit_code == unit]
    key = [c for c in own if c.tier == "重点"]
    general = [c for c in own if c.tier == "一般"]
    ahead = _ahead(random, market)
    for customer in key:
        for _ in range(random.choice(_LARGE_PER_KEY)):
            yield _draw(random, market, customer, lines=(4, 9), budget=(1_600, 8_500), wanted=ahead)
    for customer in general[:_SMALL_BUYERS]:
        for _ in range(random.choice(_SMALL_EACH)):
            yield _draw(random, market, customer, lines=(1, 2), budget=(500, 2_600), wanted=ahead)
    delivered = _delivered(random, market)
    for customer in random.sample(key + general, _DELIVERED_PER_UNIT):
        budget = (3_000, 12_000) if customer.tier == "重点" else (600, 3_800)
        yield _draw(random, market, customer, lines=(1, 3), budget=budget, wanted=delivered)


Wanted = Callable[[], tuple[date, date]]
"""Draws (agreed on, requested on) of a line."""


def _ahead(random: Random, market: Market) -> Wanted:
    """Goods wanted in the plan months, the nearer months a little more, and a few in the days before them."""
    begin = first_day(market.months[0])
    spans = [(min(market.day + timedelta(days=7), begin - timedelta(days=1)), begin - timedelta(days=1))]
    spans += [(first_day(month), month_end(month)) for month in market.months]

    def draw() -> tuple[date, date]:
        first, last = random.choices(spans, weights=(9, 33, 31, 27))[0]
        return workday(random, market.day - timedelta(days=45), market.day), workday(random, first, last)

    return draw


def _delivered(random: Random, market: Market) -> Wanted:
    """Goods wanted from six weeks ago until a week ahead, so that most have left."""

    def draw() -> tuple[date, date]:
        agreed_on = workday(random, market.day - timedelta(days=90), market.day - timedelta(days=50))
        return agreed_on, workday(random, market.day - timedelta(days=42), market.day + timedelta(days=7))

    return draw


def _draw(
    random: Random,
    market: Market,
    customer: Customer,
    *,
    lines: tuple[int, int],
    budget: tuple[int, int],
    wanted: Wanted,
) -> Agreement:
    drawn = random.sample(market.items, random.randint(*lines))
    made = []
    agreed_on = market.day
    for line_no, item in enumerate(drawn, start=1):
        agreed, requested_on = wanted()
        agreed_on = min(agreed_on, agreed)
        made.append(_line(line_no, item, customer, Decimal(random.randint(*budget)), requested_on))
    return Agreement("", customer.code, customer.unit_code, agreed_on, "signed", tuple(made))


def _line(line_no: int, item: Item, customer: Customer, budget: Decimal, requested_on: date) -> AgreementLine:
    price = (item.price * _DISCOUNT[customer.tier]).quantize(_CENT, rounding=ROUND_HALF_UP)
    quantity = max(int(budget / price), 1)
    if quantity > 20:
        quantity -= quantity % 5
    return AgreementLine(line_no, item.code, quantity, item.family.unit_of_measure, price, requested_on)


def _with_unsigned(numbered: list[Agreement], day: date) -> list[Agreement]:
    """Some contracts wanted ahead stay on their way: a draft, one that waits for approval, in two units one refused."""
    ahead = [a for a in numbered if all(month_of(line.requested_on) > month_of(day) for line in a.lines)]
    fewest_lines = sorted((a for a in ahead if a.amount >= _LIMIT), key=lambda a: (len(a.lines), a.number))
    goals: list[Goal] = [*_UNSIGNED, "refused"] if numbered[0].unit_code in _REFUSED_UNITS else [*_UNSIGNED]
    chosen = {a.number: goal for a, goal in zip(fewest_lines, goals, strict=False)}
    return [replace(a, goal=chosen.get(a.number, a.goal)) for a in numbered]
