"""The constructed plan: demand by demand, so that there is always a feasible plan, however large the overload.

Demands are taken by weight, then due bucket, then id. Each takes what is cheapest for it then: free supply, more on a
lot that exists, or a new lot; on time where anything is left, late otherwise, short when nothing is. It is also the
repair after rounding: started on a ledger with lots and their deliveries, it adds only what is still missing.
"""

from dataclasses import dataclass

from services.planning.engine.indexed import Indexed, Want
from services.planning.engine.ledger import Ledger

Pegs = dict[tuple[int, int], int]
"""(want, bucket) → ticks delivered."""


@dataclass(frozen=True, slots=True)
class _Offer:
    cost: float
    bucket: int
    way: int | None  # None: from free supply
    ticks: int


def construct(problem: Indexed, ledger: Ledger, pegs: Pegs, products: set[int] | None = None) -> Pegs:
    """Serve what ``pegs`` leave missing of every demand (of ``products``, where given) as well as the ledger allows;
    books lots there and returns all deliveries."""
    free, open_ticks = _rest(problem, ledger, pegs)
    pegs = dict(pegs)
    waiting = [
        at
        for at, want in enumerate(problem.wants)
        if open_ticks[at] > 0 and (products is None or want.product in products)
    ]
    for at in sorted(waiting, key=lambda at: _urgency(problem.wants[at])):
        want = problem.wants[at]
        missing = open_ticks[at]
        while missing > 0 and (offer := _best(problem, ledger, free[want.product], want, missing)) is not None:
            taken = min(missing, offer.ticks)
            if offer.way is not None:
                ledger.book(offer.way, offer.bucket, offer.ticks)
                free[want.product][offer.bucket] += offer.ticks
            free[want.product][offer.bucket] -= taken
            day = max(offer.bucket, want.opens)
            pegs[at, day] = pegs.get((at, day), 0) + taken
            missing -= taken
    return pegs


def _rest(problem: Indexed, ledger: Ledger, pegs: Pegs) -> tuple[list[list[int]], list[int]]:
    """Supply by product and bucket that no peg uses (the oldest goes first), and ticks by want that no peg serves."""
    used = [[0] * problem.buckets for _ in problem.items]
    missing = [want.ticks for want in problem.wants]
    for (at, bucket), ticks in pegs.items():
        used[problem.wants[at].product][bucket] += ticks
        missing[at] -= ticks
    free = []
    for product, of in enumerate(used):
        supply = ledger.supply(product)
        for bucket, ticks in enumerate(of):
            for source in range(bucket + 1):
                taken = min(ticks, supply[source])
                supply[source] -= taken
                ticks -= taken
        free.append(supply)
    return free, missing


def _urgency(want: Want) -> tuple[float, int, str]:
    return (-want.rank, want.due, want.id)


def _best(problem: Indexed, ledger: Ledger, free: list[int], want: Want, missing: int) -> _Offer | None:
    best: _Offer | None = None
    for bucket in range(problem.buckets):
        serve = max(bucket, want.opens)
        base = problem.earned(want.product, bucket, serve) + problem.lateness(want, serve)
        if base >= want.short:
            continue
        if free[bucket] > 0:
            best = _cheaper(best, _Offer(base, bucket, None, free[bucket]))
            continue
        for way in problem.ways_of[want.product]:
            offer = _lot(problem, ledger, (way, bucket), missing, base)
            if offer is not None and offer.cost < want.short:
                best = _cheaper(best, offer)
    return best


def _lot(problem: Indexed, ledger: Ledger, place: tuple[int, int], missing: int, base: float) -> _Offer | None:
    ticks = ledger.most(*place, missing)
    if ticks == 0:
        return None
    useful = min(ticks, missing)
    setup = 0.0 if place in ledger.lots else problem.ways[place[0]].setup_cost
    return _Offer(base + setup / useful, place[1], place[0], ticks)


def _cheaper(best: _Offer | None, offer: _Offer) -> _Offer:
    # on a tie the earlier found stays, but a later bucket keeps early room for others: prefer it
    if best is None or (offer.cost, -offer.bucket, -offer.ticks) < (best.cost, -best.bucket, -best.ticks):
        return offer
    return best
