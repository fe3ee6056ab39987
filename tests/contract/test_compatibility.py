"""Full transitive compatibility: what may change under a type's name and what needs a new major."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import field, make_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.compatibility import breaks, differences
from shared.events.publish import promised
from shared.events.registry import BY_TYPE, Published
from shared.events.schema import schema_of

FIELDS: dict[str, Any] = {
    "line_id": UUID,
    "quantity": Decimal,
    "status": Literal["draft", "signed"],
    "batches": tuple[str, ...],
    "amounts": dict[str, Decimal],
    "promised_on": date | None,
}


def schema(optional: dict[str, Any] | None = None, **changed: Any) -> dict[str, Any]:
    """The schema of a made-up event; a changed field of None is left out, ``optional`` ones have a default."""
    named = {name: kind for name, kind in {**FIELDS, **changed}.items() if kind is not None}
    extra = [(name, kind, field(default=None)) for name, kind in (optional or {}).items()]
    named = {name: kind for name, kind in named.items() if name not in (optional or {})}
    cls = make_dataclass("Event", [*named.items(), *extra], frozen=True, kw_only=True)
    return schema_of(Published("made.up.event.v1", "made.up.v1", "line_id", "fact", cls))


OLD = schema()


def test_nothing_changed_breaks_nothing() -> None:
    assert differences(OLD, schema()) == []


def test_what_is_published_now_keeps_what_was_promised() -> None:
    assert breaks(promised(), {kind: schema_of(published) for kind, published in BY_TYPE.items()}) == {}
    assert set(promised()) == set(BY_TYPE)


def test_a_new_optional_field_and_a_new_value_are_compatible() -> None:
    assert differences(OLD, schema({"remark": str | None})) == []
    assert differences(OLD, schema(status=Literal["draft", "signed", "suspended"])) == []


def test_documentation_may_change() -> None:
    assert differences(OLD, OLD | {"description": "clearer", "title": "Clearer"}) == []


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (schema(quantity=None), "quantity: the field is gone"),
        (schema(quantity=int), "quantity: its type changed"),
        (schema(quantity=str), "quantity: its type changed"),
        (schema(quantity=Decimal | None), "quantity: its type changed"),
        (schema(promised_on=date), "promised_on: its type changed"),
        (schema(promised_on=str | None), "promised_on: its type changed"),
        (schema(batches=tuple[int, ...]), "batches[]: its type changed"),
        (schema(batches=str), "batches: its type changed"),
        (schema(amounts=dict[str, int]), "amounts[]: its type changed"),
        (schema(remark=str), "remark: a new field must be optional"),
        (schema({"promised_on": date | None}), "promised_on: no longer required"),
        (schema(status=Literal["draft"]), "status: no longer knows signed"),
        (schema(status=int), "status: no longer knows draft, signed"),
        (schema(line_id=str), "line_id: its type changed"),
    ],
)
def test_everything_else_breaks_and_says_where(new: dict[str, Any], said: str) -> None:
    assert said in differences(OLD, new)


def test_an_optional_field_may_not_become_required() -> None:
    assert differences(schema({"remark": str | None}), schema(remark=str | None)) == ["remark: now required"]


def test_a_type_that_vanishes_breaks_a_new_one_does_not() -> None:
    assert breaks({"a.v1": OLD}, {"b.v1": OLD}) == {"a.v1": ["the type is no longer published"]}


def _drop(node: dict[str, Any], name: str) -> None:
    del node["properties"][name]


def _retype(node: dict[str, Any], name: str) -> None:
    node["properties"][name] = {"type": "boolean", "was": "something else"}


def _require_new(node: dict[str, Any], name: str) -> None:
    node["properties"][f"{name}_too"] = {"type": "string"}
    node.setdefault("required", []).append(f"{name}_too")


@given(
    kind=st.sampled_from(sorted(BY_TYPE)),
    breaking=st.sampled_from([_drop, _retype, _require_new]),
    data=st.data(),
)
def test_no_breaking_change_of_any_published_field_goes_unseen(
    kind: str, breaking: Callable[[dict[str, Any], str], None], data: st.DataObject
) -> None:
    old = schema_of(BY_TYPE[kind])
    name = data.draw(st.sampled_from(sorted(old["properties"])))
    new = deepcopy(old)
    breaking(new, name)
    assert differences(old, new)
