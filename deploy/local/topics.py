"""The topics of `deploy/topics.yaml` on a broker: created where absent, their settings made equal where not.

Knows topics as data; must not know what is written into them.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from deploy.local import places
from deploy.local.errors import LocalError

TOPICS_FILE = places.ROOT / "deploy" / "topics.yaml"
_SET_ON_TOPIC = 1  # DescribeConfigs: the value was set on the topic itself
_VISIBLE_SECONDS = 15


@dataclass(frozen=True)
class Topic:
    """One topic as the file states it; `config` is the whole set of its own settings."""

    name: str
    partitions: int
    replication_factor: int = 1
    config: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What `ensure` did: names of topics."""

    created: tuple[str, ...]
    altered: tuple[str, ...]
    unchanged: tuple[str, ...]


def read_topics(prefix: str = "", path: Path = TOPICS_FILE) -> list[Topic]:
    """The file's topics, each name headed by `prefix`."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    factor = int(document.get("defaults", {}).get("replication_factor", 1))
    return [
        Topic(
            name=f"{prefix}{name}",
            partitions=int(stated["partitions"]),
            replication_factor=int(stated.get("replication_factor", factor)),
            config={str(key): str(value) for key, value in stated.get("config", {}).items()},
        )
        for name, stated in document["topics"].items()
    ]


async def ensure(bootstrap: str, topics: Sequence[Topic]) -> Outcome:
    """Create and alter until the broker has `topics` as stated; safe to repeat.

    Raises LocalError when a topic is there with another number of partitions (that number is fixed for its life),
    or when the broker refuses.
    """
    async with _admin(bootstrap) as admin:
        there = {t["topic"]: t for t in await admin.describe_topics()}
        absent = [t for t in topics if t.name not in there]
        present = [t for t in topics if t.name in there]
        _require_partitions(present, there)
        if absent:
            await _create(admin, absent)
        changed = await _differing(admin, present)
        if changed:
            await _alter(admin, changed)
    names = {t.name for t in changed}
    return Outcome(
        created=tuple(t.name for t in absent),
        altered=tuple(sorted(names)),
        unchanged=tuple(t.name for t in present if t.name not in names),
    )


async def delete(bootstrap: str, names: Sequence[str]) -> None:
    """Delete topics by name; for tests that made topics under a prefix of their own. Absent ones are no error."""
    async with _admin(bootstrap) as admin:
        there = set(await admin.list_topics())
        wanted = [name for name in names if name in there]
        if wanted:
            await admin.delete_topics(wanted)

        async def gone() -> bool:
            return not set(wanted) & set(await admin.list_topics())

        await _until(gone, "are not deleted")


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        yield admin
    except KafkaError as error:
        raise LocalError(f"Kafka at {bootstrap} refuses: {error}") from error
    finally:
        await admin.close()


def _require_partitions(present: Iterable[Topic], there: dict[str, Any]) -> None:
    for topic in present:
        count = len(there[topic.name]["partitions"])
        if count != topic.partitions:
            raise LocalError(
                f"Topic {topic.name} has {count} partitions, deploy/topics.yaml says {topic.partitions}. "
                "The number is fixed for the life of a topic: correct the file, or `make reset` a local suite."
            )


async def _create(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> None:
    wanted = [NewTopic(t.name, t.partitions, t.replication_factor, topic_configs=t.config) for t in topics]
    answer = await admin.create_topics(wanted)
    for name, code, *rest in answer.topic_errors:
        # Another process may have made it in between: then it was made from the same file.
        if code and for_code(code).__name__ != "TopicAlreadyExistsError":
            raise LocalError(f"Topic {name} was refused: {rest[0] if rest and rest[0] else for_code(code).__name__}")
    await _wait_visible(admin, {t.name for t in topics})


async def _wait_visible(admin: AIOKafkaAdminClient, names: set[str]) -> None:
    """Creation is answered before every partition has its leader; clients that come at once would meet errors."""

    async def led() -> bool:
        described = {t["topic"]: t["partitions"] for t in await admin.describe_topics()}
        return all(described.get(name) and all(p["leader"] >= 0 for p in described[name]) for name in names)

    await _until(led, "have no leader")


async def _until(seen: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    """Wait until the broker shows what its controller has already answered."""
    until = asyncio.get_running_loop().time() + _VISIBLE_SECONDS
    while not await seen():
        if asyncio.get_running_loop().time() > until:
            raise LocalError(f"Kafka's topics {otherwise} after {_VISIBLE_SECONDS} s.")
        await asyncio.sleep(0.02)


async def _differing(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> list[Topic]:
    if not topics:
        return []
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
    found: dict[str, dict[str, str]] = {}
    for answer in await admin.describe_configs(asked):
        for resource in answer.to_object()["resources"]:
            entries = resource["config_entries"]
            found[resource["resource_name"]] = {
                e["config_names"]: e["config_value"] for e in entries if e["config_source"] == _SET_ON_TOPIC
            }
    return [topic for topic in topics if found.get(topic.name) != topic.config]


async def _alter(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> None:
    wanted = [ConfigResource(ConfigResourceType.TOPIC, topic.name, topic.config) for topic in topics]
    for answer in await admin.alter_configs(wanted):
        for resource in answer.to_object()["resources"]:
            if resource["error_code"]:
                raise LocalError(f"Topic {resource['resource_name']} was refused: {resource['error_message']}")

    async def equal() -> bool:
        return not await _differing(admin, topics)

    await _until(equal, "are not as stated")
