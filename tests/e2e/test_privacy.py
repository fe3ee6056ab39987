"""After the path: nothing of a person, and no free text, stands in any topic or in any process's log."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from aiokafka import ConsumerRecord

from tests.e2e.books import workbook
from tests.e2e.company import CONTACTS, CUSTOMER, SOLE_TRADERS_NAME, STAFF_NAMES
from tests.e2e.complaining import ANSWER, APPEAL, WORDS
from tests.e2e.path import DOUBT, Path
from tests.e2e.producing import CUT
from tests.e2e.selling import WISH
from tests.e2e.suite import topics_of
from tests.support.street import read_topic

pytestmark = pytest.mark.asyncio(loop_scope="session")

PERSONAL = (
    *(name for _, name, *_ in CONTACTS),
    *(phone for _, _, _, phone, _ in CONTACTS),
    *STAFF_NAMES,
    SOLE_TRADERS_NAME,
    "百里测癸",
    "10000777009",
)
"""Whoever is in the workbooks of the path and the doors."""
SECRETS = (*PERSONAL, WORDS, ANSWER, APPEAL, DOUBT, CUT, WISH)
"""Free text stays where it was written, too."""


def spellings(secret: str) -> tuple[bytes, bytes]:
    """As it is, and with JSON's escapes."""
    return secret.encode(), json.dumps(secret).strip('"').encode()


def found_in(content: bytes) -> list[str]:
    """Which of the secrets stand there."""
    return [secret for secret in SECRETS if any(spelling in content for spelling in spellings(secret))]


def contents(record: ConsumerRecord) -> Iterator[bytes]:
    """Everything of a record that others can read."""
    yield record.key or b""
    yield record.value or b""
    for name, value in record.headers:
        yield name.encode() + b"=" + (value or b"")


async def test_what_is_looked_for_would_be_found() -> None:
    for secret in SECRETS:
        for escaped in (False, True):
            assert secret in found_in(json.dumps({"name": secret}, ensure_ascii=escaped).encode())


@pytest.mark.rule("C3")
async def test_no_topic_holds_a_person(path: Path) -> None:
    await path.walked()
    suite = path.company.suite
    names = topics_of("fact", "state", "dlq")
    topics = await asyncio.gather(*(read_topic(suite.kafka, suite.prefix + name) for name in names))
    assert sum(map(len, topics)) > 50
    told = [
        (name, secret)
        for name, records in zip(names, topics, strict=True)
        for record in records
        for content in contents(record)
        for secret in found_in(content)
    ]
    assert told == []


@pytest.mark.rule("C3")
async def test_no_log_holds_a_person(path: Path) -> None:
    """Not after good requests, and not after bad ones that carry people's data."""
    await path.walked()
    company = path.company
    keeper = company.staff["hd-keeper"]
    _, name, _, phone, _ = CONTACTS[0]
    (row,) = (await keeper.get("customers", "/customers", code=CUSTOMER))["items"]
    contacts = f"/customers/{row['customer_id']}/contacts"
    for bad in ({"name": name, "telephone": phone}, {"name": name, "phone": phone * 9}, {"name": [name]}):
        assert (await keeper.send("POST", "customers", contacts, bad)).status_code == 422
    twice = workbook({"联系人": [(CUSTOMER, name, "采购经理", phone, "是"), (CUSTOMER, name, "采购经理", phone, "是")]})
    assert (await keeper.send("POST", "customers", "/imports/customers", twice)).status_code == 422
    await keeper.get("customers", "/customers", q=SOLE_TRADERS_NAME)
    for process_name, process in company.suite.processes().items():
        content = process.log.read_bytes()
        assert content, f"{process_name} logs nothing"
        assert found_in(content) == [], process_name
