"""What planning publishes: products, demand and sales plans, production plans, and promises per contract line."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.events.registry import fact, state

PRODUCT_STATE = "planning.product.state.v1"
DEMAND_PLAN = "planning.demand-plan.v1"
SALES_PLAN = "planning.sales-plan.v1"
PRODUCTION_PLAN = "planning.production-plan.v1"
PROMISE = "planning.promise.v1"


@state("planning.product.state.v1", topic=PRODUCT_STATE, key="product_id")
@dataclass(frozen=True, kw_only=True)
class ProductState:
    """A product that can be sold and planned."""

    product_id: UUID
    code: str
    name: str
    unit_of_measure: str
    active: bool = True


@fact("planning.demand-plan.submitted.v1", topic=DEMAND_PLAN, key="demand_plan_id")
@dataclass(frozen=True, kw_only=True)
class DemandPlanSubmitted:
    """A unit's forecast for a month is in (P1); ``late`` when after the time node."""

    demand_plan_id: UUID
    unit_id: UUID
    month: str
    revision: int
    late: bool
    lines: int


@fact("planning.sales-plan.issued.v1", topic=SALES_PLAN, key="sales_plan_id")
@dataclass(frozen=True, kw_only=True)
class SalesPlanIssued:
    """The market department balanced and issued the sales plan (P2)."""

    sales_plan_id: UUID
    version: int
    first_month: str
    months: int
    lines: int
    cuts: int


@fact("planning.production-plan.issued.v1", topic=PRODUCTION_PLAN, key="production_plan_id")
@dataclass(frozen=True, kw_only=True)
class ProductionPlanIssued:
    """Production issued its plan from a sales plan (P3); ``version`` rises with every issued plan of the company."""

    production_plan_id: UUID
    version: int
    sales_plan_id: UUID
    fingerprint: str
    objective: Decimal
    bound: Decimal
    promises: int


@fact("planning.promise.made.v1", topic=PROMISE, key="line_id")
@dataclass(frozen=True, kw_only=True)
class PromiseMade:
    """When a contract line can be delivered whole, by the plan of ``plan_version``; ``line_version`` is the version of
    the contract line it was planned from. ``promised_on`` None: not within the horizon; ``cause`` then says why."""

    line_id: UUID
    line_version: int
    plan_id: UUID
    plan_version: int
    promised_on: date | None
    cause: str = ""
