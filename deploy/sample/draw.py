"""The sample company of one day, drawn from a fixed seed: the same day gives the same company."""

from datetime import date
from random import Random

from deploy.sample import archive, catalogue, days, delivered, demand, organisation, trade
from deploy.sample.company import Company, Master

SEED = "shouwen"


def draw(day: date, seed: str = SEED) -> Company:
    """Everything the departments would have in their books on ``day``."""
    months = days.plan_months(day)
    items = catalogue.items()
    customers = archive.customers(_part(seed, "customers"))
    market = trade.Market(day, months, items, customers)
    agreements = trade.agreements(_part(seed, "agreements"), market)
    firm = demand.firm_by_cell(agreements)
    missing = (organisation.UNIT_CODES[-1], months[-1])
    planned = demand.forecasts(_part(seed, "forecasts"), items, months, firm)
    rows = [row for row in planned if (row.unit_code, row.month) != missing]
    shipments = delivered.shipments(_part(seed, "shipments"), agreements, day)
    return Company(
        day=day,
        months=months,
        departments=organisation.departments(),
        people=organisation.people(_part(seed, "people")),
        customers=customers,
        tier_applications=archive.applications(customers),
        master=_master(seed, items, demand.needs(rows, firm, months), market),
        agreements=agreements,
        shipments=shipments,
        openings=trade.openings(_part(seed, "openings"), market),
        forecasts=rows,
        missing=missing,
        complaints=delivered.complaints(_part(seed, "complaints"), agreements, shipments, day),
    )


def _master(seed: str, items: list[catalogue.Item], wanted: dict[demand.Cell, int], market: trade.Market) -> Master:
    random = _part(seed, "master")
    supply = demand.supply(random, wanted, market.day, market.months)
    return Master(
        products=demand.products(random, items, wanted, market.months[0]),
        lines=catalogue.lines(),
        routings=catalogue.routings(),
        materials=supply.materials,
        usages=catalogue.bill(),
        deliveries=supply.deliveries,
    )


def _part(seed: str, name: str) -> Random:
    """A generator of its own for each part, so that a change in one leaves the others as they were."""
    return Random(f"{seed}:{name}")
