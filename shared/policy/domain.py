"""Which version of a policy holds on a day. Pure: no clock, no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.events.customers import PolicyVersion

BEGINNING = date(2000, 1, 1)
"""Version 1 of every policy holds from here: before any business day the suite can see."""

DEFAULT_VALUES: Mapping[str, Mapping[str, str]] = {
    "approval": {"limit": "4000.00", "approver_roles": "unit-head,market"},
    "demand-plan": {"due_day": "20"},
    "tier-weights": {"strategic": "8", "key": "4", "general": "2", "reserve": "1"},
    "tiers": {"key_from": "1000000.00", "strategic_from": "10000000.00"},
    "archive": {"stale_after_days": "180"},
}
"""The regime's numbers as it was written (K1, P1, P2, C1, C3), before anyone changed them."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a policy. ``values`` are texts, numbers as decimal strings; a decision stores ``version``."""

    version: int
    values: Mapping[str, str]

    def text(self, key: str) -> str:
        """The value of ``key``; LookupError when this version has none."""
        return self.values[key]

    def decimal(self, key: str) -> Decimal:
        """The value of ``key`` as an exact number."""
        return Decimal(self.values[key])

    def integer(self, key: str) -> int:
        """The value of ``key`` as a whole number."""
        return int(self.values[key])

    def words(self, key: str) -> frozenset[str]:
        """A comma-separated value as a set, for instance of roles."""
        return frozenset(word.strip() for word in self.values[key].split(",") if word.strip())


DEFAULTS: Mapping[str, PolicyVersion] = {
    name: PolicyVersion(version=1, effective_from=BEGINNING, values=dict(values))
    for name, values in DEFAULT_VALUES.items()
}
"""What holds where nothing was heard: version 1 of each known policy."""


def in_force(versions: Iterable[PolicyVersion], day: date) -> PolicyVersion | None:
    """The version that holds on ``day``: the latest to begin by then, of two that begin on one day the newer; None
    before the first."""
    begun = [version for version in versions if version.effective_from <= day]
    return max(begun, key=lambda version: (version.effective_from, version.version), default=None)


def policy_on(name: str, versions: Iterable[PolicyVersion], day: date) -> Policy:
    """The policy ``name`` on ``day``, by its versions or else its default; LookupError for a name nobody knows."""
    found = in_force(versions, day) or DEFAULTS.get(name)
    if found is None:
        raise LookupError(f"no policy is called {name}")
    return Policy(found.version, found.values)
