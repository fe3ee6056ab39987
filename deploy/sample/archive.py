"""Customers of the sample's units with contacts, tiers, and the applications for strategic (C1, C3)."""

from random import Random

from deploy.sample.company import Contact, Customer, TierApplication
from deploy.sample.organisation import UNIT_CODES
from deploy.sample.words import (
    CITIES,
    City,
    address,
    company_name,
    credit_code,
    person_name,
    phone,
    position,
    shop_name,
)

_PER_UNIT = 38
_KEY = 7
_RESERVE = 6
_SOLE_TRADERS = 5
_STRATEGIC_UNITS = ("HD", "HN", "HB", "HZ", "XN", "HD", "HN", "DB")


def customers(random: Random) -> list[Customer]:
    """38 customers a unit: the first seven 重点, the last six 储备, the others 一般; sole traders are 一般."""
    names: set[str] = set()
    found: list[Customer] = []
    for unit in UNIT_CODES:
        for index in range(_PER_UNIT):
            found.append(_customer(random, unit, index, names))
    return found


def applications(archive: list[Customer]) -> list[TierApplication]:
    """Eight of the key customers, for which their units ask the strategic tier."""
    taken: dict[str, int] = {}
    found = []
    for unit in _STRATEGIC_UNITS:
        index = taken.get(unit, 0)
        taken[unit] = index + 1
        customer = [c for c in archive if c.unit_code == unit and c.tier == "重点"][index]
        found.append(TierApplication(customer.code, unit, "年度框架采购意向明确,近三年履约良好,申请列为战略合作伙伴"))
    return found


def _customer(random: Random, unit: str, index: int, names: set[str]) -> Customer:
    city = random.choice(CITIES[unit])
    tier = "重点" if index < _KEY else "储备" if index >= _PER_UNIT - _RESERVE else "一般"
    sole = tier == "一般" and index >= _PER_UNIT - _RESERVE - _SOLE_TRADERS
    number = UNIT_CODES.index(unit) * 100 + index + 1
    return Customer(
        code=f"KH{unit}{index + 1:04d}",
        credit_code="" if sole else credit_code(random, city),
        name=_fresh_name(random, city, sole, names),
        kind="个体工商户" if sole else "公司",
        unit_code=unit,
        tier=tier,
        region=city.province,
        address=address(random, city),
        contacts=_contacts(random, number, 1 if sole else random.choice((1, 2, 2, 3))),
    )


def _fresh_name(random: Random, city: City, sole: bool, names: set[str]) -> str:
    while True:
        name = shop_name(random, city) if sole else company_name(random, city)
        if name not in names:
            names.add(name)
            return name


def _contacts(random: Random, customer_number: int, count: int) -> tuple[Contact, ...]:
    names: list[str] = []
    while len(names) < count:
        if (name := person_name(random)) not in names:
            names.append(name)
    return tuple(
        Contact(name, position(random), phone(customer_number * 10 + index), main=index == 0)
        for index, name in enumerate(names)
    )
