"""House rules that no linter knows: declared permissions, owners of facts, topics as data."""

import ast
import importlib
from pathlib import Path

import pytest

from shared.consuming import Copy
from shared.events.registry import BY_CLASS
from shared.messaging.broker import groups_of
from shared.service import Service

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("customers", "contracts", "complaints", "planning")
PUBLIC = {"/health/live", "/health/ready", "/metrics"}


def service(name: str) -> Service:
    found = importlib.import_module(f"services.{name}.app").SERVICE
    assert isinstance(found, Service)
    return found


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_declares_a_permission_that_somebody_holds(name: str) -> None:
    made = service(name)
    assert made.routes
    for route in made.routes:
        paths: set[str] = getattr(route, "paths", set())
        permission = (route.opt or {}).get("permission")
        assert permission, f"{sorted(paths)} declares no permission"
        assert made.permissions.get(permission), f"nobody holds {permission} of {sorted(paths)}"


@pytest.mark.parametrize("name", SERVICES)
def test_only_service_x_builds_the_facts_of_x(name: str) -> None:
    foreign = {cls.__name__ for cls in BY_CLASS if not cls.__module__.endswith(f".{name}")}
    mine = {cls.__name__ for cls in BY_CLASS if cls.__module__.endswith(f".{name}")}
    for path in (ROOT / "services" / name).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                built = ast.unparse(node.func).rpartition(".")[2]
                assert built not in foreign - mine, f"{path}:{node.lineno} builds {built}"


@pytest.mark.parametrize("name", SERVICES)
def test_groups_are_named_after_their_service_and_copies_have_the_columns_they_need(name: str) -> None:
    made = service(name)
    for group in groups_of(made.consumers):
        assert group.name.startswith(f"{name}."), group.name
    for consumer in made.consumers:
        if isinstance(consumer, Copy):
            columns = {column.name for column in consumer.table.columns}
            assert {"sequence", "deleted"} <= columns, consumer.table.name
            assert BY_CLASS[consumer.event].topic == consumer.topic


def test_main_modules_are_five_lines() -> None:
    for name in SERVICES:
        text = (ROOT / "services" / name / "__main__.py").read_text(encoding="utf-8")
        code = [line for line in text.splitlines() if line.strip() and not line.startswith(('"""', "#"))]
        assert len(code) <= 6, f"{name}: {code}"
