"""What Alembic runs: the connection comes from `provisioner.migrations`."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from provisioner.models import Base

_LOCK = 7_305_142_608
"""Ours among advisory locks: two who migrate at a time would trip over one another."""


def run() -> None:
    """Migrate by the connection that was given."""
    connection: Connection = context.config.attributes["connection"]
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


run()
