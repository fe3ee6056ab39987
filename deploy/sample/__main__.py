"""`python -m deploy.sample`: write the books, load the company, walk the demo."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console

from deploy.sample.suite import SampleError, read_suite

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The sample company.")
console = Console()


@app.command()
def books(
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the first day, if new")] = None,
) -> None:
    """Write the workbooks and the demo accounts, without a running suite."""
    from deploy.sample import loader, workbooks

    company = loader.prepare(day.date() if day else None)
    for path in workbooks.write_all(company, loader.files().folder):
        console.print(str(path), highlight=False, soft_wrap=True)


@app.command()
def load() -> None:
    """Load the sample company into the running suite, once."""
    from deploy.sample import loader
    from deploy.sample.telling import Telling

    suite = read_suite()
    counts = asyncio.run(loader.known(suite))
    if counts is None:
        counts = asyncio.run(loader.load(loader.prepare(), suite, Telling(console)))
    told = ("customers", "contracts", "contract lines", "shipments", "complaints")
    words = ", ".join(f"{counts[kind]} {kind}" for kind in told)
    console.print(f"The sample company of {counts['day']} is loaded: {words}.", highlight=False, soft_wrap=True)


@app.command()
def demo(as_json: Annotated[bool, typer.Option("--json", help="JSON lines")] = False) -> None:
    """Walk the main path for a new customer, step by step, with the facts that each step causes."""
    from deploy.sample.demo import run

    asyncio.run(run(as_json))


def main() -> None:
    """Run a command; an error that the user can mend is told without a trace."""
    try:
        app()
    except* SampleError as group:
        for error in _leaves(group):
            console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(1) from None


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found


if __name__ == "__main__":
    main()
