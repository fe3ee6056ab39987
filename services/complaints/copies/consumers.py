"""What complaints listens to: whole public states, copied set-based, stale ones dropped by sequence."""

from services.complaints.copies import tables
from shared.consuming import Copy
from shared.events import contracts, customers

CONSUMERS = (
    Copy(
        group="complaints.customer-copy",
        topic=customers.CUSTOMER_STATE,
        event=customers.CustomerState,
        table=tables.customer_copy,
    ),
    Copy(
        group="complaints.organisation-copy",
        topic=customers.ORGANISATION,
        event=customers.DepartmentState,
        table=tables.department_copy,
    ),
    Copy(
        group="complaints.organisation-copy",
        topic=customers.ORGANISATION,
        event=customers.PersonState,
        table=tables.person_copy,
    ),
    Copy(
        group="complaints.line-copy",
        topic=contracts.LINE_STATE,
        event=contracts.LineState,
        table=tables.line_copy,
    ),
    Copy(
        group="complaints.shipment-copy",
        topic=contracts.SHIPMENT_STATE,
        event=contracts.ShipmentState,
        table=tables.shipment_copy,
    ),
)
