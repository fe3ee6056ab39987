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
        row=lambda line: {
            "line_id": line.line_id,
            "version": line.version,
            "agreement_id": line.agreement_id,
            "agreement_number": line.agreement_number,
            "line_no": line.line_no,
            "customer_id": line.customer_id,
            "unit_id": line.unit_id,
            "product_code": line.product_code,
            "quantity": line.quantity,
            "unit_of_measure": line.unit_of_measure,
            "requested_on": line.requested_on,
            "shipped": line.shipped,
            "status": line.status,
            "promised_on": line.promised_on,
        },
    ),
    Copy(
        group="planning.customer-copy",
        topic=customers.CUSTOMER_STATE,
        event=customers.CustomerState,
        table=tables.customer_copy,
        row=lambda customer: {
            "customer_id": customer.customer_id,
            "code": customer.code,
            "name": customer.name,
            "unit_id": customer.unit_id,
            "tier": customer.tier,
            "kind": customer.kind,
            "merged_into": customer.merged_into,
        },
    ),
    Copy(
        group="planning.organisation-copy",
        topic=customers.ORGANISATION,
        event=customers.DepartmentState,
        table=tables.department_copy,
        row=lambda department: {
            "department_id": department.department_id,
            "code": department.code,
            "name": department.name,
            "kind": department.kind,
            "active": department.active,
        },
    ),
    Copy(
        group="planning.policy-copy",
        topic=customers.POLICY,
        event=customers.PolicyState,
        table=tables.policy_copy,
        row=policy.row,
    ),
)
