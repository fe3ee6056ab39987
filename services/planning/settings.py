"""What planning can be told besides what every service can."""

from pydantic import Field

from shared.settings import ServiceSettings


class PlanningSettings(ServiceSettings):
    """``SHOUWEN_PLANNING_*``."""

    plans_stalled: float = Field(
        default=10.0, ge=4, le=600, description="seconds without a heartbeat after which a plan is taken over"
    )
