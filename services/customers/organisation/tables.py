"""Rows of the organisation."""

from sqlalchemy import Boolean, Column, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()

department = Table(
    "department",
    metadata,
    Column("department_id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)

person = Table(
    "person",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("staff_no", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("department_id", Uuid, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("account", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)
