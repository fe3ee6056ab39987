"""A published dataclass as JSON Schema 2020-12: open to what is added later, and whole without further files."""

from typing import Any

import msgspec

from shared.events.registry import Published

DRAFT = "https://json-schema.org/draft/2020-12/schema"
DECIMAL = r"^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$"
Schema = dict[str, Any]


def schema_of(published: Published) -> Schema:
    """The schema of an event's data.

    Unknown fields are tolerated, and so are unknown values where only some are known today: both may be added without
    a new major (the consumer counts and skips what it does not know)."""
    (whole,), parts = msgspec.json.schema_components([published.cls], ref_template="#/$defs/{name}")
    name = whole["$ref"].rpartition("/")[2]
    body = _opened(parts[name], parts)
    return {"$schema": DRAFT, "$id": f"urn:shouwen:event:{published.type}", **body}


def _opened(node: Any, parts: dict[str, Any]) -> Any:
    """The node with nested definitions in place, texts tidied, objects and enumerations open."""
    if isinstance(node, list):
        return [_opened(item, parts) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _opened(parts[node["$ref"].rpartition("/")[2]], parts)
    opened = {
        key: (
            {name: _opened(value, parts) for name, value in node[key].items()}
            if key == "properties"
            else _opened(node[key], parts)
        )
        for key in node
        if key != "enum"
    }
    if "enum" in node:
        opened["anyOf"] = [{"enum": node["enum"]}, {"type": "string"}]
    if isinstance(description := node.get("description"), str):
        opened["description"] = tidy(description)
    if node.get("format") == "decimal":
        opened["pattern"] = DECIMAL
    if "properties" in node:
        opened["additionalProperties"] = True
    return opened


def tidy(text: str) -> str:
    """A docstring as running text: paragraphs stay, line breaks and indentation inside them go."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
