"""Workbooks for tests, and sending them."""

from datetime import date
from typing import Any

import httpx

from shared import exports
from shared.testing.api import headers
from tests.integration.contracts.world import Person, World


def book(name: str, headings: tuple[str, ...], *rows: tuple[Any, ...]) -> bytes:
    """One sheet; texts that are days become days."""
    return exports.workbook({name: exports.Table(headings, [[_cell(value) for value in row] for row in rows])})


def _cell(value: object) -> object:
    if isinstance(value, str) and len(value) == 10 and value[4] == "-":
        return date.fromisoformat(value)
    return value


async def send(world: World, who: Person, path: str, data: bytes, on_error: str = "nothing") -> httpx.Response:
    """POST a workbook."""
    sent = headers(who.token) | {"Content-Type": exports.MEDIA_TYPE}
    return await world.client.post(path, params={"on_error": on_error}, content=data, headers=sent)
