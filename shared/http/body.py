"""Reads JSON bodies straight into their Struct: strictly typed, decimals exact, nothing unknown let through."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

import msgspec
from litestar._openapi.schema_generation import SchemaCreator
from litestar.dto import AbstractDTO, DTOConfig
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from shared.http.problems import BodyError
from shared.kernel.errors import invalid

LARGEST = 1 << 20  # bytes of a JSON body
NUL = "\x00"
FARTHEST = 30  # powers of ten
SUSPECT = re.compile(rb"\\u|nan|inf|[0-9.]e[+-]?[0-9]{2}|[0-9]{30}", re.IGNORECASE)  # worth a closer look


@cache
def _decoder(annotation: Any) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(annotation)


def decode(body: bytes, annotation: Any) -> Any:
    """``body`` as ``annotation``. Raises msgspec.ValidationError (422), BodyError (400) or DomainError
    ``nul-character`` (PostgreSQL keeps no NUL in text)."""
    try:
        value = _decoder(annotation).decode(body)
    except msgspec.ValidationError:
        raise
    except UnicodeDecodeError:
        raise BodyError(400, "not-utf-8", "the body is not UTF-8", "Send JSON in UTF-8.") from None
    except RecursionError:
        raise BodyError(400, "too-deep", "the body is nested too deeply", "Send it flatter.") from None
    except msgspec.DecodeError:
        raise BodyError(400, "malformed-json", "the body is not JSON", "Send one well-formed JSON document.") from None
    if SUSPECT.search(body):
        _check_values(msgspec.to_builtins(value, builtin_types=(Decimal,)))
    return value


def nul_character(field: str) -> Exception:
    """The refusal of a NUL character."""
    return invalid("nul-character", "text holds a NUL character", field=field, remedy="Leave it out.")


def _check_values(value: object) -> None:
    """Refuses what the type system lets through and neither arithmetic nor PostgreSQL wants."""
    match value:
        case str():
            if NUL in value:
                raise nul_character("body")
        case Decimal():
            if not value.is_finite() or abs(value.adjusted()) > FARTHEST:
                raise invalid("wrong-value", "a number is not finite or out of all proportion", field="body")
        case Mapping():
            for key, part in value.items():
                _check_values(key)
                _check_values(part)
        case list() | tuple():
            for part in value:
                _check_values(part)


class JsonBody(AbstractDTO[Any]):
    """Litestar's hook for bodies, for every ``data`` parameter: Litestar itself decodes to floats first and converts
    laxly ("1" is an int)."""

    config: ClassVar[DTOConfig] = DTOConfig()
    model_type = object
    _annotations: ClassVar[dict[str, Any]] = {}

    @classmethod
    def create_for_field_definition(
        cls, field_definition: FieldDefinition, handler_id: str, backend_cls: Any = None
    ) -> None:
        cls._annotations[handler_id] = field_definition.annotation

    def decode_bytes(self, value: bytes) -> Any:
        kind = self.asgi_connection.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise BodyError(
                415, "unsupported-media-type", "the body must be JSON", "Send Content-Type: application/json."
            )
        return decode(value, self._annotations[self.asgi_connection.route_handler.handler_id])

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: SchemaCreator
    ) -> Reference | Schema:
        return schema_creator.for_field_definition(field_definition)

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Any:
        raise NotImplementedError("bodies are decoded whole")

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        raise NotImplementedError("bodies are decoded whole")
