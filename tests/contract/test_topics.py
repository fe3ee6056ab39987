"""``deploy/topics.yaml`` is the truth for topics: it equals the registry and what the services say they listen to."""

import importlib

import pytest

from shared.events.registry import BY_TYPE
from shared.events.topics import all_topics

SERVICES = ("customers", "contracts", "planning", "complaints")
TOPICS = all_topics()
DATA = {name: topic for name, topic in TOPICS.items() if topic.kind != "dlq"}
DEAD = {name: topic for name, topic in TOPICS.items() if topic.kind == "dlq"}


def groups_in_code(service: str) -> set[tuple[str, str]]:
    """(group, topic) of every consumer that a service declares."""
    table = importlib.import_module(f"services.{service}.app").SERVICE
    return {(consumer.group, consumer.topic) for consumer in table.consumers}


def test_the_file_and_the_registry_name_the_same_topics_of_the_same_kind() -> None:
    assert {(name, topic.kind) for name, topic in DATA.items()} == {(one.topic, one.kind) for one in BY_TYPE.values()}


def test_a_topic_is_written_by_its_owner_alone() -> None:
    for name, topic in DATA.items():
        assert topic.producers == (topic.owner,) == (name.split(".")[0],)


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_consumers_are_those_of_the_file(service: str) -> None:
    stated = {
        (group, name) for name, topic in DATA.items() for group in topic.consumers if group.startswith(f"{service}.")
    }
    assert groups_in_code(service) == stated


def test_a_group_has_one_topic_and_belongs_to_a_service() -> None:
    groups = [group for topic in DATA.values() for group in topic.consumers]
    assert len(groups) == len(set(groups))
    assert {group.split(".")[0] for group in groups} <= set(SERVICES)


def test_every_group_has_its_dead_letter_topic_and_there_is_no_other() -> None:
    groups = {group for topic in DATA.values() for group in topic.consumers}
    assert set(DEAD) == {f"{group}.dlq" for group in groups}
    for name, topic in DEAD.items():
        assert (topic.partitions, topic.owner) == (1, name.split(".")[0])


def test_states_are_compacted_and_facts_are_not() -> None:
    for topic in DATA.values():
        assert topic.config["cleanup.policy"] == ("compact" if topic.kind == "state" else "delete")


def test_a_dead_letter_may_be_larger_than_what_it_carries() -> None:
    usual = 1_048_588  # the broker's own max.message.bytes
    for topic in DEAD.values():
        largest = max(int(one.config.get("max.message.bytes", usual)) for one in DATA.values())
        assert int(topic.config["max.message.bytes"]) > largest
