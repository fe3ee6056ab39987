"""The copies' tables: key, the columns that complaints needs, the sequence that tells a stale state from a new one."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

metadata = sa.MetaData()


def _copy(name: str, key: str, *columns: sa.Column[object]) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column(key, UUID(as_uuid=True), primary_key=True),
        *columns,
        sa.Column("sequence", sa.Text, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False, server_default=sa.false()),
    )


def _id(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UUID(as_uuid=True), nullable=nullable)


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text, nullable=False)


customer_copy = _copy(
    "customer_copy", "customer_id", _text("code"), _text("name"), _id("unit_id"), _id("merged_into", nullable=True)
)
department_copy = _copy(
    "department_copy",
    "department_id",
    _text("code"),
    _text("name"),
    _text("kind"),
    sa.Column("active", sa.Boolean, nullable=False),
)
person_copy = _copy("person_copy", "person_id", _id("department_id"), sa.Column("active", sa.Boolean, nullable=False))
line_copy = _copy(
    "line_copy",
    "line_id",
    _text("agreement_number"),
    sa.Column("line_no", sa.Integer, nullable=False),
    _id("customer_id"),
    _id("unit_id"),
    _text("product_code"),
    _text("status"),
)
shipment_copy = _copy(
    "shipment_copy",
    "shipment_id",
    _id("line_id"),
    _text("batch_number"),
    sa.Column("shipped_on", sa.Date, nullable=False),
)
