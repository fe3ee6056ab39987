"""Loads the sample company once: prepares its files, sees whether it is there already, and runs the steps if not."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from deploy.sample import days, loading, suite, workbooks
from deploy.sample.accounts import write_accounts
from deploy.sample.client import Client
from deploy.sample.company import Company
from deploy.sample.draw import draw
from deploy.sample.organisation import UNIT_CODES
from deploy.sample.telling import Telling
from shared.kernel.dates import business_date, system_clock

_CHECKED: dict[str, tuple[str, str, dict[str, str]]] = {
    "customers": ("customers", "/customers", {}),
    "contracts signed": ("contracts", "/agreements", {"status": "signed"}),
    "shipments": ("contracts", "/shipments", {}),
    "units": ("planning", "/demand-plans", {}),
    "complaints": ("complaints", "/complaints", {}),
}
"""Lists that must hold at least as much as was loaded, by the kind in the marker: the last steps of each service."""


@dataclass(frozen=True, slots=True)
class Files:
    """The sample's folder."""

    folder: Path

    @property
    def accounts(self) -> Path:
        """The demo accounts."""
        return self.folder / "accounts.json"

    @property
    def marker(self) -> Path:
        """The file that says the load was finished, and with what."""
        return self.folder / "loaded.json"

    @property
    def passwords(self) -> Mapping[str, str]:
        """Password by account."""
        entries = json.loads(self.accounts.read_text(encoding="utf-8"))
        return {entry["account"]: entry["password"] for entry in entries}


def files() -> Files:
    """Those of the suite at hand."""
    return Files(suite.sample_folder())


def prepare(today: date | None = None) -> Company:
    """The company of the stored day, fixed on the first call. Writes the accounts, so that the issuer can sign people
    in."""
    folder = files().folder
    company = draw(days.stored_day(folder, today or business_date(system_clock())))
    write_accounts(company.people, folder)
    return company


async def known(where: suite.Suite) -> Mapping[str, Any] | None:
    """What was loaded, if all of it is still there; None if there is something to do. Quick: draws nothing."""
    kept = files()
    loaded = _marked(kept.marker)
    if loaded is None or not kept.accounts.exists():
        return None
    async with Client(where, kept.passwords) as client:
        return loaded if await _is_there(client, loaded) else None


async def load(company: Company, where: suite.Suite, telling: Telling) -> Mapping[str, Any]:
    """Bring the company in; the counts by kind."""
    kept = files()
    workbooks.write_all(company, kept.folder)
    started = time.monotonic()
    async with Client(where, kept.passwords) as client:
        with telling:
            await loading.run(loading.Load(client, company, kept.folder, telling))
    loaded = _counts(company) | {"seconds": round(time.monotonic() - started, 1)}
    fresh = kept.marker.with_suffix(".new")
    fresh.write_text(json.dumps(loaded, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fresh.replace(kept.marker)
    return loaded


async def _is_there(client: Client, loaded: Mapping[str, Any]) -> bool:
    """Whether each service has at least what was loaded: a marker alone may be older than the databases."""
    month = loaded["plan months"][:7]
    asked = [
        client.get(service, path, "market", size="1", **(params | ({"month": month} if kind == "units" else {})))
        for kind, (service, path, params) in _CHECKED.items()
    ]
    answers = await asyncio.gather(*asked)
    return all(answer["total"] >= loaded[kind] for kind, answer in zip(_CHECKED, answers, strict=True))


def _marked(marker: Path) -> Mapping[str, Any] | None:
    """What the marker says; None where it is absent or of another making."""
    try:
        loaded = json.loads(marker.read_text(encoding="utf-8"))
        return loaded if {*_CHECKED, "plan months"} <= loaded.keys() else None
    except (FileNotFoundError, ValueError, AttributeError):
        return None


def _counts(company: Company) -> dict[str, Any]:
    master = company.master
    signed = [a for a in company.agreements if a.goal == "signed"]
    return {
        "day": company.day.isoformat(),
        "plan months": f"{company.months[0]} to {company.months[-1]}",
        "units": len(UNIT_CODES),
        "departments": len(company.departments),
        "people": len(company.people),
        "customers": len(company.customers),
        "contacts": sum(len(c.contacts) for c in company.customers),
        "strategic customers": len(company.tier_applications),
        "products": len(master.products),
        "production lines": len(master.lines),
        "materials": len(master.materials),
        "material deliveries": len(master.deliveries),
        "opening balances": len(company.openings),
        "contracts": len(company.agreements),
        "contracts signed": len(signed),
        "contract lines": sum(len(a.lines) for a in company.agreements),
        "shipments": len(company.shipments),
        "demand plan rows": len(company.forecasts),
        "unit without a plan": " ".join(company.missing),
        "complaints": len(company.complaints),
    }
