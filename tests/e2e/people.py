"""The company's people at the doors of the four services: HTTP as their departments use it, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import msgspec

from shared.kernel.ids import stable_id
from shared.testing.api import headers, token
from tests.e2e.books import MEDIA_TYPE, Book, workbook
from tests.e2e.waiting import eventually

Json = dict[str, Any]


def answered(response: httpx.Response) -> Any:
    """The body of an answer that must be a good one."""
    assert response.is_success, f"{response.request.method} {response.url}: {response.status_code} {response.text}"
    return response.json()


def refused(response: httpx.Response, status: int, code: str) -> Json:
    """The problem of an answer that must be this refusal (RFC 9457)."""
    told = f"{response.request.method} {response.url}: {response.status_code} {response.text}"
    assert response.headers["content-type"] == "application/problem+json", told
    problem: Json = response.json()
    assert (response.status_code, problem["type"], problem["status"]) == (status, f"/problems/{code}", status), told
    assert problem["title"], told
    assert problem["detail"], told
    return problem


def still_on_its_way(response: httpx.Response) -> bool:
    """Whether this is refused only because a thing of another service has not been heard of yet."""
    return response.status_code == 409 and bool(response.json()["type"] == "/problems/not-yet-known")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a token. ``unit`` is the code of the department."""

    staff_no: str
    unit: str
    token: str
    urls: Mapping[str, str]
    http: httpx.AsyncClient

    @property
    def id(self) -> UUID:
        """As the organisation knows them."""
        return stable_id("person", self.staff_no)

    async def send(self, method: str, service: str, path: str, body: object = None, **how: Any) -> httpx.Response:
        """One request. ``how``: ``key`` (Idempotency-Key), ``version`` (If-Match), ``params``, ``correlation``."""
        sent = headers(self.token, how.get("key"), if_match=how.get("version"))
        if "correlation" in how:
            sent["X-Correlation-Id"] = how["correlation"]
        content: bytes | None = None
        if isinstance(body, bytes):
            content, sent["Content-Type"] = body, MEDIA_TYPE
        elif body is not None:
            content, sent["Content-Type"] = msgspec.json.encode(body), "application/json"
        url = self.urls[service] + path
        return await self.http.request(method, url, content=content, params=how.get("params"), headers=sent)

    async def get(self, service: str, path: str, **params: Any) -> Any:
        """What a GET answers."""
        return answered(await self.send("GET", service, path, params=params))

    async def post(self, service: str, path: str, body: object = None, **how: Any) -> Any:
        """What a POST answers that must succeed."""
        return answered(await self.send("POST", service, path, {} if body is None else body, **how))

    async def put(self, service: str, path: str, body: object, version: int) -> Any:
        """What a PUT answers that must succeed."""
        return answered(await self.send("PUT", service, path, body, version=version))

    async def bring(self, service: str, name: str, book: Book, **how: str) -> Json:
        """Import a workbook, all of it or nothing; tried again while what it rests on has not been heard of."""
        return await self.persist("POST", service, f"/imports/{name}", workbook(book), **how)

    async def persist(self, method: str, service: str, path: str, body: object, **how: str) -> Json:
        """A request tried again, within a budget, while what it rests on has not been heard of."""

        async def once() -> httpx.Response:
            return await self.send(method, service, path, body, **how)

        response = await eventually(once, lambda r: not still_on_its_way(r), what=f"what {path} rests on")
        found: Json = answered(response)
        return found


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody, found by account."""

    people: Mapping[str, Person]

    def __getitem__(self, account: str) -> Person:
        return self.people[account]


def hire(rows: Mapping[str, tuple[str, str, str]], urls: Mapping[str, str], http: httpx.AsyncClient) -> Staff:
    """Staff with their tokens, from account -> (staff number, department code, role)."""
    people = {}
    for account, (staff_no, unit, role) in rows.items():
        made = token(
            person=stable_id("person", staff_no), account=account, roles=[role], unit=stable_id("department", unit)
        )
        people[account] = Person(staff_no, unit, made, urls, http)
    return Staff(people)
