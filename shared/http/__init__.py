"""The door of a service: one application factory and the few words that its routes need.

A route declares its permission (``permits``), parses into a Struct, and hands over to ``perform`` (one command, one
transaction, once per Idempotency-Key) or ``read``. Everything else of HTTP is decided here, alike for all services.
"""

from shared.http.acting import ApiRequest, actor_of, context_of, perform, read
from shared.http.app import build_api
from shared.http.doors import permits, public
from shared.http.etag import expected_version
from shared.http.problems import Problem
from shared.paging import Page, PageQuery, fetch_page

__all__ = [
    "ApiRequest",
    "Page",
    "PageQuery",
    "Problem",
    "actor_of",
    "build_api",
    "context_of",
    "expected_version",
    "fetch_page",
    "perform",
    "permits",
    "public",
    "read",
]
