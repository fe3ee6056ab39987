"""Rows of tier changes."""

from sqlalchemy import Column, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

tier_change = Table(
    "tier_change",
    metadata,
    Column("change_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("old_tier", Text, nullable=False),
    Column("new_tier", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("proposed_by", Uuid, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Uuid),
    Column("decided_at", DateTime(timezone=True)),
    Column("remark", Text, nullable=False),
    Column("version", Integer, nullable=False),
)
