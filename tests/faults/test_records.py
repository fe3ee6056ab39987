"""Faults 9 to 12: records that come twice, too early, poisoned, or as no event at all."""

import asyncio
import random
import sys
import uuid

import pytest

from tests.faults.conftest import Street
from tests.faults.ledger import effects, violations
from tests.support import street as tools
from tests.support.processes import ROOT


async def operator(street: Street, *arguments: str) -> str:
    """What the receiver's command line says, as an operator would use it."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.probe",
        *arguments,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", **street.receiver.environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await child.communicate()
    assert child.returncode == 0, out.decode()
    return out.decode()


async def poison(street: Street, line: uuid.UUID, version: int, action: str, times: int = 1_000_000) -> None:
    await tools.rows(
        street.receiver_database, "INSERT INTO poison VALUES ($1, $2, $3, $4)", line, version, action, times
    )


async def dead(street: Street, count: int) -> list[dict[str, object]]:
    """Wait for this many dead letters in the database and on the group's topic; the rows."""
    found: list[dict[str, object]] = []

    async def there() -> object:
        nonlocal found
        query = "SELECT * FROM dead_letter WHERE published_at IS NOT NULL ORDER BY id"
        found = [dict(row) for row in await tools.rows(street.receiver_database, query)]
        return len(found) >= count or len(found)

    await tools.until(there)
    return found


async def versions(street: Street, line: uuid.UUID) -> list[int]:
    return [version for owner, version in await effects(street.receiver_database) if owner == line]


async def versions_become(street: Street, line: uuid.UUID, wanted: list[int]) -> None:
    async def reached() -> object:
        found = await versions(street, line)
        return found == wanted or found

    await tools.until(reached)


async def stays(street: Street, line: uuid.UUID, wanted: list[int]) -> None:
    """After a marker fact of another line has come through every partition, ``line`` is still where it was."""
    markers = [uuid.uuid4() for _ in range(24)]
    await street.ledger.drive(markers, range(1, 2))
    for marker in markers:
        await versions_become(street, marker, [1])
    assert await versions(street, line) == wanted


@pytest.mark.fault(9)
@pytest.mark.parametrize("without", ["", "inbox"])
async def test_a_topic_delivered_again_has_the_same_state(probe_street: Street, without: str) -> None:
    """Every record twice, one a thousand times, then the whole topic again from its start. With inbox and cursors taken
    out (the second case) the doubles count, and the ledger sees it."""
    lines = [uuid.uuid4() for _ in range(4)]
    await probe_street.start(**({"PROBE_WITHOUT": without} if without else {}))
    await probe_street.ledger.drive(lines, range(1, 11))
    await probe_street.effects_are(40)
    records = await tools.read_topic(probe_street.kafka, probe_street.topic)
    doubles = [tools.again(r) for r in records] + [tools.again(records[7])] * 1000 + [tools.again(r) for r in records]
    random.Random(9).shuffle(doubles)
    await tools.write_topic(probe_street.kafka, probe_street.topic, *doubles)
    last = uuid.uuid4()
    await probe_street.ledger.drive([last], range(1, 3))
    await versions_become(probe_street, last, [1, 2])
    if without:
        await probe_street.effects_are(100)
        found = await violations(probe_street.ledger, probe_street.sender_database, probe_street.receiver_database)
        assert any("I2" in line for line in found), found
        return
    await stays(probe_street, lines[0], list(range(1, 11)))
    assert await violations(probe_street.ledger, probe_street.sender_database, probe_street.receiver_database) == []
    held = await tools.rows(probe_street.receiver_database, "SELECT 1 FROM held UNION ALL SELECT 1 FROM dead_letter")
    assert held == []


@pytest.mark.fault(10)
@pytest.mark.parametrize("without", ["", "sequence"])
async def test_facts_out_of_order_are_held_and_applied_in_order(probe_street: Street, without: str) -> None:
    """Fact 3 before 2 before 1, then the missing ones. Without the sequence check they count as they come."""
    line = uuid.uuid4()
    await probe_street.receiver.start(**({"PROBE_WITHOUT": without} if without else {}))
    await probe_street.receiver.ready()
    for number in (3, 5, 2, 4):
        raw = (str(line).encode(), tools.fact_value(line, number), tools.fact_headers(line, number))
        await tools.write_topic(probe_street.kafka, probe_street.topic, raw)
    if without:
        await versions_become(probe_street, line, [3, 5, 2, 4])
        return

    async def waiting() -> object:
        held = await tools.rows(probe_street.receiver_database, "SELECT sequence FROM held ORDER BY sequence")
        return [row["sequence"] for row in held] == [2, 3, 4, 5]

    await tools.until(waiting)
    assert await versions(probe_street, line) == []
    await tools.write_topic(
        probe_street.kafka,
        probe_street.topic,
        (str(line).encode(), tools.fact_value(line, 1), tools.fact_headers(line, 1)),
    )
    await versions_become(probe_street, line, [1, 2, 3, 4, 5])
    assert await tools.rows(probe_street.receiver_database, "SELECT 1 FROM held") == []


