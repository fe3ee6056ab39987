"""A plan in the making: a ledger of lots and the deliveries they allow, with its cost by product in floats.

Improvements compare drafts; the exact cost and the last word belong to ``evaluate``.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from services.planning.engine.construct import construct
from services.planning.engine.deliver import deliver
from services.planning.engine.indexed import Indexed
from services.planning.engine.ledger import Ledger
from services.planning.engine.model import Model

NEARLY = 1e-6  # a step this near to whole counts as whole when the solver's quantities are cut to steps

Pegs = dict[tuple[int, int], int]


@dataclass(slots=True)
class Draft:
    """Lots booked in ``ledger`` and the deliveries ``pegs`` ((want, bucket) → ticks) that they allow."""

    ledger: Ledger
    pegs: Pegs

    def pegs_of(self, problem: Indexed, products: set[int]) -> Pegs:
        """The deliveries of some products."""
        return {key: ticks for key, ticks in self.pegs.items() if problem.wants[key[0]].product in products}

    def cost(self, problem: Indexed, products: Iterable[int]) -> float:
        """Lateness, shortage, set-up and holding cost of some products."""
        chosen = set(products)
        total = sum(problem.ways[way].setup_cost for way, _ in self.ledger.lots if problem.ways[way].product in chosen)
        missing = {at: want.ticks for at, want in enumerate(problem.wants) if want.product in chosen}
        stock = {product: self.ledger.supply(product) for product in chosen}
        for (at, bucket), ticks in self.pegs_of(problem, chosen).items():
            want = problem.wants[at]
            total += problem.lateness(want, bucket) * ticks
            missing[at] -= ticks
            stock[want.product][bucket] -= ticks
        total += sum(problem.wants[at].short * ticks for at, ticks in missing.items())
        for product, change in stock.items():
            for bucket, ticks in enumerate(change):
                # what enters or leaves in a bucket lies, or is missing, from there to the end
                total += ticks * problem.earned(product, bucket, problem.buckets)
        return total


def constructed(problem: Indexed) -> Draft:
    """The first draft: demand by demand, then the best deliveries of its lots."""
    ledger = Ledger(problem)
    pegs = construct(problem, ledger, {})
    return Draft(ledger, deliver(problem, ledger, pegs, range(len(problem.items))))


def rounded(problem: Indexed, model: Model, values: list[float], base: Draft) -> Draft:
    """The solver's lots cut to whole steps on top of ``base`` (which has none of these products' lots but committed
    ones), repaired where the cutting left demand short. Deliveries of other products stay."""
    products = sorted(model.scale)
    ledger = base.ledger.copy()
    _top_up(problem, ledger, _cut(problem, model, values, ledger))
    pegs = base.pegs | deliver(problem, ledger, {}, products)
    cut = Draft(ledger, pegs)
    repaired = Draft(ledger.copy(), {})
    filled = construct(problem, repaired.ledger, pegs, set(products))
    if filled == pegs:
        return cut
    repaired.pegs = base.pegs | deliver(problem, repaired.ledger, filled, products)
    return min(cut, repaired, key=lambda draft: draft.cost(problem, products))


def _cut(problem: Indexed, model: Model, values: list[float], ledger: Ledger) -> dict[tuple[int, int], float]:
    """Book every lot rounded down to whole steps; returns the parts of a step that were cut off."""
    lost: dict[tuple[int, int], float] = {}
    for place, column in sorted(model.made.items()):
        product = problem.ways[place[0]].product
        step = problem.items[product].step
        steps = values[column] * model.scale[product] / step
        whole = int(steps + NEARLY)
        ticks = ledger.most(*place, whole * step)  # more where whole steps alone fall below the least lot
        if ticks > 0:
            ledger.book(*place, ticks)
        if steps - whole > NEARLY:
            lost[place] = steps - whole
    return lost


def _top_up(problem: Indexed, ledger: Ledger, lost: dict[tuple[int, int], float]) -> None:
    """Give a product back the whole steps that its cut parts add up to, to the most cut lots first, where they fit."""
    owed: dict[int, float] = {}
    for place, part in lost.items():
        product = problem.ways[place[0]].product
        owed[product] = owed.get(product, 0.0) + part
    for place, _ in sorted(lost.items(), key=lambda entry: (-entry[1], entry[0])):
        product = problem.ways[place[0]].product
        step = problem.items[product].step
        if owed[product] > NEARLY and ledger.most(*place, 1) == step:
            ledger.book(*place, step)
            owed[product] -= 1
