"""Rows of the archive."""

from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, Table, Text, Uuid

metadata = MetaData()

customer = Table(
    "customer",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("credit_code", Text),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("unit_id", Uuid, nullable=False),
    Column("tier", Text, nullable=False),
    Column("first_tier", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("registered_by", Uuid, nullable=False),
    Column("reviewed_at", DateTime(timezone=True), nullable=False),
    Column("merged_into", Uuid),
    Column("version", Integer, nullable=False),
)

contact = Table(
    "contact",
    metadata,
    Column("contact_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("position", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("is_primary", Boolean, nullable=False),
)