@pytest.mark.fault(10)
@pytest.mark.fault(11)
async def test_behind_a_dead_letter_its_subject_waits_and_a_redrive_gives_the_state_without_the_fault(
    probe_street: Street,
) -> None:
    """I6, I7: the poison costs its own subject only; mended and redriven, all is as if nothing had been."""
    bad, good = uuid.uuid4(), uuid.uuid4()
    await poison(probe_street, bad, 3, "raise")
    await probe_street.start()
    await probe_street.ledger.drive([bad, good], range(1, 8))
    (letter,) = await dead(probe_street, 1)
    assert (letter["error"], letter["attempts"], letter["sequence"]) == ("RuntimeError", 3, 3)
    (record,) = await tools.read_topic(probe_street.kafka, probe_street.dlq)
    assert tools.header(record, "ce_subject") == str(bad)
    assert tools.header(record, "dlq_topic") == "planning.promise.v1"
    assert tools.header(record, "dlq_group") == "contracts.promise"
    assert tools.header(record, "dlq_message") == "poison"
    assert record.key == str(bad).encode()
    await versions_become(probe_street, good, list(range(1, 8)))
    await stays(probe_street, bad, [1, 2])
    await tools.rows(probe_street.receiver_database, "DELETE FROM poison")
    assert "RuntimeError" in await operator(probe_street, "dlq", "list")
    await operator(probe_street, "dlq", "redrive", str(letter["id"]))
    await versions_become(probe_street, bad, list(range(1, 8)))
    assert await violations(probe_street.ledger, probe_street.sender_database, probe_street.receiver_database) == []


@pytest.mark.fault(11)
async def test_a_discarded_dead_letter_lets_its_subject_go_on(probe_street: Street) -> None:
    """Given up by an operator, the fact's place counts as passed."""
    bad = uuid.uuid4()
    await poison(probe_street, bad, 2, "raise")
    await probe_street.start()
    await probe_street.ledger.drive([bad], range(1, 5))
    (letter,) = await dead(probe_street, 1)
    await operator(probe_street, "dlq", "discard", str(letter["id"]))
    await versions_become(probe_street, bad, [1, 3, 4])


@pytest.mark.fault(11)
async def test_a_fault_that_passes_is_no_dead_letter(probe_street: Street) -> None:
    """Raises twice and then works: the third try of the record applies it. A dependency away for longer backs off in
    place, far beyond the tries that a bug gets, and nothing is buried."""
    flaky, cut_off = uuid.uuid4(), uuid.uuid4()
    await poison(probe_street, flaky, 1, "raise", times=2)
    await probe_street.start()
    await probe_street.ledger.drive([flaky], range(1, 3))
    await versions_become(probe_street, flaky, [1, 2])
    await poison(probe_street, cut_off, 1, "outage", times=9)
    await probe_street.ledger.drive([cut_off], range(1, 3))
    await versions_become(probe_street, cut_off, [1, 2])
    assert await tools.rows(probe_street.receiver_database, "SELECT 1 FROM dead_letter") == []


@pytest.mark.fault(11)
@pytest.mark.parametrize("without", ["", "marker"])
async def test_a_record_that_kills_the_process_is_buried_and_ends_the_crash_loop(
    probe_street: Street, without: str
) -> None:
    """The marker left by a dead process sends the batch one by one, and counts deaths per record. Without it every
    start dies again."""
    bad, good = uuid.uuid4(), uuid.uuid4()
    await poison(probe_street, bad, 2, "kill")
    await probe_street.api.start()
    await probe_street.relay.start()
    await probe_street.api.ready()
    await probe_street.ledger.drive([bad, good], range(1, 6))
    extra = {"PROBE_WITHOUT": without} if without else {}
    deaths = 0
    await probe_street.receiver.start(**extra)
    while deaths < 8:
        done, _ = await asyncio.wait(
            [asyncio.create_task(probe_street.receiver.died(120)), asyncio.create_task(_buried(probe_street))],
            return_when=asyncio.FIRST_COMPLETED,
        )
        if (await _letters(probe_street)) == 1:
            break
        assert done
        deaths += 1
        await probe_street.receiver.start(**extra)
    if without:
        assert deaths == 8
        assert await _letters(probe_street) == 0
        return
    assert deaths <= 5
    await versions_become(probe_street, good, [1, 2, 3, 4, 5])
    (letter,) = await dead(probe_street, 1)
    assert letter["error"] == "ProcessKilled"
    await stays(probe_street, bad, [1])


async def _letters(street: Street) -> int:
    return int((await tools.rows(street.receiver_database, "SELECT count(*) FROM dead_letter"))[0][0])


