"""Reading the service's own copy of the policies, inside the decision's transaction."""

from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from shared.events.customers import PolicyState, PolicyVersion
from shared.policy.domain import Policy, policy_on

if TYPE_CHECKING:  # domains import this package for its pure part: no driver behind their backs
    from shared.database import Transaction

_VERSIONS = msgspec.json.Decoder(tuple[PolicyVersion, ...])


async def current(tx: "Transaction", name: str, day: date) -> Policy:
    """The policy that holds on ``day``, from the copy; the built-in default while nothing was heard of it.

    LookupError for a name that is neither published nor built in (a mistake in the code that asks)."""
    text = await tx.raw.fetchval("SELECT versions FROM policy_copy WHERE policy = $1 AND NOT deleted", name)
    return policy_on(name, _VERSIONS.decode(text) if text is not None else (), day)


def row(state: PolicyState) -> dict[str, Any]:
    """The columns of ``policy_copy`` for a published policy."""
    return {"policy": state.policy, "versions": msgspec.json.encode(state.versions).decode()}
