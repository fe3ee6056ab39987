"""The ledger of K1: its entries, the kept total of each (root customer, year), who counts as whom, opening balances."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

metadata = sa.MetaData()

exposure = sa.Table(
    "exposure",
    metadata,
    sa.Column("root_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("total", sa.Numeric(20, 2), nullable=False),
)

exposure_member = sa.Table(
    "exposure_member",
    metadata,
    sa.Column("customer_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("root_id", UUID(as_uuid=True), nullable=False),
)

exposure_entry = sa.Table(
    "exposure_entry",
    metadata,
    sa.Column("entry_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("root_id", UUID(as_uuid=True), nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("customer_id", UUID(as_uuid=True), nullable=False),
    sa.Column("unit_id", UUID(as_uuid=True), nullable=False),
    sa.Column("agreement_id", UUID(as_uuid=True)),
    sa.Column("amendment_id", UUID(as_uuid=True)),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("amount", sa.Numeric(18, 2), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", UUID(as_uuid=True)),
)

opening_balance = sa.Table(
    "opening_balance",
    metadata,
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("customer_id", UUID(as_uuid=True), nullable=False),
    sa.Column("unit_id", UUID(as_uuid=True), nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("signed_on", sa.Date, nullable=False),
    sa.Column("amount", sa.Numeric(18, 2), nullable=False),
    sa.Column("imported_by", UUID(as_uuid=True), nullable=False),
    sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
)
