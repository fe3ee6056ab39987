"""Reads JSON bodies straight into their Struct: strictly typed, decimals exact, nothing unknown let through."""

from collections.abc import Mapping
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
    if b"\\u0000" in body and _holds_nul(msgspec.to_builtins(value)):
        raise nul_character("body")
    return value


def nul_character(field: str) -> Exception:
    """The refusal of a NUL character."""
    return invalid("nul-character", "text holds a NUL character", field=field, remedy="Leave it out.")


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return NUL in value
    if isinstance(value, Mapping):
        return any(_holds_nul(key) or _holds_nul(part) for key, part in value.items())
    return isinstance(value, list | tuple) and any(map(_holds_nul, value))


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
