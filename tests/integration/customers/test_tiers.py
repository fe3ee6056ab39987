"""C1 over HTTP: tiers move with reason and approval, their history stays, signed volume speaks for them."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.customers.volume import commands as volumes
from shared.events.contracts import AgreementAmended, AgreementCancelled, AgreementSigned
from tests.integration.customers.conftest import Company, problem

pytestmark = pytest.mark.rule("C1")


async def ask(company: Company, made: dict[str, Any], tier: str, who: Any = None) -> Any:
    path = f"/customers/{made['customer_id']}/tier-changes"
    return await (who or company.head).post(path, {"tier": tier, "reason": "签约量增长"})


def signed(customer_id: str, amount: str, day: date = date(2026, 3, 1)) -> AgreementSigned:
    return AgreementSigned(
        agreement_id=uuid4(),
        number="HT1",
        customer_id=UUID(customer_id),
        unit_id=uuid4(),
        signed_on=day,
        amount=Decimal(amount),
    )


async def test_a_unit_head_moves_a_customer_between_the_lower_tiers_at_once(company: Company) -> None:
    made = await company.register()
    before = await company.position()
    answer = await ask(company, made, "key")
    assert (answer.status_code, answer.json()["status"]) == (201, "applied")
    published = await company.published(before)
    assert [type_ for type_, _ in published] == ["customers.customer.tier-changed.v1", "customers.customer.state.v1"]
    assert (published[0][1]["old_tier"], published[0][1]["new_tier"]) == ("reserve", "key")
    assert published[1][1]["tier"] == "key"
    assert problem(await ask(company, made, "key"))[:2] == (409, "same-tier")
    assert problem(await ask(company, made, "general", company.clerk))[0] == 403
    assert problem(await ask(company, made, "general", company.asker("unit-head", unit="HN")))[0] == 404


async def test_strategic_waits_for_another_person_of_market(company: Company) -> None:
    made = await company.register()
    change = (await ask(company, made, "strategic", company.market)).json()
    assert change["status"] == "pending"
    assert problem(await ask(company, made, "key"))[:2] == (409, "tier-change-pending")
    path = f"/tier-changes/{change['change_id']}"
    assert problem(await company.head.post(f"{path}/approve"))[0] == 403
    assert problem(await company.market.post(f"{path}/approve"))[:2] == (403, "own-proposal")
    waiting = (await company.market_too.get("/tier-changes", status="pending")).json()
    assert [row["customer_code"] for row in waiting["items"]] == ["KH0001"]
    before = await company.position()
    done = await company.market_too.post(f"{path}/approve", {"remark": "同意"})
    assert (done.json()["status"], done.json()["remark"]) == ("applied", "同意")
    facts = await company.published(before)
    assert facts[0][1]["approved_by"] == str(company.market_too.person_id)
    assert facts[1][1]["tier"] == "strategic"
    assert problem(await company.market_too.post(f"{path}/refuse", {"reason": "不"}))[:2] == (409, "change-decided")
    out = (await ask(company, made, "general")).json()
    assert out["status"] == "pending"
    refused = await company.market.post(f"/tier-changes/{out['change_id']}/refuse", {"reason": "仍是战略伙伴"})
    assert refused.json()["status"] == "refused"
    assert (await company.clerk.get(f"/customers/{made['customer_id']}")).json()["tier"] == "strategic"


async def test_the_history_holds_every_tier_and_cannot_be_rewritten(company: Company) -> None:
    made = await company.register()
    for tier in ("general", "key", "reserve"):
        company.time.pass_days(30)
        await ask(company, made, tier)
    history = (await company.clerk.get(f"/customers/{made['customer_id']}/tiers")).json()
    assert [period["tier"] for period in history["periods"]] == ["reserve", "general", "key", "reserve"]
    assert [period["since"] for period in history["periods"]] == sorted(
        period["since"] for period in history["periods"]
    )
    for statement in ("DELETE FROM tier_change", "UPDATE tier_change SET reason = ''"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await company.rows(statement)


async def test_of_changes_that_race_one_waits(company: Company) -> None:
    made = await company.register()
    answers = await asyncio.gather(*(ask(company, made, "strategic") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    waiting = (await company.clerk.get("/tier-changes", status="pending")).json()["items"]
    deciders = [company.market, company.market_too] * 3
    path = f"/tier-changes/{waiting[0]['change_id']}/approve"
    decided = await asyncio.gather(*(decider.post(path) for decider in deciders))
    assert sorted(answer.status_code for answer in decided) == [200] + [409] * 5


async def test_signed_volume_is_counted_by_year_and_shown_with_the_request(company: Company) -> None:
    made = await company.register()
    key = made["customer_id"]
    before = await company.position()
    await company.do(volumes.count_signed, signed(key, "900000.00"))
    await company.do(volumes.count_signed, signed(key, "5000.00", date(2025, 12, 31)))
    agreement = uuid4()
    amended = AgreementAmended(
        agreement_id=agreement, customer_id=UUID(key), year=2026, amount=Decimal(1), change=Decimal("300000.00")
    )
    await company.do(volumes.count_amended, amended)
    shown = (await company.clerk.get(f"/customers/{key}/volumes")).json()
    assert [(row["year"], row["signed"]) for row in shown["years"]] == [(2026, "1200000.00"), (2025, "5000.00")]
    assert (shown["suggested"], shown["policy_version"], shown["tier"]) == ("key", 1, "reserve")
    change = (await ask(company, made, "key")).json()
    assert change["evidence"] == {
        "volumes": {"2026": "1200000.00", "2025": "5000.00"},
        "suggested": "key",
        "policy_version": 1,
    }
    gone = AgreementCancelled(
        agreement_id=agreement,
        customer_id=UUID(key),
        signed_amounts={"2026": Decimal("1200000.00"), "2025": Decimal("5000.00")},
    )
    await company.do(volumes.count_cancelled, gone)
    shown = (await company.clerk.get(f"/customers/{key}/volumes")).json()
    assert [row["signed"] for row in shown["years"]] == ["0.00", "0.00"]
    assert shown["suggested"] == "reserve"
    recorded = [data for type_, data in await company.published(before) if "volume" in type_]
    assert [(row["year"], row["signed"]) for row in recorded] == [
        (2026, "900000.00"),
        (2025, "5000.00"),
        (2026, "1200000.00"),
        (2025, "0.00"),
        (2026, "0.00"),
    ]


async def test_what_changes_no_volume_publishes_nothing(company: Company) -> None:
    made = await company.register()
    before = await company.position()
    empty = AgreementCancelled(agreement_id=uuid4(), customer_id=UUID(made["customer_id"]), signed_amounts={})
    await company.do(volumes.count_cancelled, empty)
    assert await company.published(before) == []
