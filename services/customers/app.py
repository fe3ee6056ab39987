"""What customers is made of: the composition root."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from services.customers.archive import api as archive
from services.customers.archive import imports as archive_imports
from services.customers.bootstrap import command_line
from services.customers.doubles import api as doubles
from services.customers.organisation import api as organisation
from services.customers.organisation import imports as organisation_imports
from services.customers.permissions import PERMISSIONS
from services.customers.policy import api as policy
from services.customers.policy.commands import announce
from services.customers.tiers import api as tiers
from services.customers.volume.consumers import CONSUMERS
from shared.database import Context, Transaction
from shared.service import Running, Service


async def announce_policies(running: Running) -> None:
    """Publish, once in the life of the database, the policies that came with it."""
    count = await running.database.run(announce, Context("policies"))
    if count:
        running.log.info("policies announced: %d", count)
    await asyncio.Event().wait()


def _run(work: Callable[[Transaction], Awaitable[Any]]) -> Any:
    from shared import cli

    return cli.run(SERVICE, work)


SERVICE = Service(
    name="customers",
    permissions=PERMISSIONS,
    routes=[
        *organisation.ROUTES,
        *organisation_imports.ROUTES,
        *archive.ROUTES,
        *archive_imports.ROUTES,
        *doubles.ROUTES,
        *tiers.ROUTES,
        *policy.ROUTES,
    ],
    consumers=CONSUMERS,
    jobs={"policies": announce_policies},
    commands=command_line(_run),
)
