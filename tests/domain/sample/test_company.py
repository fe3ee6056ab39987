"""The sample company is whole, plausible and the same for the same day."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import mean

import pytest
from stdnum.cn import uscc

from deploy.sample.company import Company
from deploy.sample.days import month_end, plan_months, stored_day
from deploy.sample.demand import firm_by_cell, needs
from deploy.sample.draw import draw
from deploy.sample.utilisation import weekly_load
from deploy.sample.workbooks import write_all
from shared.kernel.dates import first_day, month_of

DAYS = [date(2026, 11, 24), date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 20), date(2028, 2, 29)]


@pytest.fixture(params=DAYS, ids=str, scope="module")
def company(request: pytest.FixtureRequest) -> Company:
    return draw(request.param)


def test_it_is_as_large_as_promised(company: Company) -> None:
    lines = [line for a in company.agreements if a.goal == "signed" for line in a.lines]
    ahead = [line for line in lines if month_of(line.requested_on) in company.months]
    assert sum(d.kind == "业务单位" for d in company.departments) >= 5
    assert len(company.customers) >= 220
    assert len(company.master.products) >= 64
    assert 6 <= len(company.master.lines) <= 8
    assert len(ahead) >= 400
    assert len(company.complaints) >= 64
    assert {row.month for row in company.forecasts} == set(company.months)


def test_business_keys_are_unique(company: Company) -> None:
    for keys in (
        [c.code for c in company.customers],
        [c.name for c in company.customers],
        [c.credit_code for c in company.customers if c.credit_code],
        [p.staff_no for p in company.people],
        [p.account for p in company.people],
        [a.number for a in company.agreements] + [o.agreement_number for o in company.openings],
        [s.number for s in company.shipments],
        [c.number for c in company.complaints],
        [d.number for d in company.master.deliveries],
        [(f.unit_code, f.month, f.product_code) for f in company.forecasts],
    ):
        assert max(Counter(keys).values()) == 1


def test_firms_have_valid_credit_codes_and_sole_traders_none(company: Company) -> None:
    for customer in company.customers:
        assert (customer.kind == "公司") == bool(customer.credit_code)
        assert not customer.credit_code or uscc.is_valid(customer.credit_code)
    assert any(c.kind == "个体工商户" for c in company.customers)


def test_nobody_can_have_a_telephone_number_of_the_sample(company: Company) -> None:
    phones = [contact.phone for c in company.customers for contact in c.contacts]
    assert len(phones) == len(set(phones))
    assert all(len(phone) == 11 and phone.startswith("10") for phone in phones)
    assert all(sum(contact.main for contact in c.contacts) == 1 for c in company.customers)


def test_many_small_contracts_of_one_customer_reach_the_approval_limit_only_together(company: Company) -> None:
    by_customer: dict[str, list[Decimal]] = {}
    for agreement in company.agreements:
        by_customer.setdefault(agreement.customer_code, []).append(agreement.amount)
    together = [a for a in by_customer.values() if max(a) < 4_000 <= sum(a)]
    assert len(together) >= 10
    assert sum(len(amounts) == 1 and amounts[0] < 4_000 for amounts in by_customer.values()) >= 1


def test_lines_are_loaded_like_real_ones(company: Company) -> None:
    begin, end = first_day(company.months[0]), month_end(company.months[-1])
    load = {key: value for key, value in weekly_load(company).items() if begin <= key[1] and (end - key[1]).days >= 6}
    assert 0.70 <= mean(load.values()) <= 0.95
    by_line = {line.code: [v for (code, _), v in load.items() if code == line.code] for line in company.master.lines}
    assert all(0.65 <= mean(values) <= 1.0 for values in by_line.values())
    assert 3 <= sum(value > 1 for value in load.values()) <= len(load) / 3


def test_shipments_and_complaints_are_about_what_was_signed_and_sent(company: Company) -> None:
    lines = {(a.number, n.line_no): (a, n) for a in company.agreements for n in a.lines}
    batches = set()
    for shipment in company.shipments:
        agreement, line = lines[(shipment.agreement_number, shipment.line_no)]
        assert agreement.goal == "signed"
        assert 0 < shipment.quantity <= line.quantity
        assert agreement.agreed_on <= shipment.shipped_on <= company.day
        batches.add((shipment.agreement_number, shipment.line_no, shipment.batch_number))
    for complaint in company.complaints:
        agreement, _ = lines[(complaint.agreement_number, complaint.line_no)]
        assert (complaint.agreement_number, complaint.line_no, complaint.batch_number) in batches
        assert (complaint.customer_code, complaint.unit_code) == (agreement.customer_code, agreement.unit_code)
        assert complaint.reported_on <= company.day
    assert sum(c.escalate for c in company.complaints) >= 10


def test_a_material_is_short_and_most_are_not(company: Company) -> None:
    master = company.master
    wanted: Counter[str] = Counter()
    for (_, _, product), quantity in needs(company.forecasts, firm_by_cell(company.agreements), company.months).items():
        wanted[product] += quantity
    need: dict[str, Decimal] = {}
    for usage in master.usages:
        need[usage.material_code] = (
            need.get(usage.material_code, Decimal(0)) + usage.per_unit * wanted[usage.product_code]
        )
    there = {m.code: m.stock for m in master.materials}
    for delivery in master.deliveries:
        there[delivery.material_code] += delivery.quantity
    short = [code for code, quantity in need.items() if there[code] < quantity]
    assert short == ["RING"]
    assert sum(there[code] < quantity * Decimal("1.05") for code, quantity in need.items()) >= 4


def test_one_units_plan_is_missing_in_one_month(company: Company) -> None:
    planned = {(row.unit_code, row.month) for row in company.forecasts}
    units = {d.code for d in company.departments if d.kind == "业务单位"}
    assert {(unit, month) for unit in units for month in company.months} - planned == {company.missing}


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 11, 20), "2026-12"),
        (date(2026, 11, 21), "2027-01"),
        (date(2026, 12, 31), "2027-02"),
        (date(2027, 1, 1), "2027-02"),
    ],
)
def test_plan_months_begin_after_the_next_open_time_node(day: date, first: str) -> None:
    assert plan_months(day)[0] == first


def test_the_day_of_the_first_load_stays(tmp_path: Path) -> None:
    assert stored_day(tmp_path / "sample", date(2026, 11, 24)) == date(2026, 11, 24)
    assert stored_day(tmp_path / "sample", date(2027, 3, 1)) == date(2026, 11, 24)


def test_the_same_day_gives_the_same_books_byte_for_byte(tmp_path: Path) -> None:
    first = write_all(draw(DAYS[0]), tmp_path / "one")
    second = write_all(draw(DAYS[0]), tmp_path / "two")
    assert draw(DAYS[0]) == draw(DAYS[0])
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert draw(DAYS[0]).agreements != draw(DAYS[1]).agreements
