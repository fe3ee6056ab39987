"""Alembic's entry: everything is in ``shared.migrating``."""

from shared.migrating import run

run()
