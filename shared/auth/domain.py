"""The asker, in the regime's words. Pure: how the asker was proved is the business of ``shared.auth.tokens``."""

from dataclasses import dataclass
from uuid import UUID

COMPANY_WIDE = frozenset(
    {
        "market",
        "quality",
        "production",
        "finance",
        "logistics",
        "enterprise-management",
        "leadership",
        "admin",
    }
)
UNIT = frozenset({"unit-clerk", "unit-head", "archive-keeper"})
ROLES = COMPANY_WIDE | UNIT | {"office"}


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who asks for something.

    person_id: the person's stable id; the only part of an actor that may be logged or published.
    account: the name they sign in with. roles: role codes of the regime, unknown ones kept.
    unit_id: the id of their department, None for whoever belongs to none.
    """

    person_id: UUID
    account: str
    roles: frozenset[str]
    unit_id: UUID | None

    def has(self, *roles: str) -> bool:
        """Whether the asker holds any of ``roles``."""
        return not self.roles.isdisjoint(roles)

    @property
    def company_wide(self) -> bool:
        """Whether the asker's work spans all units."""
        return not self.roles.isdisjoint(COMPANY_WIDE)

    def may_see(self, unit_id: UUID | None) -> bool:
        """Whether data of ``unit_id`` is the asker's to see: their own unit's, or anybody's for company-wide roles."""
        return self.company_wide or (unit_id is not None and unit_id == self.unit_id)
