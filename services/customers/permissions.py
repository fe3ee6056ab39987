"""Which roles may do what in customers. What of it they see is the unit's, except for company-wide roles."""

from collections.abc import Mapping

from shared.auth.domain import ROLES

_ARCHIVE = frozenset({"unit-clerk", "unit-head", "archive-keeper", "market"})

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "organisation.read": ROLES,
    "organisation.change": frozenset({"admin"}),
    "organisation.import": frozenset({"admin"}),
    "customer.read": ROLES,
    "customer.register": _ARCHIVE,
    "customer.change": frozenset({"archive-keeper", "unit-head", "market"}),
    "customer.import": frozenset({"archive-keeper", "unit-head", "market"}),
    "customer.merge": frozenset({"market"}),
    "contact.change": _ARCHIVE,
    "tier.read": ROLES,
    "tier.change": frozenset({"unit-head", "market"}),
    "tier.decide": frozenset({"market"}),
    "policy.read": ROLES,
    "policy.change": frozenset({"market"}),
}
