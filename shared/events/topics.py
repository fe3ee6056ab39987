"""``deploy/topics.yaml`` as values: the truth for topics, read by the papers and the tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

PATH = Path(__file__).resolve().parents[2] / "deploy" / "topics.yaml"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. kind: fact, state or dlq; config: its broker settings, whole, as texts."""

    name: str
    description: str
    owner: str
    kind: str
    partitions: int
    config: Mapping[str, str]
    producers: tuple[str, ...]
    consumers: tuple[str, ...]

    @property
    def kept(self) -> str:
        """How long records stay, in words."""
        if self.config["cleanup.policy"] == "compact":
            return "the latest state of each key, for ever"
        milliseconds = int(self.config["retention.ms"])
        return "for ever" if milliseconds < 0 else f"{milliseconds // 86_400_000} days"


@lru_cache(maxsize=1)
def all_topics() -> Mapping[str, Topic]:
    """Every topic by name, in the order of the file."""
    stated = yaml.safe_load(PATH.read_text(encoding="utf-8"))["topics"]
    return {
        name: Topic(
            name=name,
            description=entry["description"],
            owner=entry["owner"],
            kind=entry["kind"],
            partitions=entry["partitions"],
            config={str(key): str(value) for key, value in entry["config"].items()},
            producers=tuple(entry["producers"]),
            consumers=tuple(entry["consumers"]),
        )
        for name, entry in stated.items()
    }
