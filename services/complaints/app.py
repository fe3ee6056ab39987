"""Complaints as one table: who may do what, its routes, what it listens to."""

from services.complaints.copies.consumers import CONSUMERS
from services.complaints.intake import api as intake
from services.complaints.intake import imports
from services.complaints.quality import api as quality
from shared.auth.domain import ROLES, UNIT
from shared.service import Service

RECORDERS = UNIT | {"market", "quality"}
QUALITY = frozenset({"quality"})

# Roles open the door; department and person are checked behind it, by the transition table.
PERMISSIONS = {
    "complaint.read": ROLES,
    "complaint.receive": RECORDERS,
    "complaint.import": RECORDERS,
    "complaint.escalate": UNIT | {"market"},
    "complaint.accept": QUALITY,
    "complaint.contain": QUALITY,
    "complaint.find-cause": QUALITY,
    "complaint.fix-responsibility": QUALITY,
    "complaint.appeal": ROLES,
    "complaint.decide-appeal": frozenset({"enterprise-management", "leadership"}),
    "complaint.decide-measure": QUALITY,
    "complaint.carry-out": ROLES,
    "complaint.judge-effectiveness": QUALITY,
    "complaint.tell-customer": ROLES,
    "complaint.close": UNIT | QUALITY,
    "complaint.reopen": UNIT | QUALITY,
}

SERVICE = Service(
    name="complaints",
    permissions=PERMISSIONS,
    routes=(*intake.ROUTES, *imports.ROUTES, *quality.ROUTES),
    consumers=CONSUMERS,
)
