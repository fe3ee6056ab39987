"""Runs planning's migrations; how is shared by all services."""

from shared.migrating import run

run()
