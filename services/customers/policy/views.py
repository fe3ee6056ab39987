"""Policies as answered."""

from collections.abc import Sequence
from datetime import date

import msgspec

from shared.events.customers import PolicyVersion
from shared.policy.domain import in_force


class PolicyVersionView(msgspec.Struct, frozen=True, kw_only=True):
    """One version; ``values`` are texts, numbers as decimal strings."""

    version: int
    effective_from: date
    values: dict[str, str]


class PolicyView(msgspec.Struct, frozen=True, kw_only=True):
    """A policy: ``in_force`` is the version that holds today; ``newest`` the number of the one that was set last."""

    policy: str
    newest: int
    in_force: PolicyVersionView | None
    versions: list[PolicyVersionView]


def policy_view(name: str, versions: Sequence[PolicyVersion], today: date) -> PolicyView:
    """The policy as of ``today``."""
    now = in_force(versions, today)
    return PolicyView(
        policy=name,
        newest=max((known.version for known in versions), default=0),
        in_force=_version(now) if now else None,
        versions=[_version(known) for known in versions],
    )


def _version(known: PolicyVersion) -> PolicyVersionView:
    return PolicyVersionView(version=known.version, effective_from=known.effective_from, values=known.values)
