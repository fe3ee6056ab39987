"""``python -m tests.checker PROBLEM.json PLAN.json``: prints what is wrong with a plan; exit 1 if anything is.

PLAN.json is a plan, or the whole result of ``python -m services.planning.solver``.
"""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.checker.plan import check


def _load(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"), parse_float=Decimal)


def main(arguments: list[str]) -> int:
    """0: a true plan; 1: violations, or no plan; 2: called wrongly."""
    if len(arguments) != 2:
        print("usage: python -m tests.checker PROBLEM.json PLAN.json", file=sys.stderr)
        return 2
    problem, plan = _load(arguments[0]), _load(arguments[1])
    if "outcome" in plan:
        if plan["plan"] is None:
            print(f"no plan: {plan['outcome']}")
            return 1
        plan = plan["plan"]
    violations = check(problem, plan)
    print("\n".join(violations) if violations else "the plan is true")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
