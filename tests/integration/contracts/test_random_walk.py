"""Units, approvers and merges at random over HTTP, against the oracle of the pure property test (K1)."""

import random
from decimal import Decimal
from uuid import UUID

import pytest

from tests.domain.contracts.test_no_dodge import LIMIT_FEN, Oracle
from tests.integration.contracts.test_exposure import books_agree
from tests.integration.contracts.world import Json, World, line, ok

CUSTOMERS = ("C1", "C2", "C3")
PRICES = ("0.01", "500.00", "1333.33", "1500.00", "2500.00", "3999.99", "4000.00")
STEPS = 60


class Walk:
    """One walk: what was done, and what the oracle makes of it."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.random = random.Random(seed)
        self.oracle = Oracle()
        self.agreements: dict[str, str] = {}
        self.amendments: dict[str, Json] = {}

    def fen(self, text: str) -> int:
        return int(Decimal(text) * 100)

    async def read(self, agreement: str) -> Json:
        return dict(ok(await self.world.ask(self.world.market, f"/agreements/{agreement}")))

    async def sell(self) -> None:
        customer = self.random.choice(CUSTOMERS)
        prices = self.random.choices(PRICES, k=self.random.randint(1, 2))
        draft = await self.world.draft(*prices, customer=customer)
        self.agreements[draft["id"]] = customer
        self.oracle.owner[UUID(draft["id"])] = customer
        await self.submit(draft["id"])

    async def submit(self, agreement: str) -> None:
        answer = await self.world.do(self.world.clerk, f"/agreements/{agreement}/submit")
        if answer.status_code == 409:
            return
        done = ok(answer)
        self.oracle.put(UUID(agreement), "contract", 2026, self.fen(done["amount"]))
        total = self.oracle.total(self.agreements[agreement], 2026)
        assert done["approval_needed"] == (total >= LIMIT_FEN)

    async def sign(self, agreement: str) -> None:
        total = self.oracle.total(self.agreements[agreement], 2026)
        answer = await self.world.do(self.world.clerk, f"/agreements/{agreement}/sign")
        if answer.status_code == 200 and answer.json()["approved_by"] is None:
            assert total < LIMIT_FEN, "signed without approval at the limit"
        if answer.status_code == 409 and answer.json()["type"] == "/problems/approval-needed":
            ok(await self.world.do(self.world.market, f"/agreements/{agreement}/approve"))
            if self.random.random() < 0.8:
                ok(await self.world.do(self.world.clerk, f"/agreements/{agreement}/sign"))

    async def release(self, agreement: str) -> None:
        way = self.random.choice(["refuse", "withdraw", "cancel"])
        who = self.world.market if way == "refuse" else self.world.clerk
        answer = await self.world.do(who, f"/agreements/{agreement}/{way}", {"reason": "x"})
        if answer.status_code == 200:
            self.oracle.parts[UUID(agreement)] = {}

    async def reopen(self, agreement: str) -> None:
        answer = await self.world.do(self.world.clerk, f"/agreements/{agreement}/reopen")
        if answer.status_code == 200:
            await self.submit(agreement)

    async def amend(self, agreement: str) -> None:
        body = {"lines": [line(1, self.random.choice(PRICES))]}
        answer = await self.world.do(self.world.clerk, f"/agreements/{agreement}/amendments", body)
        if answer.status_code != 201:
            return
        made = answer.json()
        self.amendments[made["id"]] = made
        self.oracle.put(UUID(agreement), made["id"], 2026, max(0, self.fen(made["change"])))
        total = self.oracle.total(self.agreements[agreement], 2026)
        assert made["approval_needed"] == (total >= LIMIT_FEN)

    async def finish_amendment(self, _: str) -> None:
        if not self.amendments:
            return
        amendment = self.amendments.pop(self.random.choice(list(self.amendments)))
        path, owner = f"/amendments/{amendment['id']}", UUID(amendment["agreement_id"])
        if self.random.random() < 0.3:
            if (await self.world.do(self.world.clerk, f"{path}/withdraw")).status_code == 200:
                self.oracle.drop(owner, amendment["id"])
            return
        total = self.oracle.total(self.agreements[amendment["agreement_id"]], 2026)
        answer = await self.world.do(self.world.clerk, f"{path}/apply")
        if answer.status_code == 409 and answer.json()["type"] == "/problems/approval-needed":
            ok(await self.world.do(self.world.market, f"{path}/approve"))
            answer = await self.world.do(self.world.clerk, f"{path}/apply")
        if answer.status_code == 200:
            assert answer.json()["approved_by"] is not None or total < LIMIT_FEN
            self.oracle.lower(owner, 2026, max(0, -self.fen(amendment["change"])))

    async def merge(self, _: str) -> None:
        double, survivor = self.random.sample(CUSTOMERS, 2)
        await self.world.merge(double, survivor)
        self.oracle.merges.append((double, survivor))

    async def go(self) -> None:
        await self.sell()
        steps = [self.sign, self.sign, self.sign, self.release, self.reopen, self.amend, self.amend]
        for number in range(STEPS):
            if number % 3 == 0:
                await self.sell()
            elif number % 20 == 19:
                await self.merge("")
            else:
                step = self.random.choice([*steps, self.finish_amendment, self.finish_amendment])
                await step(self.random.choice(list(self.agreements)))
            for customer in CUSTOMERS:
                assert self.fen(await self.world.total(customer)) == self.oracle.total(customer, 2026)
        await books_agree(self.world)


@pytest.mark.rule("K1")
@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_units_do_over_http_the_totals_are_the_oracles(world: World, seed: int) -> None:
    await Walk(world, seed).go()
