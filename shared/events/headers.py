"""What surrounds an event's data on the wire, as data: catalogue and AsyncAPI document describe it from here."""

from dataclasses import dataclass
from typing import Any

FACT_SEQUENCE = r"^\d{20}$"
STATE_SEQUENCE = r"^\d{4}-\d{20}$"


@dataclass(frozen=True, slots=True)
class Header:
    """One Kafka header: UTF-8 text. ``only``: the kind of topic that it belongs to; empty for all."""

    name: str
    meaning: str
    schema: dict[str, Any]
    required: bool = True
    only: str = ""


def _text(**more: Any) -> dict[str, Any]:
    return {"type": "string", **more}


HEADERS: tuple[Header, ...] = (
    Header("content-type", "of the value, which is the data alone", _text(const="application/json")),
    Header("ce_specversion", "CloudEvents 1.0, binary mode", _text(const="1.0")),
    Header("ce_id", "UUIDv7; source and id together are the duplicate key, the same on every retry", _text()),
    Header("ce_source", "the service that decided it", _text(pattern="^/services/[a-z]+$")),
    Header("ce_type", "service.aggregate.fact.major", _text()),
    Header("ce_subject", "the aggregate's id", _text()),
    Header("ce_time", "when it was decided, UTC; never an order", _text(format="date-time")),
    Header("ce_partitionkey", "equal to the Kafka key and the subject", _text()),
    Header(
        "ce_sequence",
        "the fact's number among its subject's facts on this topic, contiguous from 1, 20 digits",
        _text(pattern=FACT_SEQUENCE),
        only="fact",
    ),
    Header(
        "ce_sequence",
        "the state's version: an epoch and a rising number, to be compared as text; not contiguous. Apply a state only "
        "if its sequence is greater than the one you hold",
        _text(pattern=STATE_SEQUENCE),
        only="state",
    ),
    Header("ce_correlationid", "the chain of requests and events that this belongs to", _text(), required=False),
    Header("ce_causationid", "the id of the event that caused it, if one did", _text(), required=False),
    Header("ce_actorid", "the id of the person who acted; never a name", _text(format="uuid"), required=False),
    Header("ce_unitid", "the id of that person's department", _text(format="uuid"), required=False),
    Header("traceparent", "W3C Trace Context", _text(), required=False),
)

DEAD_LETTER_HEADERS: tuple[Header, ...] = (
    Header("dlq_topic", "where the record was read", _text()),
    Header("dlq_partition", "its partition", _text(pattern=r"^\d+$")),
    Header("dlq_offset", "its offset", _text(pattern=r"^\d+$")),
    Header("dlq_group", "the consumer group that could not apply it", _text()),
    Header("dlq_error", "the kind of error", _text()),
    Header("dlq_message", "what was wrong, without the record's data", _text()),
    Header("dlq_attempts", "how often it was tried", _text(pattern=r"^\d+$")),
    Header("dlq_time", "when it was given up", _text(format="date-time")),
)


def headers_of(kind: str) -> tuple[Header, ...]:
    """The headers of records on a topic of this kind (fact or state)."""
    return tuple(header for header in HEADERS if header.only in ("", kind))


def schema_of_headers(headers: tuple[Header, ...]) -> dict[str, Any]:
    """The headers as one object schema."""
    return {
        "type": "object",
        "properties": {header.name: {**header.schema, "description": header.meaning} for header in headers},
        "required": [header.name for header in headers if header.required],
    }
