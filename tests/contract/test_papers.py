"""The papers of the published language: nothing stale, every example valid, everything announced where it belongs."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from shared.events import publish
from shared.events.registry import BY_TYPE

TYPES = sorted(BY_TYPE)
FORMATS = jsonschema.FormatChecker()


def read(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def schema(kind: str) -> Any:
    """The committed schema of a type."""
    return read(publish.SCHEMAS / f"{kind}.json")


def test_no_paper_is_stale() -> None:
    assert publish.stale(publish.papers()) == []


@pytest.mark.parametrize("kind", TYPES)
def test_every_example_fits_its_schema_and_its_dataclass(kind: str) -> None:
    example = read(publish.EXAMPLES / f"{kind}.json")
    jsonschema.Draft202012Validator.check_schema(schema(kind))
    jsonschema.Draft202012Validator(schema(kind), format_checker=FORMATS).validate(example)
    decoded = msgspec.json.decode(json.dumps(example), type=BY_TYPE[kind].cls)
    assert msgspec.json.decode(msgspec.json.encode(decoded)) == example


@pytest.mark.parametrize("kind", TYPES)
def test_unknown_fields_are_tolerated_and_missing_ones_are_not(kind: str) -> None:
    validator = jsonschema.Draft202012Validator(schema(kind), format_checker=FORMATS)
    example = read(publish.EXAMPLES / f"{kind}.json") | {"added_later": [1]}
    validator.validate(example)
    msgspec.convert(example, BY_TYPE[kind].cls)
    for name in schema(kind)["required"]:
        assert not validator.is_valid({key: value for key, value in example.items() if key != name})


@pytest.mark.parametrize("kind", TYPES)
def test_a_types_name_says_service_aggregate_and_major(kind: str) -> None:
    published = BY_TYPE[kind]
    service, rest = kind.split(".", 1)
    assert published.cls.__module__ == f"shared.events.{service}"
    assert published.topic.startswith(f"{service}.")
    assert rest.endswith(".v1")
    assert "_" not in kind + published.topic
    assert published.key in {field.name for field in dataclasses.fields(published.cls)}


def test_the_asyncapi_document_announces_every_topic_and_every_message() -> None:
    document = read(publish.ROOT / "docs" / "asyncapi.json")
    assert document["asyncapi"] == "3.0.0"
    announced = {
        kind: name for name, channel in document["channels"].items() for kind in channel["messages"] if kind in BY_TYPE
    }
    assert announced == {kind: published.topic for kind, published in BY_TYPE.items()}
    for kind in TYPES:
        message = document["components"]["messages"][kind]
        assert message["examples"][0]["payload"] == read(publish.EXAMPLES / f"{kind}.json")
        assert message["headers"]["$ref"].endswith(f"{BY_TYPE[kind].kind}-headers")


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    document = read(publish.ROOT / "docs" / "asyncapi.json")

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [found for value in node.values() for found in references(value)]
        return [found for value in node for found in references(value)] if isinstance(node, list) else []

    for reference in references(document):
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
        assert place


def test_a_stale_paper_is_named_and_fails_the_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = publish.papers() | {publish.ROOT / "docs" / "events.md": "something newer"}
    monkeypatch.setattr(publish, "papers", lambda: made)
    assert publish.run(["--check"]) == 1
    assert "stale: docs/events.md" in capsys.readouterr().err


def test_a_breaking_difference_is_refused_and_names_the_readers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = "planning.promise.made.v1"
    promised = publish.promised()
    promised[kind] = json.loads(json.dumps(promised[kind]))
    promised[kind]["properties"]["confidence"] = {"type": "string"}
    monkeypatch.setattr(publish, "promised", lambda: promised)
    assert publish.run(["--check"]) == 1
    said = capsys.readouterr().err
    assert "planning.promise.made.v1: confidence: the field is gone" in said
    assert "contracts.promise" in said
    assert publish.run(["--nonsense"]) == 2
