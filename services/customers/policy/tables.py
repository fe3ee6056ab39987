"""Rows of policies and their versions."""

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

policy = Table(
    "policy",
    metadata,
    Column("policy", Text, primary_key=True),
    Column("announced", Boolean, nullable=False),
)

policy_version = Table(
    "policy_version",
    metadata,
    Column("policy", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("effective_from", Date, nullable=False),
    Column("values", JSONB, nullable=False),
    Column("set_by", Uuid),
    Column("set_at", DateTime(timezone=True), nullable=False),
)
