"""From an event's bytes to its dataclass: what is wrong is invalid, what is merely newer than we is unknown."""

from dataclasses import fields
from decimal import Decimal

import msgspec

from shared.envelope import Envelope, InvalidEvent
from shared.events.registry import Published

LARGEST = Decimal("1e24")


def decode(published: Published, envelope: Envelope) -> object | None:
    """The event, or None when it uses an enumeration's value that this version does not know (tolerated, counted).

    InvalidEvent when the data cannot be this type's, or holds a number that no amount or quantity can be."""
    try:
        event: object = msgspec.json.decode(envelope.data or b"", type=published.cls)
    except msgspec.ValidationError as error:
        if str(error).startswith("Invalid enum value"):
            return None
        raise InvalidEvent(f"the data is not a {published.type}: {error}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidEvent(f"the data is not a {published.type}: {error}") from error
    if str(getattr(event, published.key)) != envelope.subject:
        raise InvalidEvent("the data's key is not the event's subject")
    for field in fields(published.cls):
        value = getattr(event, field.name)
        if isinstance(value, Decimal) and not (value.is_finite() and abs(value) < LARGEST):
            raise InvalidEvent(f"{field.name} is no number that could be meant")
    return event
