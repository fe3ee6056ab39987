"""The tables in code and the tables of the migration are the same."""

import pytest
import sqlalchemy as sa

from services.complaints.copies import tables as copies
from services.complaints.quality import tables as quality
from tests.integration.complaints.world import Desk


@pytest.mark.parametrize("metadata", [copies.metadata, quality.metadata], ids=["copies", "quality"])
async def test_code_and_migration_agree_on_columns(desk: Desk, metadata: sa.MetaData) -> None:
    async with desk.database.reading() as tx:
        rows = await tx.raw.fetch(
            "SELECT table_name, column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns "
            "WHERE table_schema = 'public'"
        )
    found = {(row["table_name"], row["column_name"], row["nullable"]) for row in rows}
    stated = {
        (table.name, column.name, column.nullable) for table in metadata.sorted_tables for column in table.columns
    }
    tables = {table.name for table in metadata.sorted_tables}
    assert {entry for entry in found if entry[0] in tables} == stated
