"""Alembic's entry; the work is shared."""

from shared.migrating import run

run()
