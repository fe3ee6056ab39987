"""What this service knows of the others' things, as far as it decides by them. Pure."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class KnownCustomer:
    """A customer; a merged double is already replaced by its survivor."""

    id: UUID
    code: str
    unit_id: UUID


@dataclass(frozen=True, kw_only=True)
class KnownDepartment:
    """A department. ``kind`` as in the organisation's state: unit, market, quality, enterprise-management…"""

    id: UUID
    code: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class KnownLine:
    """A contract line and the batches shipped on it; ``customer_id`` with merges applied."""

    id: UUID
    agreement_number: str
    line_no: int
    customer_id: UUID
    unit_id: UUID
    batches: frozenset[str]

    @property
    def name(self) -> str:
        """How people call it: agreement number and line number."""
        return f"{self.agreement_number}/{self.line_no}"
