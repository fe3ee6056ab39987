"""Contract lines, shipments, and the dates that were asked for and promised (kept for ever)."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

metadata = sa.MetaData()

line = sa.Table(
    "line",
    metadata,
    sa.Column("line_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("agreement_id", UUID(as_uuid=True), nullable=False),
    sa.Column("agreement_number", sa.Text, nullable=False),
    sa.Column("customer_id", UUID(as_uuid=True), nullable=False),
    sa.Column("unit_id", UUID(as_uuid=True), nullable=False),
    sa.Column("line_no", sa.Integer, nullable=False),
    sa.Column("product_code", sa.Text, nullable=False),
    sa.Column("quantity", sa.Numeric(12, 3), nullable=False),
    sa.Column("unit_of_measure", sa.Text, nullable=False),
    sa.Column("unit_price", sa.Numeric(16, 4), nullable=False),
    sa.Column("amount", sa.Numeric(18, 2), nullable=False),
    sa.Column("requested_on", sa.Date, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("shipped", sa.Numeric(12, 3), nullable=False),
    sa.Column("promised_on", sa.Date),
    sa.Column("plan_version", sa.Integer, nullable=False),
    sa.Column("published", sa.Boolean, nullable=False),
    sa.Column("dropped", sa.Boolean, nullable=False),
)

shipment = sa.Table(
    "shipment",
    metadata,
    sa.Column("shipment_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("line_id", UUID(as_uuid=True), nullable=False),
    sa.Column("batch_number", sa.Text, nullable=False),
    sa.Column("quantity", sa.Numeric(12, 3), nullable=False),
    sa.Column("shipped_on", sa.Date, nullable=False),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("recorded_by", UUID(as_uuid=True), nullable=False),
)

promise_history = sa.Table(
    "promise_history",
    metadata,
    sa.Column("entry_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("line_id", UUID(as_uuid=True), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("line_version", sa.Integer, nullable=False),
    sa.Column("requested_on", sa.Date),
    sa.Column("promised_on", sa.Date),
    sa.Column("plan_id", UUID(as_uuid=True)),
    sa.Column("plan_version", sa.Integer),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
)
"""``outcome``: requested (a date was asked for, or changed) | applied | superseded-plan | superseded-line."""
