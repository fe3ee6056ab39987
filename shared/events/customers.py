"""What customers publishes: organisation, policy, and customers with their tiers. No names of persons, no contacts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from shared.events.registry import fact, state

ORGANISATION = "customers.organisation.state.v1"
POLICY = "customers.policy.state.v1"
CUSTOMER = "customers.customer.v1"
CUSTOMER_STATE = "customers.customer.state.v1"

Tier = Literal["strategic", "key", "general", "reserve"]


@state("customers.department.state.v1", topic=ORGANISATION, key="department_id")
@dataclass(frozen=True, kw_only=True)
class DepartmentState:
    """A business unit or another department. ``kind``: unit, market, quality, production, finance, logistics, office,
    enterprise-management, leadership."""

    department_id: UUID
    code: str
    name: str
    kind: str
    active: bool = True


@state("customers.person.state.v1", topic=ORGANISATION, key="person_id")
@dataclass(frozen=True, kw_only=True)
class PersonState:
    """Who works where and in which roles; never a name."""

    person_id: UUID
    department_id: UUID
    roles: tuple[str, ...]
    active: bool = True


@state("customers.policy.state.v1", topic=POLICY, key="policy")
@dataclass(frozen=True, kw_only=True)
class PolicyState:
    """All versions of one policy (for instance ``approval``), each with the day from which it holds."""

    policy: str
    versions: tuple["PolicyVersion", ...]


@dataclass(frozen=True, kw_only=True)
class PolicyVersion:
    """One dated version; ``values`` are texts, numbers as decimal strings."""

    version: int
    effective_from: date
    values: dict[str, str]


@state("customers.customer.state.v1", topic=CUSTOMER_STATE, key="customer_id")
@dataclass(frozen=True, kw_only=True)
class CustomerState:
    """A customer as others may know it. ``name`` is empty for a sole trader, whose name is personal data.
    ``merged_into``: the surviving customer, when this one was a double."""

    customer_id: UUID
    code: str
    name: str
    unit_id: UUID
    tier: Tier
    kind: Literal["company", "sole-trader"]
    merged_into: UUID | None = None


@fact("customers.customer.registered.v1", topic=CUSTOMER, key="customer_id")
@dataclass(frozen=True, kw_only=True)
class CustomerRegistered:
    """A customer entered its unit's archive (C3)."""

    customer_id: UUID
    code: str
    unit_id: UUID
    tier: Tier


@fact("customers.customer.tier-changed.v1", topic=CUSTOMER, key="customer_id")
@dataclass(frozen=True, kw_only=True)
class TierChanged:
    """The customer's tier moved (C1); a move into or out of strategic names its market approval."""

    customer_id: UUID
    old_tier: Tier
    new_tier: Tier
    approved_by: UUID | None = None


@fact("customers.customer.merged.v1", topic=CUSTOMER, key="customer_id")
@dataclass(frozen=True, kw_only=True)
class CustomerMerged:
    """A double was merged into another customer."""

    customer_id: UUID
    into: UUID


@fact("customers.customer.volume-recorded.v1", topic=CUSTOMER, key="customer_id")
@dataclass(frozen=True, kw_only=True)
class VolumeRecorded:
    """The customer's signed volume of a calendar year moved: evidence for the tier (C1)."""

    customer_id: UUID
    year: int
    signed: Decimal
    currency: str = "CNY"
