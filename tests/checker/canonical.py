"""The fingerprint of docs/planning.md, § 6: which problem a plan belongs to."""

import hashlib
import json
from typing import Any

from tests.checker.numbers import number, plain
from tests.checker.question import POLICY, Json

REQUIRED = object()
# Each list's fields: the default where the file may leave it out; a decimal's default is a text.
LISTS: dict[str, dict[str, Any]] = {
    "buckets": {"index": REQUIRED, "start": REQUIRED, "days": 7},
    "lines": {"id": REQUIRED, "hours": REQUIRED},
    "products": {
        "id": REQUIRED,
        "stock": "0",
        "holding": "0",
        "value": "1",
        "decimals": 3,
        "lot_multiple": None,
        "min_lot": None,
    },
    "routings": {
        "product": REQUIRED,
        "line": REQUIRED,
        "hours_per_unit": REQUIRED,
        "setup_hours": "0",
        "setup_cost": "0",
    },
    "materials": {"id": REQUIRED, "stock": REQUIRED, "receipts": REQUIRED},
    "bill": {"product": REQUIRED, "material": REQUIRED, "per_unit": REQUIRED},
    "demands": {
        "id": REQUIRED,
        "product": REQUIRED,
        "quantity": REQUIRED,
        "due": REQUIRED,
        "earliest": None,
        "weight": "1",
        "kind": "firm",
    },
    "committed": {"product": REQUIRED, "line": REQUIRED, "bucket": REQUIRED, "quantity": REQUIRED},
}
WORDS = {"id", "product", "line", "material", "start", "kind", "index", "days", "decimals", "due", "earliest", "bucket"}


def fingerprint(problem: Json) -> str:
    """SHA-256 over the canonical text of a problem."""
    whole: dict[str, Any] = {name: _rows(problem, name) for name in LISTS}
    whole["policy"] = {key: plain(number(problem.get("policy", {}).get(key, value))) for key, value in POLICY.items()}
    whole["frozen_buckets"] = problem.get("frozen_buckets", 0)
    whole["format"] = problem.get("format", 1)
    return hashlib.sha256(_text(whole).encode("ascii")).hexdigest()


def _rows(problem: Json, name: str) -> list[dict[str, Any]]:
    rows = [
        {
            key: _value(key, row[key] if default is REQUIRED else row.get(key, default))
            for key, default in fields.items()
        }
        for fields in [LISTS[name]]
        for row in problem.get(name, ())
    ]
    return sorted(rows, key=(lambda row: row["index"]) if name == "buckets" else _text)


def _value(key: str, value: Any) -> Any:
    if value is None or key in WORDS:
        return value
    return [plain(number(one)) for one in value] if isinstance(value, list) else plain(number(value))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
