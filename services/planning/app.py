"""Planning's table: permissions, routes, consumers and the worker role that solves plans."""

from services.planning.balance import api as balance
from services.planning.demand import api as demand
from services.planning.demand import consumers
from services.planning.demand import imports as demand_imports
from services.planning.master import api as master
from services.planning.master import imports as master_imports
from services.planning.production import api as production
from services.planning.production.jobs import run_plans
from services.planning.promise import api as promise
from services.planning.settings import PlanningSettings
from shared.auth.domain import ROLES
from shared.service import Service

PLANNERS = frozenset({"market", "production", "leadership", "enterprise-management", "logistics", "admin"})
UNITS = frozenset({"unit-clerk", "unit-head", "archive-keeper"})

PERMISSIONS = {
    "master.read": ROLES,
    "master.import": frozenset({"production"}),
    "demand.read": PLANNERS | UNITS,
    "demand.plan": frozenset({"unit-clerk", "unit-head"}),
    "demand.import": frozenset({"unit-clerk", "unit-head", "market"}),
    "balance.read": PLANNERS | UNITS,
    "balance.make": frozenset({"market"}),
    "production.read": PLANNERS,
    "production.plan": frozenset({"production"}),
    "promise.read": PLANNERS | UNITS,
}

SERVICE = Service(
    name="planning",
    permissions=PERMISSIONS,
    routes=[
        *master.routes,
        *master_imports.routes,
        *demand.routes,
        *demand_imports.routes,
        *balance.routes,
        *production.routes,
        *promise.routes,
    ],
    consumers=consumers.consumers,
    jobs={"plans": run_plans},
    settings=PlanningSettings,
)
