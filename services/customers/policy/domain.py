"""Which values a policy may take and from when a version may hold (C12). Pure.

A version once in force is never changed: who decided by it can always show it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from shared.auth.domain import ROLES
from shared.events.customers import PolicyVersion
from shared.kernel.errors import DomainError, absent, invalid

Values = Mapping[str, str]


def add_version(
    name: str, versions: Sequence[PolicyVersion], effective_from: date, values: Values, today: date
) -> PolicyVersion:
    """The next version of policy ``name``, from ``effective_from`` on: today or later (``effective-in-the-past``)."""
    check(name, values)
    if effective_from < today:
        raise invalid(
            "effective-in-the-past",
            f"a version can hold from {today} at the earliest: decisions were made by what held before",
            field="effective_from",
        )
    version = max((known.version for known in versions), default=0) + 1
    return PolicyVersion(version=version, effective_from=effective_from, values=dict(values))


def check(name: str, values: Values) -> None:
    """DomainError ``policy-absent`` for an unknown policy, ``bad-policy-value`` for what it cannot take."""
    checker = _CHECKS.get(name)
    if checker is None:
        raise no_such_policy(name)
    checker(values)


def no_such_policy(name: str) -> DomainError:
    """There is no policy of that name."""
    return absent("policy-absent", f"there is no policy {name}", remedy="Policies are " + ", ".join(sorted(_CHECKS)))


def _approval(values: Values) -> None:
    _keys(values, {"limit", "approver_roles"}, optional={"bands"})
    _number(values, "limit", least=Decimal(0), places=2)
    _roles(values["approver_roles"], "approver_roles")
    if "bands" in values:
        _bands(values["bands"])


def _bands(text: str) -> None:
    """``4000:unit-head;100000:market``: from each amount on, the roles (by commas) that approve; amounts rise."""
    before: Decimal | None = None
    for band in text.split(";"):
        amount_text, colon, roles = band.partition(":")
        amount = _decimal(amount_text, "bands")
        if not colon or amount < 0 or (before is not None and amount <= before):
            raise _bad("bands", "bands are rising amounts, each with its role: 4000:unit-head;100000:market")
        _roles(roles, "bands")
        before = amount


def _demand_plan(values: Values) -> None:
    _keys(values, {"due_day"})
    _whole(values, "due_day", 1, 28)


def _tier_weights(values: Values) -> None:
    tiers = {"strategic", "key", "general", "reserve"}
    _keys(values, tiers)
    for tier in sorted(tiers):
        _number(values, tier, least=Decimal("0.001"), most=Decimal(1000), places=3)


def _tiers(values: Values) -> None:
    _keys(values, {"key_from", "strategic_from"})
    key_from = _number(values, "key_from", least=Decimal("0.01"), places=2)
    if _number(values, "strategic_from", least=Decimal("0.01"), places=2) <= key_from:
        raise _bad("strategic_from", "strategic_from must be above key_from")


def _archive(values: Values) -> None:
    _keys(values, {"stale_after_days"})
    _whole(values, "stale_after_days", 1, 3650)


_CHECKS: Mapping[str, Callable[[Values], None]] = {
    "approval": _approval,
    "demand-plan": _demand_plan,
    "tier-weights": _tier_weights,
    "tiers": _tiers,
    "archive": _archive,
}


def _keys(values: Values, needed: set[str], optional: frozenset[str] | set[str] = frozenset()) -> None:
    if missing := sorted(needed - set(values)):
        raise _bad(missing[0], f"{missing[0]} is missing")
    if unknown := sorted(set(values) - needed - optional):
        raise _bad(unknown[0], f"{unknown[0]} is not part of this policy")


def _decimal(text: str, key: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _bad(key, f"{key} must be a number") from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
        raise _bad(key, f"{key} must be a number below 10^12")
    return number


def _number(values: Values, key: str, *, least: Decimal, most: Decimal = Decimal(10) ** 12, places: int) -> Decimal:
    number = _decimal(values[key], key)
    if not least <= number <= most or number != number.quantize(Decimal(1).scaleb(-places)):
        raise _bad(key, f"{key} must be from {least} to {most} with at most {places} decimals")
    return number


def _whole(values: Values, key: str, least: int, most: int) -> None:
    text = values[key]
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most):
        raise _bad(key, f"{key} must be a whole number from {least} to {most}")


def _roles(text: str, key: str) -> None:
    roles = [role.strip() for role in text.split(",")]
    if unknown := sorted(set(roles) - ROLES):
        raise _bad(key, f"no such role: {', '.join(unknown)}")


def _bad(key: str, message: str) -> DomainError:
    return invalid("bad-policy-value", message, field=f"values.{key}")
