"""From the engine's rough cut to proposals for the sales plan (P2): how much of each forecast finds room in its month,
how much of what is signed will be late, and what stands in the way. Must not know tables or HTTP.
"""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from services.planning.balance.domain import Proposal
from services.planning.balance.problems import NO_LINE, Asked, Wanted, build, forecast_id
from services.planning.demand.domain import ZERO, Key
from services.planning.engine.roughcut import Proposal as Found
from services.planning.engine.roughcut import roughcut
from services.planning.engine.solve import RefusedProblem
from services.planning.master.domain import Master
from services.planning.master.horizon import Horizon
from shared.kernel.dates import month_of
from shared.kernel.errors import conflict


def propose(master: Master, wanted: Wanted, weeks: Horizon) -> Mapping[Key, Proposal]:
    """What the rough cut says of every key that does not find room whole. Firm is late when not ready in the week in
    which it is due; it is never cut. Raises ``problem-refused`` when master data make no sense."""
    asked = build(master, wanted, weeks)
    try:
        proposed = roughcut(asked.problem).proposals if asked.problem.demands else []
    except RefusedProblem as refused:
        raise conflict("problem-refused", str(refused), remedy="Correct the master data that it names.") from None
    found = {proposal.demand: proposal for proposal in proposed}
    proposals = _late(asked, found, weeks)
    for key, want in wanted.forecast.items():
        cut = found.get(forecast_id(key))
        kept = ZERO if cut is None else cut.proposed
        if kept < want:
            late = proposals.get(key, Proposal(ZERO)).late_firm
            proposals[key] = Proposal(kept, late, _reason(cut, weeks))
        elif key in proposals:
            proposals[key] = Proposal(kept, proposals[key].late_firm, proposals[key].reason)
    return proposals


def _late(asked: Asked, found: Mapping[str, Found], weeks: Horizon) -> dict[Key, Proposal]:
    """By key, what is signed and not ready in time; the reason of the greatest such line."""
    late: dict[Key, list[tuple[Decimal, str]]] = defaultdict(list)
    for line in asked.firm:
        cut = found.get(str(line.line_id))
        behind = line.quantity - (ZERO if line.left_out or cut is None else cut.proposed)
        if behind > 0:
            reason = line.left_out or _reason(cut, weeks)
            late[Key(line.unit_id, line.product_code, month_of(line.requested_on))].append((behind, reason))
    return {key: Proposal(ZERO, sum((part for part, _ in parts), ZERO), max(parts)[1]) for key, parts in late.items()}


def _reason(cut: Found | None, weeks: Horizon) -> str:
    if cut is None:
        return f"{NO_LINE}: no line makes the product"
    when = "" if cut.bucket is None else f" in the week of {weeks.starts[cut.bucket].isoformat()}"
    if cut.code == "material":
        return f"material: {cut.material} runs out{when}"
    if cut.code == "line":
        return f"line: the hours of {cut.line} are used up{when}"
    return f"{cut.code}: nothing may be made in time{when}"
