"""Reading policies."""

from services.customers.policy import domain, store
from services.customers.policy.views import PolicyView, policy_view
from shared.database import Transaction
from shared.kernel.dates import business_date


async def policies(tx: Transaction) -> list[PolicyView]:
    """Every policy with all of its versions."""
    return [await policy(tx, name) for name in await store.names(tx)]


async def policy(tx: Transaction, name: str) -> PolicyView:
    """One policy, or ``policy-absent``."""
    versions = await store.versions(tx, name)
    if not versions:
        raise domain.no_such_policy(name)
    return policy_view(name, versions, business_date(tx.now))
