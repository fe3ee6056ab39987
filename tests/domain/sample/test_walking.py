"""What the demo tells of a step: each fact with its place and times, as words or as JSON lines."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

import pytest

from deploy.sample.client import Call, Client, RefusedError
from deploy.sample.demo.clocks import Clocks
from deploy.sample.demo.walking import Printer, Walk
from deploy.sample.demo.watching import Expected, Seen, Watcher, read_topics
from deploy.sample.draw import draw
from deploy.sample.suite import SampleError

SIGNED = Seen("contracts.agreement.v1", 3, 42, "contracts.agreement.signed.v1", "a-1", "00000000000000000004")
SIGN = Call("contracts", "POST", "/agreements/a-1/sign", "hd-clerk")


class FakeClient:
    """Answers each call with the next of its answers; remembers the calls."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls: list[Call] = []

    async def send(self, call: Call) -> Any:
        self.calls.append(call)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class FakeWatcher:
    """Has seen everything that is expected."""

    async def caused(self, _: str, expected: Sequence[Expected]) -> list[Seen]:
        return [SIGNED for wanted in expected if wanted.fits(SIGNED)]


class FakeClocks:
    """One reader took 4.2 ms, another took it together with something newer."""

    async def passed(self, _: Seen) -> dict[str, float | None]:
        return {"customers.volume": 4.2, "planning.line-copy": None}


def walk(client: FakeClient, *, as_json: bool = True) -> Walk:
    return Walk(
        client=cast(Client, client),
        watcher=cast(Watcher, FakeWatcher()),
        clocks=cast(Clocks, FakeClocks()),
        printer=Printer(as_json),
        company=draw(date(2026, 11, 24)),
        code="7",
        today=date(2026, 11, 24),
    )


async def test_a_fact_is_told_with_its_place_and_times(capsys: pytest.CaptureFixture[str]) -> None:
    client = FakeClient({"status": "signed"})
    await walk(client).step("sign it", SIGN, ("contracts.agreement.signed.v1",))
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert {key: told[key] for key in ("step", "account", "topic", "type", "offset", "ms")} == {
        "step": 1,
        "account": "hd-clerk",
        "topic": "contracts.agreement.v1",
        "type": "contracts.agreement.signed.v1",
        "offset": 42,
        "ms": 4.2,
    }
    assert told["partition"] == 3
    assert client.calls[0].key == client.calls[0].correlation == "demo-7-01"


async def test_a_step_without_a_fact_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    await walk(FakeClient({"status": "queued"})).step("ask for a plan", SIGN, told=lambda a: str(a["status"]))
    told = json.loads(capsys.readouterr().out)
    assert (told["type"], told["offset"], told["told"]) == (None, None, "queued")


async def test_words_hold_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    await walk(FakeClient({}), as_json=False).step("sign it", SIGN, ("contracts.agreement.signed.v1",))
    words = capsys.readouterr().out
    assert "contracts.agreement.signed.v1" in words
    assert "contracts.agreement.v1[3]@42" in words
    assert "customers.volume 4.2 ms" in words


async def test_a_refusal_that_must_come_is_no_error_and_another_one_is(capsys: pytest.CaptureFixture[str]) -> None:
    own = RefusedError(SIGN, 403, {"type": "/problems/approver-is-author", "detail": "no"})
    await walk(FakeClient(own)).refused("try it oneself", SIGN, "approver-is-author")
    assert "403 approver-is-author" in json.loads(capsys.readouterr().out)["told"]
    with pytest.raises(RefusedError):
        await walk(FakeClient(own)).refused("try it oneself", SIGN, "not-possible-now")
    with pytest.raises(SampleError, match="let through"):
        await walk(FakeClient({})).refused("try it oneself", SIGN, "approver-is-author")


async def test_waiting_ends_with_what_was_last_answered() -> None:
    waiting = walk(FakeClient({"status": "queued"}))
    with pytest.raises(SampleError, match="queued"):
        await waiting.until("wait", SIGN, lambda a: a["status"] == "solved", lambda _: "", seconds=0)


def test_every_topic_of_facts_and_states_is_watched() -> None:
    topics = read_topics()
    assert "contracts.promise" in topics["planning.promise.v1"]
    assert not any(topic.endswith(".dlq") for topic in topics)
