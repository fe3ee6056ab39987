"""Q1 through the door: recording, linking, importing, listing, and who sees what."""

import asyncio
import io
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from services.complaints.intake.rows import HEADINGS
from tests.integration.complaints.world import (
    Desk,
    customer,
    customer_state,
    department,
    hear,
    line_id,
    line_state,
    offered,
    person,
    shipment_state,
)

pytestmark = pytest.mark.rule("Q1")


def book(*rows: dict[str, object]) -> bytes:
    """A workbook with these complaints."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = workbook.add_worksheet("投诉")
    sheet.write_row(0, 0, list(HEADINGS.values()))
    for index, row in enumerate(rows, start=1):
        for column, name in enumerate(HEADINGS):
            if row.get(name) is not None:
                sheet.write(index, column, row[name])
    workbook.close()
    return file.getvalue()


def row(number: str, **other: object) -> dict[str, object]:
    """A row of the workbook."""
    return offered(number=number, category="质量", reported_on=date(2026, 11, 1)) | other


async def test_a_clerk_records_a_complaint_on_a_delivered_line(desk: Desk) -> None:
    answer = await desk.post("clerk", "/complaints", offered())
    found = answer.json()
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/complaints/{found['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert found["number"].startswith("TS2026")
    assert found["unit_id"] == str(department("DY-1"))
    assert found["line_id"] == str(line_id("HT-1", 1))
    assert found["answerable_id"] == found["first_contact_id"] == str(person("clerk"))
    assert [step["action"] for step in found["history"]] == ["receive"]
    ((kind, fact),) = await desk.facts()
    assert kind == "complaints.complaint.received.v1"
    assert fact == {
        "complaint_id": found["id"],
        "number": found["number"],
        "customer_id": str(customer("C-1")),
        "unit_id": str(department("DY-1")),
        "line_id": str(line_id("HT-1", 1)),
        "batch_number": "B-1",
        "category": "quality",
    }


async def test_the_same_key_records_once(desk: Desk) -> None:
    first = await desk.post("clerk", "/complaints", offered(), key="the-same-intent")
    again = await desk.post("clerk", "/complaints", offered(), key="the-same-intent")
    assert again.json() == first.json()
    assert len(await desk.facts()) == 1


async def test_a_colleague_may_be_the_first_contact_a_stranger_may_not(desk: Desk) -> None:
    found = await desk.record(first_contact_id=str(person("colleague")))
    assert found["answerable_id"] == str(person("colleague"))
    refused = await desk.post("clerk", "/complaints", offered(first_contact_id=str(person("stranger"))))
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/not-of-the-unit")


@pytest.mark.parametrize(
    ("body", "status", "problem", "field"),
    [
        (offered(customer_code="C-404"), 409, "not-yet-known", "customer_code"),
        (offered(customer_code="C-9"), 409, "not-yet-known", "customer_code"),
        (offered(agreement_number="HT-404"), 409, "not-yet-known", "line_no"),
        (offered(agreement_number="HT-9"), 409, "not-yet-known", "line_no"),
        (offered(batch_number="B-404"), 409, "not-yet-known", "batch_number"),
        (offered(line_no=2, batch_number=None), 409, "not-yet-known", "line_no"),
        (offered(agreement_number="HT-2", batch_number="B-3"), 422, "line-of-another-customer", "line_no"),
        (offered(line_no=None), 422, "incomplete-line", "line_no"),
        (offered(reported_on="2026-11-03"), 422, "reported-in-the-future", "reported_on"),
        (offered(description="  "), 422, "bad-text", "description"),
        (offered(number="TS 1"), 422, "bad-code", "number"),
    ],
)
async def test_what_does_not_fit_is_refused_with_the_field_to_blame(
    desk: Desk, body: dict[str, object], status: int, problem: str, field: str
) -> None:
    answer = await desk.post("clerk", "/complaints", body)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}"), answer.text
    assert answer.json()["field"] == field
    assert ("Retry-After" in answer.headers) == (problem == "not-yet-known")
    assert await desk.facts() == []


async def test_an_unknown_field_is_refused(desk: Desk) -> None:
    assert (await desk.post("clerk", "/complaints", offered(severity="high"))).status_code == 422


async def test_what_was_not_known_yet_is_accepted_once_it_is_heard_of(desk: Desk) -> None:
    late = offered(agreement_number="HT-3", batch_number="B-7")
    assert (await desk.post("clerk", "/complaints", late)).json()["type"] == "/problems/not-yet-known"
    await hear(desk.database, [line_state("HT-3", 1, "C-1"), shipment_state("HT-3", 1, "C-1", "B-7")])
    assert (await desk.post("clerk", "/complaints", late)).status_code == 201


async def test_a_merged_customers_old_code_and_lines_lead_to_the_survivor(desk: Desk) -> None:
    await hear(desk.database, [customer_state("C-2", merged_into="C-1")], sequence=2)
    found = await desk.record(customer_code="C-2", agreement_number="HT-2", batch_number="B-3")
    assert found["customer_code"] == "C-1"
    assert (await desk.record(agreement_number="HT-2", batch_number="B-3"))["customer_code"] == "C-1"
    listed = (await desk.get("clerk", "/complaints", customer="C-1")).json()
    assert listed["total"] == 2


async def test_a_unit_sees_its_own_complaints_quality_those_about_quality(desk: Desk) -> None:
    quality = await desk.record()
    late = await desk.record(category="delivery", line_no=2, batch_number=None)
    seen = {
        who: sorted(one["id"] for one in (await desk.get(who, "/complaints")).json()["items"])
        for who in ("clerk", "colleague", "stranger", "inspector", "market", "maker", "director")
    }
    both = sorted([quality["id"], late["id"]])
    assert seen == {
        "clerk": both,
        "colleague": both,
        "stranger": [],
        "inspector": [quality["id"]],
        "market": both,
        "maker": [],
        "director": both,
    }
    for who, status in (("colleague", 200), ("stranger", 404), ("inspector", 404), ("maker", 404)):
        assert (await desk.get(who, f"/complaints/{late['id']}")).status_code == status
    change = await desk.post("stranger", f"/complaints/{late['id']}/tell-customer", {"answer": "x"})
    assert change.status_code == 404


async def test_the_list_filters_sorts_and_pages(desk: Desk) -> None:
    for number, category in (("T-1", "quality"), ("T-2", "delivery"), ("T-3", "service")):
        await desk.record(number=number, category=category, description=f"第{number}件")
    await desk.record(number="T-4", customer_code="C-2", agreement_number="HT-2", batch_number="B-3")

    async def numbers(**query: str) -> list[str]:
        answer = await desk.get("market", "/complaints", **query)
        assert answer.status_code == 200, answer.text
        return [one["number"] for one in answer.json()["items"]]

    assert await numbers(sort="number") == ["T-1", "T-2", "T-3", "T-4"]
    assert await numbers(sort="-number", size="2", page="2") == ["T-2", "T-1"]
    assert await numbers(category="service") == ["T-3"]
    assert await numbers(status="received", customer="C-2") == ["T-4"]
    assert await numbers(unit="DY-2") == []
    assert await numbers(unit="DY-1", sort="number", size="1") == ["T-1"]
    assert await numbers(q="第T-2") == ["T-2"]
    assert await numbers(number="T-3") == ["T-3"]
    assert (await desk.get("market", "/complaints", sort="description")).status_code == 422
    assert (await desk.get("market", "/complaints", statuss="x")).status_code == 422
    assert (await desk.get("market", "/complaints", status="vanished")).status_code in (400, 422)


async def test_a_book_comes_in_once_and_the_same_book_changes_nothing(desk: Desk) -> None:
    rows = [
        row(
            f"TS-{n:03d}",
            category="交付" if n % 3 else "质量",
            line_no=n % 2 + 1 if n % 3 else 1,
            batch_number=None if n % 3 else "B-1",
            description=f"第{n}件投诉",
        )
        for n in range(66)
    ]
    first = (await desk.send_book("clerk", book(*rows))).json()
    assert (first["created"], first["error_count"]) == (66, 0), first
    assert len(await desk.facts()) == 66
    again = (await desk.send_book("clerk", book(*rows))).json()
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 66)
    assert len(await desk.facts()) == 66


async def test_all_or_nothing_and_keep_the_good_by_row_and_column(desk: Desk) -> None:
    rows = book(row("TS-1"), row("TS-2", customer_code="C-404"), row("TS-3", category="怪事"))
    refused = await desk.send_book("clerk", rows)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/import-refused")
    assert await desk.facts() == []
    kept = await desk.send_book("clerk", rows, on_error="keep")
    assert kept.status_code == 200
    assert (kept.json()["created"], kept.json()["rejected"]) == (1, 2)
    places = {(one["sheet"], one["row"], one["column"], one["code"]) for one in kept.json()["errors"]}
    assert places == {("投诉", 3, "客户编码", "not-yet-known"), ("投诉", 4, "类别", "not-a-choice")}


async def test_a_changed_row_corrects_only_what_nobody_worked_on(desk: Desk) -> None:
    await desk.send_book("clerk", book(row("TS-1")))
    other = book(row("TS-1", description="轴承卡死"))
    assert (await desk.send_book("clerk", other)).json()["updated"] == 1
    (one,) = (await desk.get("clerk", "/complaints", number="TS-1")).json()["items"]
    whole = (await desk.get("clerk", f"/complaints/{one['id']}")).json()
    assert whole["description"] == "轴承卡死"
    assert [step["action"] for step in whole["history"]] == ["receive", "correct"]
    await desk.post("clerk", f"/complaints/{one['id']}/escalate", {})
    assert (await desk.send_book("clerk", other)).json()["unchanged"] == 1
    late = await desk.send_book("clerk", book(row("TS-1", description="又变了")), on_error="keep")
    assert late.json()["errors"][0]["code"] == "complaint-differs"


async def test_another_units_number_is_taken_without_a_word_more(desk: Desk) -> None:
    await desk.record(number="TS-1")
    await hear(desk.database, [shipment_state("HT-9", 1, "C-9", "B-9")])
    foreign = offered(number="TS-1", customer_code="C-9", agreement_number="HT-9", batch_number="B-9")
    answer = await desk.post("stranger", "/complaints", foreign)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/number-taken")


async def test_two_at_once_with_one_number_record_once(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.post("clerk", "/complaints", offered(number="TS-1")) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(await desk.facts()) == 1


async def test_what_is_not_about_quality_is_answered_and_closed_by_the_unit(desk: Desk) -> None:
    found = await desk.record(category="delivery", line_no=2, batch_number=None)
    path = f"/complaints/{found['id']}"
    refused = await desk.post("clerk", f"{path}/escalate", {})
    assert refused.json()["type"] == "/problems/wrong-status"
    told = await desk.post("colleague", f"{path}/tell-customer", {"answer": "已安排补发"})
    assert told.json()["answerable_id"] is None
    closed: dict[str, Any] = (await desk.post("clerk", f"{path}/close", {})).json()
    assert closed["status"] == "closed"
    assert [kind.rsplit(".", 2)[-2] for kind, _ in await desk.facts()] == ["received", "customer-told", "closed"]