async def _buried(street: Street) -> None:
    async def one() -> object:
        return await _letters(street) == 1

    await tools.until(one, 120)


@pytest.mark.fault(11)
async def test_more_than_n_dead_letters_in_a_row_stop_the_consumer_until_someone_resumes_it(
    probe_street: Street,
) -> None:
    """21 poisoned subjects in a row: the worker stays up, unready, and applies nothing more; resumed, it goes on."""
    await probe_street.start()
    bad = [uuid.uuid4() for _ in range(25)]
    for line in bad:
        await poison(probe_street, line, 1, "raise")
    await probe_street.ledger.drive(bad, range(1, 2))
    await dead(probe_street, 21)
    await probe_street.receiver.ready("/health/live")
    with pytest.raises(AssertionError):
        await probe_street.receiver.ready(seconds=1)
    assert await _letters(probe_street) == 21
    await tools.rows(probe_street.receiver_database, "DELETE FROM poison")
    assert "goes on" in await operator(probe_street, "dlq", "resume", "contracts.promise")
    await probe_street.receiver.ready()
    letters = await tools.rows(probe_street.receiver_database, "SELECT id FROM dead_letter ORDER BY id")
    await operator(probe_street, "dlq", "redrive", *(str(letter["id"]) for letter in letters))
    await probe_street.effects_are(25)
    assert await violations(probe_street.ledger, probe_street.sender_database, probe_street.receiver_database) == []


@pytest.mark.fault(12)
@pytest.mark.parametrize("without", ["", "one-by-one"])
async def test_what_is_no_event_is_buried_with_its_raw_bytes_and_stops_nobody(
    probe_street: Street, without: str
) -> None:
    """Bad schema, bad UTF-8, null key, null and undecodable headers, a megabyte, a tombstone: dead at once, bytes kept.
    Unknown type and unknown major: counted and skipped. Without the one-by-one pass the good records of the same batch
    would be buried too."""
    good, key = uuid.uuid4(), str(uuid.uuid4()).encode()
    subject = uuid.UUID(key.decode())
    value = tools.fact_value(subject, 1)

    def sound() -> list[tuple[str, bytes]]:
        return tools.fact_headers(subject, 1)

    invalid: list[tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]] = [
        (key, b"{}", sound()),
        (key, b"not json", sound()),
        (key, b'{"line_id": "\xff\xfe"}', sound()),
        (None, value, sound()),
        (key, None, sound()),
        (key, value, [(n, b"\xff\xff" if n == "ce_id" else v) for n, v in sound()]),
        (key, value, []),
        (key, value, [(n, b"seven" if n == "ce_sequence" else v) for n, v in sound()]),
        (key, b"[" * 900_000, sound()),
        (key, b'{"line_version": 1e999}', sound()),
    ]
    other, third = uuid.uuid4(), uuid.uuid4()
    unknown = [
        (str(other).encode(), b'{"a":1}', tools.fact_headers(other, 1, ce_type="planning.promise.praised.v1")),
        (str(third).encode(), b'{"a":1}', tools.fact_headers(third, 1, ce_type="planning.promise.made.v9")),
    ]
    sound_after = [
        (str(line).encode(), tools.fact_value(line, 2), tools.fact_headers(line, 2)) for line in (other, third)
    ]
    sound_good = [(str(good).encode(), tools.fact_value(good, n), tools.fact_headers(good, n)) for n in (1, 2)]
    await tools.write_topic(probe_street.kafka, probe_street.topic, *invalid, *unknown, *sound_after, *sound_good)
    await probe_street.receiver.start(**({"PROBE_WITHOUT": without} if without else {}))
    if without:
        await dead(probe_street, 11)
        return
    await versions_become(probe_street, good, [1, 2])
    await versions_become(probe_street, other, [2])
    await versions_become(probe_street, third, [2])
    letters = await dead(probe_street, len(invalid))
    assert len(letters) == len(invalid)
    assert {letter["error"] for letter in letters} == {"InvalidEvent"}
    assert {letter["attempts"] for letter in letters} == {1}
    buried = await tools.read_topic(probe_street.kafka, probe_street.dlq)
    assert sorted((r.value or b"") for r in buried) == sorted((v or b"") for _, v, _ in invalid)


@pytest.mark.fault(12)
async def test_a_worker_that_lags_without_progress_ends_itself(probe_street: Street) -> None:
    """A client that is stuck gives no other sign: lag, no committed offset, no declared back-off. The supervisor's next
    start then goes on where it stood. Without the watchdog (patience of an hour) the process would stay."""
    line = uuid.uuid4()
    await probe_street.api.start()
    await probe_street.relay.start()
    await probe_street.api.ready()
    await probe_street.ledger.drive([line], range(1, 3))
    await probe_street.receiver.start(PROBE_WITHOUT="progress")
    assert await probe_street.receiver.died(60) == 70
    await probe_street.receiver.start()
    await versions_become(probe_street, line, [1, 2])
