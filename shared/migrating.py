"""Runs a service's alembic migrations: ``env.py`` calls ``run``, the CLI and the tests call ``upgrade``."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory

SERVICES = Path(__file__).resolve().parent.parent / "services"


def _config(service: str, url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SERVICES / service / "migrations").replace("%", "%%"))
    config.attributes["url"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return config


def upgrade(service: str, url: str) -> None:
    """Bring the database to the newest revision. Gives up after 10 s behind a lock rather than queue everyone else."""
    command.upgrade(_config(service, url), "head")


def head(service: str) -> str:
    """The newest revision of the service's code."""
    revision = ScriptDirectory.from_config(_config(service, "")).get_current_head()
    if revision is None:
        raise LookupError(f"{service} has no migrations")
    return revision


def run() -> None:
    """The whole of an ``env.py``."""
    engine = sa.create_engine(context.config.attributes["url"], poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text("SET lock_timeout = '10s'"))
        connection.execute(sa.text("SELECT pg_advisory_lock(72623859)"))  # one migrator at a time
        connection.commit()
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()
