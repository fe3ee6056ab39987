"""Whether a changed schema still reads, and is still read by, everything ever published under its type.

Full and transitive: what is published never loses a field, never changes a field's type or whether it is required, and
gains optional fields only. Each accepted schema holds all earlier ones, so comparing with the last compares with all.
"""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
WORDS = frozenset({"title", "description", "default", "$schema", "$id"})  # say nothing about what is valid


def breaks(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> dict[str, list[str]]:
    """What breaks, by event type; empty when all is compatible. A new type breaks nothing; a missing one does."""
    found: dict[str, list[str]] = {}
    for event_type, schema in old.items():
        wrong = differences(schema, new[event_type]) if event_type in new else ["the type is no longer published"]
        if wrong:
            found[event_type] = wrong
    return found


def differences(old: Schema, new: Schema, place: str = "") -> list[str]:
    """The breaking differences between two schemas of one type, each with the path of its field."""
    if "properties" in old and "properties" in new:
        return _objects(old, new, place)
    if known := _known_values(old):
        gone = sorted(known - _known_values(new))
        return [f"{place}: no longer knows {', '.join(gone)}"] if gone or not _known_values(new) else []
    wrong = []
    for part in ("items", "additionalProperties"):
        if isinstance(old.get(part), Mapping) and isinstance(new.get(part), Mapping):
            wrong += differences(old[part], new[part], f"{place}[]")
    inner = WORDS | {key for key in ("items", "additionalProperties") if isinstance(old.get(key), Mapping)}
    if _without(old, inner) != _without(new, inner) or _alternatives(old) != _alternatives(new):
        wrong.append(f"{place}: its type changed")
    return wrong + _optional_parts(old, new, place)


def _objects(old: Schema, new: Schema, place: str) -> list[str]:
    wrong: list[str] = []
    before, after = set(old.get("required", ())), set(new.get("required", ()))
    for name, schema in old["properties"].items():
        path = f"{place}.{name}" if place else name
        if name not in new["properties"]:
            wrong.append(f"{path}: the field is gone")
            continue
        if (name in before) != (name in after):
            wrong.append(f"{path}: {'no longer' if name in before else 'now'} required")
        wrong += differences(schema, new["properties"][name], path)
    for name in new["properties"]:
        if name not in old["properties"] and name in after:
            wrong.append(f"{f'{place}.{name}' if place else name}: a new field must be optional")
    return wrong


def _known_values(schema: Schema) -> set[str]:
    """The values of an open enumeration; empty for anything else."""
    parts = schema.get("anyOf", ())
    return {str(value) for part in parts for value in part.get("enum", ())} if _is_open(parts) else set()


def _is_open(parts: Any) -> bool:
    return any("enum" in part for part in parts) and any(part == {"type": "string"} for part in parts)


def _alternatives(schema: Schema) -> set[str]:
    """The types between which a field may choose, nullable ones for instance; their insides are compared apart."""
    return {str(part.get("type", "values")) for part in schema.get("anyOf", ())}


def _optional_parts(old: Schema, new: Schema, place: str) -> list[str]:
    """The insides of a nullable field, alternative by alternative in their order."""
    pairs = zip(old.get("anyOf", ()), new.get("anyOf", ()), strict=False)
    return [wrong for before, after in pairs if before != after for wrong in differences(before, after, place)]


def _without(schema: Schema, keys: frozenset[str] | set[str]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in keys and key != "anyOf"}
