"""The unified social credit code (统一社会信用代码) of GB 32100: 18 characters, the last of them a check digit."""

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from shared.kernel.errors import invalid


def checked_credit_code(text: str | None) -> str | None:
    """The code without separators and in capitals; None for nothing; DomainError ``bad-credit-code`` when it cannot be
    one."""
    if text is None or not text.strip():
        return None
    try:
        return uscc.validate(text)
    except ValidationError as error:
        raise invalid(
            "bad-credit-code",
            "this is not a unified social credit code: length, characters or check digit are wrong",
            field="credit_code",
            remedy="Copy the 18 characters from the business licence.",
        ) from error
