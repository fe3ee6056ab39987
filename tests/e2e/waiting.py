"""Waiting for what is on its way between two services: looking again until it is there or the time is up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
LOOK_AGAIN = 0.1


async def eventually(
    look: Callable[[], Awaitable[T]], good: Callable[[T], object] = bool, *, seconds: float = 30, what: str = ""
) -> T:
    """What ``look`` finds once it is ``good``; AssertionError with the last it found when that is not in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        found = await look()
        if good(found):
            return found
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"{what or 'it'} did not come within {seconds:.0f} s; the last seen: {found!r:.2000}")
        await asyncio.sleep(LOOK_AGAIN)
