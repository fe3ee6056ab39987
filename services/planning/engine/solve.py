"""From a problem to a plan: construct, search, evaluate exactly.

Any-time: the constructed plan is there before the search begins, and whatever ends the search, the plan returned is
exact and feasible, with the bound proved so far. No clock and no randomness of its own: stop, seed and progress are
arguments.
"""

from collections.abc import Callable

from services.planning.engine.draft import Draft, constructed
from services.planning.engine.evaluate import Evaluation, evaluate
from services.planning.engine.fingerprint import fingerprint
from services.planning.engine.highs import Progress
from services.planning.engine.indexed import Indexed, indexed
from services.planning.engine.plan import Delivery, Lot, Plan, Status
from services.planning.engine.problem import Problem, Refusal
from services.planning.engine.search import Limits, Search
from services.planning.engine.validate import validate

__all__ = ["Limits", "Progress", "RefusedProblem", "solve"]


class RefusedProblem(ValueError):
    """The problem is not planned; ``refusals`` names each bad row."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__("; ".join(f"{one.where}[{one.row}]: {one.reason}" for one in refusals[:5]))
        self.refusals = refusals


def solve(
    problem: Problem,
    limits: Limits | None = None,
    *,
    seed: int = 0,
    should_stop: Callable[[], bool] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """Plan ``problem`` (P3) to ``limits`` (by default a gap of 1 %, however long it takes).

    ``should_stop`` is asked often and ends the search with the best plan so far; ``on_progress`` hears of every
    better plan or bound. Raises RefusedProblem for input that makes no sense; an overload is a plan with shortage.
    """
    if refusals := validate(problem):
        raise RefusedProblem(refusals)
    core = indexed(problem)
    first = constructed(core)
    search = Search(
        core,
        limits or Limits(),
        seed,
        should_stop or _never,
        on_progress or _quiet,
        first,
    )
    search.run()
    return _plan(problem, search, first)


def _never() -> bool:
    return False


def _quiet(_: Progress) -> None:
    return None


def _rows(core: Indexed, draft: Draft) -> tuple[list[Lot], list[Delivery]]:
    lots = []
    for (way, bucket), ticks in sorted(draft.ledger.lots.items()):
        of = core.ways[way]
        item = core.items[of.product]
        lots.append(Lot(item.id, core.line_ids[of.line], bucket, item.units(ticks)))
    deliveries = [
        Delivery(core.wants[at].id, bucket, core.items[core.wants[at].product].units(ticks))
        for (at, bucket), ticks in sorted(draft.pegs.items())
        if ticks
    ]
    return lots, deliveries


def _evaluated(problem: Problem, core: Indexed, draft: Draft) -> tuple[list[Lot], list[Delivery], Evaluation]:
    lots, deliveries = _rows(core, draft)
    evaluation = evaluate(problem, lots, deliveries)
    if evaluation.violations:
        raise AssertionError(f"the engine made a plan that breaks the rules: {evaluation.violations[:3]}")
    return lots, deliveries, evaluation


def _plan(problem: Problem, search: Search, first: Draft) -> Plan:
    lots, deliveries, found = _evaluated(problem, search.problem, search.best)
    objective = found.cost.total
    bound = min(search.bound, float(objective))
    distance = float(objective) - bound
    proved = distance <= search.limits.gap * float(objective) + 1e-6
    status: Status = "optimal" if proved else "constructed" if search.best is first else "feasible"
    begun = first.cost(search.problem, range(len(search.problem.items)))
    return Plan(
        fingerprint=fingerprint(problem),
        status=status,
        ended_by=search.ended,
        lots=lots,
        deliveries=deliveries,
        outcomes=found.outcomes,
        stock=found.stock,
        material_stock=found.material_stock,
        cost=found.cost,
        objective=objective,
        bound=bound,
        gap=distance / float(objective) if objective else 0.0,
        statistics={**{name: round(value, 3) for name, value in search.effort.items()}, "constructed": round(begun, 3)},
    )
