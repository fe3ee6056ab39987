"""The service over HTTP on a real database, with a small organisation in it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pytest

from services.customers.app import SERVICE
from services.customers.bootstrap import Bootstrap, bootstrap
from shared.database import Context, Database, Transaction
from shared.exports import MEDIA_TYPE, Table, workbook
from shared.kernel.ids import stable_id
from shared.testing.api import api, headers, token

CUSTOMER_HEADINGS = ("客户编码", "统一社会信用代码", "客户名称", "类别", "业务单位编码", "层级", "地区", "地址")
CONTACT_HEADINGS = ("客户编码", "姓名", "职务", "电话", "主要")
DEPARTMENTS = [("DB", "东北业务部", "业务单位"), ("HN", "华南业务部", "业务单位"), ("SCB", "市场部", "市场部")]
PEOPLE = [
    ("1001", "张伟", "DB", "unit-clerk", "zhangwei"),
    ("1002", "王芳", "DB", "unit-head、archive-keeper", "wangfang"),
    ("2001", "李强", "HN", "unit-clerk", "liqiang"),
    ("3001", "赵敏", "SCB", "market", "zhaomin"),
    ("3002", "周杰", "SCB", "market", "zhoujie"),
]
CREDIT_CODES = [
    "91110000600037341L",
    "91210100MA0P4K8R08",
    "91440300708461136T",
]
Book = Mapping[str, tuple[Sequence[str], Sequence[Sequence[object]]]]


@dataclass
class Time:
    """A clock that tests set."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 2, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)


@dataclass
class Asker:
    """Somebody with a token."""

    client: httpx.AsyncClient
    token: str
    person_id: UUID

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.client.get(path, params=params, headers=headers(self.token))

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        content = msgspec.json.encode({} if body is None else body)
        sent = {**headers(self.token, key), "Content-Type": "application/json"}
        return await self.client.post(path, content=content, headers=sent)

    async def patch(self, path: str, body: Mapping[str, Any], version: int | None) -> httpx.Response:
        sent = {**headers(self.token, if_match=version), "Content-Type": "application/json"}
        return await self.client.patch(path, content=msgspec.json.encode(body), headers=sent)

    async def send_book(
        self,
        path: str,
        sheets: Book,
        on_error: str = "nothing",
    ) -> httpx.Response:
        book = workbook({name: Table(head, rows) for name, (head, rows) in sheets.items()})
        sent = {**headers(self.token), "Content-Type": MEDIA_TYPE}
        return await self.client.post(path, params={"on_error": on_error}, content=book, headers=sent)


@dataclass
class Company:
    """The running service, its time, its people and a look at its outbox."""

    url: str
    client: httpx.AsyncClient
    time: Time

    def person(self, staff_no: str) -> Asker:
        """One of ``PEOPLE``."""
        _, _, unit, roles, account = next(row for row in PEOPLE if row[0] == staff_no)
        return self.asker(*roles.split("、"), unit=unit, staff_no=staff_no, account=account)

    def asker(self, *roles: str, unit: str, staff_no: str = "9999", account: str | None = None) -> Asker:
        """Anybody."""
        person_id = stable_id("person", staff_no)
        made = token(person=person_id, account=account, roles=roles, unit=stable_id("department", unit))
        return Asker(self.client, made, person_id)

    @property
    def clerk(self) -> Asker:
        return self.person("1001")

    @property
    def head(self) -> Asker:
        return self.person("1002")

    @property
    def southerner(self) -> Asker:
        return self.person("2001")

    @property
    def market(self) -> Asker:
        return self.person("3001")

    @property
    def market_too(self) -> Asker:
        return self.person("3002")

    @property
    def admin(self) -> Asker:
        return self.asker("admin", unit="BGS", staff_no="1")

    async def do(self, command: Callable[[Transaction, Any], Awaitable[Any]], cmd: Any) -> Any:
        """One command in a transaction of its own, as a consumer would run it."""
        database = Database(self.url, clock=self.time, name="test", pool=1)
        try:
            return await database.run(lambda tx: command(tx, cmd), Context("test"))
        finally:
            await database.close()

    async def rows(self, sql: str, *args: Any) -> list[dict[str, Any]]:
        connection = await asyncpg.connect(self.url)
        try:
            return [dict(row) for row in await connection.fetch(sql, *args)]
        finally:
            await connection.close()

    async def published(self, after: int = 0) -> list[tuple[str, dict[str, Any]]]:
        """(type, data) of what went into the outbox after a position."""
        rows = await self.rows("SELECT type, payload FROM outbox WHERE position > $1 ORDER BY position", after)
        return [(row["type"], msgspec.json.decode(row["payload"])) for row in rows]

    async def position(self) -> int:
        """Where the outbox stands."""
        return int((await self.rows("SELECT coalesce(max(position), 0) AS n FROM outbox"))[0]["n"])

    async def register(self, who: Asker | None = None, **changes: Any) -> dict[str, Any]:
        """A company of the north-eastern unit."""
        body = {
            "code": "KH0001",
            "name": "沈阳机械有限公司",
            "kind": "company",
            "credit_code": CREDIT_CODES[0],
            **changes,
        }
        answer = await (who or self.clerk).post("/customers", {k: v for k, v in body.items() if v is not None})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


FIRST_ADMIN = Bootstrap(
    staff_no="1",
    name="管理员",
    account="admin",
    department_code="BGS",
    department_name="公司办公室",
    department_kind="公司办公室",
)


@pytest.fixture
async def company(service_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Company]:
    """The service with its organisation imported."""
    url, time = await service_database("customers"), Time()
    async with api(SERVICE, url, clock=time) as client:
        made = Company(url, client, time)
        await made.do(bootstrap, FIRST_ADMIN)
        answer = await made.admin.send_book("/imports/organisation", organisation_book())
        assert answer.status_code == 200, answer.text
        yield made


def organisation_book() -> Book:
    """The workbook of ``DEPARTMENTS`` and ``PEOPLE``."""
    return {
        "部门": (("部门编码", "部门名称", "类别"), DEPARTMENTS),
        "人员": (("工号", "姓名", "部门编码", "角色", "账号"), PEOPLE),
    }


def problem(answer: httpx.Response) -> tuple[int, str, str | None]:
    """(status, code, field) of a refusal."""
    body = answer.json()
    return answer.status_code, body["type"].removeprefix("/problems/"), body.get("field")
