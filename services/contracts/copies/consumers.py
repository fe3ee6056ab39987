"""The copies that nothing hangs on: departments, policies, products. Customers come in where merges are applied
(``agreement/consumers.py``), through ``customers`` here."""

from services.contracts.copies import tables
from shared import policy
from shared.consuming import After, Copy
from shared.events import customers as customer_events
from shared.events import planning


def customers(after: After) -> Copy:
    """The copy of customers; ``after`` hears of every state that changed it, in the same transaction."""
    return Copy(
        group="contracts.customer-copy",
        topic=customer_events.CUSTOMER_STATE,
        event=customer_events.CustomerState,
        table=tables.customer_copy,
        after=after,
    )


CONSUMERS = (
    Copy(
        group="contracts.organisation-copy",
        topic=customer_events.ORGANISATION,
        event=customer_events.DepartmentState,
        table=tables.department_copy,
    ),
    Copy(
        group="contracts.policy-copy",
        topic=customer_events.POLICY,
        event=customer_events.PolicyState,
        table=tables.policy_copy,
        row=policy.row,
    ),
    Copy(
        group="contracts.product-copy",
        topic=planning.PRODUCT_STATE,
        event=planning.ProductState,
        table=tables.product_copy,
    ),
)
