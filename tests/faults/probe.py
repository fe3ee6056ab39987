"""A service of two rooms for fault tests: it sends promises on request and records each one's effect.

It runs the shared processes unchanged (``python -m tests.faults.probe api|worker``). ``PROBE_WITHOUT`` takes a guard of
the street out, in this process only, so that a test can show that it would notice.
"""

import asyncio
import os
import signal
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, post

from shared import cli, inbox, outbox
from shared.consuming import Copy, Facts
from shared.database import Transaction
from shared.events.planning import PROMISE, PromiseMade
from shared.http import perform, permits
from shared.kernel.ids import new_id
from shared.service import Service
from tests.support import street

DDL = (
    "CREATE TABLE sent (line uuid NOT NULL, version int NOT NULL, PRIMARY KEY (line, version))",
    "CREATE TABLE effect (n bigint GENERATED ALWAYS AS IDENTITY, line uuid NOT NULL, version int NOT NULL)",
    "CREATE TABLE poison (line uuid NOT NULL, version int NOT NULL, action text NOT NULL, times int NOT NULL)",
    "CREATE SEQUENCE bite",
)


class Sending(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Send this promise."""

    line: UUID
    version: int


async def send(tx: Transaction, cmd: Sending) -> Sending:
    """The business row and its fact, in one transaction."""
    await tx.raw.execute("INSERT INTO sent (line, version) VALUES ($1, $2)", cmd.line, cmd.version)
    fact = PromiseMade(
        line_id=cmd.line,
        line_version=cmd.version,
        plan_id=new_id(),
        plan_version=cmd.version,
        promised_on=date(2027, 1, 8),
    )
    await outbox.append(tx, [fact])
    return cmd


@post("/promises", **permits("promise.send"), status_code=201)
async def send_promise(request: Request[Any, Any, Any], data: Sending) -> Response[Sending]:
    """Send one promise."""
    return await perform(request, send, data)


async def take(tx: Transaction, fact: PromiseMade) -> None:
    """One row an effect; a line in ``poison`` makes it fail as the test wants."""
    bad = await tx.raw.fetchrow(
        "SELECT action, times FROM poison WHERE line = $1 AND version = $2", fact.line_id, fact.line_version
    )
    if bad is not None:
        bites = await tx.raw.fetchval("SELECT nextval('bite')")  # a sequence counts over rollbacks
        if bites <= bad["times"]:
            if bad["action"] == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if bad["action"] == "outage":
                raise ConnectionError("a dependency is away")
            raise RuntimeError("poison")
    await tx.raw.execute("INSERT INTO effect (line, version) VALUES ($1, $2)", fact.line_id, fact.line_version)


CONSUMERS: dict[str, Facts | Copy] = {
    "poisoned": Facts(group="contracts.promise", topic=PROMISE, handlers={PromiseMade: take}),
    "plain": street.facts(),
    "copies": street.copy(),
}
SERVICE = Service(
    name="probe",
    permissions={"promise.send": frozenset({"admin"})},
    routes=[send_promise],
    consumers=[CONSUMERS[os.environ.get("PROBE_CONSUMER", "poisoned")]],
)


def _take_out(guard: str) -> None:
    from shared import relay
    from shared.messaging import facts, markers
    from shared.messaging import guard as guarding
    from shared.publishing import Producer

    if guard == "inbox":

        async def everything(tx: Transaction, consumer: str, events: Any) -> set[tuple[str, str]]:
            return set(events)

        async def from_nothing(tx: Transaction, consumer: str, topic: str, subjects: Any) -> dict[str, int]:
            return dict.fromkeys(subjects, 0)

        inbox.first_time = everything
        inbox.open_cursors = from_nothing
        _without_sequence(facts)
    elif guard == "sequence":
        _without_sequence(facts)
    elif guard == "marker":

        async def never(*_: object) -> bool:
            return False

        markers.begin = never  # type: ignore[assignment]
    elif guard == "lock":
        relay.Relay._elected = _anyone  # type: ignore[method-assign]
    elif guard == "outbox":
        # Publishing straight from the request, as a service without an outbox would.
        async def direct(tx: Transaction, rows: Any) -> None:
            producer = Producer(os.environ["SHOUWEN_PROBE_KAFKA"], prefix=os.environ["SHOUWEN_PROBE_TOPIC_PREFIX"])
            try:
                for row in rows:
                    await producer.send_and_wait(row.published.topic, row.payload.encode(), row.subject.encode(), [])
            finally:
                await producer.discard()

        outbox._insert = direct
    elif guard == "progress":
        from shared.messaging import watchdog

        async def hangs(self: Any, records: Any) -> None:
            await asyncio.Event().wait()

        guarding.Guard.handle = hangs  # type: ignore[method-assign]
        watchdog.Watchdog = partial(watchdog.Watchdog, patience=3.0)  # type: ignore[assignment, misc]
    elif guard == "one-by-one":
        from shared.messaging import dead_letters

        async def whole_or_dead(self: Any, records: Any) -> None:
            for record in records:
                await self._bury(record, dead_letters.Verdict("Batch", "the whole batch was buried", 1))

        guarding.Guard._each = whole_or_dead  # type: ignore[method-assign]
    else:
        raise ValueError(f"no guard called {guard}")


def _without_sequence(facts: Any) -> None:
    async def perform_all(tx: Transaction, spec: Any, records: Any, tally: Any) -> None:
        taken = [facts.take(record) for record in records]
        fresh = await inbox.first_time(tx, spec.group, [(t.envelope.source, t.envelope.id) for t in taken])
        for item in taken:
            event = (item.envelope.source, item.envelope.id)
            if event in fresh:
                await facts.perform(tx, spec, item, tally)

    facts.apply_batch = perform_all


async def _anyone(self: Any, connection: Any) -> None:
    await asyncio.sleep(0)


if __name__ == "__main__":
    if os.environ.get("PROBE_WITHOUT"):
        _take_out(os.environ["PROBE_WITHOUT"])
    cli.main(SERVICE)
