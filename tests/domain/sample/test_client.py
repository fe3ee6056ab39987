"""The loader's client waits for what passes by itself, within a budget, and for nothing else."""

from collections.abc import Callable

import httpx
import pytest

from deploy.sample.client import Call, Client, RefusedError, key_of
from deploy.sample.suite import SampleError, Suite

SUITE = Suite(services={"contracts": "http://contracts"}, databases={}, issuer="http://issuer", kafka="")


def problem(status: int, code: str, wait: str | None = None) -> httpx.Response:
    headers = {"Retry-After": wait} if wait else {}
    return httpx.Response(status, json={"type": f"/problems/{code}", "detail": code}, headers=headers)


def client(answer: Callable[[httpx.Request], httpx.Response]) -> Client:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": "token"})
        return answer(request)

    return Client(SUITE, {"hd-clerk": "secret"}, transport=httpx.MockTransport(handle))


async def test_what_is_not_yet_known_is_asked_again_with_the_same_key() -> None:
    keys: list[str] = []
    answers = [problem(409, "not-yet-known", "0"), problem(503, "unready", "0"), httpx.Response(200, json={"id": 1})]

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        return answers[len(keys) - 1]

    async with client(answer) as asking:
        assert await asking.send(Call("contracts", "POST", "/agreements", "hd-clerk", body={}, key="k")) == {"id": 1}
    assert keys == ["k", "k", "k"]


async def test_a_refusal_that_stays_is_raised_at_once_with_its_code() -> None:
    asked = 0

    def answer(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return problem(409, "not-possible-now")

    async with client(answer) as asking:
        with pytest.raises(RefusedError) as refused:
            await asking.send(Call("contracts", "POST", "/agreements/1/sign", "hd-clerk", body={}, key="k"))
    assert (asked, refused.value.code, refused.value.status) == (1, "not-possible-now", 409)


async def test_patience_ends_with_the_budget_and_says_what_was_last_heard() -> None:
    async with client(lambda _: problem(409, "not-yet-known", "1")) as asking:
        with pytest.raises(SampleError, match="not-yet-known"):
            await asking.send(Call("contracts", "GET", "/lines", "hd-clerk"), budget=0.5)


async def test_a_connection_that_fails_is_tried_again() -> None:
    tries = 0

    def answer(_: httpx.Request) -> httpx.Response:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise httpx.ConnectError("refused")
        return httpx.Response(200, json={"items": [], "total": 0})

    async with client(answer) as asking:
        assert await asking.everything("contracts", "/lines", "hd-clerk") == []
    assert tries == 2


async def test_all_pages_of_a_list_are_read() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        return httpx.Response(200, json={"items": list(range(200)) if page < 3 else [1], "total": 401})

    async with client(answer) as asking:
        assert len(await asking.everything("contracts", "/lines", "hd-clerk")) == 401


def test_the_same_intent_with_the_same_content_has_the_same_key() -> None:
    assert key_of("load-x", {"a": 1}) == key_of("load-x", {"a": 1})
    assert key_of("load-x", {"a": 1}) != key_of("load-x", {"a": 2})
    assert key_of("load-x", b"book") != key_of("load-y", b"book")
