"""The copies' tables: key, the columns that contracts needs, the sequence that tells a stale state from a new one."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from shared import policy

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


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text, nullable=False)


customer_copy = _copy(
    "customer_copy",
    "customer_id",
    _text("code"),
    _text("name"),
    sa.Column("unit_id", UUID(as_uuid=True), nullable=False),
    _text("tier"),
    _text("kind"),
    sa.Column("merged_into", UUID(as_uuid=True)),
)
department_copy = _copy(
    "department_copy",
    "department_id",
    _text("code"),
    _text("name"),
    _text("kind"),
    sa.Column("active", sa.Boolean, nullable=False),
)
product_copy = _copy(
    "product_copy",
    "product_id",
    _text("code"),
    _text("name"),
    _text("unit_of_measure"),
    sa.Column("active", sa.Boolean, nullable=False),
)
policy_copy = policy.policy_copy(metadata)
