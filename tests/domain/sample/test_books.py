"""The books have exactly the sheets and columns that the import routes take, and every cell can be read."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from deploy.sample.accounts import write_accounts
from deploy.sample.draw import draw
from deploy.sample.workbooks import write_all
from services.complaints.intake.imports import COMPLAINTS
from services.contracts.agreement.imports import AGREEMENTS, OPENINGS
from services.contracts.supply.imports import SHIPMENTS
from services.customers.archive import imports as archive
from services.customers.organisation import imports as organisation
from services.planning.demand import imports as demand
from services.planning.master import imports as master
from shared.auth.domain import ROLES
from shared.imports import Sheet
from shared.imports.parse import parse_book
from shared.kernel.ids import stable_id

DAY = date(2026, 11, 24)
COMPANY = draw(DAY)

BOOKS: list[tuple[str, Sequence[Sheet[Any]]]] = [
    ("organisation.xlsx", (organisation.DEPARTMENTS, organisation.PEOPLE)),
    ("customers-HD.xlsx", (archive.CUSTOMERS, archive.CONTACTS)),
    ("master.xlsx", master.SHEETS),
    ("agreements-HD.xlsx", (AGREEMENTS,)),
    ("opening-balances.xlsx", (OPENINGS,)),
    ("shipments.xlsx", (SHIPMENTS,)),
    ("demand-plans-HD.xlsx", demand.SHEETS),
    ("complaints-HD.xlsx", (COMPLAINTS,)),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("books")
    write_all(COMPANY, found)
    return found


@pytest.mark.parametrize(("file", "sheets"), BOOKS, ids=[name for name, _ in BOOKS])
def test_a_book_is_read_without_an_error(folder: Path, file: str, sheets: Sequence[Sheet[Any]]) -> None:
    parts, ignored = parse_book((folder / file).read_bytes(), sheets)
    assert ignored == []
    assert [part.errors for part in parts] == [[] for _ in sheets]
    assert all(part.groups for part in parts)


def test_accounts_carry_the_ids_that_the_organisation_will_have(tmp_path: Path) -> None:
    entries = json.loads(write_accounts(COMPANY.people, tmp_path).read_text(encoding="utf-8"))
    by_account = {entry["account"]: entry for entry in entries}
    head = by_account["hd-head"]
    assert head["roles"] == ["unit-head"]
    assert head["department_id"] == str(stable_id("department", "HD"))
    assert head["person_id"] == str(stable_id("person", head["staff_no"]))
    assert {role for entry in entries for role in entry["roles"]} == set(ROLES)
