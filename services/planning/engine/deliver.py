"""The best deliveries of given lots: a flow over time for each product, solved as a linear program, then exact again.

The flow has an integral optimum in ticks, so rounding the solver's vertex loses nothing; where it would not add up
exactly, the pegs that were handed in stay.
"""

from collections import defaultdict
from collections.abc import Iterable

from services.planning.engine.construct import Pegs
from services.planning.engine.highs import Program, Run
from services.planning.engine.indexed import Indexed
from services.planning.engine.ledger import Ledger


def deliver(problem: Indexed, ledger: Ledger, pegs: Pegs, products: Iterable[int]) -> Pegs:
    """Deliveries of ``products`` with the least lateness, shortage and holding for the lots of ``ledger``; ``pegs``:
    feasible ones to fall back on."""
    chosen = set(products)
    wants: dict[int, list[int]] = defaultdict(list)
    for at, want in enumerate(problem.wants):
        if want.ticks and want.product in chosen:
            wants[want.product].append(at)
    result: Pegs = {}
    for product, of in sorted(wants.items()):
        supply = ledger.supply(product)
        flows = _flows(problem, supply, of)
        if flows is None:
            flows = {key: ticks for key, ticks in pegs.items() if problem.wants[key[0]].product == product}
        result.update(flows)
    return result


class _Flow:
    """One product's program: stock over time, and deliveries by class (demands alike in due, opening and cost)."""

    def __init__(self, problem: Indexed, supply: list[int], wants: list[int]) -> None:
        self._problem, self._supply = problem, supply
        self.program = Program()
        self.classes: dict[tuple[int, int, float, float], list[int]] = defaultdict(list)
        for at in wants:
            want = problem.wants[at]
            self.classes[want.due, want.opens, want.late, want.short].append(at)
        self.columns: dict[tuple[int, int], int] = {}
        for number, members in enumerate(self.classes.values()):
            self._class(number, members)
        self._stock(problem.wants[wants[0]].product)

    def _class(self, number: int, members: list[int]) -> None:
        want = self._problem.wants[members[0]]
        total = float(sum(self._problem.wants[at].ticks for at in members))
        row = [(self.program.column(want.short), 1.0)]
        for bucket in range(want.opens, self._problem.buckets):
            column = self.program.column(self._problem.lateness(want, bucket))
            self.columns[number, bucket] = column
            row.append((column, 1.0))
        self.program.row(row, low=total, high=total)

    def _stock(self, product: int) -> None:
        before: int | None = None
        for bucket, arriving in enumerate(self._supply):
            stock = self.program.column(self._problem.earned(product, bucket, bucket + 1))
            terms = [(stock, 1.0)]
            terms += [(column, 1.0) for (_, at), column in self.columns.items() if at == bucket]
            if before is not None:
                terms.append((before, -1.0))
            self.program.row(terms, low=float(arriving), high=float(arriving))
            before = stock

    def solve(self) -> dict[tuple[int, int], int]:
        """Whole ticks by (class, bucket)."""
        values = self.program.solve(Run()).values
        return {key: round(values[column]) for key, column in self.columns.items()} if values else {}


def _flows(problem: Indexed, supply: list[int], wants: list[int]) -> Pegs | None:
    flow = _Flow(problem, supply, wants)
    amounts = flow.solve()
    pegs: Pegs = {}
    used = [0] * problem.buckets
    for number, members in enumerate(flow.classes.values()):
        queue = [[at, problem.wants[at].ticks] for at in members]
        for bucket in range(problem.buckets):
            rest = amounts.get((number, bucket), 0)
            if rest < 0:
                return None
            used[bucket] += rest
            rest = _hand_out(queue, bucket, rest, pegs)
            if rest:
                return None
    return pegs if _covered(supply, used) else None


def _hand_out(queue: list[list[int]], bucket: int, rest: int, pegs: Pegs) -> int:
    """Give ``rest`` ticks to the demands of a class one after the other, so that as many as possible are whole."""
    while rest and queue:
        at, missing = queue[0]
        part = min(rest, missing)
        pegs[at, bucket] = pegs.get((at, bucket), 0) + part
        rest -= part
        queue[0][1] -= part
        if queue[0][1] == 0:
            queue.pop(0)
    return rest


def _covered(supply: list[int], used: list[int]) -> bool:
    stock = 0
    for arriving, gone in zip(supply, used, strict=True):
        stock += arriving - gone
        if stock < 0:
            return False
    return True
