"""The rules of who may import whom: each is broken once on purpose, in a copy of the tree, and must be caught."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).parent / "lint-imports"

BREACHES = {
    "rooms of a feature look down only": (
        "services/customers/archive/store.py",
        "from services.customers.archive import api",
    ),
    "domains and the kernel are pure": ("services/contracts/exposure/domain.py", "import sqlalchemy"),
    "the planning engine knows its solver and nothing else": ("services/planning/engine/plan.py", "import msgspec"),
    "commands, queries and stores know no HTTP and no Kafka": (
        "services/customers/tiers/commands.py",
        "import litestar",
    ),
    "edges know no SQL": ("services/customers/archive/api.py", "import sqlalchemy"),
    "services do not know each other": ("services/contracts/app.py", "import services.planning.app"),
    "shared knows no service, and nothing that runs knows how it is deployed": (
        "shared/outbox.py",
        "import services.customers.app",
    ),
    "features form no circle": ("services/contracts/exposure/store.py", "import services.contracts.agreement.store"),
}


def _lint(tree: Path) -> tuple[int, str]:
    done = subprocess.run([str(LINT), "--no-cache"], cwd=tree, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree")
    for name in ("services", "shared", "deploy"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.json", "var"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def test_every_rule_is_kept(tree: Path) -> None:
    code, said = _lint(tree)
    assert code == 0, said


def test_a_breach_of_each_rule_is_caught(tree: Path) -> None:
    originals: dict[Path, str] = {}
    for name, line in BREACHES.values():
        path = tree / name
        originals.setdefault(path, path.read_text(encoding="utf-8"))
        path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    try:
        code, said = _lint(tree)
    finally:
        for path, text in originals.items():
            path.write_text(text, encoding="utf-8")
    assert code != 0
    missed = [rule for rule in BREACHES if f"{rule} BROKEN" not in said]
    assert missed == [], said


def test_the_breaches_name_every_contract() -> None:
    import tomllib

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]} == set(BREACHES)
