"""CloudEvents 1.0 on Kafka: binary mode out, binary and structured mode in. Pure: bytes to values and back.

``Envelope.data`` stays bytes: what it means is decided where the type's class is known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

BINARY = "application/json"
STRUCTURED = "application/cloudevents+json"
Header = tuple[str, bytes | None]


class InvalidEvent(Exception):
    """A record that can never be applied as it is: it belongs into the dead letter at once."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What surrounds an event's data. ``sequence`` is a text: 20 digits, on state topics behind an epoch."""

    id: str
    source: str
    type: str
    subject: str
    time: str
    sequence: str
    data: bytes | None
    correlationid: str | None = None
    causationid: str | None = None
    actorid: str | None = None
    unitid: str | None = None
    traceparent: str | None = None

    def number(self) -> int:
        """The place of a fact among its subject's facts, from 1. InvalidEvent if the sequence is no such number."""
        if len(self.sequence) != 20 or not (self.sequence.isascii() and self.sequence.isdigit()):
            raise InvalidEvent(f"ce_sequence {self.sequence[:40]!r} is not a 20-digit number")
        number = int(self.sequence)
        if not 0 < number < 2**63:
            raise InvalidEvent("ce_sequence is out of range")
        return number

    def version(self) -> str:
        """The version of a state: ``0001-`` and 20 digits. InvalidEvent otherwise."""
        epoch, dash, digits = self.sequence.partition("-")
        fits = len(epoch) == 4 and dash and len(digits) == 20
        if not fits or not (epoch + digits).isascii() or not (epoch + digits).isdigit():
            raise InvalidEvent(f"ce_sequence {self.sequence[:40]!r} is not an epoch and a 20-digit number")
        return self.sequence


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The parts of an outbox row that the wire needs."""

    id: str
    source: str
    type: str
    subject: str
    time: str
    sequence: str
    extensions: Mapping[str, str]


def encode(event: Outgoing) -> list[tuple[str, bytes]]:
    """Kafka headers of binary mode. The value is the data alone, the key the subject."""
    headers = {
        "content-type": BINARY,
        "ce_specversion": "1.0",
        "ce_id": event.id,
        "ce_source": event.source,
        "ce_type": event.type,
        "ce_subject": event.subject,
        "ce_time": event.time,
        "ce_partitionkey": event.subject,
        "ce_sequence": event.sequence,
        **event.extensions,
    }
    return [(name, value.encode()) for name, value in headers.items()]


_REQUIRED = ("id", "source", "type", "subject", "time", "sequence")
_OPTIONAL = ("correlationid", "causationid", "actorid", "unitid")
_LONGEST = 1024


def decode(headers: Iterable[Header], value: bytes | None) -> Envelope:
    """Read a record in either mode. InvalidEvent names what is wrong; nothing else is raised."""
    texts = _texts(headers)
    if texts.get("content-type", "").partition(";")[0].strip().lower() == STRUCTURED:
        attributes, data = _structured(value)
    else:
        attributes, data = {name[3:]: text for name, text in texts.items() if name.startswith("ce_")}, value
    if attributes.get("specversion") != "1.0":
        raise InvalidEvent("ce_specversion is missing or not 1.0")
    for name in _REQUIRED:
        if not attributes.get(name):
            raise InvalidEvent(f"ce_{name} is missing")
    for name in (*_REQUIRED, *_OPTIONAL):
        text = attributes.get(name, "")
        if "\0" in text or len(text.encode(errors="replace")) > _LONGEST:
            raise InvalidEvent(f"ce_{name} holds a NUL character or is longer than {_LONGEST} bytes")
    return Envelope(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        subject=attributes["subject"],
        time=attributes["time"],
        sequence=attributes["sequence"],
        data=data,
        correlationid=attributes.get("correlationid"),
        causationid=attributes.get("causationid"),
        actorid=attributes.get("actorid"),
        unitid=attributes.get("unitid"),
        traceparent=texts.get("traceparent"),
    )


def _texts(headers: Iterable[Header]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, raw in headers:
        if "\0" in name:
            continue
        if raw is None:
            if name.startswith("ce_"):
                raise InvalidEvent(f"header {name[:40]} is null")
            continue
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            if name.startswith("ce_"):
                raise InvalidEvent(f"header {name[:40]} is not UTF-8") from None
            continue
        if "\0" in text:
            raise InvalidEvent(f"header {name[:40]} holds a NUL character")
        texts[name.lower()] = text
    return texts


def _structured(value: bytes | None) -> tuple[dict[str, str], bytes | None]:
    if value is None:
        raise InvalidEvent("a structured event without a value")
    try:
        whole: dict[str, Any] = msgspec.json.decode(value, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise InvalidEvent("the structured event is not a JSON object") from None
    data = whole.pop("data", None)
    attributes = {name: item for name, item in whole.items() if isinstance(item, str)}
    return attributes, None if data is None else msgspec.json.encode(data)
