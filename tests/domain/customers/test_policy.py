"""Policies (C12): which version holds on a day, which values are taken, and that the past stays."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customers.policy.domain import add_version, check
from shared.events.customers import PolicyVersion
from shared.kernel.errors import DomainError
from shared.policy import DEFAULTS, in_force
from shared.policy.domain import policy_on

TODAY = date(2026, 11, 24)


def refused(code: str) -> "pytest.RaisesExc[DomainError]":
    return pytest.raises(DomainError, check=lambda error: error.code == code)


def version(number: int, day: date) -> PolicyVersion:
    return PolicyVersion(version=number, effective_from=day, values={"due_day": str(number)})


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_every_default_would_be_taken_if_the_market_department_said_it(name: str) -> None:
    check(name, DEFAULTS[name].values)


@pytest.mark.rule("K1")
def test_the_limit_of_the_regime_holds_where_nothing_was_heard() -> None:
    assert policy_on("approval", (), TODAY).text("limit") == "4000.00"
    assert policy_on("approval", (), TODAY).words("approver_roles") == {"unit-head", "market"}


def test_a_version_holds_from_its_day_on_and_not_before() -> None:
    versions = (version(1, date(2000, 1, 1)), version(2, TODAY))
    assert policy_on("demand-plan", versions, TODAY - timedelta(days=1)).version == 1
    assert policy_on("demand-plan", versions, TODAY).version == 2


def test_of_two_that_begin_on_one_day_the_newer_holds() -> None:
    found = in_force((version(3, TODAY), version(2, TODAY)), TODAY)
    assert found is not None
    assert found.version == 3


@given(st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=8), st.dates(date(2026, 1, 1)))
def test_a_new_version_never_changes_what_held_before_today(days: list[date], asked: date) -> None:
    versions: list[PolicyVersion] = [DEFAULTS["demand-plan"]]
    for day in days:
        before = list(versions)
        if day < TODAY:
            with refused("effective-in-the-past"):
                add_version("demand-plan", versions, day, {"due_day": "15"}, TODAY)
        else:
            versions.append(add_version("demand-plan", versions, day, {"due_day": "15"}, TODAY))
        if asked < TODAY:
            assert in_force(versions, asked) == in_force(before, asked)
    assert [known.version for known in versions] == list(range(1, len(versions) + 1))


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("approval", {"limit": "4000.00"}, "values.approver_roles"),
        ("approval", {"limit": "NaN", "approver_roles": "market"}, "values.limit"),
        ("approval", {"limit": "-1", "approver_roles": "market"}, "values.limit"),
        ("approval", {"limit": "1E+999999", "approver_roles": "market"}, "values.limit"),
        ("approval", {"limit": "0.001", "approver_roles": "market"}, "values.limit"),
        ("approval", {"limit": "1", "approver_roles": "market,emperor"}, "values.approver_roles"),
        ("approval", {"limit": "1", "approver_roles": ""}, "values.approver_roles"),
        ("approval", {"limit": "1", "approver_roles": "market", "bands": "9:market;5:market"}, "values.bands"),
        ("approval", {"limit": "1", "approver_roles": "market", "bands": "9"}, "values.bands"),
        ("approval", {"limit": "1", "approver_roles": "market", "mood": "good"}, "values.mood"),
        ("demand-plan", {"due_day": "29"}, "values.due_day"),
        ("demand-plan", {"due_day": "２０"}, "values.due_day"),
        ("tier-weights", {"strategic": "8", "key": "4", "general": "2"}, "values.reserve"),
        ("tier-weights", {"strategic": "8", "key": "4", "general": "2", "reserve": "0"}, "values.reserve"),
        ("tiers", {"key_from": "5", "strategic_from": "5"}, "values.strategic_from"),
        ("archive", {"stale_after_days": "0"}, "values.stale_after_days"),
    ],
)
def test_values_that_make_no_sense_are_refused_by_their_name(name: str, values: dict[str, str], field: str) -> None:
    with pytest.raises(DomainError) as caught:
        check(name, values)
    assert (caught.value.code, caught.value.field) == ("bad-policy-value", field)


def test_bands_are_taken_when_they_rise() -> None:
    check(
        "approval", {"limit": "4000.00", "approver_roles": "market", "bands": "4000:unit-head;100000:market,leadership"}
    )


def test_an_unknown_policy_is_absent() -> None:
    with refused("policy-absent"):
        check("weather", {})
