"""Loads the sample company once: prepares its files, sees whether it is there already, and runs the steps if not."""

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
from deploy.sample.organisation import UNIT_CODES, account
from deploy.sample.telling import Telling
from shared.kernel.dates import business_date, system_clock


@dataclass(frozen=True, slots=True)
class Prepared:
    """The company of the stored day, and the folder with its files."""

    company: Company
    folder: Path

    @property
    def passwords(self) -> Mapping[str, str]:
        """Password by account."""
        entries = json.loads((self.folder / "accounts.json").read_text(encoding="utf-8"))
        return {entry["account"]: entry["password"] for entry in entries}

    @property
    def marker(self) -> Path:
        """The file that says the load was finished, and with what."""
        return self.folder / "loaded.json"


def prepare(today: date | None = None) -> Prepared:
    """Fix the day on the first call, and write the accounts, so that the issuer can sign people in."""
    folder = suite.sample_folder()
    company = draw(days.stored_day(folder, today or business_date(system_clock())))
    write_accounts(company.people, folder)
    return Prepared(company, folder)


async def load(prepared: Prepared, where: suite.Suite, telling: Telling) -> Mapping[str, Any]:
    """Bring the company in, unless all of it is there; the counts by kind."""
    async with Client(where, prepared.passwords) as client:
        if (known := _marked(prepared)) and await _is_there(client, prepared.company):
            telling.say(f"The sample company of {prepared.company.day} is loaded already.")
            return known
        started = time.monotonic()
        workbooks.write_all(prepared.company, prepared.folder)
        with telling:
            await loading.run(loading.Load(client, prepared.company, prepared.folder, telling))
        loaded = _counts(prepared.company) | {"seconds": round(time.monotonic() - started, 1)}
    fresh = prepared.marker.with_suffix(".new")
    fresh.write_text(json.dumps(loaded, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fresh.replace(prepared.marker)
    return loaded


def _marked(prepared: Prepared) -> Mapping[str, Any] | None:
    if not prepared.marker.exists():
        return None
    marked: dict[str, Any] = json.loads(prepared.marker.read_text(encoding="utf-8"))
    return marked if marked.get("day") == prepared.company.day.isoformat() else None


async def _is_there(client: Client, company: Company) -> bool:
    """Whether the last thing of each service's last step is there: a marker alone may be older than the databases."""
    last = company.complaints[-1]
    complaints = await client.get("complaints", "/complaints", account(last.unit_code, "clerk"), number=last.number)
    shipped = await client.get("contracts", "/shipments", "logistics", size="1")
    customers = await client.get("customers", "/customers", "market", code=company.customers[-1].code)
    plans = await client.get("planning", "/demand-plans", "market", month=company.months[0])
    return bool(complaints["total"] and shipped["total"] and customers["total"] and plans["total"] >= len(UNIT_CODES))


def _counts(company: Company) -> dict[str, Any]:
    master = company.master
    signed = [a for a in company.agreements if a.goal == "signed"]
    return {
        "day": company.day.isoformat(),
        "plan months": f"{company.months[0]} to {company.months[-1]}",
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
