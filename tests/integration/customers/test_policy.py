"""Policies over HTTP (C12): set by market, dated, never rewritten, published whole."""

import asyncio
from datetime import date

import asyncpg
import pytest

from services.customers.policy.commands import announce
from shared.policy import DEFAULTS
from tests.integration.customers.conftest import Company, problem

TODAY = date(2026, 11, 24)


async def test_a_new_database_holds_what_others_take_for_granted(company: Company) -> None:
    policies = (await company.clerk.get("/policies")).json()
    found = {row["policy"]: row["in_force"] for row in policies}
    assert {name: (row["version"], row["effective_from"], row["values"]) for name, row in found.items()} == {
        name: (known.version, known.effective_from.isoformat(), known.values) for name, known in DEFAULTS.items()
    }


async def test_market_sets_a_version_from_a_day_on_and_all_versions_are_published(company: Company) -> None:
    before = await company.position()
    body = {"effective_from": "2026-12-01", "values": {"limit": "5000.00", "approver_roles": "market"}}
    assert problem(await company.head.post("/policies/approval/versions", body))[0] == 403
    answer = await company.market.post("/policies/approval/versions", body)
    assert (answer.status_code, answer.json()["newest"], answer.json()["in_force"]["version"]) == (201, 2, 1)
    [(type_, state)] = await company.published(before)
    assert (type_, state["policy"]) == ("customers.policy.state.v1", "approval")
    assert [(known["version"], known["values"]["limit"]) for known in state["versions"]] == [
        (1, "4000.00"),
        (2, "5000.00"),
    ]
    company.time.pass_days(7)
    assert (await company.clerk.get("/policies/approval")).json()["in_force"]["version"] == 2


async def test_the_past_and_nonsense_are_refused(company: Company) -> None:
    past = {"effective_from": "2026-11-23", "values": {"due_day": "15"}}
    assert problem(await company.market.post("/policies/demand-plan/versions", past)) == (
        422,
        "effective-in-the-past",
        "effective_from",
    )
    wrong = {"effective_from": "2026-11-24", "values": {"due_day": "31"}}
    assert problem(await company.market.post("/policies/demand-plan/versions", wrong)) == (
        422,
        "bad-policy-value",
        "values.due_day",
    )
    assert problem(await company.market.post("/policies/weather/versions", wrong))[:2] == (404, "policy-absent")
    assert problem(await company.clerk.get("/policies/weather"))[:2] == (404, "policy-absent")
    with pytest.raises(asyncpg.RestrictViolationError):
        await company.rows("UPDATE policy_version SET effective_from = '2001-01-01'")


async def test_versions_set_at_once_are_numbered_one_after_the_other(company: Company) -> None:
    bodies = [{"effective_from": "2026-12-01", "values": {"due_day": str(day)}} for day in range(10, 16)]
    answers = await asyncio.gather(*(company.market.post("/policies/demand-plan/versions", body) for body in bodies))
    assert sorted(answer.json()["newest"] for answer in answers) == [2, 3, 4, 5, 6, 7]
    last = (await company.published())[-1][1]
    assert [known["version"] for known in last["versions"]] == [1, 2, 3, 4, 5, 6, 7]


async def test_policies_are_announced_once(company: Company) -> None:
    async def again(tx: object, _: None) -> int:
        return await announce(tx)  # type: ignore[arg-type]

    assert await company.do(again, None) == 0
