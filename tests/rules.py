"""``python -m tests.rules``: each rule of the regime, open, part or done, with the tests that prove it.

A rule is claimed in ``docs/rules.yaml``; one claimed part or done without a test is an error.
"""

import ast
import sys
from collections import defaultdict
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
STANDS = ("open", "part", "done")


def marked(path: Path) -> list[tuple[str, str]]:
    """(rule, test name) for every ``@pytest.mark.rule`` of a file: on tests, on classes, or as ``pytestmark``."""
    found: list[tuple[str, str]] = []
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found += [(rule, node.name) for decorator in node.decorator_list for rule in _rules(decorator)]
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and any(getattr(t, "id", "") == "pytestmark" for t in statement.targets):
            parts = statement.value.elts if isinstance(statement.value, ast.List | ast.Tuple) else [statement.value]
            found += [(rule, path.stem) for part in parts for rule in _rules(part)]
    for node in ast.walk(tree):  # TestMachine = Machine.TestCase, marked by assignment
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
            found += [(rule, path.stem) for rule in _rules(node.func)]
    return found


def _rules(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rule":
        return [str(a.value) for a in node.args if isinstance(a, ast.Constant)]
    return []


def main() -> int:
    """Print the table (``--quiet``: errors only); 1 when a claim has no test or a test names no rule."""
    claims: dict[str, dict[str, str]] = yaml.safe_load((ROOT / "docs" / "rules.yaml").read_text(encoding="utf-8"))
    tests: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for rule, name in marked(path):
            tests[rule].append(f"{path.relative_to(ROOT / 'tests')}::{name}")
    wrong = [f"{rule}: tested, but no rule of the regime" for rule in tests if rule not in claims]
    for rule, claim in claims.items():
        if claim["stands"] not in STANDS:
            wrong.append(f"{rule}: stands {claim['stands']!r}, which is none of {', '.join(STANDS)}")
        if claim["stands"] != "open" and not tests[rule]:
            wrong.append(f"{rule}: claimed {claim['stands']} without a test")
    console = Console()
    if "--quiet" not in sys.argv:
        table = Table("rule", "stands", "what", "tests")
        for rule, claim in claims.items():
            table.add_row(rule, claim["stands"], claim["title"], "\n".join(tests[rule]) or "-")
        console.print(table)
    for line in wrong:
        console.print(f"[red]{line}[/red]")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
