"""Gathers what speaks for a tier: signed volumes and the criteria of the day. Decides nothing."""

from services.customers.archive.domain import Customer
from services.customers.policy import store as policies
from services.customers.tiers import domain, store
from services.customers.tiers.domain import Evidence
from shared.database import Transaction
from shared.kernel.dates import business_date


async def gather(tx: Transaction, customer: Customer) -> Evidence:
    """The customer's evidence as of now, of this and the years before (``domain.YEARS_OF_EVIDENCE``)."""
    today = business_date(tx.now)
    criteria = await policies.current(tx, "tiers", today)
    known = await store.volumes(tx, customer.customer_id)
    recent = {str(year): signed for year, signed in known.items() if year > today.year - domain.YEARS_OF_EVIDENCE}
    return Evidence(
        volumes=recent,
        suggested=domain.suggest(customer.kind, recent, today.year, criteria),
        policy_version=criteria.version,
    )
