"""Contracts as one table: who may do what, its routes, what it listens to."""

from services.contracts.agreement import api as agreement
from services.contracts.agreement import consumers as customers
from services.contracts.agreement import imports as agreement_imports
from services.contracts.approval import api as approval
from services.contracts.copies import consumers as copies
from services.contracts.exposure import api as exposure
from services.contracts.supply import api as supply
from services.contracts.supply import consumers as promises
from services.contracts.supply import imports as shipment_imports
from shared.auth.domain import ROLES
from shared.service import Service

SELLERS = frozenset({"unit-clerk", "unit-head"})

# Roles open the door; behind it the unit is checked, and for approval the policy's roles for the customer's total.
PERMISSIONS = {
    "agreement.read": ROLES - {"office"},
    "agreement.draft": SELLERS,
    "agreement.import": SELLERS,
    "agreement.submit": SELLERS,
    "agreement.approve": ROLES - {"unit-clerk", "archive-keeper", "admin"},
    "agreement.sign": SELLERS,
    "agreement.amend": SELLERS,
    "agreement.cancel": SELLERS,
    "exposure.read": ROLES - {"office"},
    "opening.import": frozenset({"finance", "market"}),
    "shipment.record": SELLERS | {"logistics"},
    "shipment.import": SELLERS | {"logistics"},
}

SERVICE = Service(
    name="contracts",
    permissions=PERMISSIONS,
    routes=(
        *agreement.ROUTES,
        *agreement_imports.ROUTES,
        *approval.ROUTES,
        *exposure.ROUTES,
        *supply.ROUTES,
        *shipment_imports.ROUTES,
    ),
    consumers=(*customers.CONSUMERS, *copies.CONSUMERS, *promises.CONSUMERS),
)
