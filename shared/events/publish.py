"""``python -m shared.events.publish [--check]``: the papers of the published language, made from its dataclasses.

Writes schemas, examples, the catalogue, the AsyncAPI document and the baseline of what has been promised; ``--check``
writes nothing and fails on what is stale. A breaking difference is refused either way, and names whom to warn;
``--break TYPE`` gives up what was promised of a type that nobody reads yet.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

import shared.events
from shared.events import asyncapi, catalogue
from shared.events.compatibility import breaks
from shared.events.example import example_of
from shared.events.registry import BY_TYPE, Published
from shared.events.schema import schema_of
from shared.events.topics import Topic, all_topics

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(shared.events.__file__).parent
BASELINE = HERE / "baseline.json"
SCHEMAS, EXAMPLES = HERE / "schemas", HERE / "examples"
USAGE = "usage: python -m shared.events.publish [--check | --break TYPE ...]"


def papers() -> dict[Path, str]:
    """Every generated file with its text."""
    events = dict(sorted(BY_TYPE.items()))
    schemas = {kind: schema_of(published) for kind, published in events.items()}
    examples = {kind: msgspec.to_builtins(example_of(published.cls)) for kind, published in events.items()}
    topics = all_topics()
    made = {SCHEMAS / f"{kind}.json": _json(schema) for kind, schema in schemas.items()}
    made |= {EXAMPLES / f"{kind}.json": _json(example) for kind, example in examples.items()}
    made[ROOT / "docs" / "events.md"] = catalogue.text(events, topics, schemas)
    made[ROOT / "docs" / "asyncapi.json"] = _json(asyncapi.document(events, topics, schemas, examples))
    made[BASELINE] = _json(schemas)
    return made


def stale(made: Mapping[Path, str]) -> list[Path]:
    """Files that are missing, differ, or belong to a type that is no more."""
    found = [path for path, text in made.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    kept = {path for folder in (SCHEMAS, EXAMPLES) for path in folder.glob("*.json")}
    return sorted({*found, *(kept - set(made))})


def promised(path: Path = BASELINE) -> dict[str, Any]:
    """The schemas that were published last; empty before the first time."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def warnings(
    broken: Mapping[str, list[str]], events: Mapping[str, Published], topics: Mapping[str, Topic]
) -> list[str]:
    """What breaks, and whom: one line a difference, then the consumers of its topic."""
    lines = []
    for kind, differences in broken.items():
        lines += [f"{kind}: {difference}" for difference in differences]
        topic = topics.get(events[kind].topic) if kind in events else None
        readers = ", ".join(topic.consumers) if topic else ""
        lines.append(
            f"  readers to warn: {readers or 'integrators only'}; a breaking change is a new major beside the old"
        )
    return lines


def run(arguments: list[str]) -> int:
    """The command: 0 when all is well, 1 when something is stale or breaks, 2 for wrong arguments."""
    given_up = arguments[1:] if arguments[:1] == ["--break"] else []
    if arguments not in ([], ["--check"]) and not given_up:
        print(USAGE, file=sys.stderr)  # noqa: T201
        return 2
    made = papers()
    new = json.loads(made[BASELINE])
    broken = breaks({kind: schema for kind, schema in promised().items() if kind not in given_up}, new)
    if broken:
        print("\n".join(warnings(broken, BY_TYPE, all_topics())), file=sys.stderr)  # noqa: T201
        return 1
    old = stale(made)
    if arguments == ["--check"]:
        for path in old:
            print(f"stale: {path.relative_to(ROOT)} (python -m shared.events.publish)", file=sys.stderr)  # noqa: T201
        return 1 if old else 0
    for path in old:
        _write(path, made.get(path))
    return 0


def _write(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:]))
