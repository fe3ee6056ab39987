"""The search: relaxation, rounding by a restricted program, neighbourhoods line by line, and the whole program for
the bound.

Each phase starts from the best draft so far and can be the last. The phases know no clock: the seconds allowed are
handed to HiGHS and what it reports to have used is taken off.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from services.planning.engine.draft import Draft, rounded
from services.planning.engine.flows import build
from services.planning.engine.highs import INFINITY, Answer, Ended, Progress, Run
from services.planning.engine.indexed import Indexed
from services.planning.engine.model import Model

WHOLE = 1e-6  # a relaxed set-up this near to 0 or 1 is taken at its word
MOSTLY = 0.5  # from here on it is rounded up at first
PART_PLACES = 60  # set-ups a neighbourhood may decide at once
PART_NODES = 20  # its node limit
ROUND_NODES = 1  # that of the restricted program: its cuts, no branching
ROUND_GAP = 1.0  # and its gap, as a part of the one asked for
PART_GAP = 2e-3  # and its relative gap
ROUND_SHARE = 0.4  # of the seconds left, at most so many go to the restricted program
PART_SHARE = 0.2  # and to one neighbourhood
TIGHTER = 0.2  # of the gap, for the whole program's second run
LEAST_GAIN = 1e-4  # a round of neighbourhoods that gains less, relatively, is the last
ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop: relative gap, branch-and-bound nodes of the whole program, seconds of solver time (None: no
    limit).
    """

    gap: float = 0.01
    nodes: int | None = None
    seconds: float | None = None


