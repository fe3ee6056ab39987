"""The two transition tables: of a contract and of an amendment. All that moves either is here; the diagrams in the
service's README are drawn from these tables."""

from collections.abc import Mapping
from typing import Literal, TypeVar

from shared.kernel.errors import conflict

Status = Literal["draft", "submitted", "approved", "signed", "refused", "withdrawn", "cancelled"]
Action = Literal["replace", "submit", "approve", "refuse", "withdraw", "sign", "amend", "cancel", "reopen"]

AGREEMENT: Mapping[tuple[Status, Action], Status] = {
    ("draft", "replace"): "draft",
    ("draft", "submit"): "submitted",
    ("draft", "cancel"): "cancelled",
    ("submitted", "approve"): "approved",
    ("submitted", "refuse"): "refused",
    ("submitted", "withdraw"): "withdrawn",
    ("submitted", "sign"): "signed",
    ("submitted", "cancel"): "cancelled",
    ("approved", "withdraw"): "withdrawn",
    ("approved", "sign"): "signed",
    ("approved", "cancel"): "cancelled",
    ("signed", "amend"): "signed",
    ("signed", "cancel"): "cancelled",
    ("refused", "reopen"): "draft",
    ("refused", "cancel"): "cancelled",
    ("withdrawn", "reopen"): "draft",
    ("withdrawn", "cancel"): "cancelled",
    ("cancelled", "reopen"): "draft",
}
"""``submitted → signed`` only where the customer's total asks for no approval, looked at again on signing (K1)."""

COUNTED: frozenset[Status] = frozenset({"submitted", "approved", "signed"})
"""The states in which a contract's amount counts (K1)."""

AmendmentStatus = Literal["submitted", "approved", "refused", "withdrawn", "applied"]
AmendmentAction = Literal["approve", "refuse", "withdraw", "apply"]

AMENDMENT: Mapping[tuple[AmendmentStatus, AmendmentAction], AmendmentStatus] = {
    ("submitted", "approve"): "approved",
    ("submitted", "refuse"): "refused",
    ("submitted", "withdraw"): "withdrawn",
    ("submitted", "apply"): "applied",
    ("approved", "withdraw"): "withdrawn",
    ("approved", "apply"): "applied",
}
"""An amendment is submitted as it is made; ``apply`` is its signature."""

OPEN: frozenset[AmendmentStatus] = frozenset({"submitted", "approved"})


def after(status: Status, action: Action) -> Status:
    """Where ``action`` leads a contract, or DomainError ``not-possible-now``."""
    found = AGREEMENT.get((status, action))
    if found is None:
        raise conflict("not-possible-now", f"A contract that is {status} cannot {action}", remedy=_ways(status))
    return found


def amendment_after(status: AmendmentStatus, action: AmendmentAction) -> AmendmentStatus:
    """Where ``action`` leads an amendment, or DomainError ``not-possible-now``."""
    found = AMENDMENT.get((status, action))
    if found is None:
        raise conflict("not-possible-now", f"An amendment that is {status} cannot {action}")
    return found


def _ways(status: Status) -> str:
    ways = ", ".join(action for state, action in AGREEMENT if state == status)
    return f"From here: {ways}."


S = TypeVar("S", bound=str)
A = TypeVar("A", bound=str)


def diagram(table: Mapping[tuple[S, A], S], first: str) -> str:
    """A transition table as a Mermaid state diagram, for the service's README."""
    lines = ["stateDiagram-v2", f"    [*] --> {first}"]
    lines += [f"    {source} --> {target}: {action}" for (source, action), target in table.items()]
    return "\n".join(lines)
