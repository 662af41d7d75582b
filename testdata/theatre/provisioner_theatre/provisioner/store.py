"""Instances as the database knows them."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

SCHEMA = """
CREATE TABLE IF NOT EXISTS instances (
    name text PRIMARY KEY,
    plan text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'running', 'failed', 'deleting')),
    detail text NOT NULL DEFAULT '',
    changed timestamptz NOT NULL DEFAULT now()
)
"""


class NameTaken(Exception):
    """There is an instance of this name."""


class Store:
    """Each call has a connection of its own, so that any thread may use one store."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    def _connect(self) -> psycopg.Connection[dict[str, Any]]:
        return psycopg.connect(self.dsn, row_factory=dict_row, connect_timeout=5)

    def create_schema(self) -> None:
        """Make the table where it is missing."""
        with self._connect() as connection:
            connection.execute(SCHEMA)

    def add(self, name: str, plan: str) -> None:
        """A new instance, pending."""
        try:
            with self._connect() as connection:
                connection.execute(
                    "INSERT INTO instances (name, plan, status) VALUES (%s, %s, 'pending')",
                    (name, plan),
                )
        except psycopg.errors.UniqueViolation:
            raise NameTaken(name) from None

    def get(self, name: str) -> dict[str, Any] | None:
        """One instance, or None."""
        with self._connect() as connection:
            return connection.execute(
                "SELECT name, plan, status, detail FROM instances WHERE name = %s", (name,)
            ).fetchone()

    def set_status(self, name: str, status: str, detail: str = "") -> bool:
        """Change a status; False where there is no such instance."""
        with self._connect() as connection:
            cursor = connection.execute(
                "UPDATE instances SET status = %s, detail = %s, changed = now() WHERE name = %s",
                (status, detail, name),
            )
            return cursor.rowcount == 1

    def remove(self, name: str) -> bool:
        """Forget an instance; False where there is none."""
        with self._connect() as connection:
            cursor = connection.execute("DELETE FROM instances WHERE name = %s", (name,))
            return cursor.rowcount == 1
