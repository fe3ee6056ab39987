"""Setting a policy's next version, and making the first ones known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.customers.policy import domain, store
from services.customers.policy.views import PolicyView, policy_view
from shared import outbox
from shared.auth.domain import Actor
from shared.database import Transaction
from shared.events.customers import PolicyState
from shared.kernel.dates import business_date


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPolicy:
    """From ``effective_from`` on, ``policy`` has these values."""

    actor: Actor
    policy: str
    effective_from: date
    values: Mapping[str, str]


async def set_policy(tx: Transaction, cmd: SetPolicy) -> PolicyView:
    """Add a version and publish the policy whole. DomainErrors ``policy-absent``, those of ``domain.add_version``."""
    if not await store.lock(tx, cmd.policy):
        raise domain.no_such_policy(cmd.policy)
    known = await store.versions(tx, cmd.policy)
    today = business_date(tx.now)
    added = domain.add_version(cmd.policy, known, cmd.effective_from, cmd.values, today)
    await store.add(tx, cmd.policy, added, cmd.actor.person_id)
    await store.mark_announced(tx, cmd.policy)
    after = (*known, added)
    await outbox.append(tx, states=[PolicyState(policy=cmd.policy, versions=after)])
    return policy_view(cmd.policy, after, today)


async def announce(tx: Transaction) -> int:
    """Publish the policies that came with the service and nobody was told of; how many. Twice is as good as once."""
    states = await store.take_unannounced(tx)
    await outbox.append(tx, states=states)
    return len(states)
