"""How one customer that was registered twice becomes one again (C3). Pure."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.customers.archive.domain import Customer
from services.customers.organisation.domain import checked_text
from shared.auth.domain import Actor
from shared.events.customers import CustomerMerged
from shared.kernel.errors import conflict, invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Say that ``double_id`` is the same customer as the one with ``into_code``."""

    actor: Actor
    double_id: UUID
    into_code: str
    reason: str = ""
    expected: int | None = None


def merge(
    double: Customer, survivor: Customer, earlier: list[Customer], pending_change: bool
) -> tuple[list[Customer], list[object]]:
    """The customers that changed (the double, and the ``earlier`` ones merged into it before, which follow it), and the
    fact. The survivor is never itself a double, so no chain and no circle can form.

    DomainErrors ``merge-into-itself``, ``customer-merged``, ``survivor-merged``, ``tier-change-pending``."""
    if double.customer_id == survivor.customer_id:
        raise invalid("merge-into-itself", "a customer cannot be merged into itself", field="into_code")
    if double.merged_into is not None:
        raise conflict("customer-merged", f"customer {double.code} was merged before")
    if survivor.merged_into is not None:
        raise conflict(
            "survivor-merged",
            f"customer {survivor.code} is itself a double",
            field="into_code",
            remedy="Merge into the customer that it was merged into.",
        )
    if pending_change:
        raise conflict(
            "tier-change-pending",
            f"a change of customer {double.code}'s tier waits for its decision",
            remedy="Decide it first.",
        )
    changed = [
        replace(customer, merged_into=survivor.customer_id, version=customer.version + 1)
        for customer in (double, *earlier)
    ]
    return changed, [CustomerMerged(customer_id=double.customer_id, into=survivor.customer_id)]


def checked_reason(reason: str) -> str:
    """Why they are one: at most 500 characters."""
    return checked_text(reason, "reason", 500)
