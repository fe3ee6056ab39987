"""`make status` and `make logs`: what a run's processes are doing, from outside."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from deploy.local import kafka, ports, postgres, records
from deploy.local.process import Identity
from deploy.local.services import answer

_SHORT_LIVED = ("migrations", "sample", "initdb", kafka.TOOL)
_COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_green", "bright_magenta")


def status() -> list[dict[str, Any]]:
    """Each process of the latest run: name, pid, memory (bytes, with what it started), uptime (s), readiness, lag.

    Memory is the proportional share where the system tells it: processes share what they were forked from.
    """
    run = records.read_run()
    known = records.recorded()
    runner = records.runner()
    alive = {i.pid for i in [*known.values(), *([runner] if runner else [])] if i.process() is not None}
    rows = []
    for name, identity in sorted(known.items()):
        if name.endswith(_SHORT_LIVED) and identity.process() is None:
            continue
        rows.append({"name": name, **_process(identity, alive), **_readiness(name, run)})
    if runner is not None:
        ready = runner.process() is not None
        rows.append({"name": "runner", **_process(runner, alive), "ready": ready, "lag": None})
    return rows


def show_status(console: Console) -> None:
    """Print the table of `status`."""
    rows = status()
    table = Table("Process", "Pid", "Memory", "Up", "Ready", "Lag", title="Shouwen", title_justify="left")
    for row in rows:
        memory = f"{row['memory'] / 1e6:.0f} MB" if row["memory"] else ""
        ready = "[green]yes[/]" if row["ready"] else f"[red]no[/] {row.get('why') or ''}"
        table.add_row(row["name"], str(row["pid"] or "-"), memory, _duration(row["seconds"]), ready, _lag(row["lag"]))
    run = records.read_run()
    console.print(table if rows else "Nothing was started yet: `make run`.")
    if rows:
        total = sum(row["memory"] or 0 for row in rows) / 1e6
        runner = records.runner()
        watched = runner is not None and runner.process() is not None
        state = run.get("state", "starting") if watched else "nobody watches over them; `make run` begins anew"
        console.print(f"{state}; {total:.0f} MB in all.", highlight=False)


def follow(console: Console, service: str, lines: int, *, once: bool = False) -> None:
    """Print the last `lines` of each log whose name holds `service`, then what is added, until interrupted."""
    seen: dict[Path, int] = {}
    while True:
        for number, log in enumerate(sorted(records.logs().glob("*.log"))):
            if service not in log.stem:
                continue
            for line in _added(log, seen, lines):
                label = f"[{_COLOURS[number % len(_COLOURS)]}]{log.stem}[/] "
                console.print(label, end="")
                console.print(line, markup=False, highlight=False, soft_wrap=True)
        if once:
            return
        time.sleep(0.3)


def _added(log: Path, seen: dict[Path, int], lines: int) -> Iterator[str]:
    size = log.stat().st_size
    first = log not in seen
    start = max(0, size - 200 * lines) if first else seen[log]
    if size < start:  # the log was begun anew
        start = 0
    with log.open("rb") as file:
        file.seek(start)
        text = file.read().decode("utf-8", "replace")
    seen[log] = size
    found = text.splitlines()
    return iter(found[-lines:] if first else found)


def _process(identity: Identity, alive: set[int]) -> dict[str, Any]:
    process = identity.process()
    if process is None:
        return {"pid": None, "memory": None, "seconds": None}
    return {
        "pid": process.pid,
        "memory": _memory(process, alive),
        "seconds": max(0.0, datetime.now(UTC).timestamp() - identity.created),
    }


def _memory(process: psutil.Process, others: set[int]) -> int:
    """Bytes of a process and its descendants but those that have a row of their own."""
    try:
        own = getattr(process.memory_full_info(), "pss", 0) or process.memory_info().rss
        return int(own) + sum(_memory(child, others) for child in process.children() if child.pid not in others)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def _readiness(name: str, run: dict[str, Any]) -> dict[str, Any]:
    service, _, kind = name.partition(" ")
    if kind in ("api", "worker") and service in run.get("services", {}):
        told = run["services"][service]
        ready, body = answer(f"{told['url' if kind == 'api' else 'worker']}/health/ready")
        return {"ready": ready, "lag": body.get("lag") if kind == "worker" else None, "why": _why(ready, body)}
    if name == "issuer":
        return {"ready": answer(f"{run.get('issuer', {}).get('url', '')}/health/live")[0], "lag": None}
    if name in (kafka.NAME, postgres.NAME):
        address = run["kafka"]["bootstrap"] if name == kafka.NAME else run["database"].get("admin", "")
        port = address.rpartition("@")[2].partition("/")[0].rpartition(":")[2]
        return {"ready": port.isdecimal() and not ports.is_free(int(port)), "lag": None}
    return {"ready": records.recorded()[name].process() is not None, "lag": None}


def _why(ready: bool, body: dict[str, Any]) -> str:
    if ready:
        return ""
    wrong = [key for key, value in body.items() if value is False and key != "ready"]
    return ", ".join([*wrong, *(f"{group} stopped" for group in body.get("stopped") or [])]) or "no answer"


def _lag(lag: object) -> str:
    if not isinstance(lag, dict):
        return ""
    behind = {group: count for group, count in lag.items() if count}
    return ", ".join(f"{group.partition('.')[2]} {count}" for group, count in behind.items()) or "0"


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}h{minutes % 60:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"
