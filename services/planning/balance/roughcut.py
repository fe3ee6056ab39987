"""The rough cut: a linear program that says how much of the open forecast finds room in its month, and why not (P2).

It reckons by product and month, with the hours of every line and the material of every week; set-ups are spread over
usual lots instead of being placed. Firm demand is never cut, only late; forecast is delivered in its month or cut, and
what is cut is shared among the units by what each asked for. Must not know tables or HTTP.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from services.planning.balance.domain import Proposal
from services.planning.balance.problems import Wanted, build
from services.planning.demand.domain import ZERO, Key
from services.planning.engine.highs import Program, Run
from services.planning.engine.problem import Problem, Routing
from services.planning.master.domain import Master
from services.planning.master.horizon import Horizon
from shared.kernel.dates import month_of

SECONDS = 30.0
NEARLY = 1e-6
MILLI = Decimal("0.001")
Slot = tuple[str, str]  # product, month


@dataclass(slots=True)
class Room:
    """What the program found for a slot: forecast that is kept, firm that is ready in its month, and what stood in the
    way of more (empty where nothing did)."""

    kept: float
    ready: float
    reason: str


def propose(master: Master, wanted: Wanted, weeks: Horizon) -> Mapping[Key, Proposal]:
    """What the rough cut says of every key that does not find room whole."""
    firm: dict[Key, Decimal] = defaultdict(lambda: ZERO)
    weighted: dict[Slot, Decimal] = defaultdict(lambda: ZERO)
    for line in wanted.firm:
        key = Key(line.unit_id, line.product_code, month_of(line.requested_on))
        firm[key] += line.quantity
        weighted[key.product_code, key.month] += line.quantity * line.weight
    program = _RoughCut(build(master, Wanted((), {}), weeks).problem, weeks)
    wants = {slot: (_total(firm, slot), _total(wanted.forecast, slot)) for slot in _slots(firm, wanted.forecast)}
    rooms = program.solved(wants, weighted)
    proposals: dict[Key, Proposal] = {}
    for slot, room in rooms.items():
        kept, ready = _shared(room.kept, wanted.forecast, slot), _shared(room.ready, firm, slot)
        for key in kept.keys() | ready.keys():
            room_for, late = kept.get(key, ZERO), firm.get(key, ZERO) - ready.get(key, ZERO)
            if room_for < wanted.forecast.get(key, ZERO) or late > 0:
                proposals[key] = Proposal(room_for, late, room.reason)
    return proposals


def _slots(*wants: Iterable[Key]) -> list[Slot]:
    return sorted({(key.product_code, key.month) for keys in wants for key in keys})


def _total(wants: Mapping[Key, Decimal], slot: Slot) -> Decimal:
    return sum((want for key, want in wants.items() if (key.product_code, key.month) == slot), ZERO)


def _shared(total: float, wants: Mapping[Key, Decimal], slot: Slot) -> dict[Key, Decimal]:
    """``total`` shared in proportion, in the units that were asked in (whole pieces stay whole), the rest to the
    greatest first."""
    mine = {key: want for key, want in wants.items() if (key.product_code, key.month) == slot and want > 0}
    whole = sum(mine.values(), ZERO)
    if total >= float(whole) - NEARLY:
        return mine
    step = MILLI if any(want % 1 for want in mine.values()) else Decimal(1)
    left = Decimal(total + NEARLY).quantize(step, ROUND_FLOOR)
    parts = {key: (want * left / whole).quantize(step, ROUND_FLOOR) for key, want in mine.items()}
    left -= sum(parts.values(), ZERO)
    for key in sorted(mine, key=lambda key: (-mine[key], key)):
        more = min(left, mine[key] - parts[key])
        parts[key] += more
        left -= more
    return parts


@dataclass(slots=True)
class _RoughCut:
    problem: Problem
    weeks: Horizon
    program: Program = field(default_factory=Program)
    out: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    line_rows: dict[tuple[str, int], int] = field(default_factory=dict)
    material_rows: dict[tuple[str, int], int] = field(default_factory=dict)

    def solved(
        self, wants: Mapping[Slot, tuple[Decimal, Decimal]], weighted: Mapping[Slot, Decimal]
    ) -> dict[Slot, Room]:
        """Room for every slot, by (firm, forecast) wanted; ``weighted``: firm quantity times tier weight."""
        policy, last = self.problem.policy, len(self.weeks.starts)
        known = {product.id: product for product in self.problem.products}
        columns: dict[Slot, tuple[list[int], list[int]]] = {}
        for slot, (firm, forecast) in wants.items():
            if slot[0] in known:
                worth = float(known[slot[0]].value)
                weight = worth * float(policy.firm) * float(weighted.get(slot, ZERO) / firm if firm else 1)
                opens, due = self.weeks.month_weeks(slot[1])
                late_cost = [weight * 7 * max(0, week - due) * float(policy.late_per_day) for week in range(last)]
                never = weight * (7 * (last - due) * float(policy.late_per_day) + float(policy.short))
                ready = self._served(slot[0], range(opens, last), late_cost, float(firm), never)
                cut = worth * float(policy.forecast) * float(policy.short)
                kept = self._served(slot[0], range(opens, due + 1), [0.0] * last, float(forecast), cut)
                columns[slot] = (ready[: due - opens + 1], kept)
        self._supply(self._usual_lots(wants))
        answer = self.program.solve(Run(seconds=SECONDS), relaxed=True)
        if not answer.values:
            raise RuntimeError(f"the rough cut found no answer: it ended by {answer.ended}")
        rooms = {}
        for slot, (firm, forecast) in wants.items():
            ready, kept = columns.get(slot, ([], []))
            in_time = sum(answer.values[column] for column in ready)
            room = sum(answer.values[column] for column in kept)
            short = in_time < float(firm) - NEARLY or room < float(forecast) - NEARLY
            rooms[slot] = Room(room, in_time, self._reason(slot, answer.row_duals) if short else "")
        return rooms

    def _served(self, product: str, weeks: range, cost: list[float], want: float, never: float) -> list[int]:
        """Deliveries of a want in these weeks, or never at a price."""
        columns = [self.program.column(cost[week]) for week in weeks]
        for week, column in zip(weeks, columns, strict=True):
            self.out[product, week].append(column)
        short = self.program.column(never)
        self.program.row([(column, 1.0) for column in (*columns, short)], low=want, high=want)
        return columns

    def _usual_lots(self, wants: Mapping[Slot, tuple[Decimal, Decimal]]) -> dict[str, float]:
        """A month's demand of a product on average, or its least lot: what a set-up is spread over."""
        months: dict[str, list[float]] = defaultdict(list)
        for (product, _), (firm, forecast) in wants.items():
            months[product].append(float(firm + forecast))
        least = {product.id: float(product.min_lot or 1) for product in self.problem.products}
        return {product: max(least[product], sum(months[product]) / max(1, len(months[product]))) for product in least}

    def _supply(self, lots: Mapping[str, float]) -> None:
        """Production within hours and material, and products' stock from week to week."""
        weeks = range(len(self.weeks.starts))
        made = {(way, week): self.program.column(1e-6) for way in self.problem.routings for week in weeks}
        hours: dict[tuple[str, int], list[tuple[int, float]]] = defaultdict(list)
        output: dict[tuple[str, int], list[int]] = defaultdict(list)
        for (way, week), column in made.items():
            per_unit = float(way.hours_per_unit) + float(way.setup_hours) / lots[way.product]
            hours[way.line, week].append((column, per_unit))
            output[way.product, week].append(column)
        for line in self.problem.lines:
            for week in weeks:
                self.line_rows[line.id, week] = self.program.row(hours[line.id, week], high=float(line.hours[week]))
        for product in self.problem.products:
            before: list[tuple[int, float]] = []
            for week in weeks:
                after = self.program.column(float(product.holding) * 7)
                terms = [*before, (after, -1.0)]
                terms += [(column, 1.0) for column in output[product.id, week]]
                terms += [(column, -1.0) for column in self.out[product.id, week]]
                start = -float(product.stock) if week == 0 else 0.0
                self.program.row(terms, low=start, high=start)
                before = [(after, 1.0)]
        self._materials(output)

    def _materials(self, output: Mapping[tuple[str, int], list[int]]) -> None:
        """What is used of a material up to a week is there by then."""
        for material in self.problem.materials:
            takes = [usage for usage in self.problem.bill if usage.material == material.id]
            there, used = float(material.stock), []
            for week, receipt in enumerate(material.receipts):
                there += float(receipt)
                for usage in takes:
                    used += [(column, float(usage.per_unit)) for column in output[usage.product, week]]
                self.material_rows[material.id, week] = self.program.row(used, high=there)

    def _reason(self, slot: Slot, duals: list[float]) -> str:
        """What the cheapest further unit in time would have to take from others."""
        ways = [way for way in self.problem.routings if way.product == slot[0]]
        if not ways:
            return "no-line: no line makes the product"
        _, due = self.weeks.month_weeks(slot[1])
        prices = [(self._price(way, week, duals), way, week) for way in ways for week in range(due + 1)]
        (hours, material, name), way, week = min(prices, key=lambda price: (price[0][0] + price[0][1], -price[2]))
        monday = self.weeks.starts[week].isoformat()
        if material > hours:
            return f"material: {name} does not suffice up to the week of {monday}"
        return f"line: the hours of {way.line} are used up in the week of {monday}"

    def _price(self, way: Routing, week: int, duals: list[float]) -> tuple[float, float, str]:
        """Worth of the hours and of the material that a unit takes there, and the dearest material."""
        hours = abs(duals[self.line_rows[way.line, week]]) * float(way.hours_per_unit) if duals else 0.0
        worth = {
            usage.material: float(usage.per_unit)
            * sum(
                abs(duals[row])
                for (material, at), row in self.material_rows.items()
                if material == usage.material and at >= week
            )
            for usage in self.problem.bill
            if duals and usage.product == way.product
        }
        name = max(worth, key=lambda material: worth[material], default="")
        return hours, sum(worth.values()), name
