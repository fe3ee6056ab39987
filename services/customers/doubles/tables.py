"""Rows of merges: who said that two customers are one, and when."""

from sqlalchemy import Column, DateTime, MetaData, Table, Text, Uuid

metadata = MetaData()

customer_merge = Table(
    "customer_merge",
    metadata,
    Column("double_id", Uuid, primary_key=True),
    Column("into_id", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    Column("merged_by", Uuid, nullable=False),
    Column("merged_at", DateTime(timezone=True), nullable=False),
)
