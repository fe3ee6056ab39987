"""What a run tells its user: `run.json`'s content, and the same as tables."""

import json
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.local import issuer, places, ports, records
from deploy.local.services import Addresses
from deploy.local.settings import LocalSettings


def blank(told: LocalSettings) -> dict[str, Any]:
    """The document of a run that begins now."""
    url = f"http://{ports.LOOPBACK}:{told.issuer_port}"
    return {
        "state": "starting",
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "kafka": {
            "bootstrap": told.kafka or f"{ports.LOOPBACK}:{told.kafka_port}",
            "embedded": told.kafka is None,
        },
        "database": {"embedded": told.database is None},
        "issuer": {
            "url": url,
            "token": f"{url}/token",
            "jwks": f"{url}/jwks.json",
            "issuer": issuer.ISSUER,
            "audience": issuer.AUDIENCE,
        },
        "services": {},
        "accounts_file": str(issuer.accounts_file()),
        "accounts": [],
        "loaded": None,
        "seconds": {},
    }


def add_services(document: dict[str, Any], told: LocalSettings, addresses: Addresses) -> None:
    """Put in where each service is."""
    for name, database in addresses.databases.items():
        url = f"http://{ports.LOOPBACK}:{told.http[name]}"
        document["services"][name] = {
            "url": url,
            "docs": f"{url}/schema",
            "worker": f"http://{ports.LOOPBACK}:{told.worker[name]}",
            "database": database,
        }


def loaded_file() -> Path:
    """Where the sample's loader says what it loaded: a JSON object of counts by kind."""
    return places.var() / "sample" / "loaded.json"


def add_sample(document: dict[str, Any]) -> None:
    """Put in the demo accounts and what was loaded, as the loader left them."""
    document["accounts"] = [
        {
            "account": a.account,
            "password": a.password,
            "name": a.name,
            "roles": list(a.roles),
            "department": a.department_code,
            "person_id": a.person_id,
            "department_id": a.department_id,
        }
        for a in issuer.read_accounts().values()
    ]
    if loaded_file().exists():
        document["loaded"] = json.loads(loaded_file().read_text(encoding="utf-8"))


def show(console: Console, document: dict[str, Any]) -> None:
    """Print addresses, one demo account of each kind, and what was loaded."""
    where = Table("Address", "", title="Shouwen", title_justify="left")
    for name, service in document["services"].items():
        where.add_row(name, f"{service['url']}  (API description: {service['docs']})")
    where.add_row("tokens", f"POST {document['issuer']['token']}")
    where.add_row("Kafka", f"{document['kafka']['bootstrap']}  ({document['kafka'].get('version', '')})")
    where.add_row(
        "PostgreSQL", f"{_host(document['database'].get('admin', ''))}  ({document['database'].get('version', '')})"
    )
    console.print(where)
    if document["accounts"]:
        console.print(_accounts(document["accounts"]))
    if document["loaded"]:
        loaded = Table("Loaded", "", title="Sample company", title_justify="left")
        for kind, count in document["loaded"].items():
            loaded.add_row(str(kind), str(count))
        console.print(loaded)
    seconds = document["seconds"]
    console.print(
        f"Servers and services after {seconds.get('ready', '?')} s, sample after {seconds.get('loaded', '?')} s. "
        f"The same as JSON: {records.run_file()}",
        highlight=False,
        soft_wrap=True,
    )


def _accounts(accounts: list[dict[str, Any]]) -> Table:
    table = Table("Account", "Password", "Roles", "Department", title="Demo accounts", title_justify="left")
    seen: set[tuple[str, ...]] = set()
    for account in accounts:
        roles = tuple(account["roles"])
        if roles not in seen:
            seen.add(roles)
            table.add_row(account["account"], account["password"], ", ".join(roles), account["department"] or "")
    if len(accounts) > len(seen):
        table.caption = f"one of each kind; all {len(accounts)} stand in run.json"
    return table


def latest_line(log: Path) -> str:
    """The last whole line that a log holds, without control characters; empty when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 2000))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return ""
    text = next((line for line in reversed(lines) if line.strip()), "")
    return "".join(c for c in text if c.isprintable())[:100]


def follow(console: Console, log: Path, process: "subprocess.Popen[bytes]", began: float) -> str:
    """Print what a run in the background writes until it is up or has ended; answers its state."""
    with log.open("rb") as file:
        while True:
            ended = process.poll() is not None
            for line in file.read().decode("utf-8", "replace").splitlines():
                console.print(line, markup=False, highlight=False, soft_wrap=True)
            document = records.read_run()
            state = str(document.get("state", ""))
            fresh = bool(document) and datetime.fromisoformat(document["started"]).timestamp() >= int(began)
            if ended:
                return state if fresh and state == "failed" else "ended"
            if fresh and state in ("ready", "load-failed"):
                time.sleep(0.3)
                console.print(file.read().decode("utf-8", "replace"), markup=False, highlight=False, soft_wrap=True)
                return state
            time.sleep(0.1)


def _host(address: str) -> str:
    return address.rpartition("@")[2].partition("/")[0]
