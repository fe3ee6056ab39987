"""Bounds on what people write. Free text stays in the service; batch numbers travel: they are kept short and plain."""

from shared.kernel.errors import invalid

LONGEST_TEXT = 4000
LONGEST_CODE = 64
MOST_BATCHES = 200


def checked_text(text: str, field: str, *, empty: bool = False) -> str:
    """The text, or DomainError ``bad-text`` when it is blank (unless ``empty``), too long or holds control signs."""
    if not empty and not text.strip():
        raise invalid("bad-text", f"{field} must not be empty", field=field)
    if len(text) > LONGEST_TEXT:
        raise invalid("bad-text", f"{field} is longer than {LONGEST_TEXT} characters", field=field)
    if any(ord(sign) < 32 and sign not in "\n\r\t" for sign in text):
        raise invalid("bad-text", f"{field} holds control characters", field=field)
    return text


def checked_code(code: str, field: str) -> str:
    """A business key: 1 to 64 visible characters without blanks, or DomainError ``bad-code``."""
    if not 0 < len(code) <= LONGEST_CODE or not code.isprintable() or any(sign.isspace() for sign in code):
        raise invalid("bad-code", f"{field} must be 1 to {LONGEST_CODE} visible characters without blanks", field=field)
    return code


def checked_batches(batch_numbers: tuple[str, ...]) -> tuple[str, ...]:
    """At most 200 different batch numbers in the order given."""
    if len(batch_numbers) > MOST_BATCHES:
        raise invalid("bad-code", f"at most {MOST_BATCHES} batch numbers", field="batch_numbers")
    return tuple(dict.fromkeys(checked_code(number, "batch_numbers") for number in batch_numbers))
