"""What complaints listens to: whole public states, copied set-based, stale ones dropped by sequence."""

from services.complaints.copies import tables
from shared.consuming import Copy
from shared.events import contracts, customers


def _customer(state: customers.CustomerState) -> dict[str, object]:
    return {
        "customer_id": state.customer_id,
        "code": state.code,
        "name": state.name,
        "unit_id": state.unit_id,
        "merged_into": state.merged_into,
    }


def _department(state: customers.DepartmentState) -> dict[str, object]:
    return {
        "department_id": state.department_id,
        "code": state.code,
        "name": state.name,
        "kind": state.kind,
        "active": state.active,
    }


def _person(state: customers.PersonState) -> dict[str, object]:
    return {"person_id": state.person_id, "department_id": state.department_id, "active": state.active}


def _line(state: contracts.LineState) -> dict[str, object]:
    return {
        "line_id": state.line_id,
        "agreement_number": state.agreement_number,
        "line_no": state.line_no,
        "customer_id": state.customer_id,
        "unit_id": state.unit_id,
        "product_code": state.product_code,
        "status": state.status,
    }


def _shipment(state: contracts.ShipmentState) -> dict[str, object]:
    return {
        "shipment_id": state.shipment_id,
        "line_id": state.line_id,
        "batch_number": state.batch_number,
        "shipped_on": state.shipped_on,
    }


CONSUMERS = (
    Copy(
        group="complaints.customer-copy",
        topic=customers.CUSTOMER_STATE,
        event=customers.CustomerState,
        table=tables.customer_copy,
        row=_customer,
    ),
    Copy(
        group="complaints.organisation-copy",
        topic=customers.ORGANISATION,
        event=customers.DepartmentState,
        table=tables.department_copy,
        row=_department,
    ),
    Copy(
        group="complaints.organisation-copy",
        topic=customers.ORGANISATION,
        event=customers.PersonState,
        table=tables.person_copy,
        row=_person,
    ),
    Copy(
        group="complaints.line-copy",
        topic=contracts.LINE_STATE,
        event=contracts.LineState,
        table=tables.line_copy,
        row=_line,
    ),
    Copy(
        group="complaints.shipment-copy",
        topic=contracts.SHIPMENT_STATE,
        event=contracts.ShipmentState,
        table=tables.shipment_copy,
        row=_shipment,
    ),
)
