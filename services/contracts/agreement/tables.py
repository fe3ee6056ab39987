"""Contracts and amendments; their lines are supply's."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

metadata = sa.MetaData()


def _submission() -> list[sa.Column[object]]:
    return [
        sa.Column("submitted_by", UUID(as_uuid=True)),
        sa.Column("submitted_at", sa.DateTime(timezone=True)),
        sa.Column("year", sa.Integer),
        sa.Column("cumulative", sa.Numeric(20, 2)),
        sa.Column("approval_needed", sa.Boolean),
        sa.Column("policy_version", sa.Integer),
        sa.Column("approved_by", UUID(as_uuid=True)),
        sa.Column("approved_at", sa.DateTime(timezone=True)),
        sa.Column("remark", sa.Text, nullable=False),
    ]


agreement = sa.Table(
    "agreement",
    metadata,
    sa.Column("agreement_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("customer_id", UUID(as_uuid=True), nullable=False),
    sa.Column("unit_id", UUID(as_uuid=True), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("amount", sa.Numeric(18, 2), nullable=False),
    sa.Column("currency", sa.Text, nullable=False, server_default="CNY"),
    sa.Column("drafted_by", UUID(as_uuid=True), nullable=False),
    sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("authors", ARRAY(UUID(as_uuid=True)), nullable=False),
    *_submission(),
    sa.Column("signed_on", sa.Date),
    sa.Column("signed_amounts", JSONB, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

amendment = sa.Table(
    "amendment",
    metadata,
    sa.Column("amendment_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("agreement_id", UUID(as_uuid=True), nullable=False),
    sa.Column("agreement_number", sa.Text, nullable=False),
    sa.Column("customer_id", UUID(as_uuid=True), nullable=False),
    sa.Column("unit_id", UUID(as_uuid=True), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("wanted", JSONB, nullable=False),
    sa.Column("change", sa.Numeric(18, 2), nullable=False),
    *_submission(),
    sa.Column("reason", sa.Text, nullable=False),
)
