"""The service's page tells the truth about its state machine and its permissions."""

from pathlib import Path

from services.customers.permissions import PERMISSIONS
from services.customers.tiers.domain import TRANSITIONS
from shared.auth.domain import ROLES

README = Path(__file__).resolve().parents[3] / "services" / "customers" / "README.md"


def test_the_diagram_of_tier_changes_is_the_transition_table() -> None:
    drawn = {line.strip() for line in README.read_text(encoding="utf-8").splitlines() if "-->" in line}
    table = {f"{before} --> {after}: {decision}" for (before, decision), after in TRANSITIONS.items()}
    assert {line for line in drawn if not line.startswith("[*]")} == table


def test_every_permission_is_some_known_roles() -> None:
    for permission, roles in PERMISSIONS.items():
        assert roles, permission
        assert roles <= ROLES, permission
