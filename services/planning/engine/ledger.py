"""The ledger of a plan in the making: what each line and material has left, and which lots are booked.

Exact integers throughout, so a lot that the ledger books can never exceed hours or material (I9). It knows nothing of
demand or cost.
"""

from itertools import accumulate

from services.planning.engine.indexed import Indexed


class Ledger:
    """Room left on lines, material left over time, and the lots booked so far (committed ones from the start).

    ``lots``: (way, bucket) → ticks; ``room[l][t]``: 10⁻¹² hours left; ``left[m][t]``: material that would lie there
    at the end of bucket t.
    """

    def __init__(self, problem: Indexed) -> None:
        self._problem = problem
        self.lots: dict[tuple[int, int], int] = {}
        self.room = [list(hours) for hours in problem.hours]
        self.left = [list(accumulate(arrivals)) for arrivals in problem.arrivals]
        for (way, bucket), ticks in problem.committed.items():
            self.book(way, bucket, ticks)

    def copy(self) -> "Ledger":
        """Another ledger with the same lots."""
        twin = Ledger.__new__(Ledger)
        twin._problem = self._problem
        twin.lots = dict(self.lots)
        twin.room = [list(room) for room in self.room]
        twin.left = [list(left) for left in self.left]
        return twin

    def without(self, products: set[int]) -> "Ledger":
        """Another ledger, without these products' lots but for their committed quantities."""
        twin = self.copy()
        for (way, bucket), ticks in self.lots.items():
            if self._problem.ways[way].product in products:
                twin.book(way, bucket, self._problem.committed.get((way, bucket), 0) - ticks)
        return twin

    def material_room(self, product: int, bucket: int) -> int | None:
        """Most ticks of ``product`` that the material allows in ``bucket`` (None: it needs none)."""
        bill = self._problem.bill[product]
        return min((min(self.left[material][bucket:]) // per_tick for material, per_tick in bill), default=None)

    def most(self, way: int, bucket: int, need: int) -> int:
        """How many ticks to book here for a need of ``need``: rounded up to the lot rules, as far as hours and material
        go; 0 when nothing useful fits or the bucket is frozen."""
        of = self._problem.ways[way]
        item = self._problem.items[of.product]
        booked = self.lots.get((way, bucket), 0)
        if bucket < self._problem.frozen or need <= 0:
            return 0
        room = self.room[of.line][bucket] - (0 if booked else of.setup)
        if room < 0:
            return 0
        wish = -(-max(need, 0 if booked else item.min_lot) // item.step) * item.step
        if of.run:
            wish = min(wish, room // of.run)
        material = self.material_room(of.product, bucket)
        if material is not None:
            wish = min(wish, material)
        wish -= wish % item.step
        return 0 if not booked and wish < item.min_lot else wish

    def book(self, way: int, bucket: int, ticks: int) -> None:
        """Add ``ticks`` to the lot here; a negative number takes back, and with the whole lot its set-up."""
        of = self._problem.ways[way]
        before = self.lots.get((way, bucket), 0)
        after = before + ticks
        setup = of.setup * ((after > 0) - (before > 0))
        self.room[of.line][bucket] -= ticks * of.run + setup
        for material, per_tick in self._problem.bill[of.product]:
            left = self.left[material]
            for at in range(bucket, len(left)):
                left[at] -= ticks * per_tick
        if after:
            self.lots[way, bucket] = after
        else:
            self.lots.pop((way, bucket), None)

    def supply(self, product: int) -> list[int]:
        """Ticks of ``product`` that become deliverable in each bucket: stock in bucket 0, lots in their own."""
        made = [0] * self._problem.buckets
        made[0] = self._problem.items[product].stock
        for way in self._problem.ways_of[product]:
            for bucket in range(self._problem.buckets):
                made[bucket] += self.lots.get((way, bucket), 0)
        return made
