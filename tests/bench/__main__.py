"""``python -m tests.bench``: the street beside its bare floor, in one run, as a table and as var/bench.json."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import measures
from tests.bench.layouts import Layout, layout
from tests.support import servers

ROOT = Path(__file__).resolve().parents[2]
OUT = Path(os.environ.get("SHOUWEN_VAR") or ROOT / "var")
Measure = Callable[[Layout], Awaitable[measures.Figures]]


async def bulk(side: Layout) -> measures.Figures:
    """Relay drain first: it fills the topics that the consumers are measured on."""
    found = await measures.relay_drain(side)
    await side.relay.kill()
    return found | await measures.apply_facts(side) | await measures.apply_copies(side)


async def at(side: Layout, rate: int) -> measures.Figures:
    """Commit to commit at one rate."""
    return await measures.commit_to_commit(side, rate)


MEASURES: dict[str, Measure] = {
    "post": measures.post_to_commit,
    "200": lambda side: at(side, 200),
    "500": lambda side: at(side, 500),
    "bulk": bulk,
}


async def run(wanted: list[str]) -> dict[str, dict[str, float]]:
    """Each measure on the floor and on the suite, one after the other, on fresh state."""
    found = servers.running()
    assert found is not None
    folder = OUT / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    figures: dict[str, dict[str, float]] = {"floor": {}, "suite": {}}
    for name in wanted:
        for side in ("floor", "suite"):
            Console(stderr=True).print(f"{name} on the {side} …")
            async with layout(side, found.kafka, found.database_admin, folder) as made:
                figures[side] |= await MEASURES[name](made)
    return figures


def main() -> int:
    """Measure all, or what is named on the command line."""
    wanted = sys.argv[1:] or list(MEASURES)
    owned = None if servers.running() else servers.Owned(fsync=True)
    try:
        figures = asyncio.run(run(wanted))
    finally:
        if owned:
            owned.stop()
    table = Table("figure", "floor", "suite", "suite / floor", title=os.environ.get(servers.VERSIONS, ""))
    for name, floor in figures["floor"].items():
        suite = figures["suite"][name]
        table.add_row(name, f"{floor:,.1f}", f"{suite:,.1f}", f"{suite / floor:.2f}" if floor else "")
    Console().print(table)
    (OUT / "bench.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
