"""A service's API description: OpenAPI 3.1 at /schema/openapi.json, and a page at /schema that works without a network.

The page's Swagger UI comes from the pinned ``swagger-ui-bundle`` package. That release reads OpenAPI 3.0, so the page
gets a 3.0 rendering of the same description at /schema/page.json.
"""

import json
import re
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import swagger_ui_bundle
from litestar import Litestar, Request, Response, Router, get
from litestar._openapi.schema_generation import SchemaCreator
from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
from litestar.enums import MediaType, OpenAPIMediaType
from litestar.exceptions import NotFoundException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, Schema, SecurityScheme
from litestar.typing import FieldDefinition

from shared.http.doors import routes_of

ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
    "start.js": "text/javascript",
}
PAGE = b"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Shouwen API</title>
<link rel="stylesheet" href="/schema/assets/swagger-ui.css">
<link rel="icon" type="image/png" href="/schema/assets/favicon-32x32.png"></head>
<body><div id="page"></div>
<script src="/schema/assets/swagger-ui-bundle.js"></script>
<script src="/schema/assets/start.js"></script></body></html>
"""
START = b"""window.ui = SwaggerUIBundle({
  url: "/schema/page.json", dom_id: "#page", deepLinking: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis]
});
"""
PAGE_NAME = re.compile(r"Page_(?:.*\.)?(\w+)_")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"
)


class ClosedStructs(StructSchemaPlugin):
    """Says of a Struct that refuses unknown fields that it does; Litestar leaves it out."""

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        schema = super().to_openapi_schema(field_definition, schema_creator)
        config = getattr(field_definition.type_, "__struct_config__", None)
        if config is not None and config.forbid_unknown_fields:
            schema.additional_properties = False
        return schema


class _Document(OpenAPIRenderPlugin):
    """The description itself, corrected."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=OpenAPIMediaType.OPENAPI_JSON)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return self.render_json(request, request.app.state.openapi)


class _Page(OpenAPIRenderPlugin):
    """The browsable page and what it loads."""

    def __init__(self) -> None:
        super().__init__(path="/", media_type=MediaType.HTML)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return PAGE

    def receive_router(self, router: Router) -> None:
        router.register(_asset)
        router.register(_page_document)


@get("/assets/{name:str}", include_in_schema=False, sync_to_thread=False)
def _asset(name: str) -> Response[bytes]:
    if name not in ASSETS:
        raise NotFoundException
    return Response(
        START if name == "start.js" else _bundled(name),
        headers={"Content-Type": ASSETS[name], "Cache-Control": "public, max-age=3600"},
        media_type=ASSETS[name],
    )


@get("/page.json", include_in_schema=False, sync_to_thread=False)
def _page_document(request: Request[Any, Any, Any]) -> dict[str, Any]:
    return cast(dict[str, Any], as_3_0(request.app.state.openapi))


@lru_cache(maxsize=8)
def _bundled(name: str) -> bytes:
    return (Path(str(swagger_ui_bundle.swagger_ui_path)) / name).read_bytes()


def description(service: str) -> OpenAPIConfig:
    """How Litestar describes the API of ``service`` and where it serves that."""
    return OpenAPIConfig(
        title=f"Shouwen: {service}",
        version="0.1.0",
        use_handler_docstrings=True,
        components=Components(
            security_schemes={"token": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
        ),
        security=[{"token": []}],
        render_plugins=[_Page(), _Document()],
        openapi_router=Router(
            "/schema",
            route_handlers=[],
            include_in_schema=False,
            opt={"public": True},
            dto=None,
            return_dto=None,
            response_headers={"Content-Security-Policy": POLICY},
        ),
    )


def corrected(app: Litestar) -> dict[str, Any]:
    """The description with what Litestar cannot know: headers that ``perform`` reads, public routes, permissions."""
    document: dict[str, Any] = deepcopy(app.openapi_schema.to_schema())
    for method, path, handler in routes_of(app):
        operation = document["paths"].get(path or "/", {}).get(method.lower())
        if operation is None:
            continue
        if handler.opt.get("public") is True:
            operation["security"] = []
            continue
        operation["x-permission"] = handler.opt["permission"]
        if method == "POST":
            _add_header(operation, "Idempotency-Key", "Makes the request happen once; 1 to 200 visible ASCII", True)
            _add_header(operation, "If-Match", "The ETag the decision was made on", False)
        elif method in ("PUT", "PATCH"):
            _add_header(operation, "If-Match", "The ETag of the version that was changed", True)
        if "body" in handler.opt:
            operation["requestBody"] = handler.opt["body"]
    return _with_plain_names(document)


def _with_plain_names(document: dict[str, Any]) -> dict[str, Any]:
    """Litestar names a generic's schema after modules; readers and generated clients want ``BoxViewPage``."""
    schemas = document["components"]["schemas"]
    renamed = {name: f"{found[1]}Page" for name in schemas if (found := PAGE_NAME.fullmatch(name))}
    text = json.dumps(document, ensure_ascii=False)
    for name, plain in renamed.items():
        text = text.replace(f'"{name}"', f'"{plain}"').replace(f'schemas/{name}"', f'schemas/{plain}"')
    return cast(dict[str, Any], json.loads(text))


def _add_header(operation: dict[str, Any], name: str, meaning: str, required: bool) -> None:
    header = {"name": name, "in": "header", "required": required, "description": meaning, "schema": {"type": "string"}}
    operation.setdefault("parameters", []).append(header)


def query_names(app: Litestar) -> dict[tuple[str, str], frozenset[str]]:
    """The query parameters each route declares, by (method, path template)."""
    paths = app.state.openapi["paths"]
    names: dict[tuple[str, str], frozenset[str]] = {}
    for route in app.routes:
        for method, operation in paths.get(route.path_format or "/", {}).items():
            declared = operation.get("parameters", ())
            names[method.upper(), route.path_format] = frozenset(p["name"] for p in declared if p["in"] == "query")
    return names


def as_3_0(node: Any) -> Any:
    """An OpenAPI 3.1 description in the words of 3.0: type lists and null become ``nullable``, const an enum."""
    if isinstance(node, list):
        return [as_3_0(part) for part in node]
    if not isinstance(node, dict):
        return node
    out = {key: as_3_0(value) for key, value in node.items()}
    if "openapi" in out:
        out["openapi"] = "3.0.3"
    if isinstance(out.get("type"), list):
        kinds = [kind for kind in out["type"] if kind != "null"]
        out["nullable"] = len(kinds) < len(out["type"])
        out["type"] = kinds[0] if kinds else "object"
    for word in ("oneOf", "anyOf"):
        if isinstance(out.get(word), list) and {"type": "null"} in out[word]:
            out[word] = [part for part in out[word] if part != {"type": "null"}]
            out["nullable"] = True
    if "const" in out and "properties" not in out:
        out["enum"] = [out.pop("const")]
    return out
