"""The cheapest plan of a tiny problem by trying them all: no solver, no cuts but the rules themselves.

Every combination of lots is tried; for each product's production by bucket every way to deliver is tried. A lot never
needs to exceed what all demand of its product and the lot rules ask for: the surplus would only take hours, material
and room.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import product as combinations
from math import ceil, prod

from tests.checker.numbers import ZERO, on_grid
from tests.checker.question import Demand, Json, Question, question

Lots = tuple[tuple[str, str, Fraction], ...]  # product, line, quantity made in one bucket
Made = tuple[tuple[str, tuple[Fraction, ...]], ...]


DELIVERIES = 5  # states of delivering that may be tried for each plan that may


class TooManyError(Exception):
    """There are more plans than shall be tried."""


class Exhaustive:
    """All plans of one problem, and what the cheapest costs; at most ``most`` ways to produce are tried."""

    def __init__(self, problem: Json, most: int = 600) -> None:
        self.most = most
        self.asked = question(problem)
        self.delivering = {key: Delivering(self.asked, key, most * DELIVERIES) for key in self.asked.products}
        self.plans = 0

    def optimum(self) -> Fraction:
        """The least objective of all plans. Raises TooManyError."""
        made: dict[str, list[Fraction]] = {key: [] for key in self.asked.products}
        levels = {key: stock for key, (stock, _) in self.asked.materials.items()}
        return min(self._from(0, made, levels))

    def _from(self, t: int, made: dict[str, list[Fraction]], levels: dict[str, Fraction]) -> Iterator[Fraction]:
        """What the plans cost that begin with ``made``: their set-ups from ``t`` on, and all the rest."""
        if t not in self.asked.buckets:
            self.plans += 1
            if self.plans > self.most:
                raise TooManyError
            yield sum((self.delivering[key].cheapest(tuple(each)) for key, each in made.items()), ZERO)
            return
        seen: dict[Made, Fraction] = {}
        for lots in self._lots(t):
            total = {key: sum((x for p, _, x in lots if p == key), ZERO) for key in made}
            left = self._left(t, total, levels)
            if min(left.values(), default=ZERO) < 0:
                continue
            key: Made = tuple((p, (x,)) for p, x in total.items())
            seen[key] = min(self._setups(lots), seen.get(key, self._setups(lots)))
        for key, setups in seen.items():
            total = {p: x for p, (x,) in key}
            later = {p: [*each, total[p]] for p, each in made.items()}
            for rest in self._from(t + 1, later, self._left(t, total, levels)):  # none: a released lot lacks material
                yield setups + rest

    def _left(self, t: int, total: dict[str, Fraction], levels: dict[str, Fraction]) -> dict[str, Fraction]:
        used = {m: sum((x * self.asked.bill.get(p, {}).get(m, ZERO) for p, x in total.items()), ZERO) for m in levels}
        return {m: level + self.asked.materials[m][1][t] - used[m] for m, level in levels.items()}

    def _setups(self, lots: Lots) -> Fraction:
        routings = [self.asked.routings[p, line] for p, line, _ in lots]
        return sum((r.setup_cost + self.asked.policy["setup_hour"] * r.setup_hours for r in routings), ZERO)

    def _lots(self, t: int) -> Iterator[Lots]:
        """Every set of lots of a bucket that its lines' hours allow."""
        places = list(self.asked.routings)
        sizes = [self._sizes(p, line, t) for p, line in places]
        if prod(map(len, sizes)) > self.most:
            raise TooManyError
        for quantities in combinations(*sizes):
            lots = tuple((p, line, x) for (p, line), x in zip(places, quantities, strict=True) if x)
            if all(self._hours(line, lots) <= hours[t] for line, hours in self.asked.hours.items()):
                yield lots

    def _hours(self, at: str, lots: Lots) -> Fraction:
        on = [(self.asked.routings[p, line], x) for p, line, x in lots if line == at]
        return sum((r.hours_per_unit * x + r.setup_hours for r, x in on), ZERO)

    def _sizes(self, key: str, line: str, t: int) -> list[Fraction]:
        made, committed = self.asked.products[key], self.asked.committed.get((key, line, t), ZERO)
        if t < self.asked.frozen:
            return [committed]
        wanted = sum((d.quantity for d in self.asked.demands.values() if d.product == key), ZERO)
        steps = ceil(max(wanted, made.min_lot) / made.step)
        sizes = [committed + n * made.step for n in range(steps + 1)]
        return sizes if committed else [x for x in sizes if x == 0 or x >= made.min_lot]


class Delivering:
    """One product's deliveries: lateness, shortage and holding of the cheapest, for what is made in each bucket."""

    def __init__(self, asked: Question, key: str, most: int) -> None:
        self.most, self.tried = most, 0
        self.asked, self.product = asked, asked.products[key]
        self.demands: list[Demand] = [one for one in asked.demands.values() if one.product == key]
        self._best = cache(self._try)

    def cheapest(self, made: tuple[Fraction, ...]) -> Fraction:
        """What the product costs when ``made`` comes off the lines, bucket by bucket."""
        return self._best(self.product.stock, tuple(one.quantity for one in self.demands), made)

    def _try(self, stock: Fraction, open_: tuple[Fraction, ...], made: tuple[Fraction, ...]) -> Fraction:
        """The same from a bucket on: what lies there, what is still wanted, what is made from then on."""
        if not made:
            return self._short(open_)
        self.tried += 1
        if self.tried > self.most:
            raise TooManyError
        t, there = len(self.asked.days) - len(made), stock + made[0]
        return min(
            self._late(t, given)
            + self.product.holding * self.asked.days[t] * (there - sum(given))
            + self._best(there - sum(given), tuple(q - g for q, g in zip(open_, given, strict=True)), made[1:])
            for given in self._handed(t, there, open_)
        )

    def _handed(self, t: int, there: Fraction, open_: tuple[Fraction, ...]) -> Iterator[tuple[Fraction, ...]]:
        grain = self.product.grain
        assert all(on_grid(quantity, grain) for quantity in (there, *open_))
        most = [
            int(min(quantity, there) / grain) if t >= one.earliest else 0
            for one, quantity in zip(self.demands, open_, strict=True)
        ]
        for units in combinations(*(range(one + 1) for one in most)):
            if sum(units) * grain <= there:
                yield tuple(n * grain for n in units)

    def _late(self, t: int, given: tuple[Fraction, ...]) -> Fraction:
        offsets, rate = self.asked.offsets, self.asked.policy["late_per_day"]
        days = [max(0, offsets[t] - offsets[one.due]) for one in self.demands]
        return sum((rate * one.omega * d * g for one, d, g in zip(self.demands, days, given, strict=True)), ZERO)

    def _short(self, open_: tuple[Fraction, ...]) -> Fraction:
        offsets, policy = self.asked.offsets, self.asked.policy
        cost = ZERO
        for one, quantity in zip(self.demands, open_, strict=True):
            rate = policy["late_per_day"] * (offsets[-1] - offsets[one.due]) + policy["short"]
            cost += one.omega * rate * quantity
        return cost
