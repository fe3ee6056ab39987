"""The command line of every service: ``python -m services.<name> api | worker | migrate | dlq … | outbox | topics``."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, TypeVar

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from shared import migrating, telemetry
from shared.consuming import Facts
from shared.database import Context, Database, Transaction
from shared.kernel.errors import DomainError
from shared.messaging import dead_letters, facts, markers
from shared.messaging.broker import Group, groups_of
from shared.service import Service
from shared.settings import ServiceSettings, SettingsError

T = TypeVar("T")
OPERATOR = Context("operator")
console = Console()


def main(service: Service) -> None:
    """Run the command line of ``service``."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=f"Shouwen's {service.name}."
    )
    _processes(app, service)
    _dead_letters(app, service)
    _looks(app, service)
    if service.commands is not None:
        app.registered_commands += service.commands.registered_commands
        app.registered_groups += service.commands.registered_groups
    try:
        app()
    except SettingsError as error:
        console.print(str(error), style="red", markup=False)
        raise SystemExit(2) from None
    except DomainError as error:
        console.print(f"{error.code}: {error.message}" + (f"\n{error.remedy}" if error.remedy else ""), markup=False)
        raise SystemExit(1) from None


def settings_of(service: Service) -> ServiceSettings:
    """The service's settings from the environment."""
    kind: type[ServiceSettings] = service.settings or ServiceSettings
    return kind.load(service.name)


def _processes(app: typer.Typer, service: Service) -> None:
    @app.command()
    def api() -> None:
        """Serve HTTP."""
        from shared.serving import run_api

        settings = settings_of(service)
        telemetry.configure(service.name, settings.log_level)
        uvloop.run(run_api(service, settings))

    @app.command()
    def worker(roles: Annotated[str, typer.Option(help="comma-separated; all by default")] = "") -> None:
        """Run relay, consumers, timers and jobs."""
        from shared.serving import run_worker

        settings = settings_of(service)
        telemetry.configure(service.name, settings.log_level)
        uvloop.run(run_worker(service, settings, [role for role in roles.split(",") if role]))

    @app.command()
    def migrate() -> None:
        """Bring the database to the newest revision."""
        migrating.upgrade(service.name, settings_of(service).database)
        console.print(f"{service.name}: {migrating.head(service.name)}")


def _dead_letters(app: typer.Typer, service: Service) -> None:
    dlq = typer.Typer(no_args_is_help=True, help="What could not be applied.")
    app.add_typer(dlq, name="dlq")

    @dlq.command("list")
    def list_(group: str = "", all: bool = False) -> None:
        """Dead letters, oldest first."""
        rows = run(service, lambda tx: _letters(tx, group, every=all))
        columns = ("id", "consumer", "topic", "partition", "kafka_offset", "subject", "error", "attempts", "status")
        table = Table(*columns)
        for row in rows:
            table.add_row(*(str(row[name]) for name in columns))
        console.print(table if rows else "no dead letters")

    @dlq.command()
    def show(letter: int) -> None:
        """One dead letter with its cause. The value may hold what a customer wrote: mind who looks on."""
        rows = run(service, lambda tx: tx.raw.fetch("SELECT * FROM dead_letter WHERE id = $1", letter))
        for row in rows:
            console.print_json(json.dumps(dict(row), default=_text))
        if not rows:
            raise typer.Exit(1)

    @dlq.command()
    def redrive(letters: list[int]) -> None:
        """Apply dead letters again, for their own consumer only; the worker releases what waited behind them."""
        for letter in letters:
            run(service, partial(_on, service=service, letter=letter, act=dead_letters.redrive))
            console.print(f"dead letter {letter} was applied")

    @dlq.command()
    def discard(letters: list[int]) -> None:
        """Give dead letters up; the facts behind them go on."""
        for letter in letters:
            run(service, partial(_on, service=service, letter=letter, act=dead_letters.discard))
            console.print(f"dead letter {letter} was given up")

    @dlq.command()
    def skip(group: str, subject: str, sequence: int) -> None:
        """Give up a fact that no dead letter stands for (its sequence could not be read); those behind it go on."""
        specs = {found.name: found.specs for found in groups_of(service.consumers)}.get(group)
        if not isinstance(specs, Facts):
            raise DomainError("absent", "no-such-consumer", f"{group} is no consumer of facts of {service.name}")
        run(service, lambda tx: facts.skip(tx, specs, subject, sequence))
        console.print(f"fact {sequence} of {subject} counts as passed")

    @dlq.command()
    def resume(group: str) -> None:
        """Let a consumer go on that too many bad records in a row had stopped."""
        was = run(service, lambda tx: markers.resume(tx, group))
        console.print(f"{group} goes on" if was else f"{group} was not stopped")


def _looks(app: typer.Typer, service: Service) -> None:
    @app.command()
    def outbox() -> None:
        """How many facts wait for the relay, and since when."""

        async def look(tx: Transaction) -> tuple[int, object]:
            row = await tx.raw.fetchrow("SELECT count(*) AS n, min(time) AS since FROM outbox")
            return (row["n"], row["since"]) if row else (0, None)

        count, since = run(service, look)
        console.print(f"{count} waiting" + (f" since {since}" if since else ""))

    @app.command()
    def topics() -> None:
        """What this service listens to."""
        table = Table("group", "topic")
        for group in groups_of(service.consumers):
            table.add_row(group.name, group.topic)
        console.print(table)


def run(service: Service, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Do one transaction for an operator and let go of the database."""

    async def once() -> T:
        database = Database(settings_of(service).database, name=f"{service.name}-cli", pool=1)
        try:
            return await database.run(work, OPERATOR)
        finally:
            await database.close()

    return asyncio.run(once())


async def _letters(tx: Transaction, group: str, *, every: bool) -> list[dict[str, object]]:
    rows = await tx.raw.fetch(
        "SELECT * FROM dead_letter WHERE ($1 = '' OR consumer = $1) AND ($2 OR status = 'dead') ORDER BY id LIMIT 500",
        group,
        every,
    )
    return [dict(row) for row in rows]


async def _on(
    tx: Transaction,
    service: Service,
    letter: int,
    act: Callable[[Transaction, dead_letters.Specs, int], Awaitable[None]],
) -> None:
    consumer = await tx.raw.fetchval("SELECT consumer FROM dead_letter WHERE id = $1", letter)
    groups: dict[str, Group] = {group.name: group for group in groups_of(service.consumers)}
    if consumer not in groups:
        raise DomainError(
            "absent", "no-such-dead-letter", f"there is no dead letter {letter} of this service's consumers"
        )
    await act(tx, groups[consumer].specs, letter)


def _text(value: object) -> str:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)
