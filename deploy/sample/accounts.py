"""The demo accounts, as the issuer reads them: who signs in with which password, and what the token says of them."""

import json
from collections.abc import Sequence
from pathlib import Path

from deploy.sample.company import Person
from deploy.sample.organisation import PASSWORD
from shared.kernel.ids import stable_id


def write_accounts(people: Sequence[Person], folder: Path) -> Path:
    """Write ``accounts.json``; ids are those that the organisation gives to the same codes."""
    entries = [
        {
            "account": person.account,
            "password": PASSWORD,
            "person_id": str(stable_id("person", person.staff_no)),
            "staff_no": person.staff_no,
            "name": person.name,
            "roles": list(person.roles),
            "department_id": str(stable_id("department", person.department_code)),
            "department_code": person.department_code,
        }
        for person in people
    ]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "accounts.json"
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fresh.replace(file)
    return file
