"""What a service is made of, as one table that its ``app.py`` fills and the shared processes run."""

import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.consuming import Copy, Facts
from shared.database import Database
from shared.kernel.dates import Clock

if TYPE_CHECKING:
    import typer
    from litestar.handlers import HTTPRouteHandler

    from shared.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Running:
    """What a further worker role gets."""

    database: Database
    settings: "ServiceSettings"
    clock: Clock
    log: logging.Logger


Job = Callable[[Running], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Service:
    """One of the four. permissions: permission -> roles that hold it.

    jobs: further worker roles, run until cancelled; commands: further CLI commands."""

    name: str
    permissions: Mapping[str, frozenset[str]]
    routes: Sequence["HTTPRouteHandler"]
    consumers: Sequence[Facts | Copy] = ()
    jobs: Mapping[str, Job] = field(default_factory=dict)
    commands: "typer.Typer | None" = None
    settings: "type[Any] | None" = None
