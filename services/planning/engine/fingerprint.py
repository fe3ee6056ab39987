"""The name of an input: equal problems, whatever the order of their rows, have equal fingerprints."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal

from services.planning.engine.problem import Problem


def fingerprint(problem: Problem) -> str:
    """SHA-256, in hexadecimal, of the problem's canonical JSON (docs/planning.md, § 6)."""
    return hashlib.sha256(canonical(problem).encode("ascii")).hexdigest()


def canonical(problem: Problem) -> str:
    """The problem as canonical JSON text."""
    content: dict[str, object] = {}
    for name, value in asdict(problem).items():
        plain = _plain(value)
        if isinstance(plain, list):
            by_index = name == "buckets"
            plain.sort(key=lambda row: row["index"] if by_index else _text(row))
        content[name] = plain
    return _text(content)


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        text = format(value, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text in ("", "-0") else text
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
