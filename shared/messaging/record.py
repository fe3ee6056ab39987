"""A Kafka record as the street keeps it, independent of the client library."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from shared.envelope import Envelope, Header, InvalidEvent, decode


class ClientRecord(Protocol):
    """The part of aiokafka's ConsumerRecord that is needed."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header]


@dataclass(frozen=True, slots=True)
class Record:
    """Raw bytes and place of one record. ``topic`` is the name without the deployment's prefix."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...]

    @classmethod
    def of(cls, record: ClientRecord, prefix: str) -> "Record":
        """Take a client's record, its topic freed of the prefix."""
        topic = record.topic.removeprefix(prefix)
        return cls(topic, record.partition, record.offset, record.key, record.value, tuple(record.headers))

    def envelope(self) -> Envelope:
        """Decode; InvalidEvent when it cannot be. The key must be the subject: order is by key."""
        envelope = decode(self.headers, self.value)
        if self.key is None or self.key != envelope.subject.encode():
            raise InvalidEvent("the Kafka key is not the event's subject")
        return envelope

    def headers_json(self) -> str:
        """Headers for a jsonb column: names with base64 values, so that any bytes survive."""
        kept = [
            [name.replace("\0", "\ufffd"), None if raw is None else base64.b64encode(raw).decode()]
            for name, raw in self.headers
        ]
        return msgspec.json.encode(kept).decode()


def headers_from_json(text: str) -> tuple[Header, ...]:
    """The inverse of ``Record.headers_json``."""
    pairs = msgspec.json.decode(text, type=list[tuple[str, str | None]])
    return tuple((name, None if raw is None else base64.b64decode(raw)) for name, raw in pairs)
