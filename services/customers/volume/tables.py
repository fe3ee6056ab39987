"""Rows of signed volumes, by the customer that the contract names."""

from sqlalchemy import Column, Integer, MetaData, Numeric, Table, Uuid

metadata = MetaData()

volume = Table(
    "volume",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("signed", Numeric(18, 2), nullable=False),
)
