"""The copy of the policies as a table: SQLAlchemy definition and DDL for migrations. Must not know what is in it."""

from typing import Protocol

from sqlalchemy import Boolean, Column, MetaData, Table, Text, false


class Executes(Protocol):
    """What this room needs of ``alembic.op``."""

    def execute(self, sqltext: str, /) -> None: ...


def policy_copy(metadata: MetaData) -> Table:
    """The service's copy of ``PolicyState``, to be given to ``Copy(table=…, row=policy.row)``.

    ``versions`` is JSON kept as text: the copier writes it as it came and no query looks inside."""
    return Table(
        "policy_copy",
        metadata,
        Column("policy", Text, primary_key=True),
        Column("versions", Text, nullable=False),
        Column("sequence", Text, nullable=False),
        Column("deleted", Boolean, nullable=False, server_default=false()),
    )


def create_policy_copy(op: Executes) -> None:
    """For a migration's ``upgrade()``."""
    op.execute(
        "CREATE TABLE policy_copy ("
        " policy text PRIMARY KEY, versions text NOT NULL,"
        " sequence text NOT NULL, deleted boolean NOT NULL DEFAULT false)"
    )


def drop_policy_copy(op: Executes) -> None:
    """For a migration's ``downgrade()``."""
    op.execute("DROP TABLE policy_copy")
