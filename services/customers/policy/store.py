"""Policies to and from their rows. This service owns them: it needs no copy."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import insert, select, update

from services.customers.policy.tables import policy, policy_version
from shared.database import Transaction
from shared.events.customers import PolicyState, PolicyVersion
from shared.policy.domain import Policy, policy_on


async def names(tx: Transaction) -> Sequence[str]:
    """Every policy there is, by name."""
    return (await tx.sql.execute(select(policy.c.policy).order_by(policy.c.policy))).scalars().all()


async def lock(tx: Transaction, name: str) -> bool:
    """Hold the policy for this transaction, so that its versions are numbered one after the other; False if there is
    none."""
    statement = select(policy.c.policy).where(policy.c.policy == name).with_for_update(key_share=True)
    return (await tx.sql.execute(statement)).first() is not None


async def versions(tx: Transaction, name: str) -> tuple[PolicyVersion, ...]:
    """All versions of one policy, by number."""
    statement = select(policy_version).where(policy_version.c.policy == name).order_by(policy_version.c.version)
    rows = (await tx.sql.execute(statement)).mappings()
    return tuple(
        PolicyVersion(version=row["version"], effective_from=row["effective_from"], values=row["values"])
        for row in rows
    )


async def current(tx: Transaction, name: str, day: date) -> Policy:
    """What holds on ``day``."""
    return policy_on(name, await versions(tx, name), day)


async def add(tx: Transaction, name: str, version: PolicyVersion, set_by: UUID | None) -> None:
    """Write a further version."""
    await tx.sql.execute(
        insert(policy_version).values(
            policy=name,
            version=version.version,
            effective_from=version.effective_from,
            values=version.values,
            set_by=set_by,
            set_at=tx.now,
        )
    )


async def take_unannounced(tx: Transaction) -> list[PolicyState]:
    """The policies that were never published, marked as announced now."""
    statement = (
        select(policy.c.policy).where(~policy.c.announced).order_by(policy.c.policy).with_for_update(key_share=True)
    )
    found = (await tx.sql.execute(statement)).scalars().all()
    if found:
        await tx.sql.execute(update(policy).where(policy.c.policy.in_(found)).values(announced=True))
    return [PolicyState(policy=name, versions=await versions(tx, name)) for name in found]


async def mark_announced(tx: Transaction, name: str) -> None:
    """Its whole state goes out with this transaction."""
    await tx.sql.execute(update(policy).where(policy.c.policy == name, ~policy.c.announced).values(announced=True))