@dataclass(slots=True)
class Search:
    """The best draft so far, its cost, the proved bound, and the effort spent."""

    problem: Indexed
    limits: Limits
    seed: int
    should_stop: Callable[[], bool]
    on_progress: Callable[[Progress], None]
    best: Draft
    cost: float = INFINITY
    bound: float = 0.0
    ended: Ended = "gap"
    effort: dict[str, float] = field(default_factory=lambda: {"seconds": 0.0, "nodes": 0.0, "lp_iterations": 0.0})

    def run(self) -> None:
        """Search until the gap is proved, nothing more is allowed, or someone stops it."""
        everything = range(len(self.problem.items))
        self.cost = self.best.cost(self.problem, everything)
        self._tell()
        if self._over():
            return
        empty = Draft(self.best.ledger.without(set(everything)), {})
        model = build(self.problem, empty.ledger, everything)
        self.effort |= dict(
            zip(
                ("columns", "rows", "integers"),
                map(float, model.program.size),
                strict=True,
            )
        )
        relaxed = self._solve(model, self._run(1.0), relaxed=True)
        self._proved(relaxed.bound)
        if relaxed.values and not self._over():
            self._settle(model, relaxed.values, empty)
        if relaxed.values and not self._over():
            self._round(model, relaxed.values, empty)
            self._neighbourhoods()
        for gap in sorted({self.limits.gap, TIGHTER * self.limits.gap}, reverse=True):
            if not self._over() and self.ended == "gap":
                self._whole(model, empty, gap)
        if not self._over() and self.ended == "gap":
            self.ended = "work"  # the program's gap was reached, but exact lots cost more than its fractions

    def _settle(self, model: Model, values: list[float], empty: Draft) -> None:
        """Set up where the relaxation does so for the greater part and hours allow, and let a linear program find the
        quantities."""
        room = [list(hours) for hours in empty.ledger.room]
        fixed = dict.fromkeys(model.setup.values(), 0.0)
        for place, column in sorted(model.setup.items(), key=lambda entry: (-values[entry[1]], entry[0])):
            of = self.problem.ways[place[0]]
            if values[column] >= MOSTLY and room[of.line][place[1]] >= of.setup:
                room[of.line][place[1]] -= of.setup
                fixed[column] = 1.0
        answer = self._solve(model, self._run(1.0), fixed=fixed, relaxed=True)
        if answer.values:
            self._offer(rounded(self.problem, model, answer.values, empty), set(model.scale))

    def _round(self, model: Model, values: list[float], empty: Draft) -> None:
        """Let a program decide only the set-ups that the relaxation leaves open."""
        fixed = {
            column: float(round(values[column]))
            for column in model.setup.values()
            if min(values[column], 1.0 - values[column]) < WHOLE
        }
        run = self._run(self.limits.gap * ROUND_GAP, ROUND_NODES, share=ROUND_SHARE, dives=True)
        answer = self._solve(model, run, start=self.best.ledger.lots, fixed=fixed)
        if answer.values:
            self._offer(rounded(self.problem, model, answer.values, empty), set(model.scale))

    def _neighbourhoods(self) -> None:
        """Plan the products of one line after the other anew among all others, while it pays."""
        for number in range(ROUNDS):
            before = self.cost
            for part in _parts(self.problem, self.seed + number):
                if self._over():
                    return
                self._part(part)
            if before - self.cost <= LEAST_GAIN * self.cost:
                return

    def _part(self, products: set[int]) -> None:
        others = {
            key: ticks for key, ticks in self.best.pegs.items() if self.problem.wants[key[0]].product not in products
        }
        base = Draft(self.best.ledger.without(products), others)
        model = build(self.problem, base.ledger, products)
        answer = self._solve(
            model,
            self._run(PART_GAP, PART_NODES, share=PART_SHARE),
            start=self.best.ledger.lots,
        )
        if answer.values:
            self._offer(rounded(self.problem, model, answer.values, base), products)

    def _whole(self, model: Model, empty: Draft, gap: float) -> None:
        """The whole program from the best draft: HiGHS' cuts and branching for the bound.

        Where whole lots cost so much more than its fractions that the gap asked for is missed, it is solved closer."""
        answer = self._solve(
            model,
            self._run(gap, self.limits.nodes, tell=True),
            start=self.best.ledger.lots,
        )
        self._proved(answer.bound)
        self.ended = answer.ended
        if answer.values:
            self._offer(rounded(self.problem, model, answer.values, empty), set(model.scale))

    def _offer(self, draft: Draft, products: set[int]) -> None:
        """Keep ``draft`` when it is cheaper; it differs from the best in ``products`` only."""
        gain = self.best.cost(self.problem, products) - draft.cost(self.problem, products)
        if gain > WHOLE:
            self.best = draft
            self.cost = draft.cost(self.problem, range(len(self.problem.items)))
            self._tell()

    def _proved(self, bound: float) -> None:
        if bound > self.bound:
            self.bound = bound
            self._tell()

    def _over(self) -> bool:
        """Whether the search is over, and by what."""
        if self.cost - self.bound <= self.limits.gap * abs(self.cost) + WHOLE:
            self.ended = "gap"
        elif self.should_stop():
            self.ended = "stop"
        elif self.limits.seconds is not None and self.effort["seconds"] >= self.limits.seconds:
            self.ended = "time"
        else:
            return False
        return True

    def _run(
        self,
        gap: float,
        nodes: int | None = None,
        *,
        share: float = 1.0,
        tell: bool = False,
        dives: bool = False,
    ) -> Run:
        seconds = None
        if self.limits.seconds is not None:
            seconds = share * max(0.0, self.limits.seconds - self.effort["seconds"])
        return Run(
            gap,
            nodes,
            seconds,
            self.seed,
            self.should_stop,
            self._relay if tell else None,
            dives,
        )

    def _solve(
        self,
        model: Model,
        run: Run,
        *,
        start: dict[tuple[int, int], int] | None = None,
        fixed: dict[int, float] | None = None,
        relaxed: bool = False,
    ) -> Answer:
        begin = None if start is None else model.start(self.problem, start)
        answer = model.program.solve(run, begin, fixed=fixed, relaxed=relaxed)
        self.effort["seconds"] += answer.seconds
        self.effort["nodes"] += answer.nodes
        self.effort["lp_iterations"] += answer.iterations
        return answer

    def _tell(self) -> None:
        self.on_progress(Progress(self.effort["seconds"], self.cost, self.bound, int(self.effort["nodes"])))

    def _relay(self, inner: Progress) -> None:
        self.on_progress(
            Progress(
                self.effort["seconds"] + inner.seconds,
                self.cost,
                max(self.bound, inner.bound),
                int(self.effort["nodes"]) + inner.nodes,
            )
        )


def _parts(problem: Indexed, turn: int) -> Iterator[set[int]]:
    """Neighbourhoods: the products of each line, a few at a time; with every ``turn`` others come together."""
    open_buckets = max(1, problem.buckets - problem.frozen)
    for line in range(len(problem.hours)):
        products = sorted({way.product for way in problem.ways if way.line == line})
        ways = sum(len(problem.ways_of[product]) for product in products)
        count = min(len(products), -(-ways * open_buckets // PART_PLACES))
        groups: dict[int, set[int]] = {}
        for at, product in enumerate(products):
            groups.setdefault((at + at // count * turn) % count, set()).add(product)
        yield from (groups[number] for number in sorted(groups))
