"""One plausible example of every event, always the same: integrators test against it, and so do we.

The same field name means the same thing throughout, so the examples tell one story: one customer, one contract line,
one plan, one complaint. A new text field needs a value here; nothing is made up at random.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid5

SPACE = UUID("0f6a1c52-6f0e-5d7b-8b53-5a1f0c9d2e77")

# Values by field, or by Class.field where one class means something of its own.
TEXTS: Mapping[str, str] = {
    "ComplaintReceived.number": "TS2026000042",
    "AgreementDrafted.number": "HT-2026-0117",
    "AgreementSigned.number": "HT-2026-0117",
    "DepartmentState.code": "YW-HD",
    "DepartmentState.name": "华东业务部",
    "DepartmentState.kind": "unit",
    "CustomerState.code": "91310112MA1GC3XQ00",
    "CustomerState.name": "上海申港机械有限公司",
    "CustomerRegistered.code": "91310112MA1GC3XQ00",
    "ProductState.code": "CP-6204",
    "ProductState.name": "深沟球轴承 6204",
    "PromiseMade.cause": "",
    "agreement_number": "HT-2026-0117",
    "batch_number": "P20261018-03",
    "cause_category": "workmanship",
    "currency": "CNY",
    "fingerprint": "sha256:9f2c4e0b7a51d36880e4cf1b25a9d7c3e6180f4b92ad57c1036e8bd4f7a2c915",
    "first_month": "2026-12",
    "month": "2026-12",
    "policy": "approval",
    "product_code": "CP-6204",
    "unit_of_measure": "件",
}
NUMBERS: Mapping[str, int] = {
    "PolicyVersion.version": 1,
    "cuts": 4,
    "line_no": 1,
    "line_version": 3,
    "lines": 12,
    "months": 3,
    "plan_version": 7,
    "policy_version": 1,
    "promises": 86,
    "revision": 1,
    "times": 1,
    "version": 3,
    "year": 2026,
}
DECIMALS: Mapping[str, str] = {
    "AgreementAmended.amount": "137200.00",
    "ShipmentRecorded.quantity": "200.000",
    "ShipmentState.quantity": "200.000",
    "amount": "128600.00",
    "bound": "4150.25",
    "change": "8600.00",
    "cumulative": "171200.00",
    "objective": "4211.50",
    "quantity": "500.000",
    "shipped": "200.000",
    "signed": "171200.00",
}
DAYS: Mapping[str, date] = {
    "effective_from": date(2026, 1, 1),
    "previous_promised_on": date(2026, 12, 14),
    "promised_on": date(2026, 12, 11),
    "requested_on": date(2026, 12, 10),
    "shipped_on": date(2026, 11, 18),
    "signed_on": date(2026, 11, 4),
}
INSTANTS: Mapping[str, datetime] = {"recorded_at": datetime(2026, 11, 18, 2, 30, tzinfo=UTC)}
WHOLE: Mapping[str, object] = {
    "AgreementCancelled.signed_amounts": {"2026": Decimal("128600.00")},
    "ComplaintContained.batch_numbers": ("P20261018-03", "P20261019-01"),
    "PersonState.roles": ("unit-clerk",),
    "PolicyVersion.values": {"limit": "4000.00", "approver_roles": "unit-head,market"},
    "CustomerRegistered.tier": "general",
    "CustomerState.merged_into": None,
    "CustomerState.tier": "key",
    "DemandPlanSubmitted.late": False,
    "LineState.status": "signed",
    "TierChanged.approved_by": None,
    "TierChanged.old_tier": "general",
    "TierChanged.new_tier": "key",
}
# The same thing under two names.
SAME_ID: Mapping[str, str] = {
    "DepartmentState.department_id": "unit_id",
    "PersonState.department_id": "unit_id",
    "plan_id": "production_plan_id",
}


def example_of(cls: type) -> Any:
    """An instance of the published class. LookupError names the field for which this module has no value."""
    hints = get_type_hints(cls)
    return cls(**{field.name: _value(cls, field.name, hints[field.name]) for field in fields(cls)})


def _value(cls: type, name: str, annotation: Any) -> Any:
    exact = f"{cls.__name__}.{name}"
    if exact in WHOLE:
        return WHOLE[exact]
    kind = _without_none(annotation)
    if kind is UUID:
        return uuid5(SPACE, SAME_ID.get(exact, SAME_ID.get(name, name)))
    if kind is bool:
        return _flag(cls, name)
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if get_origin(kind) is tuple:
        return (_value(cls, name, get_args(kind)[0]),)
    if is_dataclass(kind) and isinstance(kind, type):
        return example_of(kind)
    return _plain(exact, name, kind)


def _plain(exact: str, name: str, kind: Any) -> Any:
    tables: dict[Any, Mapping[str, Any]] = {str: TEXTS, int: NUMBERS, Decimal: DECIMALS, date: DAYS, datetime: INSTANTS}
    table = tables.get(kind, {})
    for key in (exact, name):
        if key in table:
            return Decimal(table[key]) if kind is Decimal else table[key]
    raise LookupError(f"shared/events/example.py has no value for {exact} ({kind})")


def _flag(cls: type, name: str) -> bool:
    """A flag's default, else true."""
    default = next(field.default for field in fields(cls) if field.name == name)
    return True if default is MISSING else bool(default)


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, UnionType):
        (kind,) = (part for part in get_args(annotation) if part is not NoneType)
        return kind
    return annotation
