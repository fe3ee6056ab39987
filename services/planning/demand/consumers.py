"""What planning copies of others: contract lines, customers, departments, policy. Must not decide anything."""

from services.planning.demand import tables
from shared import policy
from shared.consuming import Copy
from shared.events import contracts, customers

consumers = (
    Copy(
        group="planning.line-copy",
        topic=contracts.LINE_STATE,
        event=contracts.LineState,
        table=tables.firm_line,
    ),
    Copy(
        group="planning.customer-copy",
        topic=customers.CUSTOMER_STATE,
        event=customers.CustomerState,
        table=tables.customer_copy,
    ),
    Copy(
        group="planning.organisation-copy",
        topic=customers.ORGANISATION,
        event=customers.DepartmentState,
        table=tables.department_copy,
    ),
    Copy(
        group="planning.policy-copy",
        topic=customers.POLICY,
        event=customers.PolicyState,
        table=tables.policy_copy,
        row=policy.row,
    ),
)
