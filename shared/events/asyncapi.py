"""The AsyncAPI 3.0 document of all services: a channel a topic, every message with its headers, data and example."""

from collections.abc import Mapping
from typing import Any

from shared.events.headers import DEAD_LETTER_HEADERS, headers_of, schema_of_headers
from shared.events.registry import Published
from shared.events.schema import tidy
from shared.events.topics import Topic

Document = dict[str, Any]
ABOUT = """Facts and states of a customer-management suite, CloudEvents 1.0 on Kafka in binary mode. The Kafka key is
the aggregate's id: order holds per key. Delivery is at least once: source and id are the duplicate key. Unknown fields,
types and values are to be tolerated. A tombstone on a state topic means that the thing is gone; on a fact topic it is
invalid."""


def document(
    events: Mapping[str, Published],
    topics: Mapping[str, Topic],
    schemas: Mapping[str, Any],
    examples: Mapping[str, Any],
) -> Document:
    """The whole document; schemas and examples by event type."""
    messages = {kind: _message(published, schemas[kind], examples[kind]) for kind, published in events.items()}
    messages["dead-letter"] = _dead_letter()
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Shouwen events", "version": "1", "description": tidy(ABOUT)},
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "description": "The deployment's Kafka; topic names may carry the deployment's prefix.",
                "variables": {"bootstrap": {"default": "127.0.0.1:9092", "description": "a bootstrap server"}},
            }
        },
        "channels": {name: _channel(topic, events) for name, topic in topics.items()},
        "operations": {
            f"{producer}.send.{name}": _sending(producer, name)
            for name, topic in topics.items()
            for producer in topic.producers
        },
        "components": {
            "messages": messages,
            "schemas": {
                "fact-headers": schema_of_headers(headers_of("fact")),
                "state-headers": schema_of_headers(headers_of("state")),
                "dead-letter-headers": schema_of_headers(DEAD_LETTER_HEADERS),
            },
        },
    }


def _channel(topic: Topic, events: Mapping[str, Published]) -> Document:
    types = [kind for kind, published in events.items() if published.topic == topic.name] or ["dead-letter"]
    config: Document = {"cleanup.policy": [topic.config["cleanup.policy"]]}
    for name, limit in (("retention.ms", int), ("delete.retention.ms", int), ("max.message.bytes", int)):
        if name in topic.config:
            config[name] = limit(topic.config[name])
    return {
        "address": topic.name,
        "title": topic.name,
        "description": topic.description,
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in types},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": config,
                "bindingVersion": "0.5.0",
            }
        },
        "x-kind": topic.kind,
        "x-owner": topic.owner,
        "x-consumers": list(topic.consumers),
    }


def _sending(producer: str, topic: str) -> Document:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{topic}"},
        "title": f"{producer} writes {topic}",
    }


def _message(published: Published, schema: Any, example: Any) -> Document:
    kind = published.type
    return {
        "name": kind,
        "title": published.cls.__name__,
        "summary": tidy(published.cls.__doc__ or ""),
        "contentType": "application/json",
        "headers": {"$ref": f"#/components/schemas/{published.kind}-headers"},
        "payload": {key: value for key, value in schema.items() if key not in ("$schema", "$id")},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"the value of {published.key}"},
                "bindingVersion": "0.5.0",
            }
        },
        "examples": [{"name": kind, "payload": example}],
    }


def _dead_letter() -> Document:
    return {
        "name": "dead-letter",
        "title": "DeadLetter",
        "summary": "A record that its consumer group could not apply: key, value and headers untouched, dlq_* added.",
        "headers": {"$ref": "#/components/schemas/dead-letter-headers"},
        "payload": {},
    }
