"""Who may decide on a submitted contract or amendment (K1). Pure."""

from uuid import UUID

from services.contracts.exposure.domain import ApprovalPolicy, Standing
from shared.auth.domain import Actor
from shared.kernel.errors import DomainError

OWN_UNIT_ONLY = "unit-head"
"""This role decides on its own unit's contracts; the others on everybody's."""


def checked_approver(actor: Actor, unit_id: UUID, standing: Standing, policy: ApprovalPolicy) -> Actor:
    """The actor, if one of the roles that the policy names for the customer's present total is theirs, or DomainError
    ``not-an-approver``. The total may have grown since the submission: then the higher band decides."""
    roles = policy.approvers(standing.total)
    held = {role for role in roles & actor.roles if role != OWN_UNIT_ONLY or actor.unit_id == unit_id}
    if not held:
        raise DomainError(
            "forbidden",
            "not-an-approver",
            f"At {standing.total} CNY in {standing.year} a contract is decided by: {', '.join(sorted(roles))}",
            remedy="Ask one of them; a unit head decides for the own unit only.",
        )
    return actor
