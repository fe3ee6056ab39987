"""HTTP as the departments use it: each call with one account's token, an idempotency key, and patience within a budget.

Patience is for what passes by itself: a thing another service has not told of yet (409 ``not-yet-known``), a service
that is not ready (503) and a connection that fails. It waits as long as ``Retry-After`` asks and gives up when the
budget of the call is spent. Every other refusal is raised at once.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Self

import httpx

from deploy.sample.suite import SampleError, Suite

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BUDGET = 60.0
"""Seconds that one call may wait for what passes by itself."""
_PASSING = 0.2
"""Seconds between two tries where the answer names none."""


class RefusedError(SampleError):
    """A service said no. ``code`` is the problem's, ``problem`` the whole document."""

    def __init__(self, call: "Call", status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = problem
        self.code = str(problem.get("type", "")).removeprefix("/problems/")
        told = [str(problem.get("detail", "no reason given"))]
        told += [json.dumps(error, ensure_ascii=False) for error in list(problem.get("errors", []))[:5]]
        super().__init__(f"{call} as {call.account}: {status} {self.code}: " + "; ".join(told))


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``body`` is JSON unless bytes (a workbook); ``key`` names the intent and makes it happen once;
    ``correlation`` is carried to every fact it causes; ``if_match``: the version it changes."""

    service: str
    method: str
    path: str
    account: str
    body: Any = None
    key: str | None = None
    correlation: str | None = None
    if_match: str | None = None
    params: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.service} {self.path}"


def key_of(intent: str, body: Any = None) -> str:
    """A deterministic idempotency key: the same intent with the same body is the same request."""
    content = body if isinstance(body, bytes) else json.dumps(body, sort_keys=True, default=str).encode()
    return f"{intent}-{hashlib.sha256(content).hexdigest()[:24]}"


class Client:
    """The suite's four services through one pool of connections. Use it as an async context manager."""

    def __init__(
        self,
        suite: Suite,
        passwords: Mapping[str, str],
        *,
        at_once: int = 8,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._suite = suite
        self._passwords = passwords
        self._tokens: dict[str, str] = {}
        self._signing_in: dict[str, asyncio.Lock] = {}
        self._room = asyncio.Semaphore(at_once)
        limits = httpx.Limits(max_connections=at_once + 2, max_keepalive_connections=at_once + 2)
        timeout = httpx.Timeout(30.0, connect=5.0)
        self._http = httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False, transport=transport)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._http)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def get(self, service: str, path: str, account: str, **params: str) -> Any:
        """The JSON of a GET."""
        return await self.send(Call(service, "GET", path, account, params=tuple(params.items())))

    async def everything(self, service: str, path: str, account: str, **params: str) -> list[Any]:
        """All items of a list, page after page."""
        found: list[Any] = []
        page = 1
        while True:
            answer = await self.get(service, path, account, page=str(page), size="200", **params)
            found += answer["items"]
            if not answer["items"] or len(found) >= answer["total"]:
                return found
            page += 1

    async def send(self, call: Call, budget: float = BUDGET) -> Any:
        """The answer's JSON; RefusedError for a refusal that stays, SampleError when the budget is spent."""
        until = time.monotonic() + budget
        while True:
            try:
                async with self._room:
                    response = await self._request(call)
            except httpx.TransportError as error:
                wait, reason = _PASSING, f"{type(error).__name__}: {error}"
            else:
                if response.status_code < 400:
                    return response.json() if response.content else None
                refusal = RefusedError(call, response.status_code, _problem(response))
                if not _passes(refusal):
                    raise refusal
                wait, reason = _retry_after(response), str(refusal)
            if time.monotonic() + wait > until:
                raise SampleError(f"{call} was tried for {budget:.0f} s. Last: {reason}")
            await asyncio.sleep(wait)

    async def _request(self, call: Call) -> httpx.Response:
        headers = {"Authorization": f"Bearer {await self._token(call.account)}"}
        if call.key:
            headers["Idempotency-Key"] = call.key
        if call.correlation:
            headers["X-Correlation-Id"] = call.correlation
        if call.if_match:
            headers["If-Match"] = call.if_match
        content: bytes | None = None
        if isinstance(call.body, bytes):
            content, headers["Content-Type"] = call.body, XLSX
        elif call.body is not None:
            content, headers["Content-Type"] = json.dumps(call.body, default=str).encode(), "application/json"
        url = self._suite.services[call.service] + call.path
        return await self._http.request(call.method, url, content=content, headers=headers, params=call.params or None)

    async def _token(self, account: str) -> str:
        async with self._signing_in.setdefault(account, asyncio.Lock()):
            if account not in self._tokens:
                if account not in self._passwords:
                    raise SampleError(f"There is no demo account {account!r}.")
                body = {"account": account, "password": self._passwords[account]}
                answer = await self._http.post(f"{self._suite.issuer}/token", json=body)
                if answer.status_code != 200:
                    raise SampleError(f"The issuer does not sign {account!r} in: {answer.status_code} {answer.text}")
                self._tokens[account] = str(answer.json()["access_token"])
            return self._tokens[account]


def _problem(response: httpx.Response) -> Mapping[str, Any]:
    try:
        document = response.json()
    except ValueError:
        return {"detail": response.text[:500]}
    return document if isinstance(document, dict) else {"detail": str(document)[:500]}


def _passes(refusal: RefusedError) -> bool:
    return refusal.status in (429, 503) or refusal.code == "not-yet-known"


def _retry_after(response: httpx.Response) -> float:
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isdecimal() else _PASSING
