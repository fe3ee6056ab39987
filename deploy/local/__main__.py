"""`python -m deploy.local`: the commands behind the Makefile."""

import json
import os
import shlex
import shutil
import sys
import threading
from typing import Annotated

import typer
from rich.console import Console

from deploy.local import places
from deploy.local.errors import LocalError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Shouwen on this machine."
)
# On a pipe or in a file there is no terminal to fit into: tables keep their lines whole.
console = Console(width=None if sys.stdout.isatty() else 140)
KEPT = ("cache", "scratch", "settings.env")


@app.command()
def run(detach: Annotated[bool, typer.Option(help="return when all is ready")] = False) -> None:
    """Start everything, load the sample, and keep it alive until Ctrl-C."""
    from deploy.local import control
    from deploy.local import run as running

    if detach:
        raise typer.Exit(control.detached(console))
    code = running.foreground(console)
    if threading.active_count() > 1:
        # A download that was cut short would hold the process until its last part came.
        sys.stdout.flush()
        os._exit(code)
    raise typer.Exit(code)


@app.command()
def stop() -> None:
    """End everything that runs, in order; data is kept."""
    from deploy.local import control

    control.stop(console)


@app.command(name="env")
def environment(service: str) -> None:
    """What to export so that `python -m services.<service> dlq …` speaks to the running suite's database."""
    run_file = places.var() / "run.json"
    told = json.loads(run_file.read_text(encoding="utf-8")) if run_file.exists() else {}
    found = told.get("services", {}).get(service, {})
    if "database" not in found:
        raise LocalError(f"{run_file} tells of no service {service}: is the suite running?")
    print(f"export SHOUWEN_{service.upper()}_DATABASE={shlex.quote(found['database'])}")
    print(f"export SHOUWEN_{service.upper()}_KAFKA={shlex.quote(told['kafka']['bootstrap'])}")


@app.command()
def reset() -> None:
    """Stop, then delete all local state but downloads and settings. Servers that run elsewhere keep theirs."""
    from deploy.local import control, settings

    control.stop(console)
    told = settings.load()
    for path in sorted(places.var().iterdir()) if places.var().exists() else []:
        if path.name in KEPT:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    console.print(f"Deleted the state in {places.var()}; downloads are kept.", highlight=False, soft_wrap=True)
    for name, address in (("SHOUWEN_KAFKA", told.kafka), ("SHOUWEN_DATABASE", told.database)):
        if address:
            console.print(f"What {name} leads to is left as it is.")


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Each process: pid, memory, readiness, lag. With --json, answers 1 unless everything is ready."""
    from deploy.local import looking

    if as_json:
        rows = looking.status()
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        raise typer.Exit(0 if rows and all(row["ready"] for row in rows) else 1)
    looking.show_status(console)


@app.command()
def logs(service: str = "", lines: int = 20, once: bool = False) -> None:
    """Follow the logs; of one service with --service."""
    from deploy.local import looking

    try:
        looking.follow(console, service, lines, once=once)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@app.command()
def ports() -> None:
    """Which ports are used, by what, the setting that moves each, and who holds it now."""
    from rich.table import Table

    from deploy.local import ports as loopback
    from deploy.local import settings

    table = Table("Port", "For", "Setting", "Now")
    for port, what, setting in settings.load(settings.environment()).ports():
        table.add_row(str(port), what, setting, "free" if loopback.is_free(port) else loopback.owner(port))
    console.print(table)


@app.command(hidden=True)
def nursery(channel: int) -> None:
    """Import what the services need, and fork them on demand."""
    from deploy.local.nursery import serve

    serve(channel)


@app.command(hidden=True)
def migrate() -> None:
    """Bring every service's database (SHOUWEN_<NAME>_DATABASE) to its newest revision."""
    from deploy.local.settings import SERVICES
    from shared import migrating

    for name in SERVICES:
        migrating.upgrade(name, os.environ[f"SHOUWEN_{name.upper()}_DATABASE"])
    print("at " + ", ".join(f"{name} {migrating.head(name)}" for name in SERVICES))


@app.command()
def issuer(port: Annotated[int, typer.Option()], host: str = "127.0.0.1") -> None:
    """Serve the demo token issuer, on loopback only."""
    from deploy.local.issuer import serve

    serve(host, port)


@app.command()
def jars() -> None:
    """Write kafka-jars.lock anew, for whoever raises Kafka's version."""
    from deploy.local.jars import write_lock

    write_lock()


def main() -> None:
    """Run a command; an error that the user can mend is told without a trace."""
    try:
        app()
    except LocalError as error:
        console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
