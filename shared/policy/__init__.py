"""Versioned, effective-dated policy data: what a policy is, and the copy that each service keeps of it.

The market department keeps the policies in the service customers (C12); everybody else asks
``await policy.current(tx, "approval", day)`` and stores the version with the decision.
Must not know who decides what."""

from shared.policy.domain import DEFAULTS, Policy, in_force
from shared.policy.store import current, row
from shared.policy.tables import create_policy_copy, drop_policy_copy, policy_copy

__all__ = ["DEFAULTS", "Policy", "create_policy_copy", "current", "drop_policy_copy", "in_force", "policy_copy", "row"]
