"""How a dataclass becomes part of the published language: its type, topic, key and kind, kept in one table."""

import builtins
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Kind = Literal["fact", "state"]
C = TypeVar("C", bound=type)


@dataclass(frozen=True, slots=True)
class Published:
    """Where and as what a class goes out. ``key``: the attribute that is CloudEvents subject and Kafka key."""

    type: str
    topic: str
    key: str
    kind: Kind
    cls: "builtins.type[Any]"


BY_TYPE: dict[str, Published] = {}
BY_CLASS: dict[type, Published] = {}


def _publish(kind: Kind, type_: str, topic: str, key: str) -> Callable[[C], C]:
    def register(cls: C) -> C:
        published = Published(type_, topic, key, kind, cls)
        if type_ in BY_TYPE:
            raise TypeError(f"{type_} is published twice")
        BY_TYPE[type_] = BY_CLASS[cls] = published
        return cls

    return register


def fact(type_: str, *, topic: str, key: str) -> Callable[[C], C]:
    """Something that happened: numbered per (topic, key), never compacted."""
    return _publish("fact", type_, topic, key)


def state(type_: str, *, topic: str, key: str) -> Callable[[C], C]:
    """The latest whole public state of an aggregate, on a compacted topic."""
    return _publish("state", type_, topic, key)


def describe(event: object) -> Published:
    """The entry of an event's class; LookupError for a class that is not published."""
    return BY_CLASS[type(event)]
